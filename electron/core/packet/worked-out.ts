/** What must have happened where a packet was last seen, and between two captures: delivery, loss, forwarding. */
import { isAnyTunnel } from '../lab/tunnel.js'
import { reachesLayer3, type Chain } from './chain.js'
import { forwarding, withoutEthernet, type WorkedOut } from './forwarding.js'
import type { ProbeIdentity } from './hop.js'
import { isRedirect } from './redirect.js'
import { renamedRequests, restoredAnswer, turnedBack, type Renamed } from './restored-answer.js'
import { isPort, isTagged, toGroup, type Member } from './sighting.js'
import type { Topology } from './topology.js'

/** Hops to put behind a sighting, in order. */
export type WorkedOutHops = ReadonlyMap<Member, readonly WorkedOut[]>

export interface Scene {
  readonly probe: ProbeIdentity
  readonly topology: Topology
  readonly ordered: readonly Member[]
  readonly chain: Chain
}

/** The scene by the questions asked of it, so that a long film takes no longer per frame than a short one. */
interface Indexed extends Scene {
  /** Place in `ordered`. */
  readonly place: ReadonlyMap<Member, number>
  /** By namespace, in order, and the place of each in its list. */
  readonly local: ReadonlyMap<string, readonly Member[]>
  readonly localPlace: ReadonlyMap<Member, number>
  /** Sightings of one packet at one level in one namespace. */
  readonly pieces: ReadonlyMap<string, readonly Member[]>
  /** What a namespace sent, by leg and exchange; redirects say nothing of what became of a packet. */
  readonly sent: ReadonlyMap<string, readonly Member[]>
  /** How many sightings come straight from this one. */
  readonly copies: ReadonlyMap<Member, number>
  readonly renamed: Renamed
}

const neighbourLeg = ({ leg }: Member): boolean => leg === 'arp' || leg === 'ndp'
const pieceKey = ({ namespace, level, leg, key }: Member): string => `${namespace} ${level} ${leg} ${key}`

function index(scene: Scene): Indexed {
  const local = new Map<string, Member[]>()
  const localPlace = new Map<Member, number>()
  const pieces = new Map<string, Member[]>()
  const sent = new Map<string, Member[]>()
  const copies = new Map<Member, number>()
  const push = (map: Map<string, Member[]>, key: string, member: Member): number => {
    const list = map.get(key)
    if (list) return list.push(member)
    map.set(key, [member])
    return 1
  }
  for (const member of scene.ordered) {
    localPlace.set(member, push(local, member.namespace, member) - 1)
    push(pieces, pieceKey(member), member)
    if (member.direction === 'out' && !isRedirect(member.subject.headers))
      push(sent, `${member.namespace} ${member.leg} ${member.exchange}`, member)
    const source = scene.chain.before.get(member)
    if (source) copies.set(source, (copies.get(source) ?? 0) + 1)
  }
  const place = new Map(scene.ordered.map((member, i) => [member, i]))
  return { ...scene, place, local, localPlace, pieces, sent, copies, renamed: renamedRequests(scene.chain) }
}

export function workOut(given: Scene): WorkedOutHops {
  const scene = index(given)
  const hops = new Map<Member, WorkedOut[]>()
  const put = (anchor: Member, ...added: WorkedOut[]): void => {
    hops.set(anchor, [...(hops.get(anchor) ?? []), ...added])
  }
  for (const member of scene.ordered) {
    const next = scene.chain.forwarded.get(member)
    if (next) {
      put(member, ...forwarding(member, next))
      continue
    }
    // The bridge's and the neighbour's own business: a question that nobody heard is told by its missing answer.
    if (scene.chain.followed.has(member) || (neighbourLeg(member) && member.level === 0)) continue
    if (reachesLayer3(member)) {
      for (const { anchor, hop } of endAtLayer3(scene, member)) put(anchor, hop)
    } else if (lostAtLayer2(scene, member)) put(member, ending(member, 'dropped', member))
  }
  return hops
}

/** The first frame of that leg about the same exchange that the member's namespace sent after it. */
function sentAfter(scene: Indexed, member: Member, leg: 'reply' | 'error'): Member | undefined {
  const from = scene.place.get(member) ?? 0
  const list = scene.sent.get(`${member.namespace} ${leg} ${member.exchange}`)
  return list?.find((other) => (scene.place.get(other) ?? 0) > from)
}

interface Placed {
  /** The sighting that it stands behind. */
  readonly anchor: Member
  readonly hop: WorkedOut
}

/**
 * Whose layer 3 it comes to: that of an ipvlan in mode l3s, whose packets the parent's own layer 3 hands over behind its
 * filters, so that nobody sees them at the ipvlan itself (drivers/net/ipvlan/ipvlan_l3s.c); else its own.
 */
function taker({ topology }: Indexed, member: Member): Member {
  const { ip } = member.packet.headers
  const found = topology
    .shares(member.namespace, member.link.index)
    .find(({ namespace, link }) => link.share?.mode === 'l3s' && ip && topology.owns(namespace, ip.dst))
  return found ? { ...member, namespace: found.namespace, link: found.link } : member
}

/** A packet came up to layer 3 and no interface sent it on. */
function endAtLayer3(scene: Indexed, came: Member): readonly Placed[] {
  const { ordered, topology, probe, place } = scene
  const member = taker(scene, came)
  if (member !== came) {
    return heardByProbe(probe, member) ? [{ anchor: came, hop: ending(member, 'delivered', came) }] : []
  }
  const { ip } = member.packet.headers
  // Only the last piece of a packet ends it; pieces may also have gone on in another cut.
  const pieces = scene.pieces.get(pieceKey(member)) ?? []
  if (pieces.some((other) => other.piece !== member.piece && leftIn(other, member.piece))) return []
  if (member.packet.fragment && pieces.filter(reachesLayer3).at(-1) !== member) return []
  if (!ip || toGroup(member.packet)) return []

  const complaint = member.leg === 'error' ? undefined : sentAfter(scene, member, 'error')
  const answer = member.leg === 'request' ? sentAfter(scene, member, 'reply') : undefined
  const isTurned = !probe.sampled && !probe.unturned?.includes(member.namespace)
  const restored = isTurned ? restoredAnswer(member, scene.renamed) : null
  // Anycast addresses (RFC 4291, 2.6.1) and whole prefixes in the local table are no interface's: that it answered shows it.
  const mine = topology.owns(member.namespace, ip.dst) || (answer !== undefined && !scene.chain.before.has(answer))
  if (mine && restored === null && member.level === 0 && !complaint) {
    const heard =
      member.leg === 'request' ? answer !== undefined || !expectsAnswer(probe, member) : heardByProbe(probe, member)
    if (heard) return [{ anchor: member, hop: ending(member, 'delivered', firstSent(scene, member) ?? member) }]
  }
  // A packet that waits for a neighbour dies after the questions, not before.
  const questions = waited(scene, member)
  const last = questions.at(-1)
  const anchor = last && complaint ? (ordered[(place.get(complaint) ?? 0) - 1] ?? last) : (last ?? member)
  const end = ending(member, 'dropped', complaint ?? last ?? member)
  if (restored === null) return [{ anchor, hop: end }]
  return [
    { anchor: member, hop: turnedBack(member, restored) },
    { anchor, hop: { ...end, packet: restored } },
  ]
}

/** Bytes in front of a fragment's data: the header, and in IPv6 that of the fragment (RFC 791, 8200). */
const beforeData = { 4: 20, 6: 48 } as const

/** It left in a piece that may be cut otherwise, where pieces are put together on the way; or whole. */
function leftIn({ direction, piece, subject: { fragment, headers } }: Member, offset: number): boolean {
  if (direction !== 'out' || !headers.ip) return false
  return fragment === null || (piece <= offset && offset < piece + headers.ip.length - beforeData[headers.ip.version])
}

/** What its namespace saw after the member, in order. */
function* laterHere(scene: Indexed, member: Member): Generator<Member> {
  const here = scene.local.get(member.namespace) ?? []
  for (let i = (scene.localPlace.get(member) ?? 0) + 1; i < here.length; i++) {
    const other = here[i]
    if (other) yield other
  }
}

/** What its namespace sent next about the same exchange; questions for a neighbour count. */
function firstSent(scene: Indexed, member: Member): Member | undefined {
  for (const other of laterHere(scene, member)) {
    if (other.direction === 'out' && (neighbourLeg(other) || other.exchange === member.exchange)) return other
  }
  return undefined
}

/** Questions for a neighbour, and answers, between the member and the next packet its namespace sent. */
function waited(scene: Indexed, member: Member): Member[] {
  const found: Member[] = []
  for (const other of laterHere(scene, member)) {
    if (neighbourLeg(other)) found.push(other)
    else if (other.direction === 'out') break
  }
  return found
}

/**
 * Echo requests and the first packet of a connection get an answer from whoever takes them. Where none left, the packet
 * or its answer died in there: which of the two, counters must tell.
 */
function expectsAnswer(probe: ProbeIdentity, { subject }: Member): boolean {
  const { icmp, tcp, udp } = subject.headers
  if (probe.sampled) return false
  // The header of what is carried is in the first piece of a packet alone.
  if (subject.fragment && subject.fragment.offset > 0) return probe.answered === false
  if (udp !== undefined) return probe.answered === false
  return icmp !== undefined || (tcp !== undefined && tcp.flags.includes('SYN'))
}

const heardByProbe = (probe: ProbeIdentity, member: Member): boolean =>
  member.leg !== 'reply' || member.namespace !== probe.from || probe.answered !== false

/** A frame came to a bridge and left it nowhere, or left for a cable and never arrived. */
function lostAtLayer2(scene: Indexed, member: Member): boolean {
  if (toGroup(member.packet)) return false
  const { link, direction } = member
  if (direction === 'out') {
    if (link.kind === 'bridge' || isAnyTunnel(link.kind) || link.kind === 'vlan' || link.kind === 'bond' || link.share)
      return true
    const far = link.peer?.namespace
    return typeof far === 'string' && scene.topology.has(far)
  }
  if (!isPort(member)) return isTagged(member)
  // Another piece of the same packet went on, in another cut.
  const pieces = member.packet.fragment ? (scene.pieces.get(pieceKey(member)) ?? []) : []
  if (pieces.some((other) => other.link === member.link && scene.chain.followed.has(other))) return false
  // One of several copies of a flood that found nobody is no loss.
  const sender = scene.chain.before.get(member)
  const source = sender && scene.chain.before.get(sender)
  return !source || (scene.copies.get(source) ?? 0) < 2
}

/** `last`: what the namespace did next; where it did nothing, the last moment at which the packet is known to be there. */
function ending(member: Member, event: 'delivered' | 'dropped', last: Member): WorkedOut {
  const { leg, namespace, link, time } = member
  const packet = withoutEthernet(member.packet.headers)
  const range = [time, Math.max(time, last.time)] as const
  return { event, leg, namespace, interface: link.name, range, packet, cause: member, changed: [] }
}
