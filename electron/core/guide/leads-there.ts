/** Whether packets for a destination take the way that a route would give them, whichever route it is that does. */
import { containsAddress, parsePrefix } from '../lab/address.js'
import type { LabRoute, NextHop } from '../lab/lab.js'
import type { LiveRoute } from '../live/state.js'
import type { DeviceDifference } from './device-settings.js'

/** The one that they take; null where it is another way. */
export function routeThere(wanted: LabRoute, routes: readonly LiveRoute[]): LiveRoute | null {
  const target = parsePrefix(wanted.to)
  if (!target) return null
  const covering = routes
    .filter(({ family, table }) => family === wanted.family && table === wanted.table)
    .flatMap((route) => {
      const prefix = parsePrefix(route.to)
      const covers = prefix !== null && prefix.length <= target.length && containsAddress(prefix, target)
      return covers ? [{ route, length: prefix.length }] : []
    })
    .sort((a, b) => b.length - a.length || a.route.metric - b.route.metric)
  const taken = covering[0]?.route
  const leads =
    taken !== undefined &&
    taken.type === wanted.type &&
    (wanted.via === null || taken.via === wanted.via) &&
    (wanted.dev === null || taken.dev === wanted.dev) &&
    // Who names a metric means this very route, among others.
    (wanted.metric === null || (taken.metric === wanted.metric && taken.to === wanted.to))
  return leads ? taken : null
}

/** What the route says besides where it leads. */
export function* routeDifferences(wanted: LabRoute, there: LiveRoute): Iterable<DeviceDifference> {
  const to = /^(?:0\.0\.0\.0|::)\/0$/.test(wanted.to) ? 'default' : wanted.to
  const { source, mtu, onlink } = wanted
  if (source !== null && there.src !== source)
    yield { key: `route ${to} src`, wanted: source, actual: there.src ?? '-' }
  if (mtu !== null && there.mtu !== mtu)
    yield { key: `route ${to} mtu`, wanted: String(mtu), actual: String(there.mtu ?? '-') }
  if (onlink && !there.flags.includes('onlink')) yield { key: `route ${to} onlink`, wanted: 'on', actual: 'off' }
}

/** Of several next hops, those that no route to there has. */
export const missingHops = (wanted: LabRoute, routes: readonly LiveRoute[]): readonly NextHop[] =>
  wanted.nexthops.filter(
    ({ via, dev, weight }) =>
      !routes.some(
        (each) =>
          each.to === wanted.to &&
          each.table === wanted.table &&
          each.weight === weight &&
          (via === null || each.via === via) &&
          (dev === null || each.dev === dev),
      ),
  )
