/** Whether packets for a destination take the way that a route would give them, whichever route it is that does. */
import { containsAddress, parsePrefix } from '../lab/address.js'
import type { LabRoute } from '../lab/lab.js'
import type { LiveRoute } from '../live/state.js'

export function leadsThere(wanted: LabRoute, routes: readonly LiveRoute[]): boolean {
  const target = parsePrefix(wanted.to)
  if (!target) return false
  const covering = routes
    .filter(({ family, table }) => family === wanted.family && table === wanted.table)
    .flatMap((route) => {
      const prefix = parsePrefix(route.to)
      const covers = prefix !== null && prefix.length <= target.length && containsAddress(prefix, target)
      return covers ? [{ route, length: prefix.length }] : []
    })
    .sort((a, b) => b.length - a.length || a.route.metric - b.route.metric)
  const taken = covering[0]?.route
  return (
    taken !== undefined &&
    taken.type === wanted.type &&
    (wanted.via === null || taken.via === wanted.via) &&
    (wanted.dev === null || taken.dev === wanted.dev) &&
    // Who names a metric means this very route, among others.
    (wanted.metric === null || (taken.metric === wanted.metric && taken.to === wanted.to))
  )
}
