/** From an IP header to what it carries, for both versions of IP. */
import type { Segment } from './checksum.js'
import { closePayload, type Draft } from './fields.js'
import { decodeGre } from './gre.js'
import { decodeIcmp } from './icmp.js'
import { decodeIcmpv6 } from './icmpv6.js'
import { decodeInner } from './inner.js'
import type { LayerName } from './packet.js'
import { decodeTcp } from './tcp.js'
import { decodeUdp } from './udp.js'

const protocols: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' }
const protocolLabels: Readonly<Record<number, string>> = {
  0: 'hop-by-hop',
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPv4',
  6: 'TCP',
  17: 'UDP',
  41: 'IPv6',
  43: 'routing',
  44: 'fragment',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  58: 'ICMPv6',
  59: 'no next header',
  60: 'destination options',
  132: 'SCTP',
}

export const protocolName = (protocol: number): string => protocols[protocol] ?? String(protocol)
/** As people write it (protocol-numbers of IANA). */
export const protocolLabel = (protocol: number): string => protocolLabels[protocol] ?? String(protocol)
export const showProtocol = (protocol: number): string =>
  protocolLabels[protocol] ? `${protocol} ${protocolLabels[protocol]}` : String(protocol)

/** ICMP belongs to IPv4 and ICMPv6 to IPv6: crossed, they are just bytes. */
export function decodeUpperLayer(draft: Draft, ip: LayerName, protocol: number, segment: Segment): void {
  // What an error quotes of a tunnel's packet is not the packet inside, and too short to be one.
  const isWhole = draft.within !== 'quoted'
  const later = draft.fragment !== null && draft.fragment.offset > 0
  if (!later && protocol === 6) decodeTcp(draft, segment)
  else if (!later && protocol === 17) decodeUdp(draft, segment)
  else if (!later && protocol === 1 && ip === 'ipv4') decodeIcmp(draft, segment)
  else if (!later && protocol === 58 && ip === 'ipv6') decodeIcmpv6(draft, segment)
  else if (!later && protocol === 47 && isWhole) decodeGre(draft, segment.offset, segment.length)
  else if (!later && protocol === 4 && isWhole) decodeInner(draft, ip, 'ipv4', segment.offset, segment.length)
  else if (!later && protocol === 41 && isWhole) decodeInner(draft, ip, 'ipv6', segment.offset, segment.length)
  else closePayload(draft, ip, segment.offset, segment.length)
}
