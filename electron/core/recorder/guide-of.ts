/**
 * The guide that a recording yields: what stayed of it, in steps of one purpose and few commands, each with what the kernel
 * had afterwards.
 */
import { addressPort } from '../lab/address-port.js'
import { hasParts, type Wanted } from '../guide/missing-parts.js'
import { hostNamespace } from '../lab/lab.js'
import type { CheckEntry, GuideStep, Text, TraceEntry } from '../lab/schema.js'
import type { LiveState } from '../live/state.js'
import type { Said } from '../words/said.js'
import { commandsOf, type Command, type SentProbe } from './commands.js'
import { factsOf, keyOf, wantedOf, type Fact, type Facts } from './facts.js'
import { keptActs, type Doing } from './keep-acts.js'
import { purposeOf, type Purpose } from './purpose.js'
import type { Recording } from './recorded.js'
import { textOfStep, titleOfStep } from './step-words.js'

/** More is no single idea any more. */
export const mostCommands = 3

export interface Draft {
  /** Null: it only sends. */
  readonly purpose: Purpose | null
  readonly commands: Command[]
  trace: TraceEntry | null
  readonly checks: CheckEntry[]
  readonly from: LiveState
  to: LiveState
}

/** @param textOf a sentence of ours in all languages that the lab has */
export function guideOf(recording: Recording, textOf: (words: Said) => Text): readonly GuideStep[] {
  const end = recording.acts.at(-1)?.after ?? recording.start
  const atEnd = factsOf(end)
  return draftsOf(keptActs(recording)).map((draft): GuideStep => {
    const facts = lastingFacts(draft, atEnd, end)
    const commands = draft.commands.map(({ line }) => line)
    const done: Wanted = {
      ...wantedOf(facts),
      ...(draft.checks.length > 0 ? { checks: draft.checks } : {}),
    }
    return {
      title: textOf(titleOfStep(draft, facts)),
      text: textOf(textOfStep(draft, facts)),
      ...(commands.length > 0 ? { commands } : {}),
      ...(draft.trace ? { trace: draft.trace } : {}),
      ...(Object.keys(done).length > 0 ? { done } : {}),
    }
  })
}

function draftsOf(doings: readonly Doing[]): readonly Draft[] {
  const drafts: Draft[] = []
  const open = (purpose: Purpose | null, { from, recorded }: Doing): Draft => {
    const draft: Draft = { purpose, commands: [], trace: null, checks: [], from, to: recorded.after }
    drafts.push(draft)
    return draft
  }
  for (const doing of doings) {
    const { act, after } = doing.recorded
    if (act.kind === 'trace') {
      const last = drafts.at(-1)
      const draft = last && (last.trace === null || isSame(last.trace, act.trace)) ? last : open(null, doing)
      draft.trace = act.trace
      if (act.check && !draft.checks.some((each) => isSame(each, act.check))) draft.checks.push(act.check)
      draft.to = after
      continue
    }
    for (const command of commandsOf(doing)) {
      const purpose = purposeFor(command, drafts.at(-1))
      const last = drafts.at(-1)
      const draft = last && takes(last, command, purpose) ? last : open(command.probe ? null : purpose, doing)
      if (!draft.commands.some(({ line, probe }) => probe !== null && line === command.line))
        draft.commands.push(command)
      const check = checkOf(command.probe)
      if (check && !draft.checks.some((each) => isSame(each, check))) draft.checks.push(check)
      draft.to = after
    }
  }
  return drafts
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What is sent is sent in the network of the step before; what makes nothing that shows belongs to it, too. */
function purposeFor({ facts, probe }: Command, last: Draft | undefined): Purpose | null {
  if (probe) return last?.purpose ?? null
  return facts.length === 0 ? (last?.purpose ?? 'others') : purposeOf(facts)
}

/** A step ends with what it sends: what is changed afterwards is the next one. */
function takes({ commands, checks, trace, purpose: own }: Draft, command: Command, purpose: Purpose | null): boolean {
  if (command.probe && commands.some(({ line }) => line === command.line)) return true
  if (commands.length >= mostCommands || own !== purpose) return false
  const sends = trace !== null || checks.length > 0 || commands.some(({ probe }) => probe !== null)
  return command.probe !== null || !sends
}

function checkOf(probe: SentProbe | null): CheckEntry | null {
  if (!probe?.answered) return null
  const { kind, from, target, port } = probe
  if (kind === 'ping') return { from, ping: target, expect: 'reply' }
  if (kind === 'tcp') return port === undefined ? null : { from, tcp: addressPort(target, port), expect: 'connected' }
  return from === hostNamespace ? null : { from, dns: target }
}

/**
 * What of a step the guide can wait for: it was not so before, it was so afterwards, and no later step takes it away. By the
 * guide's own judgement, which does not look at everything that a lab file can say.
 */
function lastingFacts({ commands, from, to }: Draft, atEnd: Facts, end: LiveState): readonly Fact[] {
  const lasting = commands
    .flatMap(({ facts }) => facts)
    .filter((fact) => {
      if (!atEnd.has(keyOf(fact))) return false
      const wanted = wantedOf([fact])
      return !hasParts(wanted, from) && hasParts(wanted, to) && hasParts(wanted, end)
    })
  return lasting.filter((fact) => !lasting.some((other) => other !== fact && impliedBy(fact, other)))
}

/** An interface is there where something is said of it, or a cable ends at it. */
function impliedBy({ path, kind }: Fact, other: Fact): boolean {
  const [top, namespace = '', , device = ''] = path
  if (kind !== 'there' || top !== 'namespaces' || device === '') return false
  if (other.path[0] === 'links') return Array.isArray(other.value) && other.value.includes(`${namespace}:${device}`)
  return path.every((part, at) => other.path[at] === part)
}
