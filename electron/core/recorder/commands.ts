/** What an act was, as commands of the host's terminal, each with what of the network it has made. */
import { parse } from 'unbash'
import { isWithoutEffect } from '../exchange/shell/effect.js'
import { probeOf, type Probe } from '../guide/typed-command.js'
import { deviceTables } from '../lab/device-tables.js'
import { hostNamespace } from '../lab/lab.js'
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
  /** What it has made, and what it took away. */
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
  // Of several, each did what they have done together, but for what failed or only looked.
  const some = commands.filter((each) => probeOf(each) !== null || (worked(each) && couldChange(each.line)))
  return (commands.length > 1 && some.length > 0 ? some : commands).map((command) => {
    const probe = probeOf(command)
    return {
      line: hostLine(command),
      probe: probe && { ...probe, answered: command.status === null ? null : command.status === 0 },
    }
  })
}

/** What does not read as a script might do anything. */
function couldChange(line: string): boolean {
  if (/^(?:clear|reset|history|jobs)$/.test(line)) return false
  try {
    return !isWithoutEffect(parse(line))
  } catch {
    return true
  }
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
  const makers = lines.flatMap(({ line, probe }, at) =>
    probe ? [] : [{ at, words: new Set(line.split(/[\s;&|='"]+/)) }],
  )
  const byCommand = new Map<number, Fact[]>()
  for (const key of [...made, ...gone]) {
    const fact = after.get(key) ?? before.get(key)
    if (!fact) continue
    const named = makers.findLast(({ words }) => wordsOf(fact).every((word) => words.has(word)))
    const at = (named ?? makers.at(-1))?.at
    if (at !== undefined) byCommand.set(at, [...(byCommand.get(at) ?? []), fact])
  }
  return lines.map((line, at) => ({ ...line, facts: byCommand.get(at) ?? [] }))
}

/** What a command that makes it, or takes it away, names. */
function wordsOf({ path, kind, value }: Fact): readonly string[] {
  const [, namespace = '', list = '', name = '', setting = ''] = path
  if (path[0] === 'links') return Array.isArray(value) ? (value as string[]).flatMap((end) => end.split(':')) : []
  const within = namespace === hostNamespace ? [] : [namespace]
  // A rule is spelled in other words than it was typed.
  if (list !== 'sysctls' && !deviceTables.some((each) => each === list)) return within
  const said = kind === 'item' && typeof value === 'string' ? [value] : setting === 'up' ? ['up'] : []
  return [...within, name, ...said]
}
