/** What somebody expected of a probe before it was sent, held against the way that its request took. Pure. */
import type { Trace } from '../diagnosis/trace.js'
import type { LiveState } from '../live/state.js'
import { filmWay } from './film-way.js'
import type { Decision, NextHop, Prediction, Step } from './prediction.js'

/** Where the packet is expected to come by: a namespace as a whole, or one of its interfaces. */
export interface Place {
  readonly namespace: string
  readonly interface: string | null
}

/** To whom the sender hands it first: an address, the target itself, or nobody. Null: nothing was said of it. */
export type ExpectedHop = { readonly via: string } | 'direct' | 'not-sent' | null

export interface Expected {
  /** In order, with or without the sender before them; empty: nothing was said of the way. */
  readonly places: readonly Place[]
  readonly nextHop: ExpectedHop
}

export interface Marked {
  readonly expected: Expected
  /** How many of the places are right, from the first on. */
  readonly right: number
  /** Null: the way is right as far as it was told, and ends where the packet ended; or nothing was said of it. */
  readonly turn: Turn | null
  /** Null: nothing was said, or it is not known. */
  readonly nextHop: { readonly isRight: boolean; readonly was: Exclude<ExpectedHop, null> } | null
  readonly prediction: Prediction
  /** Of the prediction: what of it was so. */
  readonly came: { readonly request: boolean; readonly reply: boolean; readonly outcome: boolean } | null
}

/** Where what was expected and what was filmed part. */
export interface Turn {
  /** The namespace that both had passed last. */
  readonly at: string
  /** Where the packet went from there; null: no further. */
  readonly went: Place | null
  /** What that namespace looked up to send it on, where the prediction is so. */
  readonly because: readonly Decision[]
}

/** The places of a namespace that a packet passes one after the other. */
interface Visit {
  readonly namespace: string
  readonly interfaces: readonly string[]
}

export interface Filmed {
  readonly from: string
  readonly request: readonly Step[]
  readonly reply: readonly Step[]
  readonly outcome: string
}

/** @param live as it was right before the probe was sent */
export const filmedOf = (trace: Trace, live: LiveState): Filmed => ({
  from: trace.probe.from,
  request: filmWay(trace, 'request', live),
  reply: filmWay(trace, 'reply', live),
  outcome: trace.outcome,
})

export function mark(expected: Expected, prediction: Prediction, filmed: Filmed): Marked {
  const request = sameWay(prediction.sure ? prediction.request : null, filmed.request)
  const came = prediction.sure
    ? { request, reply: sameWay(prediction.reply, filmed.reply), outcome: prediction.outcome === filmed.outcome }
    : null
  const { right, turn } = markWay(expected.places, visitsOf(filmed.from, filmed.request))
  const because =
    turn && prediction.sure && request
      ? prediction.decisions.filter(({ leg, namespace }) => leg === 'request' && namespace === turn.at)
      : []
  return {
    expected,
    right,
    turn: turn && { ...turn, because },
    nextHop: markHop(expected.nextHop, prediction.sure && request ? prediction.nextHop : undefined),
    prediction,
    came,
  }
}

const sameWay = (a: readonly Step[] | null, b: readonly Step[]): boolean =>
  a !== null &&
  a.length === b.length &&
  a.every((step, at) => {
    const other = b[at]
    return (
      step.namespace === other?.namespace && step.interface === other.interface && step.direction === other.direction
    )
  })

/** The sender is the first, whether a frame of it was ever seen or not. */
function visitsOf(from: string, steps: readonly Step[]): Visit[] {
  const visits: { namespace: string; interfaces: string[] }[] = [{ namespace: from, interfaces: [] }]
  for (const { namespace, interface: name } of steps) {
    const last = visits.at(-1)
    if (last?.namespace === namespace) last.interfaces.push(name)
    else visits.push({ namespace, interfaces: [name] })
  }
  return visits
}

function markWay(
  places: readonly Place[],
  visits: readonly Visit[],
): { readonly right: number; readonly turn: Omit<Turn, 'because'> | null } {
  /** Visit that the last place was in, and how many of its interfaces are behind it. */
  let [at, passed] = [0, 0]
  const here = (): string => visits[at]?.namespace ?? ''
  for (const [right, place] of places.entries()) {
    const isHere = place.namespace === here()
    const visit = isHere ? visits[at] : visits[at + 1]
    const from = isHere ? passed : 0
    const found = place.interface === null ? from - 1 : (visit?.interfaces.indexOf(place.interface, from) ?? -1)
    const isPassed = visit?.namespace === place.namespace && (place.interface === null || found >= 0)
    if (!isPassed) {
      const went = visits[at + 1] ?? null
      // In the right box, by another interface.
      const inside =
        visit?.namespace === place.namespace ? { ...place, interface: visit.interfaces[from] ?? null } : null
      const next = inside?.interface
        ? inside
        : went && { namespace: went.namespace, interface: went.interfaces[0] ?? null }
      return { right, turn: { at: here(), went: next } }
    }
    if (!isHere) at++
    passed = found + 1
  }
  const on = visits[at + 1]
  if (places.length === 0 || !on) return { right: places.length, turn: null }
  return {
    right: places.length,
    turn: { at: here(), went: { namespace: on.namespace, interface: on.interfaces[0] ?? null } },
  }
}

/** @param was undefined: not known */
function markHop(expected: ExpectedHop, was: NextHop | null | undefined): Marked['nextHop'] {
  if (expected === null || was === undefined) return null
  const hop = was === null ? 'not-sent' : was.via === null ? 'direct' : { via: was.via }
  const text = (each: Exclude<ExpectedHop, null>): string => (typeof each === 'string' ? each : each.via)
  return { isRight: text(expected) === text(hop), was: hop }
}

/** All that was said is so. */
export const isAllRight = ({ turn, nextHop }: Marked): boolean => turn === null && nextHop?.isRight !== false
