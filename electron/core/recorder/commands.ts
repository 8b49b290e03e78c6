/** What an act was, as commands of the host's terminal, each with what of the network it has made. */
import { probeOf, type Probe } from '../guide/typed-command.js'
import { normalise } from '../lab/normalise.js'
import type { LiveState } from '../live/state.js'
import { diff } from '../plan/diff.js'
import { labFromLive } from '../plan/read-back.js'
import { isQuieting } from '../plan/sysctls.js'
import type { Fact } from './facts.js'
import { hostLine } from './host-line.js'
import { worked, type Doing } from './keep-acts.js'
import type { TypedCommand } from './recorded.js'

export interface Command {
  readonly line: string
  /** What it has made, or where it has only taken away, what it took. */
  readonly facts: readonly Fact[]
  readonly probe: SentProbe | null
}

/** What it sends for the sake of its answer, and whether there was one; null: nobody knows. */
export interface SentProbe extends Probe {
  readonly answered: boolean | null
}

/** Kept by the helper itself: there is no command for a person to type. */
const ownOps = /^(?:service|dnsmasq|dhcp)-/

function gestureLines(from: LiveState, to: LiveState): readonly string[] {
  const lab = normalise(labFromLive(to, 'recorded', false).lab)
  return diff(lab, from, { former: 'everything' })
    .filter((planned) => !ownOps.test(planned.step.op) && !isQuieting(lab, planned))
    .map(({ text }) => text)
}

function typedLines(commands: readonly TypedCommand[]): readonly Omit<Command, 'facts'>[] {
  // What has failed did nothing, unless it is all there was.
  const some = commands.filter((each) => worked(each) || probeOf(each) !== null)
  return (some.length > 0 ? some : commands).map((command) => {
    const probe = probeOf(command)
    return {
      line: hostLine(command),
      probe: probe && { ...probe, answered: command.status === null ? null : command.status === 0 },
    }
  })
}

export function commandsOf({
  recorded: { act, after: to },
  from,
  before,
  after,
  made,
  gone,
}: Doing): readonly Command[] {
  if (act.kind === 'trace') return []
  const lines =
    act.kind === 'typed' ? typedLines(act.commands) : gestureLines(from, to).map((line) => ({ line, probe: null }))
  const keys = made.length > 0 ? made : gone
  const facts = keys.flatMap((key) => after.get(key) ?? before.get(key) ?? [])
  const makers = lines.flatMap(({ probe }, at) => (probe ? [] : [at]))
  const byCommand = new Map<number, Fact[]>()
  for (const fact of facts) {
    const words = wordsOf(fact)
    const named = makers.findLast((at) => words.every((word) => lines[at]?.line.includes(word)))
    const at = named ?? makers.at(-1)
    if (at !== undefined) byCommand.set(at, [...(byCommand.get(at) ?? []), fact])
  }
  return lines.map((line, at) => ({ ...line, facts: byCommand.get(at) ?? [] }))
}

/** What a command that makes it names. */
function wordsOf({ path, kind, value }: Fact): readonly string[] {
  const [, namespace = '', , device = '', setting = ''] = path
  if (path[0] === 'links') return Array.isArray(value) ? (value as string[]).flatMap((end) => end.split(':')) : []
  const said = kind === 'item' && typeof value === 'string' ? [value] : setting === 'up' ? ['up'] : []
  return [...(namespace === 'host' ? [] : [namespace]), device, ...said]
}
