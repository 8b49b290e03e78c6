/**
 * Addresses, and interfaces going up and down - together, because both take things along that must then be given
 * again: a deleted primary IPv4 address takes its secondaries (unless `promote_secondaries`), the last IPv4 address of
 * a device takes its IPv4 routes (fib_disable_ip), a device that goes down takes all its routes and its IPv6
 * addresses (addrconf_ifdown). What would go that way is deleted step by step and added again, so that the plan does
 * not depend on the kernel's settings and each step's undo is exact.
 */
import { familyOf, networkOf } from '../lab/address.js'
import type { Family, LabInterface, LabNamespace } from '../lab/lab.js'
import type { LiveAddress } from '../live/state.js'
import { isKernelAddress, linkKey } from './live-index.js'
import { isBonded, isCycled, standing } from './links.js'
import { addressStep } from './restore.js'
import type { Phase } from './order.js'
import { isProtected, isUplink, type Scope } from './scope.js'
import type { KernelStep } from './step.js'

/** Devices of one namespace over which the kernel drops routes and neighbours during the plan, or during its undo. */
export interface Flushed {
  /** All its IPv4 routes go: it loses its last IPv4 address for a moment, or goes down, if only after a moment up. */
  readonly ipv4: ReadonlySet<string>
  /** All its IPv6 routes go: it goes down, if only after a moment up. */
  readonly ipv6: ReadonlySet<string>
  /** Deleted, for good or for a moment. */
  readonly addresses: ReadonlySet<LiveAddress>
}

export function planAddresses(scope: Scope, namespace: LabNamespace): Flushed {
  const flushed = { ipv4: new Set<string>(), ipv6: new Set<string>(), addresses: new Set<LiveAddress>() }
  /** The topmost first. */
  const stackedDown: KernelStep[] = []
  /** Behind what they stand on has come up. */
  const staysDown: KernelStep[] = []
  const downs: { readonly name: string; readonly isBackInBond: boolean }[] = []
  const ups: { readonly phase: Phase; readonly name: string }[] = []
  for (const wanted of namespace.interfaces) {
    const live = standing(scope, namespace.name, wanted)
    if (!live && isUplink(scope.lab, namespace.name, wanted)) continue
    const isAgain = isCycled(scope, namespace, wanted)
    const isTaken = isBonded(scope, namespace.name, wanted)
    const goesDown = (live?.up ?? false) && (!wanted.up || isAgain)
    const liveAddresses = live ? (scope.index.namespaces.get(namespace.name)?.addresses.get(wanted.name) ?? []) : []
    // The kernel switches a sub-interface on along with its parent (vlan_device_event, net/8021q/vlan.c).
    const isOnForAMoment = wanted.kind === 'vlan' && !wanted.up && isSwitchedOn(scope, namespace, wanted.link)
    // Undo takes a member out of its bond, which switches it off.
    const isFlushed = goesDown || isOnForAMoment || (isTaken && live?.up === false)
    const removed = planInterfaceAddresses(scope, namespace.name, wanted, liveAddresses, isFlushed)
    for (const each of removed) flushed.addresses.add(each)
    const at = { namespace: namespace.name, name: wanted.name }
    if (goesDown && wanted.kind === 'vlan') stackedDown.unshift({ op: 'link-down', ...at })
    else if (goesDown) downs.push({ name: wanted.name, isBackInBond: live?.bond !== undefined && isAgain })
    if (isOnForAMoment) staysDown.push({ op: 'link-down', ...at })
    if (isTaken) {
      if (!wanted.up) staysDown.push({ op: 'link-down', ...at })
    } else if (wanted.up && (!live?.up || isAgain)) {
      const phase = upPhases[wanted.kind] ?? 'link-up'
      ups.push({ phase, name: wanted.name })
    }
    const before = liveAddresses.filter(({ family }) => family === 'ipv4')
    const losesLast = before.length > 0 && before.every((each) => removed.has(each))
    // Undo takes a first address back, and with it the routes that the device had without one.
    const gainsFirst =
      live !== undefined && before.length === 0 && wanted.addresses.some((each) => familyOf(each) === 'ipv4')
    if (isFlushed || losesLast || gainsFirst) flushed.ipv4.add(wanted.name)
    if (isFlushed) flushed.ipv6.add(wanted.name)
  }
  for (const step of stackedDown) scope.draft.add('stacked-down', step)
  const givenBack = (names: readonly string[]): readonly KernelStep[] =>
    names
      .flatMap((each) => scope.index.namespaces.get(namespace.name)?.addresses.get(each) ?? [])
      .filter((each) => each.family === 'ipv6' && !isKernelAddress(each) && !flushed.addresses.has(each))
      .map((each) => addressStep('address-add', namespace.name, each))
  for (const { name, isBackInBond } of downs) {
    const at = { namespace: namespace.name, name }
    // Coming up again, undo takes along what stands on it and was down, and with that its IPv6 addresses.
    const [, ...above] = withStacked(scope, namespace.name, name)
    const down = above.filter((each) => scope.index.link(namespace.name, each)?.up === false)
    const again = down.map((each): KernelStep => ({ op: 'link-down', namespace: namespace.name, name: each }))
    // Back in its bond it is on again.
    const up: KernelStep[] = isBackInBond ? [] : [{ op: 'link-up', ...at }]
    scope.draft.add('link-down', { op: 'link-down', ...at }, [...up, ...again, ...givenBack(down)])
  }
  // IPv6 addresses that were there while the link was down go when undo switches it off, and must be given again: those of
  // what stands on it, too.
  for (const { phase, name } of ups) {
    const at = { namespace: namespace.name, name }
    const given = givenBack(withStacked(scope, namespace.name, name))
    scope.draft.add(phase, { op: 'link-up', ...at }, [{ op: 'link-down', ...at }, ...given])
  }
  for (const step of staysDown) scope.draft.add('stacked-up', step, [])
  return flushed
}

const upPhases: Partial<Record<LabInterface['kind'], Phase>> = {
  loopback: 'loopback-up',
  bridge: 'bridge-up',
  vlan: 'stacked-up',
}

/** A link that stays, and all that stands on it and stays. */
export function withStacked(scope: Scope, namespace: string, name: string): readonly string[] {
  if (scope.gone.has(linkKey(namespace, name))) return []
  const above = scope.index.namespaces.get(namespace)?.stacked.get(name) ?? []
  return [name, ...above.flatMap((each) => withStacked(scope, namespace, each.name))]
}

/** Whether the plan switches this interface on. */
function isSwitchedOn(scope: Scope, namespace: LabNamespace, name: string): boolean {
  const wanted = namespace.interfaces.find((each) => each.name === name)
  return wanted?.up === true && (!standing(scope, namespace.name, wanted)?.up || isCycled(scope, namespace, wanted))
}

/** Returns the live addresses that are deleted, for good or for a moment. */
function planInterfaceAddresses(
  scope: Scope,
  namespace: string,
  wanted: LabInterface,
  live: readonly LiveAddress[],
  goesDown: boolean,
): ReadonlySet<LiveAddress> {
  const { draft, former } = scope
  const asked = new Set(wanted.addresses)
  const present = new Set(live.map(({ address }) => address))
  const had = new Set(scope.formerInterfaces.get(namespace)?.get(wanted.name)?.addresses ?? [])
  const clearAll = former === 'everything' && !isProtected(scope.index.link(namespace, wanted.name))
  const removed = live.filter((each) => {
    if (asked.has(each.address)) return false
    // A link-local address that the former lab itself gave is not the kernel's.
    if (had.has(each.address)) return wanted.name !== 'lo' || !isKernelAddress(each)
    return clearAll && !isKernelAddress(each)
  })
  const again = takenAlong(live, new Set(removed), goesDown)
  const deleted = new Set([...removed, ...again])
  // Backwards, so that a secondary address goes before its primary, and undo gives the primary first.
  for (const address of live.toReversed()) {
    if (deleted.has(address)) draft.add('address-delete', addressStep('address-delete', namespace, address))
  }
  const phaseOf = (family: Family) => (family === 'ipv6' ? 'ipv6-address-add' : 'address-add')
  for (const address of again) draft.add(phaseOf(address.family), addressStep('address-add', namespace, address))
  for (const address of wanted.addresses) {
    if (present.has(address) || (wanted.name === 'lo' && isKernelAddress({ dev: 'lo', address, flags: [] }))) continue
    const family = familyOf(address)
    if (family) draft.add(phaseOf(family), { op: 'address-add', namespace, dev: wanted.name, address, family })
  }
  return deleted
}

/** Addresses that stay but that the kernel would drop with those removed, or with the link going down. */
function takenAlong(
  live: readonly LiveAddress[],
  removed: ReadonlySet<LiveAddress>,
  goesDown: boolean,
): readonly LiveAddress[] {
  const isPrimary = ({ family, flags }: LiveAddress) => family === 'ipv4' && !flags.includes('secondary')
  const lostNetworks = new Set([...removed].filter(isPrimary).map(({ address }) => networkOf(address)))
  return live.filter((each) => {
    if (removed.has(each) || isKernelAddress(each)) return false
    if (each.family === 'ipv6') return goesDown
    return each.flags.includes('secondary') && lostNetworks.has(networkOf(each.address))
  })
}
