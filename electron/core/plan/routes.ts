/** Routes of one namespace: which go, which come, and which must be given again. */
import { containsAddress, isLinkLocalIpv6, parseAddress } from '../lab/address.js'
import type { LabInterface, LabNamespace, LabRoute } from '../lab/lab.js'
import type { LiveRoute } from '../live/state.js'
import type { Flushed } from './addresses.js'
import { isOwnRoute, linkKey } from './live-index.js'
import { byGateway, stepRoute } from './restore.js'
import { formerLab, isProtected, type Scope } from './scope.js'
import type { StepRoute } from './step.js'

/** What the kernel takes for the same place in its table: a second one is refused (EEXIST). */
function slot(route: LabRoute | LiveRoute): string {
  // ip6_route_add gives 1024 where none, or 0, is asked for (IP6_RT_PRIO_USER).
  const metric = route.family === 'ipv6' ? route.metric || 1024 : (route.metric ?? 0)
  return `${route.to} ${metric}`
}

function isSameRoute(wanted: LabRoute, live: LiveRoute): boolean {
  if (wanted.type !== live.type) return false
  if (wanted.type !== 'unicast') return true
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

/**
 * Whether the kernel will take a route in the state the lab asks for. It refuses routes over an interface that is down
 * and through gateways that no interface reaches. A lab broken on purpose may ask for both; there such a route is left
 * out, as it would be on a real machine. In a whole lab only what is certain is left out, and the kernel says the rest.
 */
function isHoldable(scope: Scope, namespace: LabNamespace, devices: Devices, route: LabRoute): boolean {
  if (route.type !== 'unicast') return true
  if (route.dev !== null && devices.down.has(route.dev)) return false
  if (route.via === null || route.onlink) return true
  const gateway = parseAddress(route.via)
  if (!gateway || isLinkLocalIpv6(gateway)) return true
  const reaches = (each: LabInterface) => each.addresses.some((address) => containsAddress(address, gateway))
  if (devices.up.some(reaches)) return true
  const overDevice = (other: LabRoute | LiveRoute) =>
    other.via === null && other.dev !== null && !devices.down.has(other.dev) && containsAddress(other.to, gateway)
  if (namespace.routes.some((other) => other !== route && overDevice(other))) return true
  const live = scope.index.namespaces.get(namespace.name)?.live.routes ?? []
  // Connected routes of addresses that somebody else gave.
  const stands = (other: LiveRoute) => !scope.gone.has(linkKey(namespace.name, other.dev ?? ''))
  if (live.some((other) => overDevice(other) && stands(other))) return true
  return !scope.lab.broken && !namespace.interfaces.some((each) => !each.up && reaches(each))
}

interface Devices {
  readonly up: readonly LabInterface[]
  /** Names of interfaces that the lab wants off. */
  readonly down: ReadonlySet<string>
}

export function planRoutes(scope: Scope, namespace: LabNamespace, flushed: Flushed): void {
  const { draft, former, index, gone } = scope
  const at = { namespace: namespace.name }
  const links = index.namespaces.get(namespace.name)?.links
  const liveRoutes = (index.namespaces.get(namespace.name)?.live.routes ?? []).filter(
    (route) => isOwnRoute(route) && !(route.dev !== null && gone.has(linkKey(namespace.name, route.dev))),
  )
  const devices: Devices = {
    up: namespace.interfaces.filter(({ up }) => up),
    down: new Set(namespace.interfaces.filter(({ up }) => !up).map(({ name }) => name)),
  }
  const liveBySlot = bySlot(liveRoutes)
  const matched = new Set<LiveRoute>()
  const missing: LabRoute[] = []
  const removed = new Set<LiveRoute>()
  for (const wanted of namespace.routes) {
    const inSlot = liveBySlot.get(slot(wanted)) ?? []
    const match = inSlot.find((live) => !matched.has(live) && isSameRoute(wanted, live))
    if (match) {
      matched.add(match)
    } else if (isHoldable(scope, namespace, devices, wanted)) {
      missing.push(wanted)
      for (const live of inSlot) if (!matched.has(live)) removed.add(live)
    }
  }
  const hadBySlot = bySlot(formerLab(former)?.namespaces.get(namespace.name)?.routes ?? [])
  for (const live of liveRoutes) {
    if (matched.has(live)) continue
    const leftAlone = live.dev !== null && isProtected(links?.get(live.dev))
    const had = hadBySlot.get(slot(live))?.some((route) => isSameRoute(route, live)) ?? false
    if (had || (former === 'everything' && !leftAlone)) removed.add(live)
  }
  // Removed by this plan's other steps unless taken out by hand and given again.
  const again = liveRoutes.filter(
    (route) =>
      !removed.has(route) && route.dev !== null && route.type === 'unicast' && flushed[route.family].has(route.dev),
  )
  const holdableAgain = again.filter((route) => canReturn(scope, namespace, devices, route))
  // Gateway routes first: a route on a device may be what reaches their gateways.
  for (const route of [...removed, ...again].toSorted((a, b) => byGateway(b, a))) {
    draft.add('route-delete', { op: 'route-delete', ...at, route: stepRoute(route) })
  }
  const add = (route: StepRoute) => {
    const phase = route.via === null ? 'device-route-add' : 'gateway-route-add'
    draft.add(phase, { op: 'route-add', ...at, route })
  }
  for (const route of holdableAgain) add(stepRoute(route))
  for (const route of missing) add(route)
}

/** A route of anybody's that loses its device for a moment: given again only if its gateway is still on-link. */
function canReturn(scope: Scope, namespace: LabNamespace, devices: Devices, live: LiveRoute): boolean {
  const wanted = devices.up.find(({ name }) => name === live.dev)
  if (!wanted) return false
  if (live.via === null || live.flags.includes('onlink')) return true
  const gateway = live.via
  const former = scope.formerInterfaces.get(namespace.name)?.get(wanted.name)?.addresses ?? []
  const foreign = (scope.index.namespaces.get(namespace.name)?.addresses.get(wanted.name) ?? []).filter(
    ({ address }) => scope.former !== 'everything' && !former.includes(address),
  )
  return [...wanted.addresses, ...foreign.map(({ address }) => address)].some((each) => containsAddress(each, gateway))
}
