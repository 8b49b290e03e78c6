/** Routes of one namespace: which go, which come, and which must be given again. */
import { containsAddress, isLinkLocalIpv6, parseAddress, parsePrefix } from '../lab/address.js'
import type { Family, LabNamespace, LabRoute } from '../lab/lab.js'
import { mainTable } from '../lab/table.js'
import type { LiveRoute } from '../live/state.js'
import type { Flushed } from './addresses.js'
import { isOwnRoute, linkKey } from './live-index.js'
import { marksIn } from './marks.js'
import { byGateway, hangsOnOne, hasGateway, stepRoute } from './restore.js'
import { listedMetric, namedForDeletion } from './route-metric.js'
import { formerLab, isProtected, type Scope } from './scope.js'
import type { StepRoute } from './step.js'
import { devicesOf, sameNextHops, type WholeRoute } from './whole-routes.js'

/** What the kernel takes for the same place in its table: a second one is refused (EEXIST). */
function slot(route: LabRoute | LiveRoute): string {
  return `${route.table} ${route.to} ${listedMetric(route.family, route.metric)}`
}

function isSameRoute(wanted: LabRoute, live: WholeRoute): boolean {
  if (wanted.type !== live.type) return false
  if (wanted.type !== 'unicast') return true
  if (wanted.mtu !== live.mtu || wanted.source !== live.src) return false
  if (wanted.nexthops.length > 0 || live.nexthops.length > 0) return sameNextHops(wanted.nexthops, live.nexthops)
  return wanted.via === live.via && (wanted.dev === null || wanted.dev === live.dev)
}

/** Routes by slot; finds the live one for a wanted one without looking at all of them. */
function bySlot<T extends LabRoute | LiveRoute>(routes: readonly T[]): Map<string, T[]> {
  const slots = new Map<string, T[]>()
  for (const route of routes) {
    const key = slot(route)
    const there = slots.get(key)
    if (there) there.push(route)
    else slots.set(key, [route])
  }
  return slots
}

interface OnLink {
  readonly prefix: string
  /** The routing table that says so; null for the subnet of an address of no VRF. */
  readonly table: number | null
}

/** What gateways can be reached through once the plan has run. */
interface Reach {
  /** Prefixes that are on-link over interfaces that are up. */
  readonly prefixes: readonly OnLink[]
  /** Prefixes that would be, were their interfaces not off in the lab. */
  readonly offPrefixes: readonly string[]
  /** Addresses that a packet can be sent from. */
  readonly sources: ReadonlySet<string>
  /** Names of interfaces that the lab wants off. */
  readonly down: ReadonlySet<string>
}

function reachOf(scope: Scope, namespace: LabNamespace, staying: readonly WholeRoute[]): Reach {
  const { index, gone, former, formerInterfaces } = scope
  const wanted = new Map(namespace.interfaces.map((each) => [each.name, each]))
  const down = new Set(namespace.interfaces.filter(({ up }) => !up).map(({ name }) => name))
  const live = index.namespaces.get(namespace.name)
  /** The table of the VRF that an interface is in, or is. */
  const tableOf = (name: string): number | null => {
    const vrf = (wanted.get(name) ?? live?.links.get(name))?.vrf ?? name
    const said = wanted.get(vrf)
    return (said?.kind === 'vrf' ? said.table : live?.links.get(vrf)?.table) ?? null
  }
  const prefixes: OnLink[] = namespace.interfaces.flatMap(({ name, up, addresses }) =>
    up ? addresses.map((prefix) => ({ prefix, table: tableOf(name) })) : [],
  )
  const offPrefixes = namespace.interfaces.flatMap(({ up, addresses }) => (up ? [] : addresses))
  for (const { dev, address } of former === 'everything' ? [] : (live?.live.addresses ?? [])) {
    const stays = !gone.has(linkKey(namespace.name, dev))
    const had = formerInterfaces.get(namespace.name)?.get(dev)?.addresses.includes(address) ?? false
    if (stays && !had && (wanted.get(dev)?.up ?? live?.links.get(dev)?.up))
      prefixes.push({ prefix: address, table: tableOf(dev) })
  }
  const sources = new Set(prefixes.flatMap(({ prefix }) => addressPart(prefix) ?? []))
  for (const route of [...namespace.routes, ...staying]) {
    const over = route.type === 'unicast' && route.via === null && route.dev !== null && !down.has(route.dev)
    if (over) prefixes.push({ prefix: route.to, table: route.table })
  }
  return { prefixes, offPrefixes, sources, down }
}

/**
 * Whether the kernel will take a route in the state the lab asks for. It refuses routes over an interface that is down
 * and through gateways that no interface reaches. A lab broken on purpose may ask for both; there such a route is left
 * out, as it would be on a real machine. In a whole lab only what is certain is left out, and the kernel says the rest.
 */
function isHoldable(scope: Scope, reach: Reach, route: LabRoute): boolean {
  const { lab } = scope
  if (route.source !== null && lab.broken && !reach.sources.has(route.source)) return false
  if (route.type !== 'unicast') return true
  if (route.nexthops.length > 0)
    return route.nexthops.every(({ via, dev }) => isHoldable(scope, reach, { ...route, via, dev, nexthops: [] }))
  if (route.dev !== null && reach.down.has(route.dev)) return false
  if (route.via === null || route.onlink) return true
  const gateway = parseAddress(route.via)
  if (!gateway || isLinkLocalIpv6(gateway)) return true
  // A gateway of its own on an interface that is off: the kernel keeps that address, and refuses (fib_check_nh_v4_gw).
  if (reach.offPrefixes.some((prefix) => addressPart(prefix) === gateway.text)) return false
  const holds = (prefix: string) => containsAddress(prefix, gateway)
  // The kernel asks the route's own table, then what the rules of every namespace lead to (fib_check_nh_v4_gw).
  const isNear = ({ prefix, table }: OnLink): boolean =>
    (table === null || table === route.table || table === mainTable || route.dev !== null) && holds(prefix)
  return reach.prefixes.some(isNear) || (!lab.broken && !reach.offPrefixes.some(holds))
}

/** Returns the families in which gateways of other tables than main are looked for, now or on undo. */
export function planRoutes(scope: Scope, namespace: LabNamespace, flushed: Flushed): ReadonlySet<Family> {
  const asking = new Set<Family>()
  const note = (route: StepRoute): void => {
    if (hasGateway(route) && (route.table ?? mainTable) !== mainTable) asking.add(route.family)
  }
  const { draft, former, index, gone } = scope
  const at = { namespace: namespace.name }
  const links = index.namespaces.get(namespace.name)?.links
  const live = index.namespaces.get(namespace.name)?.live
  const goesAlong = (route: WholeRoute) => devicesOf(route).some((dev) => gone.has(linkKey(namespace.name, dev)))
  const ownRoutes = (live?.routes ?? []).filter(isOwnRoute)
  const liveRoutes = ownRoutes.filter((route) => !goesAlong(route))
  const liveBySlot = bySlot(liveRoutes)
  const wantedBySlot = bySlot(namespace.routes)
  const hadBySlot = bySlot(formerLab(former)?.namespaces.get(namespace.name)?.routes ?? [])
  const isFormer = (live: WholeRoute) => hadBySlot.get(slot(live))?.some((route) => isSameRoute(route, live)) ?? false
  const staying = liveRoutes.filter(
    (live) => former !== 'everything' && !isFormer(live) && !wantedBySlot.has(slot(live)),
  )
  const reach = reachOf(scope, namespace, staying)
  const matched = new Map<WholeRoute, LabRoute>()
  const missing: LabRoute[] = []
  // Their links are made again one after the other; only when all are there can such a route be given again.
  const removed = new Set(ownRoutes.filter((route) => goesAlong(route) && !hangsOnOne(route, live?.addresses ?? [])))
  for (const wanted of namespace.routes) {
    const inSlot = liveBySlot.get(slot(wanted)) ?? []
    const match = inSlot.find((live) => !matched.has(live) && isSameRoute(wanted, live))
    if (match) {
      matched.set(match, wanted)
    } else if (isHoldable(scope, reach, wanted)) {
      missing.push(wanted)
      for (const live of inSlot) if (!matched.has(live)) removed.add(live)
    }
  }
  for (const live of liveRoutes) {
    if (matched.has(live)) continue
    const leftAlone = live.dev !== null && isProtected(links?.get(live.dev))
    if (isFormer(live) || (former === 'everything' && !leftAlone)) removed.add(live)
  }
  const lost = lostSources(scope, namespace, flushed)
  // Removed by this plan's other steps unless taken out by hand and given again.
  const again = liveRoutes.filter(
    (route) =>
      !removed.has(route) &&
      ((route.type === 'unicast' && devicesOf(route).some((dev) => flushed[route.family].has(dev))) ||
        (route.src !== null && lost.has(route.src))),
  )
  const holdableAgain = again.filter(
    (route) => (route.src === null || reach.sources.has(route.src)) && canReturn(scope, namespace, route),
  )
  // Its device is off now, and another one reaches the gateway.
  for (const route of again) {
    const wanted = holdableAgain.includes(route) ? undefined : matched.get(route)
    if (wanted && isHoldable(scope, reach, wanted)) missing.push(wanted)
  }
  // Gateway routes first: a route on a device may be what reaches their gateways.
  for (const route of [...removed, ...again].toSorted((a, b) => byGateway(b, a))) {
    note(stepRoute(route))
    draft.add('route-delete', { op: 'route-delete', ...at, route: namedForDeletion(stepRoute(route)) })
  }
  const add = (route: StepRoute) => {
    note(route)
    const phase = hasGateway(route) ? 'gateway-route-add' : 'device-route-add'
    draft.add(phase, { op: 'route-add', ...at, route })
  }
  for (const route of holdableAgain) add(stepRoute(route))
  const marks = marksIn(scope.marks, namespace.name)
  for (const route of missing) add(marks ? { ...route, protocol: marks.protocol } : route)
  return asking
}

const addressPart = (text: string): string | null => parsePrefix(text)?.text ?? null

/**
 * Addresses that are gone for a moment at least, for routes that are sent from them: IPv4 drops such routes
 * (fib_sync_down_addr, net/ipv4/fib_semantics.c), IPv6 lets them forget it (fib6_remove_prefsrc, net/ipv6/route.c).
 */
function lostSources({ index, gone }: Scope, { name }: LabNamespace, { addresses }: Flushed): ReadonlySet<string> {
  const live = index.namespaces.get(name)?.live.addresses ?? []
  const goes = live.filter((each) => addresses.has(each) || gone.has(linkKey(name, each.dev)))
  return new Set(goes.flatMap(({ address }) => addressPart(address) ?? []))
}

/** A route of anybody's that loses its device for a moment: given again only if its gateway is still on-link. */
function canReturn(scope: Scope, namespace: LabNamespace, live: WholeRoute): boolean {
  if (live.type !== 'unicast') return true
  if (live.nexthops.length > 0)
    return live.nexthops.every(({ via, dev }) => canReturn(scope, namespace, { ...live, via, dev, nexthops: [] }))
  const wanted = namespace.interfaces.find(({ name }) => name === live.dev)
  if (!wanted?.up) return false
  if (live.via === null || live.flags.includes('onlink')) return true
  const gateway = live.via
  const former = scope.formerInterfaces.get(namespace.name)?.get(wanted.name)?.addresses ?? []
  const foreign = (scope.index.namespaces.get(namespace.name)?.addresses.get(wanted.name) ?? []).filter(
    ({ address }) => scope.former !== 'everything' && !former.includes(address),
  )
  return [...wanted.addresses, ...foreign.map(({ address }) => address)].some((each) => containsAddress(each, gateway))
}
