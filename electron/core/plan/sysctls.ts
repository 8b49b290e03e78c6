/** Which sysctls a lab wants where: its own, what `forwarding:` means, and what a quiet lab needs. */
import { hostNamespace, type Lab, type LabNamespace } from '../lab/lab.js'
import { forwardingKeys } from '../lab/sysctl.js'
import { isKernelAddress, isOwnRoute, linkKey, type LiveIndex } from './live-index.js'
import { givenNeighbours, slotOf } from './given-neighbours.js'
import type { Phase } from './order.js'
import type { Scope } from './scope.js'
import type { PlannedStep } from './step.js'
import { confDefaults, plainDefaults } from './usual-sysctls.js'

const ipForward = 'net.ipv4.ip_forward'
export const disableIpv6 = 'net.ipv6.conf.all.disable_ipv6'
export const acceptDad = 'net.ipv6.conf.default.accept_dad'

/**
 * br_netfilter's switches. Where the module is loaded each namespace starts with 1, and purely bridged frames then
 * pass the FORWARD chain, whose DROP policy kills a bridge (Documentation/networking/ip-sysctl.rst, bridge-nf-*).
 */
export const bridgeNetfilterKeys = [
  'net.bridge.bridge-nf-call-iptables',
  'net.bridge.bridge-nf-call-ip6tables',
  'net.bridge.bridge-nf-call-arptables',
] as const

/** What a new namespace has (compiled-in values), for the keys that are put back when a lab stops asking for them. */
export const kernelDefaults: Readonly<Record<string, string>> = {
  [ipForward]: '0',
  'net.ipv6.conf.all.forwarding': '0',
  [disableIpv6]: '0',
  [acceptDad]: '1',
  ...Object.fromEntries(bridgeNetfilterKeys.map((key) => [key, '1'])),
}

export const hasBridge = (namespace: LabNamespace): boolean =>
  namespace.interfaces.some(({ kind }) => kind === 'bridge')

export interface SysctlOptions {
  /** `host` is the machine's own default namespace: only what the lab itself names is set there. */
  readonly machineHost: boolean
  /** There: what each key held before the lab set it. A key that the lab stops asking for goes back to that, no other. */
  readonly before?: ReadonlyMap<string, string>
}

/**
 * Keys and values that must hold in one namespace, the lab's own last word. Also the keys a watcher must read so that
 * a plan made after the deploy is empty. `known` are the values there now, undefined for a namespace not yet made;
 * `hostKnown` tells whether the kernel has br_netfilter.
 */
export function wantedSysctls(
  lab: Lab,
  namespace: LabNamespace,
  known: Readonly<Record<string, string>> | undefined,
  hostKnown: Readonly<Record<string, string>>,
  options: SysctlOptions = { machineHost: false },
): Map<string, string> {
  const wanted = new Map<string, string>()
  if (!(options.machineHost && namespace.name === hostNamespace)) {
    if (lab.ipv6) {
      // A link-local address is tentative for 2-3 s while its duplicate is looked for; a lab's wires have no strangers.
      wanted.set(acceptDad, '0')
      if (known?.[disableIpv6] === '1') wanted.set(disableIpv6, '0')
    } else {
      // No router solicitations, MLD reports or DAD between the packets that a learner wants to see.
      wanted.set(disableIpv6, '1')
    }
    for (const key of hasBridge(namespace) ? bridgeNetfilterKeys : []) {
      if ((known ?? hostKnown)[key] !== undefined) wanted.set(key, '0')
    }
  }
  if (namespace.forwarding !== undefined) {
    for (const key of lab.ipv6 ? forwardingKeys : [ipForward]) wanted.set(key, namespace.forwarding ? '1' : '0')
  }
  for (const [key, value] of Object.entries(namespace.sysctls)) wanted.set(key, value)
  return wanted
}

/**
 * Whether a step only keeps a lab's wires quiet, or br_netfilter off its bridges, and the lab itself does not ask for it.
 * Who builds the network by hand has built all of the lab without it.
 */
export function isQuieting(lab: Lab, { step }: Pick<PlannedStep, 'step'>): boolean {
  if (step.op !== 'sysctl-set' || step.key in (lab.namespaces.get(step.namespace)?.sysctls ?? {})) return false
  const { key, value } = step
  if (key === disableIpv6) return value === '1'
  return value === '0' && (key === acceptDad || bridgeNetfilterKeys.some((each) => each === key))
}

const forwardingPattern = /^net\.(?:ipv4\.ip_forward|ipv6\.conf\.all\.forwarding)$/
/** Copied to each interface as it is made. Not those that switching forwarding writes over. */
const copiedPattern = /^net\.ipv[46]\.(?:conf|neigh)\.default\.(?!forwarding$|accept_redirects$)/

function phaseOf(key: string): Phase {
  if (forwardingPattern.test(key)) return 'forwarding'
  if (key === disableIpv6 || key.startsWith('net.bridge.') || copiedPattern.test(key)) return 'early-sysctl'
  return 'late-sysctl'
}

/** The kernel prints fields parted by tabs; people type blanks. */
const sameValue = (a: string, b: string): boolean => a.split(/\s+/).join(' ').trim() === b.split(/\s+/).join(' ').trim()

/**
 * Steps for one namespace that stays or comes. Keys that the former lab set and this one does not go back to the
 * kernel's default where that is certain, else they stay.
 */
export function planSysctls(scope: Scope, namespace: LabNamespace, options: SysctlOptions): void {
  const { lab, draft, index } = scope
  const { name } = namespace
  const known = index.namespaces.get(name)?.live.sysctls
  const wanted = wantedSysctls(lab, namespace, known, hostSysctls(index), options)
  for (const [key, value] of wanted) {
    const before = known?.[key]
    if (before !== undefined && sameValue(before, value)) continue
    // Switching IPv6 off would take away what somebody made in a terminal.
    if (key === disableIpv6 && !(key in namespace.sysctls) && value === '1' && keepsIpv6(scope, name)) continue
    // In a namespace not yet made nothing is known, and nothing need be: undo removes it as a whole.
    const former = before ?? (known ? (kernelDefaults[key] ?? null) : null)
    draft.add(phaseOf(key), { op: 'sysctl-set', namespace: name, key, value, before: former })
  }
  restoreSysctls(scope, name, wanted, options)
}

const hostSysctls = (index: LiveIndex): Readonly<Record<string, string>> =>
  index.namespaces.get(hostNamespace)?.live.sysctls ?? {}

/** Whether IPv6 addresses, routes or neighbours of others than the former lab stay in a live namespace. */
function keepsIpv6({ index, gone, former, formerInterfaces }: Scope, name: string): boolean {
  const namespace = index.namespaces.get(name)
  if (!namespace || former === 'everything') return false
  const stands = (dev: string | null) => dev === null || !gone.has(linkKey(name, dev))
  const hadRoutes = new Set(former?.namespaces.get(name)?.routes.map(({ to }) => to))
  const hadNeighbours = new Set(former?.namespaces.get(name)?.neighbours.map(slotOf))
  const hadAddress = (dev: string, address: string) => formerInterfaces.get(name)?.get(dev)?.addresses.includes(address)
  const { addresses, routes } = namespace.live
  return (
    addresses.some(
      (each) =>
        each.family === 'ipv6' && !isKernelAddress(each) && stands(each.dev) && !hadAddress(each.dev, each.address),
    ) ||
    routes.some((each) => each.family === 'ipv6' && isOwnRoute(each) && stands(each.dev) && !hadRoutes.has(each.to)) ||
    givenNeighbours(namespace.live).some(
      (each) => each.family === 'ipv6' && stands(each.dev) && !hadNeighbours.has(slotOf(each)),
    )
  )
}

/**
 * What a key of one interface has in a new one, where that is certain: all of them start with a copy of `default`.
 * Undefined also for those of an interface that goes, with all its settings.
 */
function usualOfLink(
  { gone }: Scope,
  namespace: string,
  key: string,
  known: Readonly<Record<string, string>>,
  wanted: ReadonlyMap<string, string>,
): string | undefined {
  const [, family, where, what] = /^net\.ipv([46])\.conf\.(.+)\.(\w+)$/.exec(key) ?? []
  if (where === undefined || what === undefined || where === 'all' || where === 'default') return undefined
  const copied = `net.ipv${family}.conf.default.${what}`
  // Whoever was there before `default` was set has no copy of it.
  if (wanted.has(copied) || gone.has(linkKey(namespace, where.replaceAll('/', '.')))) return undefined
  if (family === '6') return what === 'disable_ipv6' && !switchesIpv6Off(known, wanted) ? '0' : undefined
  // Distributions set it for the whole machine, and new namespaces start with that.
  return what === 'rp_filter' ? undefined : confDefaults[what] && (known[copied] ?? confDefaults[what])
}

/** `all` writes over the switch of each interface. */
const switchesIpv6Off = (known: Readonly<Record<string, string>>, wanted: ReadonlyMap<string, string>): boolean =>
  known[disableIpv6] === '1' || wanted.get(disableIpv6) === '1'

/** Puts back what the former lab (or anybody, for `everything`) had set in a namespace that stays. */
export function restoreSysctls(
  scope: Scope,
  name: string,
  wanted: ReadonlyMap<string, string>,
  options: SysctlOptions,
): void {
  const { draft, index, former } = scope
  const known = index.namespaces.get(name)?.live.sysctls
  if (!known || former === null) return
  for (const key of formerKeys(index, former, name, known, options)) {
    const before = known[key]
    const usual = kernelDefaults[key] ?? plainDefaults[key] ?? usualOfLink(scope, name, key, known, wanted)
    const value = options.machineHost && name === hostNamespace ? options.before?.get(key) : usual
    if (wanted.has(key) || before === undefined || value === undefined || before === value) continue
    draft.add(phaseOf(key), { op: 'sysctl-set', namespace: name, key, value, before })
  }
}

function formerKeys(
  index: LiveIndex,
  former: Lab | 'everything',
  name: string,
  known: Readonly<Record<string, string>>,
  options: SysctlOptions,
): Iterable<string> {
  if (former === 'everything') {
    // Somebody else's settings: none of them is anybody's to put back.
    if (options.machineHost && name === hostNamespace) return []
    return new Set([...Object.keys(kernelDefaults), ...Object.keys(known)])
  }
  const namespace = former.namespaces.get(name)
  return namespace ? wantedSysctls(former, namespace, known, hostSysctls(index), options).keys() : []
}
