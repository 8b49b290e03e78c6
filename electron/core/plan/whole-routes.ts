/** Routes as a lab states them: the kernel's entries of one route with several next hops are one again. */
import type { NextHop } from '../lab/lab.js'
import type { LiveRoute } from '../live/state.js'

export interface WholeRoute extends LiveRoute {
  /** Empty where it has one way, which is then `via` and `dev`. */
  readonly nexthops: readonly NextHop[]
}

export function wholeRoutes(routes: readonly LiveRoute[]): WholeRoute[] {
  const several = new Map<string, NextHop[]>()
  return routes.flatMap((route): WholeRoute[] => {
    if (route.weight === null) return [{ ...route, nexthops: [] }]
    const { family, table, to, metric, type, src, mtu, protocol, via, dev, weight } = route
    const key = JSON.stringify([family, table, to, metric, type, src, mtu, protocol])
    const known = several.get(key)
    if (known) {
      known.push({ via, dev, weight })
      return []
    }
    const nexthops = [{ via, dev, weight }]
    several.set(key, nexthops)
    return [{ ...route, via: null, dev: null, weight: null, flags: [], nexthops }]
  })
}

/** The interfaces that it leads over. */
export const devicesOf = ({ dev, nexthops }: WholeRoute): readonly string[] =>
  [dev, ...nexthops.map((hop) => hop.dev)].filter((each) => each !== null)

/** Whether the live ways are those that are wanted, in whatever order. */
export const sameNextHops = (wanted: readonly NextHop[], live: readonly NextHop[]): boolean =>
  wanted.length === live.length &&
  wanted.every(({ via, dev, weight }) =>
    live.some((each) => each.via === via && (dev === null || each.dev === dev) && each.weight === weight),
  )
