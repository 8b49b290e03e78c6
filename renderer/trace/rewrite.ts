/** What a callout says of a hop that changed the packet. */
import type { Film } from './film.js'
import { endsOf, packetOf } from './packet-changes.js'
import { timeText } from './say.js'

export interface Rewrite {
  readonly kind: 'nat' | 'routed'
  /** The interface the rewritten packet leaves by, else the namespace. */
  readonly who: string
  readonly source: readonly [old: string, now: string]
  readonly destination: readonly [old: string, now: string]
  readonly ttl: readonly [old: number, now: number] | null
  /** µs since the first hop, as a range: nobody saw the moment itself. */
  readonly time: string
}

/** Of a routed or NAT hop; the pair of them counts as one, told from before the first of the two. */
export function rewriteAt(film: Film, n: number): Rewrite | null {
  const each = film.byNumber.get(n)
  if (!each || (each.hop.event !== 'nat' && each.hop.event !== 'routed')) return null
  const cause = film.byNumber.get(each.hop.comparedWith ?? -1)?.hop
  if (!cause) return null
  const [old, now] = [endsOf(cause), endsOf(each.hop)]
  const [oldTtl, ttl] = [packetOf(cause)?.ip?.ttl, packetOf(each.hop)?.ip?.ttl]
  if (!old || !now) return null
  const rewritten = old.source !== now.source || old.destination !== now.destination
  let following = film.byNumber.get(each.next[0] ?? -1)
  while (following && !following.hop.observed) following = film.byNumber.get(following.next[0] ?? -1)
  return {
    kind: rewritten ? 'nat' : 'routed',
    who: (rewritten ? following?.hop.interface : null) ?? each.hop.namespace,
    source: [old.source, now.source],
    destination: [old.destination, now.destination],
    ttl: oldTtl !== undefined && ttl !== undefined && oldTtl !== ttl ? [oldTtl, ttl] : null,
    time: timeText(each.hop),
  }
}
