/**
 * A packet of the live film as movements: one per copy of it that travels, each a row of places and times that the browser
 * plays by itself, however many there are. Pure.
 */
import type { Point } from '../canvas/drawing.js'
import { distance, lengthOf } from '../trace/line.js'
import type { Film } from '../trace/film.js'
import { paceOf, usualSpeed } from '../trace/pace.js'
import { capsuleOf, type Capsule } from '../trace/packet-changes.js'
import type { PlacedFilm, PlacedHop } from '../trace/way.js'

/** A whole exchange takes this long at most, so that a ping a second does not pile up (ms). */
const longestMs = 4500
/** Fades at both ends (ms). */
export const fadeMs = 160

export interface Place extends Point {
  /** ms since the packet appeared. */
  readonly atMs: number
  /** Of the movement to the next place: eased on a straight cable. */
  readonly eased: boolean
}

export interface Thread {
  /** Number of its first hop. */
  readonly n: number
  readonly places: readonly Place[]
  /** Its hops and when it gets there. */
  readonly hops: readonly { readonly n: number; readonly atMs: number }[]
  /** What the capsule looks like, and when. */
  readonly looks: readonly Look[]
  readonly startMs: number
  /** When it has arrived; it fades after that. */
  readonly endMs: number
  /** Where it was dropped; null where it was not. */
  readonly diedAt: Point | null
}

export interface Look {
  readonly capsule: Capsule
  readonly fromMs: number
  readonly untilMs: number
}

export interface Threads {
  readonly threads: readonly Thread[]
  /** With the last fade. */
  readonly lengthMs: number
}

interface Timing {
  readonly startMs: number
  readonly arrivalMs: number
}

export function threadsOf(film: Film, placed: PlacedFilm): Threads {
  const times = timesOf(film)
  const threads: Thread[] = []
  const follow = (first: PlacedHop, from: PlacedHop | null): void => {
    const chain: PlacedHop[] = []
    for (let at: PlacedHop | undefined = first; at; at = nextOf(at)) chain.push(at)
    const thread = threadOf(film, chain, from, times)
    if (thread) threads.push(thread)
  }
  const nextOf = (hop: PlacedHop): PlacedHop | undefined => {
    const [straight, ...copies] = hop.film.next.map((n) => placed.hops.get(n))
    for (const copy of copies) if (copy) follow(copy, hop)
    return straight
  }
  for (const hop of placed.hops.values()) if (hop.film.from === null) follow(hop, null)
  return { threads, lengthMs: Math.max(0, ...threads.map(({ endMs }) => endMs)) + fadeMs }
}

function timesOf(film: Film): readonly Timing[] {
  let now = 0
  const spans = film.steps.map((_, step) => {
    const { travelMs, restMs } = paceOf(film, step, usualSpeed)
    // The first picture is there at once.
    const travel = step === 0 ? 0 : travelMs
    const span = { startMs: now, arrivalMs: now + travel }
    now += travel + Math.max(restMs, step === 0 ? fadeMs : 0)
    return span
  })
  const factor = Math.min(1, longestMs / Math.max(1, now))
  return spans.map(({ startMs, arrivalMs }) => ({ startMs: startMs * factor, arrivalMs: arrivalMs * factor }))
}

/** @param from where a copy leaves its original; null where the packet appears */
function threadOf(
  film: Film,
  chain: readonly PlacedHop[],
  from: PlacedHop | null,
  times: readonly Timing[],
): Thread | null {
  const [first] = chain
  const last = chain.at(-1)
  // What was never sent moves nowhere: its mark is all there is.
  if (!first || !last) return null
  const timeOf = ({ film: { step } }: PlacedHop): Timing => times[step] ?? { startMs: 0, arrivalMs: 0 }
  const startMs = from ? timeOf(first).startMs : timeOf(first).arrivalMs
  const places: Place[] = []
  // The browser refuses a way that goes back in time.
  const put = ({ x, y }: Point, atMs: number, eased = false): void =>
    void places.push({ x, y, atMs: Math.max(atMs, places.at(-1)?.atMs ?? 0), eased })
  put(from?.rest ?? first.rest, startMs)
  for (const hop of from ? chain : chain.slice(1)) {
    const { startMs: leaves, arrivalMs } = timeOf(hop)
    const { travel } = hop
    if (!travel || travel.length < 2) {
      put(hop.rest, arrivalMs)
      continue
    }
    const total = lengthOf(travel) || 1
    let gone = 0
    for (const [index, point] of travel.entries()) {
      const before = travel[index - 1]
      if (before) gone += distance(before, point)
      put(point, leaves + ((arrivalMs - leaves) * gone) / total, hop.medium === 'wire' && travel.length === 2)
    }
  }
  const looks: { capsule: Capsule; fromMs: number }[] = []
  for (const hop of chain) {
    if (hop.film.hop.packet === null) continue
    const capsule = capsuleOf(film, hop.film.hop.n)
    const known = looks.at(-1)?.capsule
    if (known?.layer2 !== capsule.layer2 || known.layer3 !== capsule.layer3)
      looks.push({ capsule, fromMs: timeOf(hop).arrivalMs })
  }
  // Long enough to be seen, whatever it does.
  const endMs = Math.max(startMs + 2 * fadeMs, timeOf(last).arrivalMs)
  return {
    n: first.film.hop.n,
    hops: chain.map((hop) => ({ n: hop.film.hop.n, atMs: timeOf(hop).arrivalMs })),
    places,
    looks: looks.map(({ capsule, fromMs }, index) => ({
      capsule,
      fromMs: index === 0 ? startMs : fromMs,
      untilMs: Math.max(index === 0 ? startMs : fromMs, looks[index + 1]?.fromMs ?? endMs),
    })),
    startMs,
    endMs,
    diedAt: last.film.hop.event === 'dropped' ? last.at : null,
  }
}
