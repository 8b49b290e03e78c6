/**
 * Static neighbours, and addresses that an interface answers for. The kernel forgets those of an interface that goes
 * down (neigh_ifdown), gets another MAC address or another word about ARP (neigh_changeaddr, net/core/neighbour.c) or
 * loses its last IPv4 address (fib_disable_ip, net/ipv4/fib_frontend.c). What would go that way is deleted and given
 * again, so that each undo is exact.
 */
import type { LabInterface, LabNamespace } from '../lab/lab.js'
import { withStacked, type Flushed } from './addresses.js'
import { linkSettingSteps } from './link-settings.js'
import { leavesMaster } from './bridge-mtu.js'
import { givenNeighbours, slotOf } from './given-neighbours.js'
import { linkKey } from './live-index.js'
import { standing } from './links.js'
import { formerLab, isProtected, type Scope } from './scope.js'

export function planNeighbours(scope: Scope, namespace: LabNamespace, flushed: Flushed): void {
  const { draft, former, gone, index } = scope
  const at = { namespace: namespace.name }
  const there = index.namespaces.get(namespace.name)
  const had = new Set((formerLab(former)?.namespaces.get(namespace.name)?.neighbours ?? []).map(slotOf))
  const wanted = new Map(namespace.neighbours.toReversed().map((each) => [slotOf(each), each]))
  const forgetting = forgetful(scope, namespace)
  const standsAlready = new Set<string>()
  for (const live of there ? givenNeighbours(there.live) : []) {
    if (gone.has(linkKey(namespace.name, live.dev))) continue
    const slot = slotOf(live)
    const same = wanted.get(slot)
    const isForeign = same === undefined && !had.has(slot)
    const goes = isForeign
      ? former === 'everything' && !isProtected(there?.links.get(live.dev))
      : same?.mac !== live.mac
    const again = !goes && (forgetting.has(live.dev) || flushed[live.family].has(live.dev))
    if (goes || again) draft.add('neighbour-delete', { op: 'neighbour-delete', ...at, neighbour: live })
    if (again) draft.add('neighbour-add', { op: 'neighbour-add', ...at, neighbour: live })
    if (!goes) standsAlready.add(slot)
  }
  const devices = new Set([...namespace.interfaces.map(({ name }) => name), ...(there?.links.keys() ?? [])])
  for (const [slot, neighbour] of [...wanted].toReversed()) {
    // A lab that is broken on purpose may name an interface that is nowhere.
    if (!standsAlready.has(slot) && devices.has(neighbour.dev))
      draft.add('neighbour-add', { op: 'neighbour-add', ...at, neighbour })
  }
}

/** Interfaces that stay, and forget their neighbours by this plan or by its undo. */
function forgetful(scope: Scope, namespace: LabNamespace): ReadonlySet<string> {
  const names = new Set<string>()
  for (const wanted of namespace.interfaces) {
    const live = standing(scope, namespace.name, wanted)
    if (!live) continue
    // With it goes what stands on it, whosever that is.
    if (live.up !== wanted.up) for (const name of withStacked(scope, namespace.name, wanted.name)) names.add(name)
    // Undo gives a bond its members again, and switches off those that were.
    if (live.bond !== undefined && !live.up && scope.gone.has(linkKey(namespace.name, live.bond)))
      names.add(wanted.name)
    const isRenumbered = wanted.mac === null ? changesPorts(scope, namespace, wanted) : wanted.mac !== live.mac
    const asksAnew = linkSettingSteps(scope, namespace.name, wanted, live).some(({ setting }) => setting === 'arp')
    if (isRenumbered || asksAnew) names.add(wanted.name)
  }
  return names
}

/** A bridge without a MAC address of its own has one of its ports' (br_stp_recalculate_bridge_id, net/bridge/br_stp_if.c). */
function changesPorts(scope: Scope, { name: namespace }: LabNamespace, wanted: LabInterface): boolean {
  if (wanted.kind !== 'bridge') return false
  const live = scope.index.namespaces.get(namespace)?.ports.get(wanted.name) ?? []
  const stands = (port: string): boolean =>
    live.some(({ name }) => name === port) && !scope.gone.has(linkKey(namespace, port))
  return (
    !wanted.ports.every(stands) ||
    live.some(({ name }) => !wanted.ports.includes(name) && leavesMaster(scope, namespace, name))
  )
}
