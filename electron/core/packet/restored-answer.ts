/** Answers to what NAT sent on in another's name: there they end at nobody, but are turned back and go on. */
import type { Chain } from './chain.js'
import { changedPaths } from './diff.js'
import { portOf, withoutEthernet, type WorkedOut } from './forwarding.js'
import type { PacketHeaders } from './packet.js'
import type { Member } from './sighting.js'

/** Requests as they were before their source was rewritten, by what an answer to them is known by. */
export type Renamed = ReadonlyMap<string, PacketHeaders>

const keyOf = ({ namespace, exchange }: Member, address: string, port: number | undefined): string =>
  `${namespace} ${exchange} ${address} ${port ?? ''}`

export function renamedRequests({ forwarded }: Chain): Renamed {
  const renamed = new Map<string, PacketHeaders>()
  for (const [request, out] of forwarded) {
    const { headers: came } = request.packet
    const { headers: sent } = out.packet
    if (request.leg !== 'request' || request.level > 0 || !came.ip || !sent.ip) continue
    const port = portOf(sent, 'srcPort')
    if (came.ip.src !== sent.ip.src || portOf(came, 'srcPort') !== port)
      renamed.set(keyOf(request, sent.ip.src, port), came)
  }
  return renamed
}

/** The answer with the destination that the request had come from; null where its namespace had not rewritten the source. */
export function restoredAnswer(member: Member, renamed: Renamed): PacketHeaders | null {
  const { ip, icmp, tcp, udp } = member.packet.headers
  if (member.leg !== 'reply' || member.level > 0 || !ip) return null
  const request = renamed.get(keyOf(member, ip.dst, portOf(member.packet.headers, 'dstPort')))
  if (!request?.ip) return null
  const port = portOf(request, 'srcPort')
  return {
    ...withoutEthernet(member.packet.headers),
    ip: { ...ip, dst: request.ip.src },
    ...(icmp && request.icmp ? { icmp: { ...icmp, id: request.icmp.id } } : {}),
    ...(tcp && port !== undefined ? { tcp: { ...tcp, dstPort: port } } : {}),
    ...(udp && port !== undefined ? { udp: { ...udp, dstPort: port } } : {}),
  }
}

/** That it was turned back, before it was routed. */
export const turnedBack = (member: Member, packet: PacketHeaders): WorkedOut => ({
  event: 'nat',
  leg: member.leg,
  namespace: member.namespace,
  interface: null,
  range: [member.time, member.time],
  packet,
  cause: member,
  changed: changedPaths(member.packet.headers, packet, true),
})
