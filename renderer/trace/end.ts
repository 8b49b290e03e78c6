/**
 * Where a probe that failed ended, and what of it: the one answer that headline, canvas, hop table and card give. The
 * cause may lie elsewhere; the card says so in words of its own.
 */
import { isAnswer, type Trace, type TraceHop } from '../../electron/core/diagnosis/trace.js'
import type { LiveState } from '../../electron/core/live/state.js'
import type { Film, FilmHop } from './film.js'
import { packetOf } from './packet-changes.js'

export type EndKind =
  /** No packet left its namespace. */
  | 'neverSent'
  /** Given up, because nobody answered the question for the next hop's link-layer address. */
  | 'unresolved'
  /** On its way to the target. */
  | 'request'
  /** The probe had arrived: what came of it was lost on the way back. */
  | 'answer'
  /** It came to its target, which sent nothing back. */
  | 'unanswered'
  /** It came to its target, which said no. */
  | 'refused'

export interface ProbeEnd {
  /** Null where no frame says where: then it is where the cause was found. */
  readonly at: FilmHop | null
  readonly namespace: string
  readonly kind: EndKind
  /** Of a question that nobody answered. */
  readonly asked: Asked | null
}

export interface Asked {
  readonly protocol: 'ARP' | 'NDP'
  /** Null where the recording does not hold it. */
  readonly address: string | null
}

/** Null where an answer came, or where nobody knows where it ended. */
export function endOf(trace: Trace, film: Film, live: LiveState | null): ProbeEnd | null {
  if (isAnswer(trace.outcome)) return null
  const blamed = trace.diagnosis?.namespace ?? null
  const at = trace.outcome === 'refused' ? refusedAt(film) : lostAt(film, blamed)
  if (at) {
    const kind = trace.outcome === 'refused' ? 'refused' : lossOf(at.hop, film, live)
    const asked = kind === 'unresolved' ? openQuestion(at.hop, film) : null
    return { at, namespace: at.hop.namespace, kind, asked }
  }
  return blamed === null
    ? null
    : { at: null, namespace: blamed, kind: trace.outcome === 'refused' ? 'refused' : 'request', asked: null }
}

const isProbe = ({ hop }: FilmHop): boolean => hop.leg === 'request' || hop.leg === 'reply'

/** What is lost of an ICMP error is not the probe's end; of an overheard question there is nothing else. */
function lostAt(film: Film, blamed: string | null): FilmHop | null {
  const all = film.hops.filter(({ hop }) => hop.event === 'dropped')
  const own = all.filter(isProbe)
  const drops = own.length > 0 ? own : all
  return drops.findLast(({ hop }) => hop.namespace === blamed) ?? drops.at(-1) ?? null
}

const refusedAt = (film: Film): FilmHop | null =>
  film.hops.findLast(({ hop }) => hop.leg === 'request' && (hop.event === 'delivered' || hop.event === 'dropped')) ??
  null

/** What a loss was. */
export function lossOf(hop: TraceHop, film: Film, live: LiveState | null): Exclude<EndKind, 'refused'> {
  if (openQuestion(hop, film)) return 'unresolved'
  if (hop.packet === null) return 'neverSent'
  if (hop.leg === 'reply') return 'answer'
  const target = packetOf(hop)?.ip?.dst
  const arrived =
    hop.leg === 'request' &&
    !hop.reason &&
    live?.namespaces.some(
      ({ name, addresses }) =>
        name === hop.namespace && addresses.some(({ address }) => address.split('/')[0] === target),
    )
  return arrived ? 'unanswered' : 'request'
}

/** The last question for a neighbour that the namespace asked before it gave up, where nobody answered it. */
export function openQuestion(hop: TraceHop, film: Film): Asked | null {
  if (hop.leg !== 'request' && hop.leg !== 'reply') return null
  let open: Asked | null = null
  for (const { hop: each } of film.hops) {
    if (each.n >= hop.n) break
    if (each.namespace !== hop.namespace) continue
    const { arp, icmp } = packetOf(each) ?? {}
    if (each.event === 'sent' && arp?.op === 'request') open = { protocol: 'ARP', address: arp.targetIp }
    else if (each.event === 'sent' && icmp?.type === solicitation && each.leg === 'ndp')
      open = { protocol: 'NDP', address: null }
    else if (each.event === 'received' && arp?.op === 'reply' && arp.senderIp === open?.address) open = null
    else if (each.event === 'received' && icmp?.type === advertisement && each.leg === 'ndp') open = null
  }
  return open
}

/** RFC 4861. */
const solicitation = 135
const advertisement = 136
