/** Where the film of a failed probe ends: the one place that all rules look at. The first loss on the packet's way counts. */
import { isLayer3 } from '../lab/tunnel.js'
import type { TracedHop } from '../packet/hop.js'
import { findComplaint, firstLoss, type Complaint } from './loss.js'
import { isIpv6, type Network } from './network.js'
import { lostTunnel, tunnelEnds, unheardTunnel, type LostTunnel } from './lost-tunnel.js'
import type { ProbeFacts } from './scene.js'
import { findUnanswered, unresolved, type Kept, type Missed } from './unanswered.js'

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
  const outer = around && !around.swallowed ? lostAround(around, hops, frames, network) : null
  if (outer) return { ...outer, complaint }
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

/** What asks for a neighbour left in a packet of the tunnel, and that one was lost on its way: it is the one to be explained. */
function lostAround(
  tunnel: LostTunnel,
  hops: readonly TracedHop[],
  frames: readonly Kept[],
  network: Network,
): Omit<Death, 'complaint'> | null {
  const at = hops.find(
    ({ leg, event, observed, packet, namespace }) =>
      (leg === 'arp' || leg === 'ndp') &&
      event === 'dropped' &&
      !observed &&
      packet?.inner !== undefined &&
      packet.ip?.dst === tunnel.remote &&
      !network.owns(namespace, packet.ip.dst),
  )
  const ip = at?.packet?.ip
  if (!at || !ip) return null
  const { namespace, interface: name } = at
  const missed = findUnanswered(at, hops, frames, network) ?? unresolved(network, at, ip.dst)
  return {
    ...{ stage: name === null ? 'start' : 'forward', leg: 'request', namespace, interface: name },
    ...{ src: ip.src, dst: ip.dst, length: ip.length, missed, sender: null, tunnel },
  }
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
