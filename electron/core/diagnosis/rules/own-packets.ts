/** Packets of the probe as rules saw them, so that a verdict about another connection is never taken for its own. */
import type { PacketHeaders } from '../../packet/packet.js'
import type { RulePacket, RuleVerdict, Scene } from '../scene.js'
import { containsAddress, solicitedNode } from '../../lab/address.js'
import { defaultGenevePort, isTunnelKind, tunnelTraits } from '../../lab/tunnel.js'
import type { LostTunnel } from '../lost-tunnel.js'
import { isIpv6, type Network } from '../network.js'
import { protocolName } from '../../packet/upper-layer.js'

const echo = { icmp: [8, 0], icmpv6: [128, 129] } as const
/** Neighbour solicitation and advertisement (RFC 4861). */
const solicitation = 135
const advertisement = 136

export const isDiscovery = (packet: RulePacket | null): boolean =>
  packet?.icmp?.type === solicitation || packet?.icmp?.type === advertisement

/** One per IP header: a tunnel's packet, and what is in it. */
export function packetsOf(headers: PacketHeaders): RulePacket[] {
  const inner = headers.inner ? packetsOf(headers.inner) : []
  const { ip, tcp, udp, icmp, arp } = headers
  if (arp) return [{ src: arp.senderIp, dst: arp.targetIp, protocol: 'arp', ports: null, icmp: null }, ...inner]
  if (!ip) return inner
  const ends = tcp ?? udp
  const own: RulePacket = {
    src: ip.src,
    dst: ip.dst,
    protocol: ip.protocol,
    ports: ends ? { src: ends.srcPort, dst: ends.dstPort } : null,
    icmp: icmp ? { type: icmp.type, id: icmp.id } : null,
  }
  return [own, ...inner]
}

const reversed = (type: number): number => ({ 8: 0, 128: 129, [solicitation]: advertisement })[type] ?? type

/** What the namespace would send back: an answer that its own rules drop is never seen on a wire. */
function answerTo({ src, dst, protocol, ports, icmp }: RulePacket): RulePacket {
  return {
    src: dst,
    dst: src,
    protocol,
    ports: ports && { src: ports.dst, dst: ports.src },
    icmp: icmp && { type: reversed(icmp.type), id: icmp.id },
  }
}

/** For the link-layer address of a neighbour; one of IPv6 goes to the group of all whose addresses end alike (RFC 4291). */
function questionFor(address: string): RulePacket {
  const none = { src: '', ports: null }
  if (!isIpv6(address)) return { ...none, dst: address, protocol: 'arp', icmp: null }
  return { ...none, dst: solicitedNode(address), protocol: 'icmpv6', icmp: { type: solicitation, id: null } }
}

/** A tunnel's own packet that left nowhere: what a rule of its sender would have seen of it. */
function packetAround({ interface: name, namespace, remote }: LostTunnel, network: Network): RulePacket[] {
  const link = network.link(namespace, name)
  if (!link || remote === null) return []
  const to = (protocol: string, port: number | null): RulePacket[] => [
    { src: '', dst: remote, protocol, ports: port === null ? null : { src: 0, dst: port }, icmp: null },
  ]
  if (link.vxlan) return to('udp', link.vxlan.port)
  if (link.kind === 'geneve') return to('udp', link.tunnel?.port ?? defaultGenevePort)
  return isTunnelKind(link.kind) ? to(protocolName(tunnelTraits[link.kind].protocol), null) : []
}

/** Packets of the probe, of its neighbour discovery and around it that this namespace had, or would have sent. Errors are none. */
export function ownPackets({ hops, probe, death, network }: Scene, namespace: string): readonly RulePacket[] {
  const seen = hops.flatMap(({ namespace: at, leg, packet }) =>
    at === namespace && packet !== null && leg !== 'error' ? packetsOf(packet) : [],
  )
  const { from, target, protocol, port } = probe
  const name = protocol === 'icmp' && isIpv6(target) ? 'icmpv6' : protocol
  const unsent: RulePacket[] =
    from === namespace
      ? [
          {
            src: '',
            dst: target,
            protocol: name,
            ports: port === null ? null : { src: 0, dst: port },
            icmp: name === 'icmp' || name === 'icmpv6' ? { type: echo[name][0], id: null } : null,
          },
        ]
      : []
  // A question that a rule of its sender dropped was seen nowhere.
  const asked = death?.missed?.namespace === namespace ? [questionFor(death.missed.address)] : []
  const around =
    death?.tunnel?.swallowed && death.tunnel.namespace === namespace ? packetAround(death.tunnel, network) : []
  return [...seen, ...seen.map(answerTo), ...unsent, ...asked, ...around]
}

const sameUnlessUnknown = (a: number | null, b: number | null): boolean => a === null || b === null || a === b

const sameIcmp = (a: RulePacket, b: RulePacket): boolean =>
  a.icmp?.type === b.icmp?.type && sameUnlessUnknown(a.icmp?.id ?? null, b.icmp?.id ?? null)

export function samePacket(a: RulePacket, b: RulePacket): boolean {
  if (a.protocol !== b.protocol || !sameIcmp(a, b)) return false
  // A solicitation goes to a group, and the answer comes from the address that was asked for.
  const toGroup = b.dst.startsWith('ff') || b.src.startsWith('ff')
  if (isDiscovery(a) && toGroup) return a.dst === b.dst || (b.src !== '' && a.src === b.src)
  if (b.src === '') return a.dst === b.dst && a.ports?.dst === b.ports?.dst
  return a.src === b.src && a.dst === b.dst && a.ports?.src === b.ports?.src && a.ports?.dst === b.ports?.dst
}

/** One of the two ends, address and port, is the same. */
export function oneEnd(a: RulePacket, b: RulePacket): boolean {
  if (a.protocol !== b.protocol || a.icmp?.type !== b.icmp?.type || isDiscovery(a)) return false
  return (a.src === b.src && a.ports?.src === b.ports?.src) || (a.dst === b.dst && a.ports?.dst === b.ports?.dst)
}

/** A match of iptables against a packet, where the rule has it: one that is not known speaks for nobody. */
export function fits(
  { rule }: Pick<RuleVerdict, 'rule' | 'iif' | 'oif'>,
  family: RuleVerdict['family'],
  packet: RulePacket,
): boolean {
  if ((family === 'ip6') !== isIpv6(packet.dst)) return false
  if (rule === null) return true
  // What a rule wants to be otherwise is not looked into.
  const said = (flag: string): string | undefined =>
    new RegExp(`(?:^|(?<!!) )${flag} (\\S+)`).exec(rule)?.[1]?.replace(/\/(32|128)$/, '')
  const protocol = said('-p')
  const names = packet.protocol === 'icmpv6' ? ['icmpv6', 'ipv6-icmp'] : [packet.protocol]
  if (protocol !== undefined && !names.includes(protocol)) return false
  const port = said('--dport')
  if (port !== undefined && packet.ports !== null && String(packet.ports.dst) !== port) return false
  const sourcePort = said('--sport')
  if (sourcePort !== undefined && packet.ports?.src && String(packet.ports.src) !== sourcePort) return false
  const outside = (prefix: string | undefined, address: string): boolean =>
    prefix !== undefined && address !== '' && !containsAddress(prefix, address)
  return !outside(said('-s'), packet.src) && !outside(said('-d'), packet.dst)
}
