/** From a twin that was repaired to the commands that do the same to the machine it is a twin of. Nothing here runs them. */
import { hostNamespace } from '../lab/lab.js'
import { normalise } from '../lab/normalise.js'
import type { LiveState } from '../live/state.js'
import { diff } from '../plan/diff.js'
import { labFromLive } from '../plan/read-back.js'
import { isHelpersOwn } from '../plan/step.js'
import { isQuieting } from '../plan/sysctls.js'
import { typedBy } from './commands.js'
import { ruleChanges, withoutIptables } from './rule-changes.js'

export interface TwinSurroundings {
  /** Files that lead to namespaces of the machine which `ip netns` does not know by the names they have in the twin. */
  readonly ways: Readonly<Record<string, string>>
  /** Namespaces that only the twin has: what stands for all that is not on the machine. */
  readonly invented: readonly string[]
}

/**
 * @param before the twin as it was first built
 * @param now the same as it is by now
 */
export function repairCommands(before: LiveState, now: LiveState, around: TwinSurroundings): readonly string[] {
  const lab = normalise(labFromLive(withoutIptables(now), 'repaired', false).lab)
  const invented = new Set(around.invented)
  const typed = (text: string): string =>
    typedBy(text, (key) => (Object.hasOwn(around.ways, key) ? (around.ways[key] ?? null) : null))
  const rulesBefore = new Map(before.namespaces.map(({ name, ruleset }) => [name, ruleset.iptables]))
  const rules = now.namespaces
    .filter(({ name }) => !invented.has(name))
    .flatMap(({ name, ruleset }) => ruleChanges(name, rulesBefore.get(name) ?? [], ruleset.iptables))
  return [
    ...diff(lab, withoutIptables(before), { former: 'everything' })
      // What keeps the wires of a lab quiet is a habit of labs, and no part of what was done.
      .filter((planned) => !isQuieting(lab, planned))
      .filter(({ step }) => !invented.has(step.namespace) && !isHelpersOwn(step))
      .map(({ text }) => text),
    ...rules,
  ].map(typed)
}

/** To be read and then run by a person, on the machine, as root. */
export const repairScript = (commands: readonly string[]): string =>
  `${['#!/bin/sh', '# What repaired the twin of this machine. Vethlab has run none of it here: read it first. Needs root.', 'set -e', ...commands].join('\n')}\n`

/** Namespaces of a twin that the machine does not have; `host` is in every lab. */
export const inventedIn = (twin: Iterable<string>, machine: ReadonlySet<string>): readonly string[] =>
  [...twin].filter((name) => name !== hostNamespace && !machine.has(name))
