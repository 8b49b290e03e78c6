/**
 * Fill in routes: what lets every namespace reach every subnet of the lab by the fewest routers, as changes of the lab.
 * A route that is there and leads nearer stays, one that leads elsewhere is set right; where all that is far lies behind one
 * gateway, it is the default route.
 */
import {
  addressBits,
  containsAddress,
  isLinkLocalIpv6,
  parseAddress,
  parsePrefix,
  parsePrefixOrAddress,
} from '../lab/address.js'
import type { Prefix } from '../lab/address.js'
import { routeKey } from '../lab/rules/routes.js'
import type { LabFile, RouteEntry } from '../lab/schema.js'
import { own } from '../own.js'
import { said } from '../words/said.js'
import type { LabChange } from './lab-change.js'
import { stationsOf } from './segments.js'
import type { Station } from './segments.js'
import { defaultsOf } from './suggest-addresses.js'
import type { Suggestion } from './suggest-names.js'

/** A way from one namespace to a subnet that it is not in. */
interface Way {
  readonly network: string
  readonly prefix: Prefix
  /** Whom it leads to next, and by which address. */
  readonly next: Station
}

export function fillRoutes(file: LabFile): readonly Suggestion<LabChange>[] {
  const net = networkOf(file)
  const ways = new Map<string, Way[]>()
  const transit = new Set<string>()
  for (const [network, members] of net.members) {
    const prefix = parsePrefix(network)
    if (!prefix) continue
    const distances = distancesTo(network, prefix, net)
    for (const [namespace, { next }] of distances) {
      if (!next) continue
      const isBehind = (distances.get(next.namespace)?.hops ?? 0) > 0
      if (isBehind || members.some((each) => each.namespace !== next.namespace)) transit.add(next.namespace)
      if (leadsNearer(file, namespace, prefix, net, distances)) continue
      grow(ways, namespace, { network, prefix, next })
    }
  }
  const changes: Suggestion<LabChange>[] = []
  for (const namespace of transit)
    if (own(file.namespaces, namespace)?.forwarding !== true)
      changes.push({
        value: { op: 'forwarding-set', namespace, forwarding: true },
        reason: said`${namespace} is on the way between others.`,
      })
  for (const [namespace, found] of ways) changes.push(...routesFor(file, namespace, found, transit.has(namespace)))
  return changes
}

const isLoopback = (prefix: Prefix): boolean =>
  prefix.family === 'ipv4' ? prefix.bytes[0] === 127 : prefix.text === '::1'

interface Net {
  /** By network: who has an address in it. */
  readonly members: ReadonlyMap<string, readonly Station[]>
  readonly byNamespace: ReadonlyMap<string, readonly Station[]>
  /** Stations that reach each other without a router: one segment, one subnet. */
  readonly wires: ReadonlyMap<string, readonly Station[]>
  readonly byAddress: ReadonlyMap<string, readonly Station[]>
}

const wireOf = ({ segment, network }: Station): string => `${segment} ${network}`

function grow<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const known = lists.get(key)
  if (known) known.push(item)
  else lists.set(key, [item])
}

function networkOf(file: LabFile): Net {
  const [members, byNamespace, wires, byAddress] = [0, 0, 0, 0].map(() => new Map<string, Station[]>()) as [
    Map<string, Station[]>,
    Map<string, Station[]>,
    Map<string, Station[]>,
    Map<string, Station[]>,
  ]
  for (const each of stationsOf(file).all) {
    if (!each.up || isLoopback(each.prefix) || isLinkLocalIpv6(each.prefix)) continue
    grow(members, each.network, each)
    grow(byNamespace, each.namespace, each)
    grow(wires, wireOf(each), each)
    grow(byAddress, each.prefix.text, each)
  }
  return { members, byNamespace, wires, byAddress }
}

interface Distance {
  /** Routers between. */
  readonly hops: number
  /** Null in the subnet itself. */
  readonly next: Station | null
}
type Distances = ReadonlyMap<string, Distance>

/** For every namespace that can reach the subnet, how far it is and by whom; breadth first, so by the fewest. */
function distancesTo(network: string, { family }: Prefix, { members, byNamespace, wires }: Net): Distances {
  const found = new Map<string, Distance>()
  let edge = [...new Set((members.get(network) ?? []).map(({ namespace }) => namespace))]
  for (const namespace of edge) found.set(namespace, { hops: 0, next: null })
  const seen = new Set<string>()
  for (let hops = 1; edge.length > 0; hops += 1) {
    const further: string[] = []
    for (const station of edge.flatMap((namespace) => byNamespace.get(namespace) ?? [])) {
      const wire = wireOf(station)
      if (station.prefix.family !== family || seen.has(wire)) continue
      seen.add(wire)
      for (const { namespace } of wires.get(wire) ?? []) {
        if (found.has(namespace)) continue
        found.set(namespace, { hops, next: station })
        further.push(namespace)
      }
    }
    edge = further
  }
  return found
}

/** Whether a route of the lab takes packets for the subnet to somebody who is nearer to it. */
function leadsNearer(file: LabFile, namespace: string, prefix: Prefix, net: Net, distances: Distances): boolean {
  let best: { readonly length: number; readonly route: RouteEntry } | null = null
  for (const route of own(file.namespaces, namespace)?.routes ?? []) {
    const length = covers(route, prefix)
    if (length !== null && (best === null || length > best.length)) best = { length, route }
  }
  if (best === null) return false
  const { via, dev } = best.route
  // A way straight to a device is somebody's intention.
  if (via === undefined) return dev !== undefined
  const hops = distances.get(namespace)?.hops ?? 0
  const owners = net.byAddress.get(parseAddress(via)?.text ?? '') ?? []
  return owners.some((each) => (distances.get(each.namespace)?.hops ?? Infinity) < hops)
}

/** The length of the route's prefix, if all of the subnet is in it. */
function covers({ to, via, type, table }: RouteEntry, prefix: Prefix): number | null {
  if ((type ?? 'unicast') !== 'unicast' || (table ?? 'main') !== 'main') return null
  if (to === 'default') return (parseAddress(via ?? '')?.family ?? 'ipv4') === prefix.family ? 0 : null
  const whole = parsePrefixOrAddress(to)
  return whole && whole.length <= prefix.length && containsAddress(whole, prefix) ? whole.length : null
}

function routesFor(
  file: LabFile,
  namespace: string,
  ways: readonly Way[],
  isTransit: boolean,
): readonly Suggestion<LabChange>[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const own = ways.filter(({ prefix }) => prefix.family === family)
    const [first] = own
    if (!first) return []
    const gateways = new Set(own.map(({ next }) => next.prefix.text))
    const isOne = gateways.size === 1 && !isTransit && defaultsOf(file, namespace, family).length === 0
    if (isOne) {
      const entry: RouteEntry = { to: 'default', via: first.next.prefix.text }
      const value = routed(file, namespace, entry)
      return value ? [{ value, reason: said`All else is behind ${first.next.namespace}.` }] : []
    }
    return own.flatMap(({ network, prefix, next }): Suggestion<LabChange>[] => {
      const to = prefix.length === addressBits(family) ? prefix.text : network
      const entry: RouteEntry = { to, via: next.prefix.text }
      const value = routed(file, namespace, entry)
      return value ? [{ value, reason: said`The shortest way to ${network} is over ${next.namespace}.` }] : []
    })
  })
}

/** The kernel has one route to a subnet with a metric. Null: what stands there is no way, or several, and so is meant. */
function routed(file: LabFile, namespace: string, entry: RouteEntry): LabChange | null {
  const routes = own(file.namespaces, namespace)?.routes ?? []
  const at = routes.findIndex((each) => routeKey(each) === routeKey(entry))
  const there = routes[at]
  if (!there) return { op: 'route-add', namespace, entry }
  const isOneWay = (there.type ?? 'unicast') === 'unicast' && there.nexthops === undefined
  return isOneWay ? { op: 'route-set', namespace, at, entry } : null
}
