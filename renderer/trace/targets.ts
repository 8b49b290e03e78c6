/** What a probe can be aimed at: every address of the lab and whose it is. */
import type { LiveState } from '../../electron/core/live/state.js'

export interface TargetSuggestion {
  /** What goes into the field. */
  readonly value: string
  readonly namespace: string
  readonly interface: string
}

const reachable = (scope: string): boolean => scope !== 'host' && scope !== 'link'

/** Those that contain what has been typed, in address, namespace or interface; the sender's own come last. */
export function suggestTargets(live: LiveState | null, from: string, typed: string): TargetSuggestion[] {
  const word = typed.trim().toLowerCase()
  const all = (live?.namespaces ?? []).flatMap(({ name, addresses }) =>
    addresses
      .filter(({ scope }) => reachable(scope))
      .map(({ address, dev }) => ({ value: address.replace(/\/.*/, ''), namespace: name, interface: dev })),
  )
  const fits = all.filter(
    (each) =>
      word === '' || [each.value, each.namespace, each.interface].some((text) => text.toLowerCase().includes(word)),
  )
  const exact = all.some((each) => each.value === word)
  // A whole address in the field is a choice made: the list then offers the others.
  return (exact ? all : fits).sort((a, b) => Number(a.namespace === from) - Number(b.namespace === from))
}
