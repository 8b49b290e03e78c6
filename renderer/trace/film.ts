/**
 * A trace as a film: the hops grouped into steps that happen on screen one after the other, each at a moment of real
 * time. Pure; knows nothing of places on the canvas (`way.ts` does) and nothing of playing (`player.svelte.ts` does).
 */
import type { TraceHop } from '../../electron/core/diagnosis/trace.js'

export interface FilmHop {
  readonly hop: TraceHop
  /** Index of the step it belongs to. */
  readonly step: number
  /** Where it stands on the time axis, ns. Never less than that of the hop before. */
  readonly drawNs: number
  /** Number of the hop its packet moved on from; null where a packet appears. */
  readonly from: number | null
  /** Numbers of the hops its packet moves on to. */
  readonly next: readonly number[]
  /** Number of the first hop of the same packet's way. */
  readonly journey: number
}

/** What happens at one moment: mostly one hop; of a flood, all copies at once. */
export interface Step {
  readonly index: number
  /** Numbers of its hops. */
  readonly hops: readonly number[]
  /** ns on the time axis. */
  readonly atNs: number
}

export interface Film {
  /** In the order of the trace. */
  readonly hops: readonly FilmHop[]
  readonly byNumber: ReadonlyMap<number, FilmHop>
  readonly steps: readonly Step[]
  /** Numbers of hops in the order in which stepping visits them. */
  readonly order: readonly number[]
  /** Real length, ns. */
  readonly lengthNs: number
}

export function buildFilm(hops: readonly TraceHop[]): Film {
  const from = new Map(hops.map((hop, index) => [hop.n, movedFrom(hops, index)]))
  const next = new Map<number, number[]>()
  for (const [n, before] of from) if (before !== null) next.set(before, [...(next.get(before) ?? []), n])
  const draw = drawTimes(hops)
  const groups = groupSteps(hops, from)
  const stepOf = new Map(groups.flatMap((group, index) => group.map((n) => [n, index] as const)))
  const journeys = new Map<number, number>()
  const journeyOf = (n: number): number => {
    const known = journeys.get(n)
    if (known !== undefined) return known
    const before = from.get(n) ?? null
    const journey = before === null ? n : journeyOf(before)
    journeys.set(n, journey)
    return journey
  }
  const filmed = hops.map((hop, index): FilmHop => {
    return {
      hop,
      step: stepOf.get(hop.n) ?? 0,
      drawNs: draw[index] ?? 0,
      from: from.get(hop.n) ?? null,
      next: next.get(hop.n) ?? [],
      journey: journeyOf(hop.n),
    }
  })
  const byNumber = new Map(filmed.map((each) => [each.hop.n, each]))
  let latest = 0
  const steps = groups.map((numbers, index): Step => {
    latest = Math.max(latest, byNumber.get(numbers[0] ?? -1)?.drawNs ?? 0)
    return { index, hops: numbers, atNs: latest }
  })
  return {
    hops: filmed,
    byNumber,
    steps,
    order: groups.flat(),
    lengthNs: Math.max(0, ...filmed.map(({ drawNs }) => drawNs)),
  }
}

/** The hop that the packet was at before, where it can have moved from there: a repeated frame appears anew. */
function movedFrom(hops: readonly TraceHop[], index: number): number | null {
  const hop = hops[index]
  if (!hop || hop.comparedWith === null) return null
  const before = hops[hop.comparedWith - 1]
  if (!before) return null
  const sameNamespace = before.namespace === hop.namespace
  if (hop.observed) {
    if (!sameNamespace) return hop.direction === 'in' && before.direction === 'out' ? before.n : null
    if (hop.interface === before.interface && hop.direction === before.direction) return null
  } else if (!sameNamespace) return null
  // What the namespace did to it in between stands between the two.
  for (let at = index - 1; at >= 0; at--) {
    const between = hops[at]
    if (!between || between.n <= before.n) break
    const acted = between.event === 'routed' || between.event === 'nat'
    if (acted && between.comparedWith === before.n && sameNamespace) return between.n
  }
  return before.n
}

/**
 * Time stamps of two namespaces may step back a little, and a hop that was worked out has a range: for drawing, each
 * stands no earlier than the one before, and what lies between two captures is spread evenly between them.
 */
function drawTimes(hops: readonly TraceHop[]): number[] {
  const times: number[] = new Array<number>(hops.length).fill(0)
  let latest = 0
  for (let index = 0; index < hops.length;) {
    const hop = hops[index] as TraceHop
    if (hop.observed) {
      latest = Math.max(latest, hop.timeNs)
      times[index++] = latest
      continue
    }
    let end = index
    while (end < hops.length && !hops[end]?.observed) end++
    const run = hops.slice(index, end)
    const following = hops[end]?.timeNs ?? Math.max(latest, ...run.map((each) => each.timeRangeNs?.[1] ?? each.timeNs))
    const gap = Math.max(0, following - latest)
    for (const [place] of run.entries()) times[index + place] = latest + (gap * (place + 1)) / (run.length + 1)
    index = end
    latest = times[end - 1] ?? latest
  }
  return times
}

/** Copies of a flood leave at the same instant, and arrive at the same instant. */
function groupSteps(hops: readonly TraceHop[], from: ReadonlyMap<number, number | null>): number[][] {
  const floods = new Map<number, number[]>()
  for (const hop of hops) {
    if (hop.event !== 'flooded' || hop.comparedWith === null) continue
    floods.set(hop.comparedWith, [...(floods.get(hop.comparedWith) ?? []), hop.n])
  }
  const copies = new Map<number, readonly number[]>()
  for (const numbers of floods.values()) {
    // The bridge's own interface gets a copy like any port.
    const first = hops[(numbers[0] ?? 1) - 1]
    for (const { n, event, comparedWith, namespace, direction } of hops)
      if (
        event === 'received' &&
        direction === 'in' &&
        comparedWith === first?.comparedWith &&
        namespace === first.namespace
      )
        numbers.push(n)
    if (numbers.length < 2) continue
    numbers.sort((a, b) => a - b)
    const arrivals = hops.filter((hop) => hop.event === 'received' && numbers.includes(from.get(hop.n) ?? -1))
    for (const n of numbers) copies.set(n, numbers)
    for (const { n } of arrivals)
      copies.set(
        n,
        arrivals.map((each) => each.n),
      )
  }
  const done = new Set<number>()
  const groups: number[][] = []
  for (const { n } of hops) {
    if (done.has(n)) continue
    const group = [...(copies.get(n) ?? [n])]
    for (const each of group) done.add(each)
    groups.push(group)
  }
  return groups
}

/** Whether any frame was captured: without one there is nothing to play. */
export const isPlayable = (film: Film): boolean => film.hops.some(({ hop }) => hop.observed)
