/** The packets of a film: which hops are one packet's, and what it is called. A question, its answer, and each fragment are packets. */
import type { TraceHop } from '../../electron/core/diagnosis/trace.js'
import type { PacketHeaders } from '../../electron/core/packet/packet.js'
import type { Parameters } from '../i18n/catalogue.js'
import type { Key } from '../i18n/text.svelte.js'
import type { Film } from './film.js'
import { endsOf, packetOf } from './packet-changes.js'

export interface PacketTitle {
  readonly key: Extract<Key, `packet.${string}`>
  readonly values: Parameters
}

/** The same for all hops of one packet. */
export const packetIdOf = (film: Film, hop: TraceHop): string =>
  `${film.byNumber.get(hop.n)?.journey ?? hop.n} ${packetOf(hop)?.ip?.fragmentOffset ?? ''}`

/** The packet in the words of its protocol, in English; `{packet}` of a sentence has it in the window's language. */
export function nameOf(packet: PacketHeaders | null): string {
  if (!packet) return ''
  const { arp, icmp, tcp, udp, ip, dns, dhcp } = packet
  if (arp) return `ARP ${arp.op}`
  if (icmp) return (ip?.version === 6 ? icmp6Names : icmpNames)[icmp.type] ?? `ICMP ${icmp.type}/${icmp.code}`
  if (tcp) return `TCP ${tcp.flags.join(' ')}`.trim()
  if (dns) {
    const asked = dns.question ? ` ${dns.question.type} ${dns.question.name}` : ''
    return dns.response ? `DNS ${dns.code === 'NOERROR' ? 'answer' : (dns.code ?? '')}${asked}` : `DNS query${asked}`
  }
  if (dhcp) return `DHCP ${dhcp.message}${dhcp.address === null ? '' : ` ${dhcp.address}`}`
  if (udp) return 'UDP datagram'
  if (!ip) return 'frame'
  return /^\d+$/.test(ip.protocol) ? `IP protocol ${ip.protocol}` : ip.protocol.toUpperCase()
}

const icmpNames: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'ICMP unreachable',
  5: 'ICMP redirect',
  8: 'echo request',
  11: 'ICMP time exceeded',
}
const icmp6Names: Readonly<Record<number, string>> = {
  1: 'ICMPv6 unreachable',
  2: 'ICMPv6 packet too big',
  3: 'ICMPv6 time exceeded',
  128: 'echo request',
  129: 'echo reply',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbour solicitation',
  136: 'neighbour advertisement',
  137: 'ICMPv6 redirect',
}

export function titleOf(film: Film, hop: TraceHop): PacketTitle {
  const packet = packetOf(hop)
  const { arp } = packet ?? {}
  if (packet === null) return { key: 'packet.neverSent', values: { namespace: hop.namespace } }
  if (arp?.op === 'request') return { key: 'packet.whoHas', values: { address: arp.targetIp, asker: arp.senderIp } }
  if (arp?.op === 'reply') return { key: 'packet.isAt', values: { address: arp.senderIp, mac: arp.senderMac } }
  const ends = endsOf(hop)
  const piece = fragmentOf(film, hop)
  return {
    key: piece ? 'packet.fragment' : 'packet.whole',
    values: {
      packet: nameOf(packet),
      source: ends?.source ?? '',
      destination: ends?.destination ?? '',
      ...(piece ? { index: piece.index, count: piece.count, offset: piece.offset } : {}),
    },
  }
}

export interface FragmentPlace {
  /** From 1. */
  readonly index: number
  /** Fragments of its packet that were seen where it was. */
  readonly count: number
  /** Bytes before it in the packet that was cut. */
  readonly offset: number
}

/** Which of how many: counted where it is, for a router may cut a packet anew. */
export function fragmentOf(film: Film, hop: TraceHop): FragmentPlace | null {
  const ip = packetOf(hop)?.ip
  if (ip?.fragmentOffset === undefined) return null
  const at = hop.observed ? hop : (film.byNumber.get(hop.comparedWith ?? -1)?.hop ?? hop)
  const offsets = film.hops.flatMap(({ hop: other }) => {
    const own = packetOf(other)?.ip
    const isSame =
      other.leg === at.leg &&
      other.observed === at.observed &&
      other.namespace === at.namespace &&
      other.interface === at.interface &&
      other.direction === at.direction &&
      own?.id === ip.id
    return isSame && own?.fragmentOffset !== undefined ? [own.fragmentOffset] : []
  })
  const places = [...new Set([...offsets, ip.fragmentOffset])].sort((a, b) => a - b)
  return { index: places.indexOf(ip.fragmentOffset) + 1, count: places.length, offset: ip.fragmentOffset }
}
