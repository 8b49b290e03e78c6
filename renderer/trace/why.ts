/** Why a hop's packet differs from the one before: the rule that acted, what conntrack remembers, or plain routing. */
import type { HopReason } from '../../electron/core/diagnosis/trace.js'
import type { Film } from './film.js'

export interface Why {
  readonly reason: HopReason | null
  /**
   * `swap`: an address was rewritten; `undo`: a rewriting was taken back; `routing`: TTL and MAC addresses only; `verdict`:
   * nothing changed, and a rule decided.
   */
  readonly kind: 'swap' | 'undo' | 'routing' | 'verdict'
  readonly namespace: string
  /** Number of the hop at which the same swap is undone, or was made. */
  readonly counterpart: number | null
}

export function whyAt(film: Film, n: number): Why | null {
  const each = film.byNumber.get(n)
  if (!each) return null
  const { hop } = each
  if (hop.event === 'dropped' || hop.event === 'delivered') {
    return hop.reason ? { reason: hop.reason, kind: 'verdict', namespace: hop.namespace, counterpart: null } : null
  }
  // Of a captured hop, what was done to it since the last one.
  let nat = hop.event === 'nat' ? each : null
  let routed = hop.event === 'routed' ? hop : null
  for (let before = each; hop.observed && before.from !== null;) {
    const earlier = film.byNumber.get(before.from)
    if (!earlier || earlier.hop.observed) break
    if (earlier.hop.event === 'nat') nat ??= earlier
    if (earlier.hop.event === 'routed') routed = earlier.hop
    before = earlier
  }
  if (nat) {
    const undo = nat.hop.leg === 'reply' || nat.hop.leg === 'error'
    const { namespace } = nat.hop
    const others = film.hops.filter(
      (other) =>
        other.hop.event === 'nat' && other.hop.namespace === namespace && (other.hop.leg === 'request') === undo,
    )
    const counterpart = undo
      ? others.findLast((other) => other.step < each.step)
      : others.find((other) => other.step > each.step)
    return {
      reason: nat.hop.reason ?? null,
      kind: undo ? 'undo' : 'swap',
      namespace,
      counterpart: counterpart?.hop.n ?? null,
    }
  }
  return routed ? { reason: routed.reason ?? null, kind: 'routing', namespace: hop.namespace, counterpart: null } : null
}

/** A rule in two parts, the second being what it does. */
export function ruleParts(rule: string): readonly [condition: string, action: string] {
  const at = rule.search(/(-j\s+\S+|\b(masquerade|snat|dnat|redirect|drop|reject|accept)\b)/i)
  return at < 0 ? [rule, ''] : [rule.slice(0, at), rule.slice(at)]
}
