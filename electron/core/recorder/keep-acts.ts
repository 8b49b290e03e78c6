/**
 * Which acts of a recording stay: what failed, did nothing or was undone again is no part of a guide, and neither is a
 * packet that was sent in a network which the guide never has.
 */
import { deviceTables } from '../lab/device-tables.js'
import { probeOf } from '../guide/typed-command.js'
import type { LiveState } from '../live/state.js'
import { beyond, factsOf, type Facts } from './facts.js'
import type { Act, Recorded, Recording, TypedCommand } from './recorded.js'
import { prepares, sends } from './unseen.js'

export interface Doing {
  readonly recorded: Recorded
  /** The network as it was before. */
  readonly from: LiveState
  readonly before: Facts
  readonly after: Facts
  /** Keys of facts. */
  readonly made: readonly string[]
  readonly gone: readonly string[]
}

/** In their order. */
export function keptActs({ start, acts }: Recording): readonly Doing[] {
  const doings = doingsOf(start, acts)
  const changing = withoutDetours(withoutLoops(doings.filter(changes)))
  const kept = new Set(changing)
  const facts = new Set(doings[0]?.before.keys() ?? [])
  return doings.filter((doing) => {
    if (kept.has(doing)) {
      for (const key of doing.gone) facts.delete(key)
      for (const key of doing.made) facts.add(key)
      return true
    }
    if (changes(doing)) return false
    // Of another network than the guide has by then it says nothing.
    const { after } = doing
    return says(doing.recorded.act) && facts.size === after.size && [...after.keys()].every((key) => facts.has(key))
  })
}

function doingsOf(start: LiveState, acts: readonly Recorded[]): readonly Doing[] {
  let [from, before] = [start, factsOf(start)]
  return acts.map((recorded) => {
    const after = factsOf(recorded.after)
    const doing = { recorded, from, before, after, made: beyond(before, after), gone: beyond(after, before) }
    from = recorded.after
    before = after
    return doing
  })
}

const changes = ({ made, gone }: Doing): boolean => made.length + gone.length > 0

export const worked = ({ status }: TypedCommand): boolean => status === 0 || status === null

/** What it is good for beside changing the network: it sends something, or prepares what comes later. */
function says(act: Act): boolean {
  if (act.kind !== 'typed') return act.kind === 'trace'
  return act.commands.some(
    (command) => probeOf(command) !== null || sends(command.line) || (worked(command) && prepares(command.line)),
  )
}

const stateOf = (facts: Facts): string => [...facts.keys()].sort().join('\n')

/** A network that was there before: the way from then to now leads nowhere. */
function withoutLoops(doings: readonly Doing[]): readonly Doing[] {
  const [first] = doings
  if (!first) return []
  const kept: Doing[] = []
  const states = [stateOf(first.before)]
  for (const doing of doings) {
    const state = stateOf(doing.after)
    const seen = states.indexOf(state)
    if (seen < 0) {
      kept.push(doing)
      states.push(state)
    } else {
      kept.length = seen
      states.length = seen + 1
    }
  }
  return kept
}

/**
 * What was made and taken away again with other things done in between. Acts that share such a fact go together, if
 * nothing of all they did is left and nothing in between was built on it.
 */
function withoutDetours(doings: readonly Doing[]): readonly Doing[] {
  const passing = passingFacts(doings)
  const lasts = (at: number): boolean => {
    const { made = [], gone = [] } = doings[at] ?? {}
    return [...made, ...gone].some((key) => !passing.some((each) => each.key === key && each.acts.includes(at)))
  }
  const dropped = new Set<number>()
  for (const group of groupsOf(passing)) {
    if (!group.some(lasts) && !isBuiltOn(doings, group)) for (const at of group) dropped.add(at)
  }
  return doings.filter((_, at) => !dropped.has(at))
}

interface Passing {
  readonly key: string
  /** The act that made it, or took it away, and the one that undid that. */
  readonly acts: readonly [number, number]
}

/** Of a fact that comes and goes several times the last coming, or going, is what lasts. */
function passingFacts(doings: readonly Doing[]): readonly Passing[] {
  const turns = new Map<string, number[]>()
  for (const [at, { made, gone }] of doings.entries())
    for (const key of [...made, ...gone]) turns.set(key, [...(turns.get(key) ?? []), at])
  return [...turns].flatMap(([key, acts]) =>
    Array.from({ length: Math.floor(acts.length / 2) }, (_, pair) => ({
      key,
      acts: [acts[2 * pair] ?? 0, acts[2 * pair + 1] ?? 0] as const,
    })),
  )
}

/** Acts that hang together by what they undo of each other, by their numbers. */
function groupsOf(passing: readonly Passing[]): readonly (readonly number[])[] {
  const groups: Set<number>[] = []
  for (const { acts } of passing) {
    const touched = groups.filter((group) => acts.some((at) => group.has(at)))
    const joined = new Set([...acts, ...touched.flatMap((group) => [...group])])
    for (const group of touched) groups.splice(groups.indexOf(group), 1)
    groups.push(joined)
  }
  return groups.map((group) => [...group].sort((a, b) => a - b))
}

/** A route is taken by the kernel only while there is a way to its gateway: one that came in between may be built on it. */
function isBuiltOn(doings: readonly Doing[], group: readonly number[]): boolean {
  const [first = 0, last = 0] = [group[0], group.at(-1)]
  const touched = new Set(
    group.flatMap((at) => {
      const { made = [], gone = [], before, after } = doings[at] ?? {}
      return [...made, ...gone].flatMap((key) => {
        const [, namespace = '', list = ''] = (after?.get(key) ?? before?.get(key))?.path ?? []
        return list === '' || list === 'routes' || deviceTables.some((each) => each === list) ? [namespace] : []
      })
    }),
  )
  return doings.some(
    ({ made, after }, at) =>
      at > first &&
      at < last &&
      !group.includes(at) &&
      made.some((key) => {
        const [, namespace, list] = after.get(key)?.path ?? []
        return namespace !== undefined && touched.has(namespace) && (list === 'routes' || list === 'rules')
      }),
  )
}
