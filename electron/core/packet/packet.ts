/**
 * One captured frame, decoded once and shown twice: `headers` is the JSON that `trace --json` prints, `layers` is what
 * the packet pane and the hex dump draw. Both come from the same bytes; offsets count from the first byte captured.
 */
import type { FieldName } from './fields.js'

export interface EthernetHeader {
  /** Lower case, colons. */
  readonly src: string
  readonly dst: string
  /** EtherType behind any VLAN tag as `0x0800`; below 0x0600 it is an IEEE 802.3 length. */
  readonly type: string
}

/** IEEE 802.1Q tags, between the addresses and the EtherType. */
export interface VlanHeader {
  readonly id: number
  /** Of an outer tag only. */
  readonly protocol?: '802.1ad'
  /** Where it is not 0. */
  readonly priority?: number
  /** The id of the tag behind the first. */
  readonly inner?: number
}

export interface ArpHeader {
  /** `request`, `reply`, or the decimal number of any other operation. */
  readonly op: string
  readonly senderMac: string
  readonly senderIp: string
  readonly targetIp: string
}

export interface IpHeader {
  readonly version: 4 | 6
  readonly src: string
  readonly dst: string
  /** TTL, or the hop limit of IPv6. */
  readonly ttl: number
  /** Identification; null in IPv6, which has one in fragments only. */
  readonly id: number | null
  /** `icmp`, `tcp`, `udp`, `icmpv6`, or the decimal number of any other. */
  readonly protocol: string
  /** Don't fragment. Always true in IPv6: no router ever fragments (RFC 8200, section 5). */
  readonly df: boolean
  /** Bytes of the whole IP packet, header included. */
  readonly length: number
  /** Of fragments only: where its bytes stand in the packet that was cut, and whether more follow. */
  readonly fragmentOffset?: number
  readonly moreFragments?: boolean
}

export interface IcmpHeader {
  readonly type: number
  readonly code: number
  /** Identifier and sequence number: echo messages only. */
  readonly id: number | null
  readonly seq: number | null
}

export interface TcpHeader {
  readonly srcPort: number
  readonly dstPort: number
  readonly seq: number
  readonly ack: number
  /** Names of the set bits, from the lowest: FIN, SYN, RST, PSH, ACK, URG, ECE, CWR. */
  readonly flags: readonly string[]
}

export interface UdpHeader {
  readonly srcPort: number
  readonly dstPort: number
  /** Header and payload, bytes. */
  readonly length: number
}

export interface VxlanHeader {
  readonly vni: number
}

export interface GreHeader {
  /** EtherType of what it carries, as `0x0800`. */
  readonly protocol: string
  readonly key?: number
  readonly seq?: number
}

export interface GeneveHeader {
  readonly vni: number
}

export interface WireguardHeader {
  readonly message: 'initiation' | 'response' | 'cookie' | 'data'
  /** Numbers by which the two know each other's session, as `0x1a2b3c4d`. */
  readonly sender?: string
  readonly receiver?: string
  /** Counts the messages of a session. */
  readonly counter?: number
}

export interface DnsHeader {
  readonly id: number
  readonly response: boolean
  /** Of a response: `NOERROR`, `NXDOMAIN`, ... */
  readonly code: string | null
  readonly question: { readonly name: string; readonly type: string } | null
  /** Addresses of its answers. */
  readonly answers: readonly string[]
}

export interface DhcpHeader {
  /** `discover`, `offer`, `request`, `ack`, `nak`, ... */
  readonly message: string
  /** By which the messages of one exchange belong together. */
  readonly id: number
  /** The address that is given, or asked for. */
  readonly address: string | null
  readonly server: string | null
  /** Seconds. */
  readonly lease: number | null
}

/** The packet as `trace --json` prints it. A layer stands here only if its whole fixed header was captured. */
export interface PacketHeaders {
  readonly eth?: EthernetHeader
  readonly vlan?: VlanHeader
  readonly arp?: ArpHeader
  readonly ip?: IpHeader
  readonly icmp?: IcmpHeader
  readonly tcp?: TcpHeader
  readonly udp?: UdpHeader
  readonly vxlan?: VxlanHeader
  readonly gre?: GreHeader
  readonly geneve?: GeneveHeader
  readonly wireguard?: WireguardHeader
  readonly dns?: DnsHeader
  readonly dhcp?: DhcpHeader
  /** The frame or packet inside a tunnel. */
  readonly inner?: PacketHeaders
}

export const layerNames = [
  'ethernet',
  'arp',
  'ipv4',
  'ipv6',
  'ipv6-extension',
  'icmp',
  'icmpv6',
  'tcp',
  'udp',
  'vxlan',
  'gre',
  'geneve',
  'wireguard',
  'dns',
  'dhcp',
  'payload',
] as const
export type LayerName = (typeof layerNames)[number]

/** Headers of tunnels, which stand between an outer and an inner packet. */
export const isTunnelLayer = (layer: LayerName): boolean =>
  layer === 'vxlan' || layer === 'gre' || layer === 'geneve' || layer === 'wireguard'

export interface Field {
  /** Catalogue key of its label. */
  readonly name: FieldName
  /** Unique within the packet, e.g. `ip.ttl`, `inner.eth.src`; equal to the JSON path where the JSON has the field. */
  readonly path: string
  /** As shown: kernel words and numbers, never translated. */
  readonly value: string
  readonly raw: number | string
  /** Byte range in the frame; fields that share a byte share its range. */
  readonly offset: number
  readonly length: number
}

export interface Checksum {
  /** `unverified` where the bytes cannot prove it either way; `reason` says why. */
  readonly status: 'valid' | 'invalid' | 'unverified'
  /**
   * cut: not all bytes were captured. fragment: it covers the reassembled packet. absent: the sender sent none (UDP).
   * offloaded: the field still holds the pseudo header's sum, which the device would have completed; on a veth it never is.
   */
  readonly reason: 'cut' | 'fragment' | 'absent' | 'offloaded' | null
}

export interface Layer {
  readonly layer: LayerName
  /** One line, e.g. `192.168.1.2 → 203.0.113.10`. */
  readonly summary: string
  readonly fields: readonly Field[]
  /** Bytes of the header (of the payload, for `payload`). */
  readonly offset: number
  readonly length: number
  readonly checksum: Checksum | null
  /** Where it stands: `frame` itself, the `inner` frame of a tunnel, or what an ICMP error has `quoted`. */
  readonly within: 'frame' | 'inner' | 'quoted'
}

/** What was on the wire and is not in the capture. */
export interface Missing {
  readonly layer: LayerName
  readonly part: 'header' | 'payload'
  /** Bytes of that part that are here, and that it had. */
  readonly captured: number
  readonly expected: number
}

/** Position of an IP fragment in its packet; null where the packet is whole. */
export interface Fragment {
  readonly id: number
  /** Bytes. */
  readonly offset: number
  readonly more: boolean
}

/** The neighbour a frame asks for or announces: ARP and neighbour discovery in one form. */
export interface NeighbourMessage {
  readonly protocol: 'arp' | 'ndp'
  readonly op: 'request' | 'reply'
  readonly senderIp: string
  /** Link-layer address the message itself names, or the frame's source where it names none. */
  readonly senderMac: string
  /** Whose link-layer address is asked for; in a reply, whose it is. */
  readonly subjectIp: string
  /** Who is meant to hear it; in a reply, who had asked. */
  readonly targetIp: string
}

export interface Packet {
  readonly headers: PacketHeaders
  /** Outermost first; quoted and inner packets follow in place. */
  readonly layers: readonly Layer[]
  /** Some of the frame is missing; `missing` says the first thing that is. */
  readonly truncated: boolean
  readonly missing: Missing | null
  /** Byte range of this packet in the frame as captured. */
  readonly offset: number
  readonly end: number
  readonly fragment: Fragment | null
  /** TCP or UDP ports, known even where only eight bytes were quoted. */
  readonly ports: { readonly src: number; readonly dst: number } | null
  /** TCP sequence number, known even where only eight bytes were quoted. */
  readonly sequence: number | null
  /** What follows the innermost decoded header: captured byte range, and its length on the wire. */
  readonly payload: { readonly offset: number; readonly end: number; readonly length: number } | null
  readonly neighbour: NeighbourMessage | null
  /** The frame inside a tunnel. */
  readonly inner: Packet | null
  /** The packet that an ICMP error is about; it has no Ethernet header. */
  readonly quoted: Packet | null
}
