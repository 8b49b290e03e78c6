/** What a callout says of a hop that changed the packet. */
import type { TraceHop } from '../../electron/core/diagnosis/trace.js'
import type { Film } from './film.js'
import { endsOf, packetOf, type Ends } from './packet-changes.js'
import { timeText } from './say.js'

export interface Rewrite {
  readonly kind: 'nat' | 'routed'
  readonly namespace: string
  /** Where in the namespace it was rewritten, as the kernel calls the hook; null of what was only routed. */
  readonly hook: 'PREROUTING' | 'POSTROUTING' | null
  /** `restored`: what an earlier rewriting did was undone, for an answer. */
  readonly what:
    'rewroteSource' | 'rewroteDestination' | 'restoredSource' | 'restoredDestination' | 'rewrote' | 'routed'
  readonly source: readonly [old: string, now: string]
  readonly destination: readonly [old: string, now: string]
  readonly ttl: readonly [old: number, now: number] | null
  /** Since the first hop, as a range: nobody saw the moment itself. */
  readonly time: string
}

/** Of a routed or NAT hop, told from the hop before it; routing that came before a rewriting is told with it. */
export function rewriteAt(film: Film, n: number): Rewrite | null {
  const each = film.byNumber.get(n)
  if (!each || (each.hop.event !== 'nat' && each.hop.event !== 'routed')) return null
  const before = film.byNumber.get(each.from ?? -1)
  if (!before) return null
  const routedBefore = before.hop.event === 'routed' ? film.byNumber.get(before.from ?? -1) : undefined
  const [old, now] = [endpointsOf(before.hop), endpointsOf(each.hop)]
  const [oldTtl, ttl] = [packetOf((routedBefore ?? before).hop)?.ip?.ttl, packetOf(each.hop)?.ip?.ttl]
  if (!old || !now) return null
  const isNat = each.hop.event === 'nat'
  // Destinations are rewritten before the routing decision, sources after it; what is restored goes by the same hooks.
  const destination = old.destination !== now.destination
  const source = old.source !== now.source
  const did = each.hop.leg === 'reply' || each.hop.leg === 'error' ? 'restored' : 'rewrote'
  return {
    kind: isNat ? 'nat' : 'routed',
    namespace: each.hop.namespace,
    hook: isNat ? (destination && !source ? 'PREROUTING' : 'POSTROUTING') : null,
    what: !isNat ? 'routed' : destination && !source ? `${did}Destination` : source ? `${did}Source` : 'rewrote',
    source: [old.source, now.source],
    destination: [old.destination, now.destination],
    ttl: oldTtl !== undefined && ttl !== undefined && oldTtl !== ttl ? [oldTtl, ttl] : null,
    time: timeText(each.hop),
  }
}

/** Addresses, with ports where there are any: a rewriting may change the port alone. */
function endpointsOf(hop: TraceHop): Ends | null {
  const ends = endsOf(hop)
  const packet = packetOf(hop)
  const ports = packet?.tcp ?? packet?.udp
  if (!ends || !ports) return ends
  const join = (address: string, port: number): string =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  return { source: join(ends.source, ports.srcPort), destination: join(ends.destination, ports.dstPort) }
}
