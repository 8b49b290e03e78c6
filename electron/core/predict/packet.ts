/** The packet that a prediction follows. */
import { isIpv6 } from '../diagnosis/network.js'
import type { Outcome } from '../lab/schema.js'
import type { LiveNamespace } from '../live/state.js'
import { said } from '../words/said.js'
import { CannotSay, type Probe } from './prediction.js'

/** What an ICMP error says: see `outcomeOf` for what the one who probed makes of it. */
export type Complaint = 'no-way' | 'port' | 'prohibited' | 'expired' | 'too-big' | 'reset'

export interface Packet {
  readonly leg: 'request' | 'reply' | 'error'
  readonly protocol: 'icmp' | 'tcp' | 'udp' | 'icmpv6'
  readonly src: string
  readonly dst: string
  /** Null: the free one that its sender was given. */
  readonly srcPort: number | null
  readonly dstPort: number | null
  /** Of icmp and icmpv6. */
  readonly type: number | null
  readonly ttl: number
  /** Bytes of the IP packet. */
  readonly length: number
  readonly df: boolean
  /** nfmark, which ends with the namespace (skb_scrub_packet, net/core/skbuff.c). */
  readonly mark: number
  readonly complaint: Complaint | null
}

/** What conntrack takes it for where its connection is followed. */
export const stateOf = ({ leg }: Packet): 'NEW' | 'ESTABLISHED' | 'RELATED' =>
  leg === 'request' ? 'NEW' : leg === 'reply' ? 'ESTABLISHED' : 'RELATED'

export const echoTypes = { icmp: { request: 8, reply: 0 }, icmpv6: { request: 128, reply: 129 } } as const

/** Its source is chosen by the way that it takes. */
export type Unsent = Omit<Packet, 'src'> & { readonly src: string | null }

/** The payload of a plain `ping`, bytes. */
const pingBytes = 56
/** Of a SYN with the options that Linux sends, and of a UDP header. */
const synBytes = 40
const udpBytes = 8
const icmpBytes = 8
/** Bytes of a datagram that is told no size. */
const datagramBytes = 12

const headerBytes = (address: string): number => (isIpv6(address) ? 40 : 20)

const payloadBytes = ({ protocol, size }: Probe): number =>
  protocol === 'tcp'
    ? synBytes
    : protocol === 'udp'
      ? udpBytes + (size ?? datagramBytes)
      : icmpBytes + (size ?? pingBytes)

/** The first packet of a probe. */
export function probePacket(probe: Probe, usualTtl: number): Unsent {
  const { to, port, ttl, df } = probe
  const protocol = probe.protocol !== 'icmp' ? probe.protocol : isIpv6(to) ? 'icmpv6' : 'icmp'
  return {
    ...{ leg: 'request', protocol, src: null, dst: to, srcPort: null, dstPort: port, complaint: null, df, mark: 0 },
    type: protocol === 'icmp' || protocol === 'icmpv6' ? echoTypes[protocol].request : null,
    ttl: ttl ?? usualTtl,
    length: headerBytes(to) + payloadBytes(probe),
  }
}

/** What a namespace answers to what it takes; `closed`: with an ICMP error, as no port of UDP is open there. */
export function answerTo(here: LiveNamespace, packet: Packet, ttl: number): Unsent | 'silence' | 'closed' {
  const { protocol, src, dst, srcPort, dstPort, length } = packet
  const back = {
    ...packet,
    leg: 'reply',
    src: dst,
    dst: src,
    srcPort: dstPort,
    dstPort: srcPort,
    ttl,
    mark: 0,
  } as const
  if (protocol === 'icmp' || protocol === 'icmpv6') {
    const key = protocol === 'icmp' ? 'net.ipv4.icmp_echo_ignore_all' : 'net.ipv6.icmp.echo_ignore_all'
    if (here.sysctls[key] === '1') return 'silence'
    // Answers of the kernel itself may be cut (icmp_sk_init, net/ipv4/icmp.c).
    return { ...back, type: echoTypes[protocol].reply, df: false }
  }
  const listens = here.services.some(
    (each) => each.listen === protocol && each.port === dstPort && (each.address ?? dst) === dst,
  )
  if (!listens && here.dnsmasq && (dstPort === 53 || dstPort === 67))
    throw new CannotSay(said`Whether dnsmasq of ${here.name} answers is not known.`)
  if (protocol === 'udp') return listens ? { ...back, length } : 'closed'
  return { ...back, complaint: listens ? null : 'reset' }
}

/** An ICMP error, or the reset that stands for one. From the address that was meant, where the namespace has it. */
export function errorAbout(packet: Packet, complaint: Complaint, ttl: number, isOwn: boolean): Unsent {
  const { src, dst } = packet
  const v6 = isIpv6(dst)
  const isReset = complaint === 'reset'
  return {
    leg: isReset ? 'reply' : 'error',
    protocol: isReset ? packet.protocol : v6 ? 'icmpv6' : 'icmp',
    src: isOwn || isReset ? dst : null,
    dst: src,
    srcPort: isReset ? packet.dstPort : null,
    dstPort: isReset ? packet.srcPort : null,
    type: isReset ? null : errorType(v6, complaint),
    ttl,
    length: headerBytes(dst) + icmpBytes + headerBytes(dst) + icmpBytes,
    df: false,
    mark: 0,
    complaint,
  }
}

/** ICMP type 3, ICMPv6 type 1; 11 and 3 where the TTL ended; ICMPv6 has a type of its own for what is too large. */
function errorType(v6: boolean, complaint: Complaint): number {
  if (v6) return complaint === 'expired' ? 3 : complaint === 'too-big' ? 2 : 1
  return complaint === 'expired' ? 11 : 3
}

/** What an answer, or an error, comes to for the one who probed. */
export function outcomeOf({ complaint, protocol, leg }: Packet, probed: Probe['protocol']): Outcome {
  if (complaint === null) return protocol === 'tcp' ? 'connected' : 'reply'
  if (complaint === 'reset') return 'refused'
  if (complaint === 'expired') return 'lost'
  return complaint === 'port' && probed !== 'icmp' && leg === 'error' ? 'refused' : 'unreachable'
}
