/**
 * Which frames are packets of the probe. Addresses, ports and ICMP ids change under NAT and may collide with other
 * traffic; what survives is the payload (icmp, udp), the initial sequence number (tcp) and the IP id.
 */
import { canonicalAddress } from './address.js'
import type { CapturedFrame, ProbeIdentity } from './hop.js'
import type { Packet } from './packet.js'
import { bytesText, isPort, payloadText, type Identity, type Sighting } from './sighting.js'
import { answerTuple, tuple } from './tuple.js'

export const echoRequest = (packet: Packet): boolean => {
  const { icmp, ip } = packet.headers
  return icmp !== undefined && icmp.type === (ip?.version === 6 ? 128 : 8)
}
export const echoReply = (packet: Packet): boolean => {
  const { icmp, ip } = packet.headers
  return icmp !== undefined && icmp.type === (ip?.version === 6 ? 129 : 0)
}

type Recognise = (sighting: Sighting) => Omit<Identity, 'piece'> | null

/** Identities of the probe's own packets and of ICMP errors about them, by sighting. */
export function identifyPackets(
  probe: ProbeIdentity,
  sightings: readonly Sighting[],
  frames: readonly CapturedFrame[],
): Map<Sighting, Identity> {
  const payload = (sighting: Sighting, packet = sighting.subject): string => {
    const frame = frames[sighting.frame]
    return frame ? payloadText(frame, packet) : ''
  }
  const recognise = { icmp: recogniseEcho, tcp: recogniseTcp, udp: recogniseUdp }[probe.protocol](
    probe,
    sightings,
    payload,
  )
  const identities = new Map<Sighting, Identity>()
  const tuples = new Set<string>()
  for (const sighting of sightings) {
    const found = recognise(sighting)
    if (!found) continue
    const { fragment, headers } = sighting.subject
    identities.set(sighting, { ...found, key: `${found.key} #${headers.ip?.id ?? ''}`, piece: fragment?.offset ?? 0 })
    const own = tuple(sighting.subject)
    if (own !== null) tuples.add(own)
  }
  const marker = probe.marker && probe.marker.length > 0 ? bytesText(probe.marker) : null
  for (const sighting of sightings) {
    const { quoted, headers } = sighting.subject
    if (!quoted || !headers.icmp || identities.has(sighting)) continue
    const about = tuple(quoted)
    // What was never seen leaving (a local error, on lo) can be known by its payload only.
    const marked = tuples.size === 0 && marker !== null && payload(sighting, quoted).includes(marker)
    if (!marked && !tuples.has(about ?? '')) continue
    const { type, code } = headers.icmp
    const exchange = String(quoted.headers.icmp?.seq ?? '')
    const key = `error ${type}/${code} ${exchange} #${headers.ip?.id ?? ''}`
    identities.set(sighting, { leg: 'error', key, exchange, piece: 0 })
  }
  addLaterFragments(sightings, identities)
  return identities
}

/** Fragments behind the first have no header of their own: IP id and addresses tie them to it. */
function addLaterFragments(sightings: readonly Sighting[], identities: Map<Sighting, Identity>): void {
  const datagram = ({ subject }: Sighting): string | null => {
    const { ip } = subject.headers
    return ip && subject.fragment ? `${ip.src} ${ip.dst} ${ip.protocol} ${subject.fragment.id}` : null
  }
  const first = new Map<string, Identity>()
  for (const [sighting, identity] of identities) {
    const id = datagram(sighting)
    if (id !== null) first.set(id, identity)
  }
  for (const sighting of sightings) {
    if (identities.has(sighting) || !sighting.subject.fragment) continue
    const known = first.get(datagram(sighting) ?? '')
    if (known) identities.set(sighting, { ...known, piece: sighting.subject.fragment.offset })
  }
}

type PayloadOf = (sighting: Sighting, packet?: Packet) => string
type Recogniser = (probe: ProbeIdentity, sightings: readonly Sighting[], payload: PayloadOf) => Recognise

/** The probe's packets where they leave their namespace: the seed that needs no payload to be known. */
function leaving(probe: ProbeIdentity, sightings: readonly Sighting[]): Sighting[] {
  const target = canonicalAddress(probe.target)
  return sightings.filter((sighting) => {
    const { ip } = sighting.subject.headers
    if (sighting.namespace !== probe.from || sighting.direction !== 'out' || isPort(sighting) || !ip) return false
    // A local port says more than the address, which the output chain may have rewritten already.
    if (probe.sourcePorts) return probe.sourcePorts.includes(sighting.subject.ports?.src ?? -1)
    const { port } = probe
    return ip.dst === target && (port === undefined || port === null || sighting.subject.ports?.dst === port)
  })
}

/**
 * Bytes of an echo's payload that tell it from others: ping puts its time stamp there. No first fragment carries fewer,
 * so that it stays the same however routers cut the packet.
 */
const signatureBytes = 32

const recogniseEcho: Recogniser = (probe, sightings, payload) => {
  const marker = probe.marker && probe.marker.length > 0 ? bytesText(probe.marker) : null
  const signature = (sighting: Sighting): string =>
    `${sighting.subject.headers.icmp?.seq} ${payload(sighting).slice(0, signatureBytes)}`
  const own = new Set<string>()
  if (marker === null) {
    for (const seed of leaving({ ...probe, port: null }, sightings)) {
      if (echoRequest(seed.subject)) own.add(signature(seed))
    }
  }
  return (sighting) => {
    const { subject } = sighting
    const leg = echoRequest(subject) ? 'request' : echoReply(subject) ? 'reply' : null
    if (leg === null || (subject.fragment?.offset ?? 0) > 0) return null
    if (!(marker === null ? own.has(signature(sighting)) : payload(sighting).includes(marker))) return null
    return { leg, key: `echo ${leg} ${signature(sighting)}`, exchange: String(subject.headers.icmp?.seq) }
  }
}

const recogniseTcp: Recogniser = (probe, sightings) => {
  const syn = (packet: Packet): boolean => {
    const flags = packet.headers.tcp?.flags
    return flags !== undefined && flags.includes('SYN') && !flags.includes('ACK')
  }
  const initial = new Set<number>()
  for (const { subject } of leaving(probe, sightings)) {
    if (syn(subject) && subject.sequence !== null) initial.add(subject.sequence)
  }
  const requests = new Set<string>()
  for (const { subject } of sightings) {
    const ends = tuple(subject)
    if (ends !== null && syn(subject) && initial.has(subject.sequence ?? -1)) requests.add(ends)
  }
  return ({ subject }) => {
    const { tcp, ip } = subject.headers
    if (!tcp || !ip) return null
    const leg = requests.has(tuple(subject) ?? '')
      ? 'request'
      : requests.has(tuple(subject, true) ?? '')
        ? 'reply'
        : null
    if (leg === null) return null
    const length = subject.payload?.length ?? 0
    return { leg, key: `tcp ${leg} ${tcp.seq} ${tcp.ack} ${tcp.flags.join()} ${length}`, exchange: '' }
  }
}

const recogniseUdp: Recogniser = (probe, sightings, payload) => {
  const marker = probe.marker && probe.marker.length > 0 ? bytesText(probe.marker) : null
  const seeds = leaving(probe, sightings).filter(({ subject }) => subject.headers.udp)
  const own = new Set(seeds.map((seed) => payload(seed)))
  const fits = (sighting: Sighting): boolean =>
    marker === null ? own.has(payload(sighting)) : payload(sighting).includes(marker)
  // Where the request is to be found, an answer is its reverse; an echo service sends the same payload back.
  const requests = new Set<string>()
  const sources = new Set<string>()
  for (const { subject } of seeds.filter(fits)) {
    requests.add(tuple(subject) ?? '')
    sources.add(`${subject.headers.ip?.id} ${subject.payload?.length}`)
  }
  // By the clock: every request has been seen before the answer to it.
  for (const sighting of sightings.toSorted((a, b) => a.time - b.time)) {
    const { subject } = sighting
    const ends = tuple(subject)
    if (ends === null || !subject.headers.udp || !fits(sighting)) continue
    if (
      sources.has(`${subject.headers.ip?.id} ${subject.payload?.length}`) &&
      !requests.has(tuple(subject, true) ?? '')
    ) {
      requests.add(ends)
    }
  }
  const answers = new Set<string>()
  for (const { subject } of sightings) {
    const expected = answerTuple(subject, true)
    if (expected !== null && requests.has(tuple(subject) ?? '')) answers.add(expected)
  }
  return (sighting) => {
    const { subject } = sighting
    if (!subject.headers.udp) return null
    const isAnswer = requests.has(tuple(subject, true) ?? '') || answers.has(answerTuple(subject) ?? '')
    const leg = requests.has(tuple(subject) ?? '') ? 'request' : isAnswer ? 'reply' : null
    if (leg === null || (leg === 'request' && !fits(sighting))) return null
    return { leg, key: `udp ${leg} ${payload(sighting)}`, exchange: '' }
  }
}
