/** The only planner: deploy, edit while running, repair and teardown are all its output. Pure, and linear in its input. */
import type { Lab, LabInterface, LabNamespace } from '../lab/lab.js'
import type { LiveLink, LiveState } from '../live/state.js'
import { planAddresses } from './addresses.js'
import { planDhcp, withoutLeases } from './dhcp.js'
import { planDnsmasq } from './dnsmasq.js'
import { isCycled, planCreations, planDeletions, planLinkChanges } from './links.js'
import { indexLive, isDeletable, isKernelAddress, linkKey } from './live-index.js'
import type { Marks } from './marks.js'
import { planNeighbours } from './neighbours.js'
import { planNetnsFiles } from './netns-files.js'
import { startDraft } from './order.js'
import { planRoutes } from './routes.js'
import { planPolicies } from './policies.js'
import { planPolicyRules } from './policy-rules.js'
import { planRules } from './rule-order.js'
import { formerLab, indexInterfaces, isProtected, type Former, type Scope } from './scope.js'
import { planTexts } from './ruleset-texts.js'
import { planServices, stopServices } from './services.js'
import type { Plan } from './step.js'
import { planSysctls, restoreSysctls, type SysctlOptions } from './sysctls.js'

export interface DiffOptions extends Partial<SysctlOptions> {
  /**
   * Whose objects are removed when the lab does not have them:
   * - a lab: what that lab had. What was made in a terminal stays.
   * - null (the default): nothing. Only what stands where the lab wants something else gives way.
   * - `everything`: whatever the live namespaces hold, apart from `host` itself, devices that cannot be deleted, and
   *   physical and tun devices with all that is on them (the uplink's).
   *
   * Never touched: what the kernel makes (connected and link-local routes and addresses, router advertisements), rules of
   * policy routing that a lab has no words for, nftables rules outside iptables' tables.
   */
  readonly former?: Former
  /** Marks for routes and rules of `host`, where it is the machine's own. */
  readonly marks?: Marks
}

/**
 * The steps that make the kernel what the lab says, in an order in which the kernel takes them (see `order.ts`), each
 * with its command and its undo. Undoing all steps in reverse order gives the state before. Empty when all is as said.
 *
 * The lab speaks only for what it names: a MAC, an MTU or `forwarding` it leaves open is left alone.
 */
export function diff(lab: Lab, live: LiveState, options: DiffOptions = {}): Plan {
  const former = options.former ?? null
  const sysctlOptions = {
    machineHost: options.machineHost ?? false,
    before: options.before ?? new Map<string, string>(),
  }
  const index = indexLive(withoutLeases(live))
  const draft = startDraft()
  const doom = planDeletions(draft, lab, index, former)
  const interfaces = indexInterfaces(lab)
  const formerInterfaces = indexInterfaces(formerLab(former))
  const marks = options.marks ?? null
  const scope: Scope = { lab, index, former, draft, interfaces, formerInterfaces, marks, ...doom }
  for (const name of doom.goneNamespaces) {
    planDhcp(scope, unspoken(name))
    stopServices(scope, name)
    planDnsmasq(scope, name)
    planNetnsFiles(scope, name)
  }
  for (const name of lab.namespaces.keys()) {
    if (!index.namespaces.has(name)) draft.add('namespace-add', { op: 'namespace-add', namespace: name })
  }
  planCreations(scope)
  for (const namespace of lab.namespaces.values()) {
    planSysctls(scope, namespace, sysctlOptions)
    planParts(scope, namespace)
  }
  // `host` outlives a lab that no longer speaks of it; what the former lab gave it goes.
  for (const name of index.namespaces.keys()) {
    if (lab.namespaces.has(name) || doom.goneNamespaces.has(name) || former === null) continue
    restoreSysctls(scope, name, new Map(), sysctlOptions)
    planParts(scope, unspoken(name))
  }
  return draft.finish()
}

function planParts(scope: Scope, spoken: LabNamespace): void {
  const interfaces = [...spoken.interfaces, ...leftOver(scope, spoken), ...takenDown(scope, spoken)]
  const namespace = { ...spoken, interfaces }
  planLinkChanges(scope, namespace)
  const flushed = planAddresses(scope, namespace)
  planPolicyRules(scope, namespace, planRoutes(scope, namespace, flushed))
  planNeighbours(scope, namespace, flushed)
  const filled = planTexts(scope, namespace)
  planRules(scope, namespace, filled)
  planPolicies(scope, namespace, filled)
  planServices(scope, namespace.name)
  planDnsmasq(scope, namespace.name)
  planNetnsFiles(scope, namespace.name)
  planDhcp(scope, namespace)
}

/**
 * Interfaces that stay although the lab does not name them - `lo`, devices of the machine, the uplink - but on which
 * the former lab may have put something: as they are, with nothing wanted on them.
 */
function leftOver({ index, interfaces, formerInterfaces, former }: Scope, { name }: LabNamespace): LabInterface[] {
  const links = index.namespaces.get(name)?.links
  const had = former === 'everything' ? [...(links?.values() ?? [])] : [...(formerInterfaces.get(name)?.values() ?? [])]
  return had.flatMap((each): LabInterface[] => {
    const link = links?.get(each.name)
    if (!link || interfaces.get(name)?.has(link.name) || (isDeletable(link) && !isProtected(link))) return []
    const { up, master, vrf, bond } = link
    const member = { ...(vrf === undefined ? {} : { vrf }), ...(bond === undefined ? {} : { bond }) }
    const kind = link.kind === 'loopback' ? 'loopback' : 'dummy'
    return [{ kind, name: link.name, addresses: [], mac: null, mtu: null, up, master, ...member }]
  })
}

/**
 * What the lab does not name and the plan switches off, for good or for a moment: sub-interfaces of somebody else on an
 * interface that goes down, members of a VRF or a bond that goes. Each goes down by a step of its own, so that undo gives back what
 * went with it.
 */
function takenDown(scope: Scope, namespace: LabNamespace): LabInterface[] {
  const { name, interfaces: wanted } = namespace
  const there = scope.index.namespaces.get(name)
  const known = new Set([...wanted.map((each) => each.name), ...(scope.interfaces.get(name)?.keys() ?? [])])
  const isForeign = (link: LiveLink): boolean => !known.has(link.name) && !scope.gone.has(linkKey(name, link.name))
  const asItIs = ({ name: dev, master, vrf, bond }: LiveLink, up: boolean) => {
    const own = (there?.addresses.get(dev) ?? []).filter((each) => !isKernelAddress(each))
    const addresses = own.map(({ address }) => address)
    const masters = { master, ...(vrf === undefined ? {} : { vrf }), ...(bond === undefined ? {} : { bond }) }
    return { name: dev, addresses, mac: null, mtu: null, up, ...masters }
  }
  /** By name, and whether it comes up again. */
  const taken = new Map<string, boolean>()
  const above = (parent: string, stays: boolean): void => {
    for (const link of (there?.stacked.get(parent) ?? []).filter(isForeign)) {
      taken.set(link.name, stays && link.up)
      above(link.name, stays)
    }
  }
  for (const each of (there?.live.links ?? []).filter(isForeign)) {
    const master = each.vrf ?? each.bond
    if (master === undefined || !scope.gone.has(linkKey(name, master))) continue
    taken.set(each.name, each.up)
    if (each.up) above(each.name, true)
  }
  for (const each of wanted) {
    if (!there?.links.get(each.name)?.up) continue
    const isAgain = each.up && isCycled(scope, namespace, each)
    if (!each.up || isAgain) above(each.name, isAgain)
  }
  const depth = (link: LiveLink | undefined): number =>
    link?.vlan ? 1 + depth(there?.links.get(link.vlan.link ?? '')) : 0
  // What stands on another one behind it.
  return [...taken]
    .flatMap(([dev, up]) => ({ link: there?.links.get(dev), up }))
    .toSorted((a, b) => depth(a.link) - depth(b.link))
    .flatMap(({ link, up }): LabInterface[] => {
      if (!link) return []
      const { vlan } = link
      return vlan && vlan.link !== null
        ? [{ kind: 'vlan', ...asItIs(link, up), ...vlan, link: vlan.link }]
        : [{ kind: 'dummy', ...asItIs(link, up) }]
    })
}

/** A namespace that the lab does not name. */
function unspoken(name: string): LabNamespace {
  return {
    name,
    forwarding: undefined,
    interfaces: [],
    rules: [],
    routes: [],
    neighbours: [],
    files: {},
    nat: [],
    firewall: [],
    policies: [],
    texts: {},
    sysctls: {},
    services: [],
  }
}
