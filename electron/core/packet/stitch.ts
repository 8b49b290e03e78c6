import { buildChain, type Chain } from './chain.js'
import { changedPaths } from './diff.js'
import type { CapturedFrame, HopEvent, ProbeIdentity, TracedHop } from './hop.js'
import { addNeighbourLegs } from './neighbour-legs.js'
import { mergeOrder, pairWires } from './order.js'
import { identifyPackets } from './probe-packets.js'
import { isPort, placeFrames, toGroup, type Identity, type Member, type Sighting } from './sighting.js'
import { buildTopology, type Topology, type TopologyNamespace } from './topology.js'
import type { WorkedOut } from './forwarding.js'
import { addWireguardLegs } from './wireguard-legs.js'
import { workOut } from './worked-out.js'

export interface StitchInput {
  /** In order of arrival within each namespace; namespaces may be mixed in any way. */
  readonly frames: readonly CapturedFrame[]
  /** The live state of the moment of capture (`LiveState.namespaces`). */
  readonly namespaces: readonly TopologyNamespace[]
  readonly probe: ProbeIdentity
}

/**
 * Puts the frames of a probe in order and says what happened to it: every frame of the probe, of its neighbour
 * resolution and of errors about it is one observed hop; what lies between them is worked out. Other traffic is left out.
 */
export function stitch({ frames, namespaces, probe }: StitchInput): TracedHop[] {
  const topology = buildTopology(namespaces)
  const placed = placeFrames(frames, topology)
  const start = frames.reduce<bigint | null>((min, { timeNs }) => {
    const time = BigInt(timeNs)
    return min === null || time < min ? time : min
  }, null)
  const relative = (moment: bigint | number | undefined): number | null =>
    moment === undefined || start === null ? null : Number(BigInt(moment) - start)
  const from = relative(probe.startNs)
  const sightings = from === null ? placed : placed.filter(({ time }) => time >= from)

  const identities = identifyPackets(probe, sightings, frames)
  addWireguardLegs(sightings, identities, topology)
  addNeighbourLegs(probe, sightings, identities, topology)
  return stitchIdentified({ sightings, identities, topology, probe })
}

export interface Identified {
  readonly sightings: readonly Sighting[]
  readonly identities: ReadonlyMap<Sighting, Identity>
  readonly topology: Topology
  readonly probe: ProbeIdentity
  /** That no request was seen to leave proves that none was sent; else it may have left earlier, or come from outside. */
  readonly fromTheStart?: boolean
}

/** The hops of frames that are known already to belong together. */
export function stitchIdentified({
  sightings,
  identities,
  topology,
  probe,
  fromTheStart = true,
}: Identified): TracedHop[] {
  const members = sightings.flatMap((sighting): Member[] => {
    const identity = identities.get(sighting)
    return identity ? [{ ...sighting, ...identity }] : []
  })
  const wires = pairWires(members)
  const ordered = mergeOrder(members, wires)
  const chain = buildChain(ordered, wires)
  const between = workOut({ probe, topology, ordered, chain })
  const unsent = fromTheStart && !ordered.some(({ leg, direction }) => leg === 'request' && direction === 'out')
  return number(ordered, chain, between, probe, unsent)
}

function number(
  ordered: readonly Member[],
  chain: Chain,
  between: ReadonlyMap<Member, readonly WorkedOut[]>,
  probe: ProbeIdentity,
  neverSent: boolean,
): TracedHop[] {
  const zero = ordered[0]?.time ?? 0
  const copies = new Map<Member, number>()
  for (const member of ordered) {
    const source = chain.before.get(member)
    if (source && member.direction === 'out' && isPort(member)) copies.set(source, (copies.get(source) ?? 0) + 1)
  }
  const hops: TracedHop[] = []
  const numbers = new Map<Member, number>()
  const latest = new Map<string, Member>()
  // Copies that a bridge makes keep the stamp of the frame that came in, and clocks of two processors differ a little:
  // the order is what is known, so each hop is told no earlier than the one before.
  let clock = 0
  const tick = (time: number): number => (clock = Math.max(clock, time - zero))
  let unsent = neverSent
  for (const member of ordered) {
    if (unsent && member.leg === 'error') {
      hops.push(neverSentHop(hops.length + 1, probe, [clock, Math.max(clock, member.time - zero)]))
      unsent = false
    }
    const packetKey = `${member.leg} ${member.key} ${member.piece}`
    const compared = chain.before.get(member) ?? latest.get(packetKey) ?? null
    const n = hops.length + 1
    numbers.set(member, n)
    latest.set(packetKey, member)
    hops.push({
      n,
      timeNs: tick(member.time),
      leg: member.leg,
      namespace: member.namespace,
      interface: member.link.name,
      direction: member.direction,
      event: eventOf(member, copies.get(chain.before.get(member) ?? member) ?? 0),
      observed: true,
      packet: member.packet.headers,
      changed: compared ? changedPaths(compared.packet.headers, member.packet.headers) : [],
      frame: member.frame,
      comparedWith: compared ? (numbers.get(compared) ?? null) : null,
    })
    for (const hop of between.get(member) ?? []) {
      const a = tick(hop.range[0])
      const b = Math.max(a, hop.range[1] - zero)
      hops.push({
        n: hops.length + 1,
        timeNs: a,
        timeRangeNs: [a, b],
        leg: hop.leg,
        namespace: hop.namespace,
        interface: hop.interface,
        direction: null,
        event: hop.event,
        observed: false,
        packet: hop.packet,
        changed: hop.changed,
        frame: null,
        comparedWith: numbers.get(hop.cause) ?? null,
      })
    }
  }
  if (unsent) hops.push(neverSentHop(hops.length + 1, probe, [clock, clock]))
  return hops
}

/** Layer 2 passes on what layer 3 sends: only what leaves by a bridge port was bridged. */
function eventOf(member: Member, copies: number): HopEvent {
  if (member.direction === 'in') return 'received'
  if (!isPort(member)) return 'sent'
  return copies > 1 || toGroup(member.subject) ? 'flooded' : 'bridged'
}

/** No interface ever saw the request: its own namespace could not send it. */
function neverSentHop(n: number, probe: ProbeIdentity, timeRangeNs: readonly [number, number]): TracedHop {
  return {
    n,
    timeNs: timeRangeNs[0],
    timeRangeNs,
    leg: 'request',
    namespace: probe.from,
    interface: null,
    direction: null,
    event: 'dropped',
    observed: false,
    packet: null,
    changed: [],
    frame: null,
    comparedWith: null,
  }
}
