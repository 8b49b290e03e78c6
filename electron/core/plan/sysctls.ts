/** Which sysctls a lab wants where: its own, what `forwarding:` means, and what a quiet lab needs. */
import { hostNamespace, type Lab, type LabNamespace } from '../lab/lab.js'
import { forwardingKeys } from '../lab/sysctl.js'
import type { Draft, Phase } from './order.js'
import type { LiveIndex } from './live-index.js'

const ipForward = 'net.ipv4.ip_forward'
const disableIpv6 = 'net.ipv6.conf.all.disable_ipv6'
const acceptDad = 'net.ipv6.conf.default.accept_dad'

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
const kernelDefaults: Readonly<Record<string, string>> = {
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
 * Steps for one namespace that stays or comes. Keys that `former` set and this lab does not go back to the kernel's
 * default where that is certain, else they stay.
 */
export function planSysctls(
  draft: Draft,
  lab: Lab,
  namespace: LabNamespace,
  index: LiveIndex,
  former: Lab | null | 'everything',
  options: SysctlOptions,
): void {
  const known = index.namespaces.get(namespace.name)?.live.sysctls
  const hostKnown = index.namespaces.get(hostNamespace)?.live.sysctls ?? {}
  const wanted = wantedSysctls(lab, namespace, known, hostKnown, options)
  for (const [key, value] of wanted) {
    const before = known?.[key]
    if (before !== undefined && sameValue(before, value)) continue
    const step = { op: 'sysctl-set', namespace: namespace.name, key, value } as const
    // In a namespace not yet made nothing is known, and nothing need be: undo removes it as a whole.
    draft.add(phaseOf(key), { ...step, before: before ?? (known ? (kernelDefaults[key] ?? null) : null) })
  }
  restoreSysctls(draft, namespace.name, wanted, index, former, options)
}

/** Puts back what the former lab (or anybody, for `everything`) had set in a namespace that stays. */
export function restoreSysctls(
  draft: Draft,
  name: string,
  wanted: ReadonlyMap<string, string>,
  index: LiveIndex,
  former: Lab | null | 'everything',
  options: SysctlOptions,
): void {
  const known = index.namespaces.get(name)?.live.sysctls
  if (!known || former === null) return
  const hostKnown = index.namespaces.get(hostNamespace)?.live.sysctls ?? {}
  const formerNamespace = former === 'everything' ? undefined : former.namespaces.get(name)
  const had =
    former === 'everything'
      ? options.machineHost && name === hostNamespace
        ? []
        : Object.keys(kernelDefaults)
      : formerNamespace
        ? [...wantedSysctls(former, formerNamespace, known, hostKnown, options).keys()]
        : []
  for (const key of had) {
    const [before, value] = [known[key], kernelDefaults[key]]
    if (wanted.has(key) || before === undefined || value === undefined || before === value) continue
    draft.add(phaseOf(key), { op: 'sysctl-set', namespace: name, key, value, before })
  }
}
