import { formatPrefix, isLinkLocalIpv6, networkPrefix, parseAddress, parsePrefixOrAddress } from '../address.js'
import type { Address } from '../address.js'
import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import { nearest } from '../nearest.js'
import type { LabPath } from '../problem.js'
import type { RouteEntry } from '../schema.js'
import { mainTable, tableNumber } from '../table.js'
import { badAddress } from './addresses.js'
import { connectedSubnets, type Connected } from './connected.js'
import { mayBeUplink } from './lab-index.js'
import type { IndexedNamespace, LabIndex, Rule } from './lab-index.js'
import { interfaceExists } from './references.js'
import { sourceOf } from './sources.js'
import { tableName } from './tables.js'
import { said } from '../../words/said.js'

export const routeRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    const seen = new Set<string>()
    const connected = connectedSubnets(namespace)
    for (const [i, route] of (namespace.entry.routes ?? []).entries()) {
      const path = [...namespace.path, 'routes', i]
      yield* routeOf(lab, namespace, connected, route, path)
      const key = routeKey(route)
      if (seen.has(key)) {
        yield error(
          'route-twice',
          path,
          said`${quote(namespace.name)} has a route to ${route.to} with this metric already.`,
          said`Remove one of them, or give it another metric.`,
        )
      }
      seen.add(key)
      const own = connected.ownRoute(route)
      if (own) {
        yield error(
          'route-connected',
          path,
          said`${quote(namespace.name)} is in ${route.to} itself, by ${quote(own.dev)}: the kernel has that route already.`,
          said`Remove this route, or give it a metric.`,
        )
      }
    }
  }
}

/** What the kernel tells routes apart by when one is added. */
export function routeKey(route: RouteEntry): string {
  const family = parseAddress(route.via ?? route.nexthops?.[0]?.via ?? route.source ?? '')?.family ?? 'ipv4'
  const to = parsePrefixOrAddress(route.to === 'default' ? (family === 'ipv4' ? '0.0.0.0/0' : '::/0') : route.to)
  return JSON.stringify([to ? formatPrefix(networkPrefix(to)) : route.to, route.metric ?? 0, tableNumber(route.table)])
}

function* routeOf(
  lab: LabIndex,
  namespace: IndexedNamespace,
  connected: Connected,
  route: RouteEntry,
  path: LabPath,
): Iterable<Finding> {
  const to = route.to === 'default' ? null : parsePrefixOrAddress(route.to)
  if (!to && route.to !== 'default') {
    const typo = nearest(route.to, ['default'])
    yield typo === null
      ? badAddress(route.to, [...path, 'to'])
      : error(
          'bad-address',
          [...path, 'to'],
          said`${quote(route.to)} is no destination.`,
          said`Did you mean "default"?`,
        )
  }
  if (to && networkPrefix(to).text !== to.text) {
    yield error(
      'host-bits',
      [...path, 'to'],
      said`${quote(route.to)} is an address in a network, not a network.`,
      said`Write ${formatPrefix(networkPrefix(to))}.`,
    )
  }
  const via = route.via === undefined ? null : parseAddress(route.via)
  if (route.via !== undefined && !via) {
    yield route.via.includes('/') && parsePrefixOrAddress(route.via)
      ? error(
          'bad-address',
          [...path, 'via'],
          said`A gateway is one address; ${quote(route.via)} has a prefix length.`,
          said`Write ${route.via.split('/')[0] ?? ''}.`,
        )
      : badAddress(route.via, [...path, 'via'])
  }
  if (route.dev !== undefined) yield* interfaceExists(lab, namespace.name, route.dev, [...path, 'dev'])
  yield* tableName(route.table, [...path, 'table'])
  if ((route.type ?? 'unicast') !== 'unicast') {
    if (route.via !== undefined || route.dev !== undefined || route.nexthops !== undefined) {
      yield error(
        'route-conflict',
        path,
        said`A route of type ${route.type ?? ''} goes nowhere; it has no via and no dev.`,
        said`Remove via and dev, or the type.`,
      )
    }
    if (route.source !== undefined || route.mtu !== undefined) {
      yield error(
        'route-conflict',
        path,
        said`A route of type ${route.type ?? ''} sends nothing; it has no source and no mtu.`,
        said`Remove source and mtu, or the type.`,
      )
    }
    return
  }
  if (route.source !== undefined)
    yield* sourceOf(lab, namespace, route.source, to ?? via, route.to, [...path, 'source'])
  if (route.dev !== undefined && namespace.interfaces.get(route.dev)?.up === false) {
    // fib_check_nh in net/ipv4/fib_semantics.c: ENETDOWN.
    yield error(
      'interface-down',
      [...path, 'dev'],
      said`${quote(route.dev)} is down, and the kernel takes no route through it.`,
      said`Remove \`up: false\` from ${route.dev}.`,
    )
    return
  }
  if (route.nexthops) {
    yield* nextHops(lab, namespace, connected, route, path)
    return
  }
  if (route.via === undefined && route.dev === undefined) {
    yield error(
      'route-without-target',
      path,
      said`The route to ${route.to} does not say where packets go.`,
      said`Add \`via:\` with a gateway, or \`dev:\` with an interface.`,
    )
  }
  if (!via) return
  if (to && to.family !== via.family) {
    yield error(
      'family-mismatch',
      [...path, 'via'],
      said`${quote(route.via ?? '')} cannot be the gateway for ${route.to}: one is IPv4, the other IPv6.`,
      said`Use a gateway of the same family.`,
    )
    return
  }
  yield* gatewayOf(lab, namespace, connected, route, via, [...path, 'via'])
}

/** Each is a way like that of a route with one. */
function* nextHops(
  lab: LabIndex,
  namespace: IndexedNamespace,
  connected: Connected,
  { to, table, nexthops = [], via, dev, onlink }: RouteEntry,
  path: LabPath,
): Iterable<Finding> {
  if (via !== undefined || dev !== undefined || onlink !== undefined)
    yield error(
      'route-conflict',
      path,
      said`A route with nexthops has no via, dev or onlink of its own.`,
      said`Keep one of the two.`,
    )
  for (const [i, hop] of nexthops.entries()) {
    const { weight: _, ...way } = hop
    const each = { to, ...way, ...(table === undefined ? {} : { table }) }
    const at = [...path, 'nexthops', i]
    for (const found of routeOf(lab, namespace, connected, each, at))
      // What is wrong with the route itself is said there.
      if (!['to', 'table'].includes(String(found.path.at(-1)))) yield found
  }
}

function* gatewayOf(
  lab: LabIndex,
  namespace: IndexedNamespace,
  connected: Connected,
  route: RouteEntry,
  via: Address,
  path: LabPath,
): Iterable<Finding> {
  if (route.onlink === true) {
    if (route.dev === undefined)
      yield error('gateway-without-dev', path, said`A route with onlink must name its interface.`, said`Add \`dev:\`.`)
    return
  }
  if (isLinkLocalIpv6(via)) {
    if (route.dev === undefined)
      yield error(
        'gateway-without-dev',
        path,
        said`${quote(via.text)} is a link-local address, which every link has.`,
        said`Add \`dev:\` with the interface it is behind.`,
      )
    return
  }
  const own = namespace.addresses.get(via.text)
  if (own) {
    // The kernel takes it for IPv4, if not over another interface (fib_check_nh_v4_gw, net/ipv4/fib_semantics.c: local is
    // as good as unicast), and then asks the wire for every destination; not for IPv6 (ip6_validate_gw, net/ipv6/route.c).
    const isTaken = via.family === 'ipv4' && (route.dev === undefined || route.dev === own.name)
    const found = isTaken ? warning : error
    yield found(
      'gateway-self',
      path,
      said`${quote(via.text)} is an address of ${quote(`${namespace.name}:${own.name}`)} itself; a gateway is a neighbour.`,
      said`Use the address of the router on the same link.`,
    )
    if (!isTaken) return
  }
  // The uplink brings its own address, which the file does not know.
  if (mayBeUplink(lab, namespace.name) && (route.dev === undefined || route.dev === 'eth0')) return
  // The kernel asks the route's own table, then what the rules of every namespace lead to (fib_check_nh_v4_gw).
  const asked = [null, tableNumber(route.table), mainTable]
  const near = connected.reaching(via).filter(({ dev }) => route.dev === undefined || dev === route.dev)
  // Where the route names the interface, it is asked as the interface is (l3mdev_update_flow, net/l3mdev/l3mdev.c).
  const reaching = near.filter(({ table, vrf }) => asked.includes(table) || (vrf !== null && route.dev !== undefined))
  if (reaching.some((subnet) => subnet.up)) return
  if (reaching[0]) {
    yield error(
      'interface-down',
      path,
      said`The gateway ${via.text} is behind ${quote(reaching[0].dev)}, which is down.`,
      said`Remove \`up: false\` from ${reaching[0].dev}.`,
    )
    return
  }
  const [inside] = near.filter(({ vrf }) => vrf !== null)
  if (inside) {
    yield error(
      'gateway-in-vrf',
      path,
      said`The gateway ${via.text} is behind ${quote(inside.dev)}, a member of the VRF ${quote(inside.vrf ?? '')}: this route's table does not know it.`,
      said`Write \`table: ${inside.table ?? ''}\`, which is the table of the VRF, or name the interface with \`dev:\`.`,
    )
    return
  }
  const subnets = connected.subnets(via.family, route.dev)
  const where = route.dev === undefined ? quote(namespace.name) : quote(`${namespace.name}:${route.dev}`)
  yield error(
    'gateway-outside',
    path,
    said`The gateway ${via.text} is on no subnet that ${where} is connected to.`,
    subnets.length > 0
      ? said`Connected: ${subnets.slice(0, 6).join(', ')}. Use a gateway in there, or set \`onlink: true\`.`
      : said`Give an interface an address in the gateway's subnet, or set \`onlink: true\`.`,
  )
}
