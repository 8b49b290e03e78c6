/** Where the film of a failed probe ends: the one place that all rules look at. The first loss on the packet's way counts. */
import { isAnyTunnel, isLayer3 } from '../lab/tunnel.js'
import { decodeFrame } from '../packet/decode.js'
import type { LiveLink } from '../live/state.js'
import type { CapturedFrame, TracedHop } from '../packet/hop.js'
import { findComplaint, firstLoss, type Complaint } from './loss.js'
import { isIpv6, type Network } from './network.js'
import type { ProbeFacts } from './scene.js'

export type Stage =
  /** It never left the namespace that was to send it. */
  | 'start'
  /** It came to a namespace that it was not for, and was not sent on. */
  | 'forward'
  /** It came to its destination, which sent nothing back. */
  | 'target'
  /** The answer came back to the probe's namespace, and the probe never got it. */
  | 'home'
  /** It came to a bridge's port and left by none. */
  | 'bridge'
  /** It left by a cable and came out nowhere. */
  | 'cable'
  /** It was sent to a link-layer address that nobody there has, or to a station that was not meant. */
  | 'stranger'

/** Who should have taken it next and did not: asked for in vain, or sent to in vain where its link-layer address was known. */
export interface Missed {
  /** Who sends to it. */
  readonly namespace: string
  readonly dev: string
  readonly address: string
  /** By which the packet had come to who sends; null where it starts there. */
  readonly iif: string | null
}

export interface Death {
  readonly stage: Stage
  readonly leg: 'request' | 'reply'
  readonly namespace: string
  /** By which it came in (or, for `stranger`, where it ended); null where it starts. */
  readonly interface: string | null
  /** As it was there. */
  readonly src: string | null
  readonly dst: string
  /** Bytes of the IP packet, where it was seen. */
  readonly length: number | null
  readonly missed: Missed | null
  /** Who had sent it to where it ended, and as whom its routes meant that station; null where it starts there. */
  readonly sender: Missed | null
  readonly complaint: Complaint | null
  /** The tunnel whose own packet it is that was lost, or that it went into and never came out of. */
  readonly tunnel: LostTunnel | null
  /** The VRF of the interface that it came in by. */
  readonly vrf?: string
}

export interface LostTunnel {
  readonly namespace: string
  readonly interface: string
  readonly remote: string | null
  /** It went in, and no packet of the tunnel was seen. */
  readonly swallowed: boolean
}

type Kept = Pick<CapturedFrame, 'bytes' | 'originalLength'>

/** @param frames by the index that hops have */
export function findDeath(
  probe: ProbeFacts,
  hops: readonly TracedHop[],
  frames: readonly Kept[],
  network: Network,
): Death | null {
  const complaint = findComplaint(hops)
  const lost = firstLoss(hops)
  const at = lost ?? strangerHop(hops, network)
  if (!at) return null
  const leg = at.leg === 'reply' ? 'reply' : 'request'
  // Where a tunnel's own packet was lost, it is the one to be explained.
  const ip = at.packet?.ip
  const dst = ip?.dst ?? probe.target
  const src = ip?.src ?? null
  const anchor = hops.find(({ n }) => n === at.comparedWith)
  const tunnel = lostTunnel(at, anchor, hops, network)
  if (tunnel?.swallowed) {
    const inside = swallowedBy(tunnel, at, leg, complaint, hops, frames, network)
    if (inside) return inside
  }
  const next = nextHop(at, hops, network)
  const vrf = network.link(at.namespace, at.interface)?.vrf
  const stage = stageOf(at, anchor?.direction ?? null, dst, probe, network, next)
  const missed = isLinkLayer(stage)
    ? next
    : (findUnanswered(at, hops, frames, network) ?? unresolved(network, at, stage === 'target' ? (src ?? dst) : dst))
  const around = tunnel ?? unheardTunnel(missed, hops, network)
  if (around?.swallowed && around !== tunnel) {
    const beside = hops.filter((hop) => hop.interface !== around.interface)
    const inside = swallowedBy(around, at, leg, complaint, beside, frames, network)
    if (inside) return inside
  }
  return {
    stage,
    leg,
    namespace: at.namespace,
    interface: at.interface,
    src,
    dst,
    length: ip?.length ?? null,
    missed,
    sender: next,
    complaint,
    tunnel: around,
    ...(vrf === undefined ? {} : { vrf }),
  }
}

/** It went into a tunnel, and nothing came of that: the tunnel's own packet is the one to be explained, where it starts. */
function swallowedBy(
  tunnel: LostTunnel,
  at: TracedHop,
  leg: Death['leg'],
  complaint: Death['complaint'],
  hops: readonly TracedHop[],
  frames: readonly Kept[],
  network: Network,
): Death | null {
  const ends = tunnelEnds(network.link(tunnel.namespace, tunnel.interface))
  return (
    ends && {
      ...{ stage: 'start', leg, namespace: at.namespace, interface: null, src: ends.local, dst: ends.remote },
      ...{ length: null, missed: findUnanswered(at, hops, frames, network), sender: null, complaint, tunnel },
    }
  )
}

/** What asks for a neighbour goes into the tunnel, too: it did not come out of it, or not even its packet left. */
function unheardTunnel(missed: Missed | null, hops: readonly TracedHop[], network: Network): LostTunnel | null {
  const link = missed && network.link(missed.namespace, missed.dev)
  if (!missed || !link || !isAnyTunnel(link.kind)) return null
  const asks = hops.filter(({ leg, observed }) => observed && (leg === 'arp' || leg === 'ndp'))
  const isSent = asks.some(
    ({ namespace, direction, packet }) =>
      namespace === missed.namespace && direction === 'out' && packet?.inner !== undefined,
  )
  const isHeard = asks.some(
    ({ namespace, direction, interface: name }) =>
      direction === 'in' && namespace !== missed.namespace && isAnyTunnel(network.link(namespace, name)?.kind ?? ''),
  )
  const isAsked = asks.some(
    ({ namespace, direction, interface: name }) =>
      namespace === missed.namespace && direction === 'out' && name === missed.dev,
  )
  if (isHeard || !(isSent || isAsked)) return null
  return {
    ...{ namespace: missed.namespace, interface: missed.dev, swallowed: !isSent },
    remote: tunnelEnds(link)?.remote ?? null,
  }
}

/** Whose packet it is, where it is one of a tunnel. */
function lostTunnel(
  at: TracedHop,
  anchor: TracedHop | undefined,
  hops: readonly TracedHop[],
  network: Network,
): LostTunnel | null {
  const entered = (hop: TracedHop | undefined): hop is TracedHop & { readonly interface: string } =>
    hop?.observed === true &&
    hop.direction === 'out' &&
    isAnyTunnel(network.link(hop.namespace, hop.interface)?.kind ?? '')
  if (at.interface !== null && anchor?.interface === at.interface && entered(anchor)) {
    const remote = tunnelEnds(network.link(anchor.namespace, anchor.interface))?.remote ?? null
    return { namespace: anchor.namespace, interface: anchor.interface, remote, swallowed: true }
  }
  if (!at.packet?.inner && !at.packet?.wireguard) return null
  const last = hops.findLast((hop) => hop.n <= at.n && hop.leg === at.leg && entered(hop))
  return last?.interface
    ? { namespace: last.namespace, interface: last.interface, remote: at.packet.ip?.dst ?? null, swallowed: false }
    : null
}

/** Of a tunnel with one remote end; WireGuard's packets leave when its peers have agreed, and not before. */
function tunnelEnds(link: LiveLink | undefined): { readonly local: string | null; readonly remote: string } | null {
  const ends = link?.vxlan ?? link?.tunnel
  return ends && ends.remote !== null ? { local: ends.local, remote: ends.remote } : null
}

/** Lost between who sent it and who should have taken it next. */
export const isLinkLayer = (stage: Stage): boolean => stage === 'bridge' || stage === 'cable' || stage === 'stranger'

/** To whom the frame went that was lost, or seen last: as the routes of its sender say. */
function nextHop(at: TracedHop, hops: readonly TracedHop[], network: Network): Missed | null {
  const left = hops.filter(
    ({ n, leg, event, direction, observed, packet }) =>
      n <= at.n && leg === at.leg && event === 'sent' && direction === 'out' && observed && packet?.ip !== undefined,
  )
  const lowest = left.at(-1)
  // A sub-interface sends by its parent, and only the sub-interface has routes.
  const sent = left.find((hop) => hop === lowest || sentOn(network, hop, lowest))
  const dst = sent?.packet?.ip?.dst
  if (!sent || sent.interface === null || dst === undefined) return null
  const { namespace, interface: dev } = sent
  const routes = network.routes(namespace, dst, null).filter((each) => each.dev === dev)
  // Of several next hops the one whose link-layer address the frame bears.
  const mac = sent.packet?.eth?.dst
  const neighbours = network.namespace(namespace)?.neighbours ?? []
  const borne = routes.find(
    (route) =>
      route.weight !== null &&
      neighbours.some((each) => each.dev === dev && each.address === route.via && each.mac === mac),
  )
  return { namespace, dev, address: (borne ?? routes[0])?.via ?? dst, iif: cameBy(hops, sent) }
}

/** Whether the one that `lower` sent had been handed to it by the interface of `upper`, which stands on it. */
const sentOn = (network: Network, upper: TracedHop, lower: TracedHop | undefined): boolean =>
  lower !== undefined &&
  upper.namespace === lower.namespace &&
  upper.interface !== null &&
  lower.interface !== null &&
  network.standsOn(upper.namespace, upper.interface, lower.interface)

/** By which a packet had come to a namespace that sent it on. */
function cameBy(hops: readonly TracedHop[], sent: TracedHop): string | null {
  const came = hops.findLast(
    ({ n, leg, namespace, direction, observed }) =>
      n < sent.n && leg === sent.leg && namespace === sent.namespace && direction === 'in' && observed,
  )
  return came?.interface ?? null
}

/** @param direction of the frame that was seen last */
function stageOf(
  at: TracedHop,
  direction: 'in' | 'out' | null,
  dst: string,
  probe: ProbeFacts,
  network: Network,
  next: Missed | null,
): Stage {
  if (at.observed) return 'stranger'
  if (at.interface === null) return 'start'
  if (direction === 'out') return 'cable'
  const link = network.link(at.namespace, at.interface)
  if (network.owns(at.namespace, dst) && link?.master === null)
    return at.leg === 'reply' && at.namespace === probe.from ? 'home' : 'target'
  if (link?.master) return 'bridge'
  // An old link-layer address led here: a station that is no router and does not have the next hop's address.
  const meant = next === null || next.namespace === at.namespace || network.owns(at.namespace, next.address)
  return meant || network.forwards(at.namespace, isIpv6(dst)) ? 'forward' : 'stranger'
}

/** Ended at stations that it was not addressed to: then it was sent to a wrong one. */
function strangerHop(hops: readonly TracedHop[], network: Network): TracedHop | undefined {
  const last = hops.findLast(({ leg, observed }) => observed && (leg === 'request' || leg === 'reply'))
  if (!last || last.direction !== 'in') return undefined
  const link = network.link(last.namespace, last.interface)
  return link && link.master === null && !isLayer3(link.kind) && last.packet?.eth?.dst !== link.mac ? last : undefined
}

/** ARP and neighbour discovery: the last question of a namespace that has no answer. */
function findUnanswered(
  at: TracedHop,
  hops: readonly TracedHop[],
  frames: readonly Kept[],
  network: Network,
): Missed | null {
  const { namespace, interface: iif } = at
  let open = null as Missed | null
  for (const hop of hops) {
    if (hop.namespace !== namespace || (hop.leg !== 'arp' && hop.leg !== 'ndp') || hop.frame === null) continue
    const frame = frames[hop.frame]
    if (!frame || hop.interface === null) continue
    const message = decodeFrame(frame.bytes, { originalLength: frame.originalLength }).neighbour
    if (!message) continue
    // The parent of the sub-interface that asks: it sends the question on, and an answer to it is not yet one to who asked.
    if (open?.address === message.subjectIp && network.standsOn(namespace, open.dev, hop.interface)) continue
    if (message.op === 'request' && hop.direction === 'out' && hop.event === 'sent')
      open = { namespace, dev: hop.interface, address: message.subjectIp, iif }
    else if (message.op === 'reply' && hop.direction === 'in' && open?.address === message.subjectIp) open = null
  }
  return open
}

/** Asked for where no frame could be sent, as on a bridge without a carrier: the kernel's own table says so. */
function unresolved(network: Network, { namespace, interface: iif }: TracedHop, dst: string): Missed | null {
  const neighbours = network.namespace(namespace)?.neighbours ?? []
  for (const { dev, via } of network.ways(namespace, dst)) {
    if (dev === null) continue
    // A gateway that is an address of one's own is none: the kernel asks for the destination itself.
    const address = via === null || network.owns(namespace, via) ? dst : via
    const entry = neighbours.find((each) => each.dev === dev && each.address === address)
    if (entry?.state === 'FAILED' || entry?.state === 'INCOMPLETE') return { namespace, dev, address, iif }
  }
  return null
}

/** Where a packet has to find its way by routing: from where, to what. */
export interface Departure {
  readonly leg: 'request' | 'reply'
  readonly namespace: string
  /** Came in by; null where it starts here. */
  readonly iif: string | null
  readonly src: string | null
  readonly dst: string
  /** The VRF that it starts in. */
  readonly vrf?: string
}

/** The routing decision that the death is about: that of the answer, where the request had arrived. */
export function departureOf(death: Death | null): Departure | null {
  if (!death) return null
  const { stage, leg, namespace, src, dst, missed, vrf } = death
  if (isLinkLayer(stage)) return missed && { leg, namespace: missed.namespace, iif: missed.iif, src, dst }
  if (stage === 'start') return { leg, namespace, iif: null, src: null, dst }
  if (stage === 'forward') return { leg, namespace, iif: death.interface, src, dst }
  if (stage !== 'target' || src === null) return null
  // Whoever answers does so in the VRF that was asked.
  return { leg: 'reply', namespace, iif: null, src: dst, dst: src, ...(vrf === undefined ? {} : { vrf }) }
}

export const familyOfDeath = (death: Death): 'ipv4' | 'ipv6' => (isIpv6(death.dst) ? 'ipv6' : 'ipv4')
