/** The way that a packet of a film took: its frames, from the first to where it ended, in the form of a prediction. */
import type { TraceFrame, TraceHop } from '../diagnosis/trace.js'
import type { LiveState } from '../live/state.js'
import { isOverheard } from '../packet/overheard.js'
import type { Step } from './prediction.js'

export interface Film {
  readonly hops: readonly TraceHop[]
  readonly frames: readonly Pick<TraceFrame, 'pkttype' | 'ifindex'>[]
}

/**
 * Of one packet of the leg: where it ended tells which of several, and of a flood's copies the one that somebody took.
 * What was only overheard is no part of it, nor are the copies of a frame that nobody took.
 * @param live as it was when the film was made
 */
export function filmWay(film: Film, leg: 'request' | 'reply', live: LiveState): Step[] {
  const seen = film.hops.filter((hop) => hop.leg === leg && hop.observed)
  const byNumber = new Map(seen.map((hop) => [hop.n, hop]))
  const end = film.hops.find(
    (hop) =>
      hop.leg === leg &&
      !hop.observed &&
      (hop.event === 'delivered' || hop.event === 'dropped') &&
      byNumber.has(hop.comparedWith ?? 0),
  )
  const way: TraceHop[] = []
  for (let at = end ? byNumber.get(end.comparedWith ?? 0) : seen.at(-1); at; at = byNumber.get(at.comparedWith ?? 0))
    way.unshift(at)
  const last = way.at(-1)
  if (last && isOverheard(last, film.frames[last.frame ?? -1], live)) {
    way.pop()
    while (way.at(-1)?.direction === 'out' && isPort(live, way.at(-1))) way.pop()
  }
  return way.flatMap(({ namespace, interface: name, direction }) =>
    name === null || direction === null ? [] : [{ namespace, interface: name, direction }],
  )
}

function linkOf(live: LiveState, hop: TraceHop | undefined) {
  return live.namespaces.find(({ name }) => name === hop?.namespace)?.links.find(({ name }) => name === hop?.interface)
}

const isPort = (live: LiveState, hop: TraceHop | undefined): boolean => (linkOf(live, hop)?.master ?? null) !== null

/** `namespace:interface` in order, for comparing and for showing. */
export const stepText = ({ namespace, interface: name, direction }: Step): string => `${namespace}:${name} ${direction}`
