/** What a frame of unknown traffic is, and by what it is known again after routers and NAT have had it. */
import type { CapturedFrame } from '../hop.js'
import type { NeighbourMessage, Packet } from '../packet.js'
import { echoReply, echoRequest } from '../probe-packets.js'
import { payloadText, type Sighting } from '../sighting.js'
import { tuple } from '../tuple.js'

export type Kind =
  /** `key`: the same for all sightings of one packet. */
  | { readonly kind: 'neighbour'; readonly message: NeighbourMessage; readonly key: string }
  | { readonly kind: 'echo'; readonly leg: 'request' | 'reply'; readonly own: string; readonly key: string }
  | { readonly kind: 'segment'; readonly own: string; readonly key: string }
  /** About the packet that it quotes. */
  | { readonly kind: 'error'; readonly about: Packet; readonly key: string }
  /** Not the first fragment of its datagram. */
  | { readonly kind: 'piece'; readonly datagram: string }

/**
 * Bytes of an echo's payload that tell it from others: ping puts its time stamp there. Shorter ones hold none, and are
 * told by their id, which only a colliding NAT changes.
 */
const signatureBytes = 32
const stampedBytes = 16
/** Bytes of a datagram that tell it from others with the same IP id, which is often 0. */
const datagramBytes = 32

/** Null for what is not followed: other protocols, and announcements that nobody answers. */
export function kindOf(sighting: Sighting, frame: CapturedFrame): Kind | null {
  const { subject } = sighting
  const { icmp, tcp, udp, ip } = subject.headers
  const { neighbour } = subject
  if (neighbour) {
    // Asked of no address: duplicate address detection and announcements of a starting interface.
    if (neighbour.senderIp === '::' || neighbour.senderIp === '0.0.0.0') return null
    const { protocol, op, senderIp, subjectIp } = neighbour
    return { kind: 'neighbour', message: neighbour, key: `${protocol} ${op} ${senderIp} ${subjectIp}` }
  }
  if (!ip) return null
  if (subject.fragment && subject.fragment.offset > 0) return { kind: 'piece', datagram: datagramOf(subject) ?? '' }
  const own = tuple(subject)
  if (icmp) {
    if (subject.quoted)
      return { kind: 'error', about: subject.quoted, key: `error ${icmp.type}/${icmp.code} #${ip.id ?? ''}` }
    const leg = echoRequest(subject) ? 'request' : echoReply(subject) ? 'reply' : null
    if (leg === null || own === null) return null
    const payload = payloadText(frame, subject)
    const signature = payload.length < stampedBytes ? `id ${icmp.id}` : payload.slice(0, signatureBytes)
    return { kind: 'echo', leg, own, key: `echo ${leg} ${icmp.seq} ${signature}` }
  }
  if (own === null) return null
  if (tcp)
    return {
      kind: 'segment',
      own,
      key: `tcp ${tcp.seq} ${tcp.ack} ${tcp.flags.join()} ${subject.payload?.length ?? 0} #${ip.id ?? ''}`,
    }
  if (udp)
    return {
      kind: 'segment',
      own,
      key: `udp ${udp.length} ${payloadText(frame, subject).slice(0, datagramBytes)} #${ip.id ?? ''}`,
    }
  return null
}

/** The same for all fragments of a datagram. */
export function datagramOf({ headers: { ip }, fragment }: Packet): string | null {
  return ip && fragment ? `${ip.src} ${ip.dst} ${ip.protocol} ${fragment.id}` : null
}
