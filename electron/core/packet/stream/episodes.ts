/**
 * Traffic as a stream: frames come in as they are captured, and go out as episodes, each what happened in one conversation
 * between two silences. Everything that is kept is bounded.
 */
import type { CapturedFrame } from '../hop.js'
import { isPort, placeFrames, type Identity, type Sighting } from '../sighting.js'
import type { Topology } from '../topology.js'
import { Talks, type Belonging, type FlowState, type Talk } from './talks.js'

export interface Entry {
  readonly sighting: Sighting
  readonly frame: CapturedFrame
  readonly identity: Identity
  /** Place in the stream; within a namespace the order of arrival. */
  readonly order: number
  /** Shown as a part of the exchange that it was asked for. */
  claimed: boolean
}

export interface Episode {
  readonly talk: Talk
  readonly entries: Entry[]
  /** ns on the stream's clock. */
  readonly firstNs: number
  lastNs: number
  /** The answer has arrived where the question came from. */
  answered: boolean
  packets: number
  /** Some of it is missing: what it seems to lack may have happened. */
  gaps: boolean
  /** By key of packet. */
  readonly seen: Map<string, SeenPacket>
}

interface SeenPacket {
  /** Where it has been seen: twice at one place, it is another packet of the same bytes. */
  readonly places: Set<string>
  readonly kept: boolean
}

/**
 * Silences that end an episode (ns): after an answer, where everything has been said; where one is due, which on a busy
 * machine may take its time; and in a connection, which goes on when somebody likes. Neighbours are asked before the packet
 * that needs them goes on: their own episode ends after that packet's.
 */
const silenceNs = { answered: 20e6, due: 250e6, connection: 120e6, neighbour: 60e6 } as const
/** A connection that is never silent is cut into parts of this length (ns). */
const longestNs = 1e9
/** Packets of an episode that are kept with all their frames: more than anybody follows on the canvas. */
const mostPackets = 24
const mostFrames = 600
/** Frames of all open episodes together. */
const mostOpen = 20_000
/** Questions for neighbours that may belong to a packet which comes later: they are asked for 3 s (ns, frames). */
const neighbourNs = 5e9
const mostNeighbours = 400
/** From the answer of a neighbour to the packet that had waited for it (ns). */
const askingNs = 50e6

export class Episodes {
  readonly #talks = new Talks()
  readonly #open = new Map<Talk, Episode>()
  #neighbours: Entry[] = []
  #since: bigint | null = null
  #order = 0
  #entries = 0
  /** Packets that have been seen, kept or not. */
  packets = 0

  get flows(): IterableIterator<FlowState> {
    return this.#talks.flows.values()
  }

  /** Frames waiting for their episode's end. */
  get waiting(): number {
    return this.#entries
  }

  /** Frames of all namespaces up to one moment; those of a namespace in the order in which they came. */
  take(frames: readonly CapturedFrame[], topology: Topology): void {
    const first = frames[0]
    if (!first) return
    this.#since ??= BigInt(first.timeNs)
    const sightings = this.#inOrder(placeFrames(frames, topology, this.#since))
    const frameOf = ({ frame }: Sighting): CapturedFrame => frames[frame] as CapturedFrame
    const belongings = new Map<Sighting, Belonging | null>()
    // NAT may have rewritten a fragment before the packet socket showed it: its datagram is known later.
    for (const isPiece of [false, true])
      for (const sighting of sightings)
        if ((sighting.subject.fragment?.offset ?? 0) > 0 === isPiece)
          belongings.set(sighting, this.#talks.find(sighting, frameOf(sighting)))
    for (const sighting of sightings) {
      const belonging = belongings.get(sighting)
      if (belonging) this.#add(sighting, frameOf(sighting), belonging, topology)
    }
  }

  /** By the clock, but never against the order in which a namespace saw them. */
  #inOrder(sightings: readonly Sighting[]): Sighting[] {
    const latest = new Map<string, number>()
    return sightings
      .map((sighting) => {
        const at = Math.max(sighting.time, latest.get(sighting.namespace) ?? 0)
        latest.set(sighting.namespace, at)
        return { sighting, at }
      })
      .sort((a, b) => a.at - b.at)
      .map(({ sighting }) => sighting)
  }

  #add(sighting: Sighting, frame: CapturedFrame, belonging: Belonging, topology: Topology): void {
    const { talk, leg, key } = belonging
    const { subject, time } = sighting
    let episode = this.#open.get(talk)
    if (!episode) {
      episode = {
        talk,
        entries: [],
        firstNs: time,
        lastNs: time,
        answered: false,
        packets: 0,
        gaps: false,
        seen: new Map(),
      }
      this.#open.set(talk, episode)
    }
    episode.lastNs = Math.max(episode.lastNs, time)
    setOwner(talk.flow, sighting, topology)
    const place = `${sighting.namespace} ${sighting.link.index} ${sighting.direction} ${subject.fragment?.offset ?? 0}`
    let packet = episode.seen.get(key)
    if (!packet || packet.places.has(place)) {
      this.#count(episode, leg === 'reply' || subject.neighbour?.op === 'reply')
      const kept = episode.packets <= mostPackets && this.#entries < mostOpen
      packet = { places: new Set(), kept }
      episode.seen.set(key, packet)
    }
    packet.places.add(place)
    if (!packet.kept || episode.entries.length >= mostFrames) {
      episode.gaps = true
      return
    }
    const identity: Identity = {
      leg,
      key: `${key} #${subject.headers.ip?.id ?? ''}`,
      exchange: leg === 'arp' || leg === 'ndp' ? '' : talk.exchange,
      piece: subject.fragment?.offset ?? 0,
    }
    const entry: Entry = { sighting, frame, identity, order: this.#order++, claimed: false }
    episode.entries.push(entry)
    this.#entries += 1
    const arrived = sighting.direction === 'in' && !isPort(sighting)
    const { neighbour, headers } = subject
    if (neighbour) {
      this.#neighbours.push(entry)
      if (neighbour.op === 'reply' && arrived && topology.owns(sighting.namespace, neighbour.targetIp))
        episode.answered = true
    } else if (leg !== 'request' && arrived && headers.ip && topology.owns(sighting.namespace, headers.ip.dst))
      episode.answered ||= sighting.namespace === talk.flow.namespace
  }

  #count(episode: Episode, isReply: boolean): void {
    const { flow } = episode.talk
    episode.packets += 1
    flow.packets += 1
    if (isReply) flow.replies += 1
    flow.told = false
    this.packets += 1
  }

  /**
   * Episodes that are over. Questions for neighbours come last, so that whoever shows an exchange can claim its own first.
   * @param untilNs wall clock, up to which all frames have been taken
   */
  close(untilNs: bigint): Episode[] {
    if (this.#since === null) return []
    const now = Number(untilNs - this.#since)
    const closed: Episode[] = []
    const isOver = (episode: Episode): boolean =>
      now - episode.lastNs >= silenceOf(episode) || now - episode.firstNs >= longestNs
    const goingOn = [...this.#open.values()].filter((episode) => !isNeighbour(episode) && !isOver(episode))
    for (const [talk, episode] of this.#open) {
      if (!isOver(episode)) continue
      // Whoever asked may still be on its way, and will show the question as a part of that.
      const waits =
        isNeighbour(episode) &&
        now - episode.firstNs < longestNs &&
        goingOn.some(({ firstNs }) => firstNs <= episode.lastNs + askingNs)
      if (waits) continue
      this.#open.delete(talk)
      this.#entries -= episode.entries.length
      closed.push(episode)
    }
    if (this.#neighbours.length > 0)
      this.#neighbours = this.#neighbours
        .filter(({ sighting }) => now - sighting.time < neighbourNs)
        .slice(-mostNeighbours)
    return [...closed.filter((episode) => !isNeighbour(episode)), ...closed.filter(isNeighbour)]
  }

  /** Questions for neighbours that the episode may have caused: asked while its first packet waited, or on its way. */
  neighboursOf({ firstNs, lastNs }: Episode): Entry[] {
    return this.#neighbours.filter(({ sighting }) => sighting.time <= lastNs && sighting.time >= firstNs - neighbourNs)
  }

  /** Frames were lost: nobody knows whose. */
  lost(): void {
    for (const episode of this.#open.values()) episode.gaps = true
  }
}

/**
 * Who sends it has begun it, though another namespace's frame was read first: a frame is stamped a moment before it can be
 * read (tpacket_rcv, net/packet/af_packet.c).
 */
function setOwner(flow: FlowState, { namespace, direction }: Sighting, topology: Topology): void {
  if (flow.namespace === namespace || direction === 'in' || topology.owns(flow.namespace, flow.source)) return
  if (!topology.owns(namespace, flow.source)) return
  flow.namespace = namespace
  flow.told = false
}

const isNeighbour = ({ talk: { flow } }: Episode): boolean => flow.protocol === 'arp' || flow.protocol === 'ndp'

function silenceOf({ talk: { flow }, answered }: Episode): number {
  switch (flow.protocol) {
    case 'icmp':
      return answered ? silenceNs.answered : silenceNs.due
    case 'arp':
    case 'ndp':
      return answered ? silenceNs.neighbour : silenceNs.due
    case 'tcp':
    case 'udp':
      return silenceNs.connection
  }
}
