/** What a film says of a packet's end: where the packet, or a piece of it, was lost, and who complained of it. */
import type { TracedHop } from '../packet/hop.js'
import type { PacketHeaders } from '../packet/packet.js'

export interface Complaint {
  /** Who sent the ICMP error. */
  readonly namespace: string
  readonly type: number
  readonly code: number
}

/** The headers of the packet that travels, without tunnels around it. */
export const innermost = (headers: PacketHeaders): PacketHeaders => (headers.inner ? innermost(headers.inner) : headers)

const isPiece = ({ packet }: TracedHop): boolean => (packet && innermost(packet).ip?.moreFragments) !== undefined

/** The first one of the request or its answer; of a packet in pieces, that of the piece which kept the others from being put together. */
export function firstLoss(hops: readonly TracedHop[]): TracedHop | undefined {
  const losses = hops.filter(
    ({ event, leg, observed }) => event === 'dropped' && !observed && (leg === 'request' || leg === 'reply'),
  )
  const [first] = losses
  if (!first || !isPiece(first)) return first
  return losses.find((each) => isPiece(each) && each.leg === first.leg && each.namespace !== first.namespace) ?? first
}

/** Errors that end a packet's way (RFC 792, 4443): a redirect only gives advice, and may come with any of them. */
function endsTheWay({ packet }: TracedHop): boolean {
  const headers = packet && innermost(packet)
  const type = headers?.icmp?.type
  if (type === undefined) return false
  return headers?.ip?.version === 6 ? type < 128 : type === 3 || type === 11 || type === 12
}

const isError = (hop: TracedHop): boolean =>
  hop.leg === 'error' && hop.observed && hop.direction === 'out' && endsTheWay(hop)

/** The latest ICMP error about the probe, where it set out. One that a namespace sends to itself is seen on its lo. */
export function findComplaint(hops: readonly TracedHop[]): Complaint | null {
  const hop = hops.find((each) => isError(each))
  const icmp = hop?.packet && innermost(hop.packet).icmp
  return hop && icmp ? { namespace: hop.namespace, type: icmp.type, code: icmp.code } : null
}
