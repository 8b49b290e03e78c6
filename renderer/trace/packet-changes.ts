/** Which parts of a hop's packet differ from the hop it moved on from: what the table tints. */
import type { TraceHop } from '../../electron/core/diagnosis/trace.js'
import type { PacketHeaders } from '../../electron/core/packet/packet.js'
import type { Film } from './film.js'

/** The packet that travels, without the tunnels around it: what the probe sent. */
export const packetOf = (hop: TraceHop): PacketHeaders | null => {
  let headers = hop.packet
  while (headers?.inner) headers = headers.inner
  return headers
}

/** Addresses as the table shows them: of IP, else of ARP. */
export interface Ends {
  readonly source: string
  readonly destination: string
}

export function endsOf(hop: TraceHop): Ends | null {
  const packet = packetOf(hop)
  if (packet?.ip) return { source: packet.ip.src, destination: packet.ip.dst }
  if (packet?.arp) return { source: packet.arp.senderIp, destination: packet.arp.targetIp }
  return null
}

/** Of the frame on the wire: of a tunnelled packet, the outer one. */
export function macsOf(hop: TraceHop): Ends | null {
  const eth = hop.packet?.eth
  return eth ? { source: eth.src, destination: eth.dst } : null
}

export interface Changes {
  readonly source: boolean
  readonly destination: boolean
  readonly mac: boolean
  readonly ttl: boolean
}

const none: Changes = { source: false, destination: false, mac: false, ttl: false }

export function changesOf(film: Film, n: number): Changes {
  const each = film.byNumber.get(n)
  const before = film.byNumber.get(each?.from ?? -1)
  if (!each || !before) return none
  const [old, now] = [endsOf(before.hop), endsOf(each.hop)]
  const ends = { source: old?.source !== now?.source, destination: old?.destination !== now?.destination }
  // A hop that was worked out has no link-layer addresses of its own: the last captured ones count.
  const frame = lastFrame(film, each.from)
  const [oldMac, mac] = [frame && macsOf(frame), macsOf(each.hop)]
  return {
    ...ends,
    mac: mac !== null && oldMac !== null && (oldMac.source !== mac.source || oldMac.destination !== mac.destination),
    ttl: packetOf(before.hop)?.ip?.ttl !== packetOf(each.hop)?.ip?.ttl,
  }
}

function lastFrame(film: Film, from: number | null): TraceHop | null {
  for (let n = from; n !== null;) {
    const each = film.byNumber.get(n)
    if (!each) return null
    if (each.hop.observed) return each.hop
    n = each.from
  }
  return null
}

/** What the capsule shows of a packet. */
export interface Capsule {
  readonly layer3: 'none' | 'plain' | 'rewritten'
  readonly layer2: boolean
  /** Answers are hollow, and errors are so in the colour of failure. */
  readonly says: 'question' | 'answer' | 'error'
}

export function capsuleOf(film: Film, n: number): Capsule {
  const each = film.byNumber.get(n)
  const headers = each && packetOf(each.hop)
  if (!each || !headers) return { layer2: true, layer3: 'plain', says: 'question' }
  const isAnswer = each.hop.leg === 'reply' || headers.arp?.op === 'reply' || headers.icmp?.type === 136
  const says = each.hop.leg === 'error' ? 'error' : isAnswer ? 'answer' : 'question'
  if (!headers.ip) return { layer2: true, layer3: 'none', says }
  const first = film.byNumber.get(each.journey)
  const [a, b] = [first && endsOf(first.hop), endsOf(each.hop)]
  const rewritten = a && b && (a.source !== b.source || a.destination !== b.destination)
  return { layer2: true, layer3: rewritten ? 'rewritten' : 'plain', says }
}
