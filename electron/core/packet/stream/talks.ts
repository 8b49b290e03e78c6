/**
 * Finds out which conversation a packet belongs to. Addresses, ports and ICMP ids change on the way: a packet with
 * unknown ends that was seen with known ones a moment ago is the same packet behind NAT, and its ends are known from then on.
 */
import type { CapturedFrame, Leg } from '../hop.js'
import type { Packet } from '../packet.js'
import type { Sighting } from '../sighting.js'
import { answerTuple, tuple } from '../tuple.js'
import type { Flow, FlowProtocol } from './flow.js'
import { datagramOf, kindOf, type Kind } from './kind.js'
import { Recent } from './recent.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
export type FlowState = Mutable<Flow> & {
  readonly key: string
  /** ns on the stream's clock. */
  lastNs: number
  /** Told since it changed last. */
  told: boolean
}

/** One exchange of an echo, one connection, one pair of ports, one question for a neighbour. */
export interface Talk {
  readonly flow: FlowState
  /** Number of an echo, else ''. */
  readonly exchange: string
  /** Its request has been seen. */
  asked: boolean
  /** A connection that has said good-bye: the same ports may begin another. */
  ended: boolean
}

export interface Belonging {
  readonly talk: Talk
  readonly leg: Leg
  /** The same for every sighting of one packet. */
  readonly key: string
}

/** Flows that are remembered; the oldest go first. */
const mostFlows = 200
/** Ends, packets and datagrams that are remembered: those of some seconds at the rate of sampling. */
const mostEnds = 8192
/** A packet crosses a lab within this time; the same bytes later are another packet (ns). */
const crossingNs = 1e9

const otherLeg = (leg: Leg): Leg => (leg === 'request' ? 'reply' : 'request')

export class Talks {
  readonly flows = new Recent<string, FlowState>(mostFlows)
  readonly #byEnds = new Recent<string, { readonly talk: Talk; readonly leg: Leg }>(mostEnds)
  /** Datagrams that may be answered from another address than they were sent to. */
  readonly #byAnswer = new Recent<string, Talk>(mostEnds)
  readonly #byPacket = new Recent<string, { readonly talk: Talk; readonly leg: Leg; readonly time: number }>(mostEnds)
  readonly #byDatagram = new Recent<string, Belonging>(mostEnds)
  readonly #byQuestion = new Recent<string, Talk>(mostFlows)
  #nextFlow = 1

  find(sighting: Sighting, frame: CapturedFrame): Belonging | null {
    const kind = kindOf(sighting, frame)
    const belonging = kind && this.#belonging(kind, sighting)
    if (!belonging) return null
    const { flow } = belonging.talk
    flow.lastNs = sighting.time
    this.flows.set(flow.key, flow)
    const datagram = datagramOf(sighting.subject)
    if (datagram !== null && kind.kind !== 'piece') this.#byDatagram.set(datagram, belonging)
    return belonging
  }

  #belonging(kind: Kind, sighting: Sighting): Belonging | null {
    switch (kind.kind) {
      case 'neighbour': {
        const { message, key } = kind
        const asker = message.op === 'request' ? message.senderIp : message.targetIp
        const question = `${message.protocol} ${asker} ${message.subjectIp}`
        let talk = this.#byQuestion.get(question)
        if (!talk) {
          talk = newTalk(this.#flow(question, message.protocol, sighting, asker, message.subjectIp, null))
          this.#byQuestion.set(question, talk)
        }
        return { talk, leg: message.protocol, key }
      }
      case 'piece':
        return this.#byDatagram.get(kind.datagram) ?? null
      case 'error': {
        const ends = tuple(kind.about)
        if (ends === null) return null
        const known = this.#byEnds.get(ends)
        const talk = known?.talk ?? this.#begin(kind.about, sighting, ends, 'request')
        return { talk, leg: 'error', key: kind.key }
      }
      case 'echo':
      case 'segment':
        return this.#conversation(kind, sighting)
    }
  }

  #conversation(kind: Extract<Kind, { kind: 'echo' | 'segment' }>, sighting: Sighting): Belonging {
    const { own, key } = kind
    const { subject, time } = sighting
    const seen = this.#byPacket.get(key)
    const same = seen && time - seen.time < crossingNs ? seen : undefined
    const known = this.#byEnds.get(own)
    const isNew = known?.talk.ended && !same && begins(subject)
    let found = isNew ? undefined : known
    if (!found && same) found = { talk: same.talk, leg: same.leg }
    const asked = found ? undefined : this.#byAnswer.get(answerTuple(subject) ?? '')
    if (asked) found = { talk: asked, leg: 'reply' }
    if (!found) {
      const leg = kind.kind === 'echo' ? kind.leg : legOf(subject)
      found = { talk: this.#begin(subject, sighting, own, leg), leg }
    }
    const { talk } = found
    // From an address to itself, both directions have the same ends.
    const leg = kind.kind === 'echo' ? kind.leg : found.leg
    this.#byEnds.set(own, { talk, leg })
    this.#byEnds.set(tuple(subject, true) ?? own, { talk, leg: otherLeg(leg) })
    this.#byPacket.set(key, { talk, leg, time })
    if (leg === 'request') talk.asked = true
    const expected = leg === 'request' ? answerTuple(subject, true) : null
    if (expected !== null) this.#byAnswer.set(expected, talk)
    const flags = subject.headers.tcp?.flags
    if (flags?.includes('RST') || flags?.includes('FIN')) talk.ended = true
    return { talk, leg, key }
  }

  /** @param ends of the packet as it is */
  #begin(packet: Packet, sighting: Sighting, ends: string, leg: Leg): Talk {
    const { ip, icmp } = packet.headers
    const [source, destination] = leg === 'reply' ? [ip?.dst ?? '', ip?.src ?? ''] : [ip?.src ?? '', ip?.dst ?? '']
    const protocol: FlowProtocol = icmp ? 'icmp' : ends.startsWith('udp') ? 'udp' : 'tcp'
    if (icmp) {
      const flow = this.#flow(`icmp ${source} ${destination} ${icmp.id}`, 'icmp', sighting, source, destination, null)
      flow.identifier = icmp.id
      return newTalk(flow, String(icmp.seq ?? ''))
    }
    const { src = 0, dst = 0 } = packet.ports ?? {}
    const ports = leg === 'reply' ? { source: dst, destination: src } : { source: src, destination: dst }
    const key = `${protocol} ${source} ${destination} ${ports.source} ${ports.destination}`
    return newTalk(this.#flow(key, protocol, sighting, source, destination, ports))
  }

  #flow(
    key: string,
    protocol: FlowProtocol,
    { namespace, time }: Sighting,
    source: string,
    destination: string,
    ports: Flow['ports'],
  ): FlowState {
    const known = this.flows.get(key)
    const flow: FlowState = known ?? {
      key,
      id: `f${this.#nextFlow++}`,
      protocol,
      namespace,
      source,
      destination,
      ports,
      identifier: null,
      packets: 0,
      outcome: null,
      lastNs: time,
      told: false,
    }
    this.flows.set(key, flow)
    return flow
  }
}

const newTalk = (flow: FlowState, exchange = ''): Talk => ({ flow, exchange, asked: false, ended: false })

/** The first packet of a connection. */
const begins = ({ headers: { tcp } }: Packet): boolean =>
  tcp !== undefined && tcp.flags.includes('SYN') && !tcp.flags.includes('ACK')

/** Of a conversation that had begun before anybody looked, the higher port is most likely the client's. */
function legOf(packet: Packet): 'request' | 'reply' {
  const flags = packet.headers.tcp?.flags
  if (flags?.includes('SYN')) return flags.includes('ACK') ? 'reply' : 'request'
  if (!flags) return 'request'
  const { src = 0, dst = 0 } = packet.ports ?? {}
  return src >= dst ? 'request' : 'reply'
}
