/** Routing and NAT: what a namespace did to a packet between the frame that came in and the one that went out. */
import { changedPaths } from './diff.js'
import type { HopEvent, Leg } from './hop.js'
import type { PacketHeaders } from './packet.js'
import type { Member } from './sighting.js'

/** A hop that no interface saw. */
export interface WorkedOut {
  readonly event: Extract<HopEvent, 'routed' | 'nat' | 'delivered' | 'dropped'>
  readonly leg: Leg
  readonly namespace: string
  readonly interface: string | null
  /** ns since the first frame. */
  readonly range: readonly [number, number]
  readonly packet: PacketHeaders
  /** The sighting it follows from. */
  readonly cause: Member
  readonly changed: readonly string[]
}

/** Between two captures a packet has no link-layer addresses of its own. */
export function withoutEthernet(headers: PacketHeaders): PacketHeaders {
  const { eth: _eth, ...rest } = headers
  return rest
}

/**
 * In the kernel's order: destinations are rewritten before routing (PREROUTING), sources after it (POSTROUTING);
 * answers are restored in the same places.
 */
export function forwarding(member: Member, next: Member): WorkedOut[] {
  const a = withoutEthernet(member.packet.headers)
  const b = withoutEthernet(next.packet.headers)
  if (!a.ip || !b.ip) return []
  const source = a.ip.src !== b.ip.src || portOf(a, 'srcPort') !== portOf(b, 'srcPort')
  const destination = a.ip.dst !== b.ip.dst || portOf(a, 'dstPort') !== portOf(b, 'dstPort')
  const idOnly = a.icmp?.id !== b.icmp?.id && !source && !destination
  const hops: WorkedOut[] = []
  const add = (event: 'routed' | 'nat', packet: PacketHeaders): void => {
    hops.push({
      event,
      leg: member.leg,
      namespace: member.namespace,
      interface: null,
      range: [member.time, next.time],
      packet,
      cause: member,
      changed: changedPaths(member.packet.headers, packet, true),
    })
  }
  let current = a
  if (destination) {
    current = {
      ...current,
      ip: { ...a.ip, dst: b.ip.dst },
      ...(a.tcp && b.tcp ? { tcp: { ...a.tcp, dstPort: b.tcp.dstPort } } : {}),
      ...(a.udp && b.udp ? { udp: { ...a.udp, dstPort: b.udp.dstPort } } : {}),
      ...(a.icmp && b.icmp && !source ? { icmp: { ...a.icmp, id: b.icmp.id } } : {}),
    }
    add('nat', current)
  }
  const rewritten = source || idOnly
  add('routed', rewritten ? { ...current, ip: { ...(current.ip ?? a.ip), ttl: b.ip.ttl } } : b)
  if (rewritten) add('nat', b)
  return hops
}

export const portOf = (headers: PacketHeaders, name: 'srcPort' | 'dstPort'): number | undefined =>
  (headers.tcp ?? headers.udp)?.[name]
