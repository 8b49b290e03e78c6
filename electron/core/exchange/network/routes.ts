/** Routes, with the kernel's conditions: an interface that is on, and a gateway that is a neighbour. */
import { formatPrefix, isLinkLocalIpv6, networkPrefix, type Address, type Prefix } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import type { Family } from '../../lab/lab.js'
import { mainTable } from '../../lab/table.js'
import { listedMetric } from '../../plan/route-metric.js'
import { said } from '../../words/said.js'
import { refusal, type Device, type Namespace, type Refusal, type Route, type RouteHop } from './network.js'

export interface RouteWords {
  readonly to: Prefix
  readonly via: Address | null
  readonly device: Device | null
  readonly metric: number | null
  readonly type: Route['type']
  readonly onlink: boolean
  readonly table: number
  readonly source: Address | null
  readonly mtu: number | null
  readonly nexthops: readonly HopWords[]
}

export interface HopWords {
  readonly via: Address | null
  readonly device: Device | null
  readonly weight: number
}

const slot = (to: Prefix, metric: number | null, table: number): string =>
  `${table} ${formatPrefix(to)} ${listedMetric(to.family, metric)}`

/** The route that stands where this one would. */
export const routeInPlace = (
  { routes }: Namespace,
  { to, metric, table }: Pick<RouteWords, 'to' | 'metric' | 'table'>,
): Route | undefined => routes.get(slot(to, metric, table))

export function addRoute(namespace: Namespace, words: RouteWords, replace: boolean): Refusal {
  const { to, metric, type, onlink, table, mtu } = words
  if (networkPrefix(to).text !== to.text)
    return refusal(
      said`${quote(formatPrefix(to))} is an address in a network, not a network.`,
      said`Write ${formatPrefix(networkPrefix(to))}.`,
    )
  const key = slot(to, metric, table)
  const taken = namespace.routes.get(key)
  if (!replace && taken)
    return refusal(
      said`There is a route to ${routeName(to)} in ${quote(namespace.name)} already.`,
      said`Remove one of them, or give it another metric.`,
    )
  const brings = ({ up, addresses }: Device): boolean =>
    up && addresses.some((each) => formatPrefix(networkPrefix(each)) === formatPrefix(to))
  const connected = [...namespace.subnets.on(to)].find(brings)
  if (connected && table === mainTable && to.family === 'ipv4' && (metric ?? 0) === 0)
    return refusal(
      said`${quote(connected.name)} has brought the route to ${formatPrefix(to)} with its address already.`,
      said`Leave it out, or give it a metric.`,
    )
  const nextHop = type === 'unicast' && words.nexthops.length === 0 ? findNextHop(namespace, words) : null
  if (nextHop && 'message' in nextHop) return nextHop
  const nexthops: RouteHop[] = []
  for (const { via, device, weight } of words.nexthops) {
    const found = findNextHop(namespace, { ...words, via, device })
    if ('message' in found) return found
    nexthops.push({ via: via?.text ?? null, device: found, named: device !== null, weight })
  }
  const source = words.source?.text ?? null
  if (source !== null && !namespace.own.has(source))
    return refusal(
      said`No interface of ${quote(namespace.name)} has the address ${source} at this point.`,
      said`Give an interface the address first.`,
    )
  if (taken) removeRoute(namespace, key, taken)
  const route: Route = {
    ...{ to, via: words.via?.text ?? null, device: nextHop, named: words.device !== null, metric, type, onlink },
    ...{ table, source, mtu, nexthops },
  }
  namespace.routes.set(key, route)
  const alike = namespace.destinations.get(formatPrefix(to)) ?? new Set<Route>()
  namespace.destinations.set(formatPrefix(to), alike.add(route))
  for (const device of devicesOf(route)) device.routes.add(route)
  if (nextHop && isOnLink(route)) namespace.subnets.add(to, nextHop)
  return null
}

/** A route straight to an interface makes neighbours, a default route of all the world (fib_check_nh, net/ipv4/fib_semantics.c). */
const isOnLink = ({ via }: Route): boolean => via === null

const routeName = (to: Prefix): string => (to.length === 0 ? 'default' : formatPrefix(to))

function findNextHop(namespace: Namespace, { to, via, device, onlink }: RouteWords): Device | NonNullable<Refusal> {
  if (device && !device.up)
    return refusal(
      said`${quote(device.name)} is down at this point, and the kernel takes no route through it.`,
      said`Put \`ip link set ${device.name} up\` before it.`,
    )
  if (!via) {
    if (device) return device
    return refusal(said`The route to ${routeName(to)} does not say where packets go.`, said`Add \`via\` or \`dev\`.`)
  }
  if (via.family !== to.family)
    return refusal(
      said`${quote(via.text)} cannot be the gateway for ${formatPrefix(to)}: one is IPv4, the other IPv6.`,
      said`Use a gateway of the same family.`,
    )
  if (onlink || isLinkLocalIpv6(via)) {
    return device ?? refusal(said`A route through ${quote(via.text)} must name its interface.`, said`Add \`dev\`.`)
  }
  // For IPv4 the kernel takes it, and asks the wire for every destination (fib_check_nh_v4_gw, net/ipv4/fib_semantics.c).
  if (via.family === 'ipv6' && namespace.own.has(via.text))
    return refusal(
      said`${quote(via.text)} is an address of ${quote(namespace.name)} itself.`,
      said`Use that of the router.`,
    )
  let first: Device | null = null
  for (const each of namespace.subnets.reaching(via, 0)) {
    if (device !== null && each !== device) continue
    if (each.up) return each
    first ??= each
  }
  return first
    ? refusal(
        said`The gateway ${via.text} is behind ${quote(first.name)}, which is down at this point.`,
        said`Put \`ip link set ${first.name} up\` before it.`,
      )
    : refusal(
        said`The gateway ${via.text} is on no subnet that ${quote(namespace.name)} is connected to at this point.`,
        said`Give an interface an address in the gateway's subnet first.`,
      )
}

/** Deletes the route that the words mean; false where there is none. */
export function deleteRoute(
  namespace: Namespace,
  to: Prefix,
  like: {
    readonly via: Address | null
    readonly device: Device | null
    readonly metric: number | null
    readonly table: number
  },
): boolean {
  const fits = (route: Route): boolean =>
    route.table === like.table &&
    (like.via === null || route.via === like.via.text) &&
    (like.device === null || route.device === like.device)
  const exact = namespace.routes.get(slot(to, like.metric, like.table))
  // Without a metric the first one of any metric is meant.
  const found =
    exact && fits(exact)
      ? exact
      : like.metric === null
        ? [...(namespace.destinations.get(formatPrefix(to)) ?? [])].find(fits)
        : undefined
  if (!found) return false
  removeRoute(namespace, slot(found.to, found.metric, found.table), found)
  return true
}

function removeRoute(namespace: Namespace, key: string, route: Route): void {
  namespace.routes.delete(key)
  const alike = namespace.destinations.get(formatPrefix(route.to))
  alike?.delete(route)
  if (alike?.size === 0) namespace.destinations.delete(formatPrefix(route.to))
  for (const device of devicesOf(route)) device.routes.delete(route)
  if (route.device && isOnLink(route)) namespace.subnets.remove(route.to, route.device)
}

const devicesOf = ({ device, nexthops }: Route): readonly Device[] =>
  device ? [device] : nexthops.map((hop) => hop.device)

/** All routes through an interface, of one family or of both. */
export function dropRoutes(device: Device, family: Family | null): void {
  for (const route of device.routes) {
    if (family === null || route.to.family === family)
      removeRoute(device.namespace, slot(route.to, route.metric, route.table), route)
  }
}
