/** Predict, then check: what will the address be behind this hop? Made of the film alone; answers are never needed. */
import type { PacketHeaders } from '../../electron/core/packet/packet.js'
import type { Film } from './film.js'

export interface Question {
  /** Number of the hop that rewrites. */
  readonly hop: number
  readonly field: 'source' | 'destination'
  readonly namespace: string
  /** Interface it leaves by, where one is known. */
  readonly leaves: string | null
  readonly options: readonly string[]
  readonly answer: string
}

const innermost = (headers: PacketHeaders): PacketHeaders => (headers.inner ? innermost(headers.inner) : headers)

/** The question that a step answers; null where it changes no address. */
export function asksBefore(film: Film, step: number): Question | null {
  for (const n of film.steps[step]?.hops ?? []) {
    const each = film.byNumber.get(n)
    if (each?.hop.event !== 'nat' || !each.hop.packet) continue
    const before = film.byNumber.get(each.from ?? -1)?.hop.packet
    const old = before && innermost(before).ip
    const now = innermost(each.hop.packet).ip
    if (!old || !now) continue
    const field = old.src !== now.src ? 'source' : old.dst !== now.dst ? 'destination' : null
    if (field === null) continue
    const [was, becomes] = field === 'source' ? [old.src, now.src] : [old.dst, now.dst]
    const others = otherAddresses(film, each.hop.namespace).filter((address) => address !== was && address !== becomes)
    const [wrong] = others.length > 0 ? others : [field === 'source' ? now.dst : now.src]
    const options = [...new Set([was, becomes, ...(wrong === undefined ? [] : [wrong])])].sort(compare)
    return { hop: n, field, namespace: each.hop.namespace, leaves: leavesBy(film, n), options, answer: becomes }
  }
  return null
}

/** Addresses that the film shows the rewriting namespace to have: those its neighbours ask for, and those it sends from. */
function otherAddresses(film: Film, namespace: string): string[] {
  const found = new Set<string>()
  for (const { hop } of film.hops) {
    if (!hop.packet) continue
    const { arp } = innermost(hop.packet)
    if (arp && hop.namespace === namespace && hop.direction === 'out' && arp.op === 'reply') found.add(arp.senderIp)
    if (arp && hop.namespace === namespace && hop.direction === 'in' && arp.op === 'request') found.add(arp.targetIp)
  }
  return [...found].sort(compare)
}

function leavesBy(film: Film, n: number): string | null {
  let numbers: readonly number[] = [n]
  for (let steps = 0; steps < 4; steps++) {
    const next = film.byNumber.get(film.byNumber.get(numbers[0] ?? -1)?.next[0] ?? -1)
    if (!next) return null
    if (next.hop.observed) return next.hop.interface
    numbers = [next.hop.n]
  }
  return null
}

/** By number, not by letter: 10.0.0.9 before 10.0.0.10. */
const compare = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })
