/**
 * Which ARP and neighbour discovery frames the probe caused: a namespace asked for the link-layer address of a next hop
 * while a packet of the probe waited there. Everything else that asks or announces is other traffic.
 */
import { isAnyTunnel } from '../lab/tunnel.js'
import { canonicalAddress } from './address.js'
import type { ProbeIdentity } from './hop.js'
import type { NeighbourMessage } from './packet.js'
import { isPort, toGroup, type Identity, type Sighting } from './sighting.js'
import type { Topology } from './topology.js'

/**
 * The kernel sends the packets that wait for a neighbour as soon as its answer is there (`neigh_update`,
 * net/core/neighbour.c); this leaves room for a busy machine. Nanoseconds.
 */
const flushNs = 50_000_000
/** A tunnelled question may need questions of the underlay, which may be tunnelled in turn. */
const maxRounds = 6

interface Question {
  readonly at: Sighting
  readonly message: NeighbourMessage
  /** The same question asked again starts a new exchange. */
  readonly until: number
}

const same = (a: NeighbourMessage, b: NeighbourMessage): boolean =>
  a.protocol === b.protocol && a.senderIp === b.senderIp && a.subjectIp === b.subjectIp && a.op === b.op
const answers = (a: NeighbourMessage, question: NeighbourMessage): boolean =>
  a.protocol === question.protocol &&
  a.op === 'reply' &&
  a.subjectIp === question.subjectIp &&
  a.targetIp === question.senderIp

/** Adds the neighbour frames of the probe to `identities`. */
export function addNeighbourLegs(
  probe: ProbeIdentity,
  sightings: readonly Sighting[],
  identities: Map<Sighting, Identity>,
  topology: Topology,
): void {
  const messages = sightings.filter(({ subject }) => subject.neighbour !== null)
  const questions = collectQuestions(messages, topology)
  const taken = new Set<Question>()
  for (let round = 0; round < maxRounds; round++) {
    const found = questions.filter((question) => {
      return !taken.has(question) && causedByProbe(question, probe, sightings, identities, topology)
    })
    if (found.length === 0) return
    for (const question of found) {
      taken.add(question)
      const { message, at, until } = question
      for (const sighting of messages) {
        const own = sighting.subject.neighbour
        if (own === null || sighting.time < at.time || sighting.time >= until || identities.has(sighting)) continue
        if (!same(own, message) && !answers(own, message)) continue
        const leg = message.protocol
        const piece = sighting.packet.fragment?.offset ?? 0
        identities.set(sighting, {
          leg,
          key: `${leg} ${own.op} ${own.senderIp} ${own.subjectIp} @${at.frame}`,
          exchange: '',
          piece,
        })
      }
    }
  }
}

/** Questions at the interface they came from. Those of no address (probes for duplicates) wait for nothing. */
function collectQuestions(messages: readonly Sighting[], topology: Topology): Question[] {
  const asked = messages.flatMap((at) => {
    const message = at.subject.neighbour
    if (message?.op !== 'request' || at.direction !== 'out' || isPort(at) || at.level > 0) return []
    if (message.senderIp === '0.0.0.0' || message.senderIp === '::') return []
    return topology.macs(at.namespace).has(message.senderMac) ? [{ at, message }] : []
  })
  return asked
    .map(({ at, message }, i) => {
      const again = asked
        .slice(i + 1)
        .find((later) => later.at.namespace === at.namespace && same(later.message, message))
      return { at, message, until: again?.at.time ?? Infinity }
    })
    .filter(({ at }) => toGroup(at.packet)) // Asked of one station: the kernel checks on a neighbour it knows.
}

function causedByProbe(
  { at, message, until }: Question,
  probe: ProbeIdentity,
  sightings: readonly Sighting[],
  identities: ReadonlyMap<Sighting, Identity>,
  topology: Topology,
): boolean {
  const here = sightings.filter((sighting) => sighting.namespace === at.namespace)
  const answer = here.find(({ subject, frame, time }) => {
    return frame > at.frame && time < until && subject.neighbour !== null && answers(subject.neighbour, message)
  })
  const own = here.filter((sighting) => identities.has(sighting))
  if (answer) {
    const mac = answer.subject.neighbour?.senderMac
    const after = own.filter((sighting) => sighting.direction === 'out' && sighting.frame > answer.frame)
    const flushed = after.some(({ link, packet, time }) => {
      return link.index === at.link.index && packet.headers.eth?.dst === mac && time - answer.time <= flushNs
    })
    if (flushed) return true
    // Answered, yet nothing of the probe ever left: it died behind the question.
    if (after.some(({ link }) => link.index === at.link.index)) return false
  }
  // An error that the waiting caused says nothing about what waited.
  const travelling = own.filter((sighting) => identities.get(sighting)?.leg !== 'error')
  return waiting(at, travelling, probe) && destinations(at.namespace, own, probe, topology).some(leadsTo)

  function leadsTo(destination: string): boolean {
    return destination === message.subjectIp || topology.nextHops(at.namespace, destination).includes(message.subjectIp)
  }
}

/** The probe's last frame here went in (or into a tunnel), or the probe is about to start here. */
function waiting(at: Sighting, own: readonly Sighting[], probe: ProbeIdentity): boolean {
  const last = own.findLast(
    ({ frame, subject }) => frame < at.frame && subject.neighbour?.senderIp !== at.subject.neighbour?.senderIp,
  )
  if (!last)
    return (
      at.namespace === probe.from && !own.some(({ direction, subject }) => direction === 'out' && !subject.neighbour)
    )
  return last.direction === 'in' || isAnyTunnel(last.link.kind)
}

/** Addresses that packets of the probe go to from here. */
function destinations(namespace: string, own: readonly Sighting[], probe: ProbeIdentity, topology: Topology): string[] {
  const found = new Set<string>(own.length > 0 ? topology.rewrites(namespace) : [])
  const target = canonicalAddress(probe.target)
  if (namespace === probe.from && target !== null) found.add(target)
  for (const { packet, link, direction } of own) {
    const { ip } = packet.headers
    if (ip) {
      found.add(ip.dst)
      if (topology.owns(namespace, ip.dst)) found.add(ip.src)
    }
    if (direction !== 'out') continue
    for (const remote of topology.remotes(namespace, link)) found.add(canonicalAddress(remote) ?? remote)
  }
  return [...found]
}
