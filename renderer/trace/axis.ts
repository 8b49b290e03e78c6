/**
 * The time axis of the scrubber: linear in real time, except that long silences (a second between two probes, an ARP
 * timeout among microseconds) are cut out and marked, so that both sides of them can be read.
 */

export interface Gap {
  /** ns, real time. */
  readonly fromNs: number
  readonly toNs: number
}

export interface Axis {
  readonly gaps: readonly Gap[]
  /** 0..1 along the axis. */
  readonly toFraction: (ns: number) => number
  readonly toNs: (fraction: number) => number
  /** Round numbers with their places, at most `most` of them; ns. */
  readonly ticks: (most: number) => readonly { readonly ns: number; readonly at: number }[]
}

/** A silence is cut where it is at least this many times all that is no silence, */
const gapFactor = 4
/** and lasts at least this long (ns): a millisecond among microseconds. */
const leastGapNs = 1e6
const lengthOf = ({ fromNs, toNs }: Gap): number => toNs - fromNs
/** Room that a cut silence keeps, as part of all that is not silent. */
const gapRoom = 0.08

export function buildAxis(times: readonly number[]): Axis {
  const sorted = [...times].sort((a, b) => a - b)
  const start = sorted[0] ?? 0
  const end = sorted.at(-1) ?? 0
  const silences = sorted
    .slice(1)
    .map((toNs, index): Gap => ({ fromNs: sorted[index] ?? toNs, toNs }))
    .filter((gap) => lengthOf(gap) >= leastGapNs)
  const busy = silences.reduce((rest, gap) => rest - lengthOf(gap), end - start)
  const gaps = busy > 0 ? silences.filter((gap) => lengthOf(gap) >= gapFactor * busy) : []
  const shown = gaps.reduce((rest, gap) => rest - lengthOf(gap), end - start)
  const room = shown * gapRoom
  // Stretches and cuts in turn, each with the length it has on the axis.
  const parts: { readonly fromNs: number; readonly toNs: number; readonly from: number; readonly to: number }[] = []
  let length = 0
  const put = (fromNs: number, toNs: number, long: number): void => {
    parts.push({ fromNs, toNs, from: length, to: length + long })
    length += long
  }
  for (const [index, [from, to]] of stretches(start, end, gaps).entries()) {
    const gap = gaps[index - 1]
    if (gap) put(gap.fromNs, gap.toNs, room)
    put(from, to, to - from)
  }
  const total = length

  const toFraction = (ns: number): number => {
    const part = parts.find(({ toNs }) => ns <= toNs) ?? parts.at(-1)
    if (!part || total === 0) return 0
    const { fromNs, toNs, from, to } = part
    const within = toNs === fromNs ? 0 : (Math.min(Math.max(ns, fromNs), toNs) - fromNs) / (toNs - fromNs)
    return (from + within * (to - from)) / total
  }
  const toNs = (fraction: number): number => {
    const at = Math.min(Math.max(fraction, 0), 1) * total
    const part = parts.find(({ to }) => at <= to) ?? parts.at(-1)
    if (!part || part.to === part.from) return part?.fromNs ?? start
    return part.fromNs + ((at - part.from) / (part.to - part.from)) * (part.toNs - part.fromNs)
  }
  return {
    gaps,
    toFraction,
    toNs,
    ticks: (most) => {
      if (shown <= 0 || most < 2) return [{ ns: start, at: 0 }]
      const step = roundStep(shown / (most - 1))
      const inGap = (ns: number): boolean => gaps.some((gap) => ns > gap.fromNs && ns < gap.toNs)
      const found: { ns: number; at: number }[] = []
      for (const [from, to] of stretches(start, end, gaps))
        for (let ns = Math.ceil(from / step) * step; ns <= to && found.length < 4 * most; ns += step)
          if (!inGap(ns)) found.push({ ns, at: toFraction(ns) })
      return found
    },
  }
}

function stretches(start: number, end: number, gaps: readonly Gap[]): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = []
  let from = start
  for (const gap of gaps) {
    found.push([from, gap.fromNs])
    from = gap.toNs
  }
  return [...found, [from, end]]
}

/** The next of 1, 2, 5, 10, 20, ... that is no less. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  for (const factor of [1, 2, 5]) if (factor * power >= least) return factor * power
  return 10 * power
}
