/** What happened at a hop, as message keys and values: the table, the announcements and the badges say the same. */
import { isAnyTunnel } from '../../electron/core/lab/tunnel.js'
import { lossOf, openQuestion } from './end.js'
import { packetOf } from './packet-changes.js'
import { fragmentOf, nameOf, titleOf, type PacketTitle } from './packets.js'
import { spanText } from './duration.js'
import type { TraceHop } from '../../electron/core/diagnosis/trace.js'
import type { PacketHeaders } from '../../electron/core/packet/packet.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Film } from './film.js'
import type { Parameters } from '../i18n/catalogue.js'
import type { Key } from '../i18n/text.svelte.js'

export type Sign = 'out' | 'in' | 'switch' | 'both' | 'router' | 'nat' | 'here' | 'told' | 'drop'

export interface Saying {
  readonly sign: Sign
  readonly key: Extract<Key, `hop.${string}`>
  readonly values: Parameters
  /** A second part, tinted: `TTL 64 → 63`. */
  readonly ttl: readonly [number, number] | null
  /** What it is about, where the first part does not say it: the question of an ARP frame, the number of a fragment. */
  readonly about: PacketTitle | null
}

interface Context {
  readonly film: Film
  readonly live: LiveState | null
}

/** Number of a bridge port as people count them: from 1, in the order in which they were plugged in. */
function portOf(
  live: LiveState | null,
  namespace: string,
  name: string | null,
): { bridge: string; port: number } | null {
  const links = live?.namespaces.find((each) => each.name === namespace)?.links ?? []
  const bridge = links.find((link) => link.name === name)?.master
  if (!bridge) return null
  const port = links.filter(({ master }) => master === bridge).findIndex((link) => link.name === name) + 1
  return { bridge, port }
}

const kindOf = (live: LiveState | null, namespace: string, name: string | null): string | null =>
  live?.namespaces.find((each) => each.name === namespace)?.links.find((link) => link.name === name)?.kind ?? null

/** The bond that an interface is a member of. */
const bondOf = (live: LiveState | null, namespace: string, name: string | null): string | undefined =>
  live?.namespaces.find((each) => each.name === namespace)?.links.find((link) => link.name === name)?.bond

/** Whether the one hop is at a macvlan or an ipvlan on the interface of the other. */
function isShareOn(live: LiveState | null, child: TraceHop, parent: TraceHop): boolean {
  const linkOf = ({ namespace, interface: name }: TraceHop) =>
    live?.namespaces.find((each) => each.name === namespace)?.links.find((link) => link.name === name)
  const below = linkOf(child)?.share?.parent
  return below !== undefined && below.namespace === parent.namespace && below.index === linkOf(parent)?.index
}

export function sayHop(hop: TraceHop, { film, live }: Context): Saying {
  const packet = packetOf(hop)
  const { namespace } = hop
  const name = hop.interface
  const port = portOf(live, namespace, name)
  const kind = kindOf(live, namespace, name)
  const before = film.byNumber.get(film.byNumber.get(hop.n)?.from ?? -1)?.hop ?? null
  const saying = (sign: Sign, key: Saying['key'], values: Parameters = {}, ttl: Saying['ttl'] = null): Saying => ({
    sign,
    key,
    values,
    ttl,
    about: isSaid.has(key) ? null : aboutOf(film, hop),
  })
  switch (hop.event) {
    case 'sent':
      if (kind === 'bridge') return saying('both', 'hop.handedDown', { namespace, bridge: name ?? '' })
      if (isAnyTunnel(kind ?? '')) return saying('out', 'hop.intoTunnel', { interface: name ?? '' })
      if (kind === 'vlan') return saying('out', 'hop.bySubInterface', { interface: name ?? '' })
      if (before && isShareOn(live, before, hop))
        return saying('out', 'hop.byParent', { interface: name ?? '', share: before.interface ?? '' })
      if (before && before.namespace === namespace && packet?.vlan && !packetOf(before)?.vlan)
        return saying('out', 'hop.tagged', { interface: name ?? '', vlan: packet.vlan.id })
      if (before && before.namespace === namespace) return saying('out', 'hop.sentOn', { interface: name ?? '' })
      return saying('out', ...emitted(packet))
    case 'received': {
      if (port) return saying('switch', 'hop.enteredBridge', port)
      if (kind === 'bridge') return saying('both', 'hop.passedUp', { namespace })
      if (isAnyTunnel(kind ?? '')) return saying('in', 'hop.outOfTunnel', { interface: name ?? '' })
      if (kind === 'vlan') return saying('in', 'hop.untagged', { interface: name ?? '' })
      const bond = bondOf(live, namespace, name)
      if (bond) return saying('in', 'hop.byMember', { interface: name ?? '', bond })
      if (before && isShareOn(live, before, hop))
        return saying('in', 'hop.pastParent', { interface: name ?? '', share: before.interface ?? '' })
      const next = film.byNumber.get(hop.n)?.next ?? []
      const taker = next.map((n) => film.byNumber.get(n)).find((each) => each && isShareOn(live, each.hop, hop))
      if (taker) return saying('in', 'hop.forShare', { interface: name ?? '', share: taker.hop.interface ?? '' })
      const ttl = packet?.ip?.ttl
      if (packet?.arp) return saying('in', 'hop.heardArp', { namespace })
      const own = isTarget(film, hop)
      if (!own || ttl === undefined) return saying('in', 'hop.receivedBy', { namespace })
      const called = nameOf(packet)
      if (hop.leg !== 'reply' && hop.leg !== 'error') return saying('in', 'hop.received', { ttl })
      return called === 'echo reply'
        ? saying('in', 'hop.receivedEchoReply', { ttl })
        : saying('in', 'hop.receivedReply', { ttl, packet: called })
    }
    case 'bridged':
      return port ? saying('switch', ...bridged(before, packet, port)) : saying('switch', 'hop.bridgedAway')
    case 'flooded':
      return port ? saying('switch', 'hop.flooded', port) : saying('switch', 'hop.floodedAway')
    case 'routed':
      return saying('router', 'hop.routed', {}, ttlChange(before, hop))
    case 'nat':
      return saying('nat', rewriting(hop))
    case 'delivered':
      // What comes back to say no is no success of the probe.
      if (hop.leg === 'error') return saying('told', 'hop.reported', { namespace, packet: nameOf(packet) })
      return hop.leg === 'reply' && packet?.tcp?.flags.includes('RST')
        ? saying('told', 'hop.refusal', { namespace })
        : saying('here', 'hop.delivered', { namespace })
    case 'dropped':
      return saying('drop', ...lost(hop, film, live))
  }
}

/** A bridge that filters VLANs adds or strips a tag on the way out. */
function bridged(
  before: TraceHop | null,
  packet: PacketHeaders | null,
  port: { readonly bridge: string; readonly port: number },
): [Saying['key'], Parameters] {
  const [had, has] = [before && packetOf(before)?.vlan, packet?.vlan]
  if (has && !had) return ['hop.bridgedTagged', { ...port, vlan: has.id }]
  return had && !has ? ['hop.bridgedUntagged', { ...port, vlan: had.id }] : ['hop.bridged', port]
}

function lost(hop: TraceHop, film: Film, live: LiveState | null): [Saying['key'], Parameters] {
  const { namespace } = hop
  switch (lossOf(hop, film, live)) {
    case 'neverSent':
      return ['hop.neverSent', { namespace }]
    case 'unresolved':
      return ['hop.unresolved', { namespace, protocol: openQuestion(hop, film)?.protocol ?? '' }]
    case 'answer':
      return ['hop.answerDropped', { namespace }]
    case 'unanswered':
      return ['hop.unanswered', { namespace }]
    case 'request':
      return hop.leg === 'error' ? ['hop.reportDropped', { namespace }] : ['hop.dropped', { namespace }]
  }
}

/** These name the question themselves. */
const isSaid: ReadonlySet<Saying['key']> = new Set(['hop.asked', 'hop.answeredArp'])

function aboutOf(film: Film, hop: TraceHop): PacketTitle | null {
  if (packetOf(hop)?.arp) {
    const title = titleOf(film, hop)
    return { ...title, key: title.key === 'packet.whoHas' ? 'packet.whoHasShort' : title.key }
  }
  const piece = fragmentOf(film, hop)
  return piece && { key: 'packet.piece', values: { index: piece.index, count: piece.count } }
}

function emitted(packet: PacketHeaders | null): [Saying['key'], Parameters] {
  if (packet?.arp)
    return packet.arp.op === 'request'
      ? ['hop.asked', { address: packet.arp.targetIp }]
      : ['hop.answeredArp', { address: packet.arp.senderIp, mac: packet.arp.senderMac }]
  const name = nameOf(packet)
  if (name === 'echo request') return ['hop.emittedEchoRequest', {}]
  if (name === 'echo reply') return ['hop.emittedEchoReply', {}]
  return ['hop.emitted', { packet: name }]
}

/** Whether the packet ends here: what follows is its delivery or its end, not its being passed on. */
function isTarget(film: Film, hop: TraceHop): boolean {
  const next = film.byNumber.get(hop.n)?.next ?? []
  return next.every((n) => {
    const event = film.byNumber.get(n)?.hop.event
    return event === 'delivered' || event === 'dropped'
  })
}

function ttlChange(before: TraceHop | null, hop: TraceHop): Saying['ttl'] {
  const [old, now] = [before && packetOf(before)?.ip?.ttl, packetOf(hop)?.ip?.ttl]
  return old !== null && old !== undefined && now !== undefined && old !== now ? [old, now] : null
}

function rewriting(hop: TraceHop): Saying['key'] {
  const destination = hop.changed.some((path) => /ip\.dst$|dstPort$/.test(path))
  const source = hop.changed.some((path) => /ip\.src$|srcPort$/.test(path))
  const back = hop.leg === 'reply' || hop.leg === 'error'
  if (destination && !source) return back ? 'hop.natRestoredDestination' : 'hop.natRewroteDestination'
  if (source) return back ? 'hop.natRestoredSource' : 'hop.natRewroteSource'
  return 'hop.natRewroteId'
}

/** Text of the time column: since the first hop; a range where the hop was worked out. */
export function timeText(hop: TraceHop): string {
  const range = hop.timeRangeNs
  return hop.observed || !range ? spanText(hop.timeNs, hop.timeNs) : spanText(...range)
}
