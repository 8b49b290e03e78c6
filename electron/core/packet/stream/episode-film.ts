/** The hops of an episode, put together by the same hands as those of a probe. */
import type { TraceOutcome } from '../../diagnosis/trace.js'
import type { CapturedFrame, Leg, ProbeIdentity, TracedHop } from '../hop.js'
import { addNeighbourLegs } from '../neighbour-legs.js'
import type { PacketHeaders } from '../packet.js'
import { innermost } from '../../diagnosis/loss.js'
import { isRedirect } from '../redirect.js'
import type { Identity, Sighting } from '../sighting.js'
import { stitchIdentified } from '../stitch.js'
import type { Topology } from '../topology.js'
import type { Entry, Episode } from './episodes.js'
import type { Flow } from './flow.js'

export interface EpisodeFilm {
  readonly hops: readonly TracedHop[]
  /** `frame` of a hop is an index in here. */
  readonly frames: readonly CapturedFrame[]
  readonly outcome: TraceOutcome
  /** From the first request sent to the answer received, µs; of an echo and a handshake. */
  readonly rttUs: number | null
  /** TTL of the answer. */
  readonly ttl: number | null
}

/**
 * @param neighbours questions that the episode may have caused; those that it did are claimed
 * @param sampled not every packet was captured
 */
export function filmEpisode(
  episode: Episode,
  neighbours: readonly Entry[],
  topology: Topology,
  sampled: boolean,
): EpisodeFilm {
  const { flow, asked } = episode.talk
  const alone = flow.protocol === 'arp' || flow.protocol === 'ndp'
  const entries = alone ? episode.entries : [...neighbours, ...episode.entries].toSorted((a, b) => a.order - b.order)
  const placed = new Map<Sighting, Entry>(entries.map((entry, frame) => [{ ...entry.sighting, frame }, entry] as const))
  const sightings = [...placed.keys()]
  const own = new Set(episode.entries)
  const identities = new Map<Sighting, Identity>()
  for (const [sighting, entry] of placed) if (own.has(entry)) identities.set(sighting, entry.identity)
  const probe: ProbeIdentity = {
    from: flow.namespace,
    target: flow.destination,
    protocol: alone ? 'icmp' : (flow.protocol as ProbeIdentity['protocol']),
    port: flow.ports?.destination ?? null,
    sampled: sampled || episode.gaps,
  }
  if (!alone && neighbours.length > 0) {
    addNeighbourLegs(probe, sightings, identities, topology)
    for (const [sighting, entry] of placed) if (identities.has(sighting)) entry.claimed = true
  }
  // What belongs to others is left out, and frames are numbered anew.
  const kept = sightings.filter((sighting) => identities.has(sighting))
  const frames = kept.map((sighting) => (placed.get(sighting) as Entry).frame)
  const renumbered = new Map(
    kept.map((sighting, frame) => [{ ...sighting, frame }, identities.get(sighting) as Identity] as const),
  )
  const hops = stitchIdentified({
    sightings: [...renumbered.keys()],
    identities: renumbered,
    topology,
    probe,
    // An error about a packet that nobody has ever seen: the kernel tells its own program, and sent nothing.
    fromTheStart: !alone && !asked && !sampled && !episode.gaps && episode.entries.every(isLocalError),
  })
  return { hops, frames, ...endOf(hops, flow) }
}

const isLocalError = ({ identity, sighting }: Entry): boolean =>
  identity.leg === 'error' && sighting.link.kind === 'loopback'

const first = (hops: readonly TracedHop[], leg: Leg): TracedHop | undefined =>
  hops.find((hop) => hop.leg === leg && hop.observed)

/** What was said of the request, and whether its own namespace said no to the answer. Of several errors the last counts. */
function complaintsOf(
  hops: readonly TracedHop[],
  home: string,
): { readonly error: PacketHeaders | null; readonly isRefusedAtHome: boolean } {
  const errors = hops.flatMap(({ leg, event, observed, namespace, packet }) => {
    const headers = leg === 'error' && observed && packet ? innermost(packet) : null
    return headers && !isRedirect(headers) ? [{ headers, isOwn: event === 'sent' && namespace === home }] : []
  })
  const own = new Set(errors.flatMap(({ headers, isOwn }) => (isOwn ? [headers.ip?.dst] : [])))
  return {
    error: errors.findLast(({ headers }) => !own.has(headers.ip?.dst))?.headers ?? null,
    isRefusedAtHome: own.size > 0,
  }
}

function endOf(
  hops: readonly TracedHop[],
  { protocol, namespace: home }: Flow,
): { readonly outcome: TraceOutcome; readonly rttUs: number | null; readonly ttl: number | null } {
  const none = { rttUs: null, ttl: null }
  if (protocol === 'arp' || protocol === 'ndp') {
    const isAnswered = hops.some(
      ({ packet, direction }) => direction === 'in' && (packet?.arp?.op === 'reply' || packet?.icmp?.type === 136),
    )
    return { outcome: isAnswered ? 'reply' : 'lost', ...none }
  }
  const { error, isRefusedAtHome } = complaintsOf(hops, home)
  if (error?.icmp) {
    const [unreachable, port] = error.ip?.version === 6 ? [1, 4] : [3, 3]
    if (error.icmp.type !== unreachable) return { outcome: 'lost', ...none }
    return { outcome: error.icmp.code === port ? 'refused' : 'unreachable', ...none }
  }
  const request = first(hops, 'request')
  const replies = hops.filter(({ leg, observed }) => leg === 'reply' && observed)
  const arrival = replies.find(({ namespace, direction }) => direction === 'in' && namespace === request?.namespace)
  const packet = arrival?.packet ?? replies.at(-1)?.packet
  const isLost = isRefusedAtHome || (!arrival && hops.some(({ leg, event }) => leg === 'reply' && event === 'dropped'))
  if (isLost && protocol !== 'tcp') return { outcome: 'lost', ...none }
  const measured = {
    rttUs: request && arrival ? (arrival.timeNs - request.timeNs) / 1000 : null,
    ttl: packet?.ip?.ttl ?? null,
  }
  const isHandshake = request?.packet?.tcp?.flags.join() === 'SYN'
  if (isHandshake && packet?.tcp?.flags.includes('RST')) return { outcome: 'refused', ...none }
  if (isHandshake && packet) return { outcome: 'connected', ...measured }
  if (protocol !== 'tcp' && packet) return { outcome: 'reply', ...measured }
  // One-way traffic, or a part of a connection: that it arrived is all there is to say.
  return { outcome: hops.some(({ event }) => event === 'dropped') ? 'lost' : 'delivered', ...none }
}
