/** How far a probe got, so that two of them can be compared: whether a change of the network has helped. */
import type { Outcome } from '../lab/schema.js'
import { isLayer3 } from '../lab/tunnel.js'
import type { LiveLink } from '../live/state.js'
import type { TracedHop } from '../packet/hop.js'
import type { Network } from './network.js'
import { isAnswer } from './trace.js'

/** Most telling first: an answer, the way back, the arrival, the way there, and who heard what was asked on the way. */
export type Progress = readonly [answered: number, back: number, arrived: number, there: number, heard: number]

export function progressOf(outcome: Outcome, hops: readonly TracedHop[], network: Network): Progress {
  const places = { request: new Set<string>(), reply: new Set<string>(), arrived: new Set<string>() }
  const heard = new Set<string>()
  // Who sends it on for the second time only turns it round: what it reaches there, it would not have to.
  const turned = { request: turnedAt(hops, 'request'), reply: turnedAt(hops, 'reply') }
  for (const hop of hops) {
    const { leg, event, namespace, interface: name, observed } = hop
    const place = `${namespace} ${name ?? ''} `
    // Who asks for a neighbour is as far as who sends, whether it knew the neighbour before or not.
    if (isQuestion(hop)) {
      if (event === 'sent') places.request.add(`${place}sent`)
      heard.add(place)
    }
    if ((leg !== 'request' && leg !== 'reply') || hop.n > turned[leg]) continue
    if (event === 'delivered') places.arrived.add(namespace)
    const counts = event === 'sent' || event === 'routed' || event === 'nat' || event === 'delivered'
    if (counts) places[leg].add(place + event)
    // A flood comes to everybody; only who is meant is further on.
    else if (observed && event === 'received' && isForStation(hop.packet, network.link(namespace, name)))
      places[leg].add(place + event)
  }
  return [isAnswer(outcome) ? 1 : 0, places.reply.size, places.arrived.size, places.request.size, heard.size]
}

/** Where there are no frames, whatever comes is for who hears it. */
const isForStation = (packet: TracedHop['packet'], link: LiveLink | undefined): boolean =>
  link !== undefined && (isLayer3(link.kind) || packet?.eth?.dst === link.mac)

/** The hop behind which a packet only goes in a circle: where who will send it on again does so first. */
function turnedAt(hops: readonly TracedHop[], leg: 'request' | 'reply'): number {
  const first = new Map<string, { readonly n: number; readonly ttl: number }>()
  let at = Number.POSITIVE_INFINITY
  for (const { n, leg: own, event, namespace, packet } of hops) {
    const ttl = packet?.ip?.ttl
    if (own !== leg || (event !== 'routed' && event !== 'sent') || ttl === undefined) continue
    const before = first.get(namespace)
    if (!before) first.set(namespace, { n, ttl })
    // Copies of one packet, and what a bridge sends on, keep the TTL.
    else if (ttl < before.ttl - 1) at = Math.min(at, before.n)
  }
  return at
}

const isQuestion = ({ leg, packet }: TracedHop): boolean =>
  (leg === 'arp' && packet?.arp?.op === 'request') || (leg === 'ndp' && packet?.icmp?.type === 135)

export function isFurther(after: Progress, before: Progress): boolean {
  // Known neighbours are not asked for: then what is heard tells nothing.
  const asked = before[4] > 0
  const at = after.findIndex((value, index) => value !== before[index])
  return at >= 0 && (at < 4 || asked) && (after[at] ?? 0) > (before[at] ?? 0)
}
