/**
 * A bridge that does not know the way sends a copy out of every port. With a thousand ports that is two thousand hops, of
 * which a handful matter: those of the copies that somebody did something with.
 */
import type { TracedHop } from './hop.js'

/** Copies of one flood that are told one by one before the rest is counted. */
const told = 8

type Hop = Pick<TracedHop, 'n' | 'namespace' | 'event' | 'comparedWith'>

/** Hops of copies that led to nothing, beyond the first few of each flood: the first of them, and how many copies there are. */
export function uneventfulCopies(hops: readonly Hop[]): ReadonlyMap<number, number> {
  const after = new Map<number, Hop[]>()
  for (const hop of hops)
    if (hop.comparedWith !== null) after.set(hop.comparedWith, [...(after.get(hop.comparedWith) ?? []), hop])
  // Where anything but arriving happened: an answer is a packet of its own, tied to no copy.
  const active = new Set(
    hops.filter(({ event }) => event !== 'received' && event !== 'flooded').map(({ namespace }) => namespace),
  )
  const seen = new Map<number | null, number>()
  const hidden = new Map<number, number>()
  const firstOf = new Map<number | null, number>()
  for (const hop of hops) {
    if (hop.event !== 'flooded') continue
    const arrivals = after.get(hop.n) ?? []
    const led = arrivals.some((each) => active.has(each.namespace) || (after.get(each.n) ?? []).length > 0)
    if (led) continue
    const count = (seen.get(hop.comparedWith) ?? 0) + 1
    seen.set(hop.comparedWith, count)
    if (count <= told) continue
    const first = firstOf.get(hop.comparedWith) ?? hop.n
    firstOf.set(hop.comparedWith, first)
    for (const { n } of [hop, ...arrivals]) hidden.set(n, 0)
    hidden.set(first, (hidden.get(first) ?? 0) + 1)
  }
  return hidden
}
