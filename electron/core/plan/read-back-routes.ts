/** Routes as entries of a lab file, and those that it has no words for. */
import { containsAddress, familyOf, isLinkLocalIpv6, parseAddress } from '../lab/address.js'
import { hostNamespace } from '../lab/lab.js'
import type { RouteEntry } from '../lab/schema.js'
import { mainTable, tableEntry } from '../lab/table.js'
import type { LiveNamespace } from '../live/state.js'
import { isOwnRoute } from './live-index.js'
import { leadsToPeer } from './read-back-peers.js'
import { isByTos, routeOthers } from './read-back-others.js'
import { said, type Said } from '../words/said.js'
import { hasGateway, stepRoute } from './restore.js'
import { devicesOf, type WholeRoute } from './whole-routes.js'

const sayableTypes = new Set(['unicast', 'blackhole', 'unreachable', 'prohibit'])

export function isSayable(
  live: LiveNamespace,
  route: WholeRoute,
  skipped: ReadonlySet<string>,
  unexpressed: Said[],
): boolean {
  const { name: namespace } = live
  const isPeers = leadsToPeer(live, route)
  if ((route.protocol === 'kernel' && !isPeers) || route.protocol === 'ra') return false
  if ((isPeers || isOwnRoute(route)) && sayableTypes.has(route.type)) {
    const by = devicesOf(route).find((dev) => skipped.has(dev))
    if (by === undefined) {
      unexpressed.push(...routeOthers(live, route))
      return !isByTos(route)
    }
    if (namespace !== hostNamespace || by !== 'eth0') unexpressed.push(said`${namespace}: route ${route.to} by ${by}`)
    return false
  }
  unexpressed.push(said`${namespace}: ${route.type} route ${route.to} in table ${route.table}`)
  return false
}

export function routeEntry(live: LiveNamespace, route: WholeRoute): RouteEntry {
  const { to, via, dev, metric, type, onlink, source = null, mtu = null, nexthops = [] } = stepRoute(route)
  const { table } = route
  // The gateway alone says which way, unless no subnet or more than one holds it.
  const isPlain = (by: string | null): boolean => {
    const gateway = by === null ? null : parseAddress(by)
    if (!gateway || isLinkLocalIpv6(gateway) || onlink) return false
    const reaching = live.addresses.filter((each) => containsAddress(each.address, gateway))
    return new Set(reaching.map((each) => each.dev)).size === 1
  }
  const hops = nexthops.map((hop) => ({
    ...(hop.via === null ? {} : { via: hop.via }),
    ...(hop.dev === null || isPlain(hop.via) ? {} : { dev: hop.dev }),
    ...(hop.weight === 1 ? {} : { weight: hop.weight }),
  }))
  const whole = familyOf(to) === 'ipv6' ? '::/0' : '0.0.0.0/0'
  return {
    // `default` takes its family from the gateway; without one the prefix must say it.
    to: to === whole && hasGateway({ via, nexthops }) ? 'default' : to,
    ...(via === null ? {} : { via }),
    ...(dev === null || isPlain(via) ? {} : { dev }),
    ...(hops.length > 0 ? { nexthops: hops } : {}),
    ...(metric === null ? {} : { metric }),
    ...(type === 'unicast' ? {} : { type }),
    ...(onlink ? { onlink } : {}),
    ...(table === mainTable ? {} : { table: tableEntry(table) }),
    ...(source === null ? {} : { source }),
    ...(mtu === null ? {} : { mtu }),
  }
}
