/** How to make again what a deletion takes along: the undo of `link-delete` and `namespace-delete`. */
import { hostNamespace, masterOf, type Impair } from '../lab/lab.js'
import type { LiveAddress, LiveLink } from '../live/state.js'
import { defaultMtu, ownBridgeMtu } from './bridge-mtu.js'
import { restoreBridge, restorePort } from './bridge-settings.js'
import { parsePrefix } from '../lab/address.js'
import { isTunnelKind } from '../lab/tunnel.js'
import { bondModes } from '../lab/schema.js'
import { isDeletable, isKernelAddress, isOwnRoute, linkKey, type LinkRef, type LiveIndex } from './live-index.js'
import { listedMetric } from './route-metric.js'
import { restoreLinkSettings } from './link-settings.js'
import { givenNeighbours } from './given-neighbours.js'
import { routeMark } from './marks.js'
import { livePolicies } from './policies.js'
import { isOwnRule, stepRule } from './policy-rules.js'
import { parseRule } from './parse-rule.js'
import type { KernelStep, Step, StepRoute } from './step.js'
import { liveShare } from './shares.js'
import { tunnelOf, writtenFdb } from './tunnels.js'
import { restoreWireguard } from './wireguard.js'
import type { WholeRoute } from './whole-routes.js'

/** A live route as a step states it. Metrics that the kernel fills in by itself are left out. */
export function stepRoute(route: WholeRoute): StepRoute {
  const metric = route.metric === listedMetric(route.family, null) ? null : route.metric
  const type = route.type as StepRoute['type']
  const dev = type === 'unicast' ? route.dev : null
  return {
    family: route.family,
    to: route.to,
    via: route.via,
    dev,
    metric,
    type,
    onlink: route.flags.includes('onlink'),
    table: route.table,
    ...(type === 'unicast' ? { source: route.src, mtu: route.mtu } : {}),
    ...(route.nexthops.length > 0 ? { nexthops: route.nexthops } : {}),
    ...(route.protocol === String(routeMark) ? { protocol: routeMark } : {}),
  }
}

export const addressStep = (
  op: 'address-add' | 'address-delete',
  namespace: string,
  { dev, address, family }: LiveAddress,
): KernelStep => ({ op, namespace, dev, address, family })

/** Whether a route comes and goes with its device, and needs no address of another one. */
export const hangsOnOne = ({ src, dev, nexthops }: WholeRoute, addresses: readonly LiveAddress[]): boolean =>
  (src === null && nexthops.length === 0) ||
  addresses.some((each) => each.dev === dev && parsePrefix(each.address)?.text === src)

/** Routes on a device before routes through a gateway, which must be reachable by then. */
export const byGateway = (a: WholeRoute, b: WholeRoute): number => Number(hasGateway(a)) - Number(hasGateway(b))

export const hasGateway = ({ via, nexthops = [] }: Pick<StepRoute, 'via' | 'nexthops'>): boolean =>
  via !== null || nexthops.some((hop) => hop.via !== null)

function creation(index: LiveIndex, { namespace, link }: LinkRef): KernelStep | null {
  const { name, mtu, permanentMac: mac = link.mac } = link
  if (link.kind === 'veth') {
    const peer = index.peer({ namespace, link })
    if (!peer) return null
    const end = {
      namespace: peer.namespace,
      name: peer.link.name,
      mac: peer.link.permanentMac ?? peer.link.mac,
      mtu: peer.link.mtu,
    }
    return { op: 'veth-add', namespace, name, mac, mtu, peer: end }
  }
  if (link.kind === 'bridge')
    return { op: 'bridge-add', namespace, name, stp: link.bridge?.stp ?? false, mac, mtu: null }
  if (link.kind === 'vlan') {
    const parent = link.vlan?.link ?? null
    return link.vlan && parent !== null
      ? { op: 'vlan-add', namespace, name, mac, mtu, ...link.vlan, link: parent }
      : null
  }
  const share = liveShare(index, { namespace, link })
  if (share) {
    // What it has of its parent cannot be given to it.
    const own = share.kind === 'macvlan' && share.mode !== 'passthru'
    return {
      op: 'share-add',
      namespace,
      name,
      mac: own ? mac : null,
      mtu: share.kind === 'macvlan' ? mtu : null,
      ...share,
    }
  }
  if (link.kind === 'bond') {
    const { bonding } = link
    const known = bonding && bondModes.find((mode) => mode === bonding.mode)
    if (!bonding || !known) return null
    return { op: 'bond-add', namespace, name, mac, mtu, mode: known, miimon: bonding.miimon }
  }
  if (link.kind === 'vrf')
    return link.table === undefined ? null : { op: 'vrf-add', namespace, name, mac, mtu, table: link.table }
  if (link.kind === 'dummy' || link.kind === 'ifb') return { op: 'dummy-add', namespace, name, mac, mtu }
  if (link.kind === 'wireguard') return { op: 'wireguard-add', namespace, name, mac: null, mtu }
  const { vxlan, tunnel } = link
  if (isTunnelKind(link.kind) && tunnel && tunnel.remote !== null)
    return {
      op: 'tunnel-add',
      namespace,
      name,
      mac,
      mtu,
      ...tunnelOf({ ...tunnel, kind: link.kind, remote: tunnel.remote }),
    }
  if (!vxlan || vxlan.local === null) return null
  return { op: 'vxlan-add', namespace, name, mac, mtu, ...vxlan, local: vxlan.local }
}

/** An interface's place, addresses, switch and impairment, in the order they can be given. */
function configuration(
  index: LiveIndex,
  refs: readonly LinkRef[],
  gone: ReadonlySet<string>,
): readonly [masters: readonly KernelStep[], others: readonly KernelStep[]] {
  const [masters, set, addresses, ups, neighbours, routes, impairs]: KernelStep[][] = [[], [], [], [], [], [], []]
  const [downs, afterDown]: [KernelStep[], KernelStep[]] = [[], []]
  const devices = new Map<string, Set<string>>()
  for (const { namespace, link } of refs) {
    const at = { namespace, name: link.name }
    set?.push(...restoreLinkSettings({ namespace, link }))
    const master = masterOf(link)
    if (master !== null && !gone.has(linkKey(namespace, master)))
      masters?.push({ op: 'link-master', ...at, master, before: null })
    for (const address of index.namespaces.get(namespace)?.addresses.get(link.name) ?? []) {
      if (isKernelAddress(address)) continue
      // Going down takes IPv6 addresses along.
      const list = link.vlan && !link.up && address.family === 'ipv6' ? afterDown : addresses
      list?.push(addressStep('address-add', namespace, address))
    }
    // A bond switches its members on, and off when it goes: one that comes back later takes only members that are off.
    const isOn = link.bond !== undefined && !gone.has(linkKey(namespace, link.bond))
    if (isOn) {
      if (!link.up) ups?.push({ op: 'link-down', ...at })
    } else if (link.up && link.bond === undefined) ups?.push({ op: 'link-up', ...at })
    // A sub-interface comes up with its parent.
    else if (link.vlan) downs.push({ op: 'link-down', ...at })
    const impair: Impair | null = link.impair
    if (impair) impairs?.push({ op: 'impair-set', namespace, dev: link.name, impair, before: null })
    devices.set(namespace, (devices.get(namespace) ?? new Set()).add(link.name))
  }
  for (const [namespace, names] of devices) {
    const live = index.namespaces.get(namespace)?.live.routes ?? []
    const all = index.namespaces.get(namespace)?.live.addresses ?? []
    const there = index.namespaces.get(namespace)?.live
    for (const neighbour of there ? givenNeighbours(there) : [])
      if (names.has(neighbour.dev)) neighbours?.push({ op: 'neighbour-add', namespace, neighbour })
    const over = live.filter(
      (route) => isOwnRoute(route) && route.dev !== null && names.has(route.dev) && hangsOnOne(route, all),
    )
    for (const route of over.toSorted(byGateway)) routes?.push({ op: 'route-add', namespace, route: stepRoute(route) })
  }
  return [
    masters ?? [],
    [set, addresses, ups, downs, afterDown, neighbours, routes, impairs].flatMap((steps) => steps ?? []),
  ]
}

/**
 * Steps that make these links and what hung on them again. `refs` are all that one step takes (both ends of a veth
 * pair); `gone` are links that an earlier step has taken, which its own undo brings back later.
 */
export function restoreLinks(index: LiveIndex, refs: readonly LinkRef[], gone: ReadonlySet<string>): KernelStep[] {
  const known = new Set<string>()
  const [adds, stacked]: [KernelStep[], KernelStep[]] = [[], []]
  const [ports, over]: [KernelStep[], KernelStep[]] = [[], []]
  const [early, late, restored, settings]: [KernelStep[], KernelStep[], KernelStep[], KernelStep[]] = [[], [], [], []]
  for (const ref of refs) {
    const key = linkKey(ref.namespace, ref.link.name)
    const add = known.has(key) ? null : creation(index, ref)
    known.add(key)
    if (add?.op === 'veth-add') known.add(linkKey(add.peer.namespace, add.peer.name))
    if (add) (add.op === 'vlan-add' || add.op === 'share-add' ? stacked : adds).push(add)
    if (ref.link.master !== null && !gone.has(linkKey(ref.namespace, ref.link.master)))
      settings.push(...restorePort(ref))
    settings.push(...restoreWireguard(ref))
    if (ref.link.vxlan)
      for (const entry of writtenFdb(index.namespaces.get(ref.namespace)?.live.fdb ?? [], ref.link))
        settings.push({ op: 'vxlan-fdb-add', namespace: ref.namespace, name: ref.link.name, ...entry })
    const given = (port: LiveLink): boolean => {
      const portKey = linkKey(ref.namespace, port.name)
      return !gone.has(portKey) && !refs.some(({ namespace, link }) => linkKey(namespace, link.name) === portKey)
    }
    const again = (port: LiveLink): KernelStep => ({
      ...{ op: 'link-master', namespace: ref.namespace, name: port.name, master: ref.link.name, before: null },
    })
    const members = index.namespaces.get(ref.namespace)?.members.get(ref.link.name) ?? []
    for (const member of members.filter(given)) {
      over.push(again(member))
      if (member.bond !== undefined && !member.up)
        over.push({ op: 'link-down', namespace: ref.namespace, name: member.name })
    }
    const { bond } = ref.link
    const held = bond === undefined || gone.has(linkKey(ref.namespace, bond)) ? null : index.link(ref.namespace, bond)
    if (held?.bonding?.primary === ref.link.name) settings.push(preferring(ref.namespace, held.name, ref.link.name))
    const preferred = members.find(({ name }) => name === ref.link.bonding?.primary)
    if (preferred && given(preferred)) settings.push(preferring(ref.namespace, ref.link.name, preferred.name))
    if (ref.link.kind !== 'bridge') continue
    const there = index.namespaces.get(ref.namespace)?.ports.get(ref.link.name) ?? []
    const at = { namespace: ref.namespace, name: ref.link.name }
    const { mtu } = ref.link
    restored.push(...restoreBridge(ref))
    if (mtu !== ownBridgeMtu(there.map((port) => port.mtu))) {
      // Before its ports, where it differs from what the bridge has then: giving a bridge what it has does not hold.
      const steps = mtu === defaultMtu ? late : early
      steps.push({ op: 'link-mtu', ...at, mtu, before: defaultMtu })
    }
    for (const port of there.filter(given)) {
      ports.push(again(port))
      settings.push(...restorePort({ namespace: ref.namespace, link: port }))
    }
  }
  const [masters, others] = configuration(index, refs, gone)
  const isStacked = (step: KernelStep): boolean =>
    stacked.some((add) => 'name' in add && 'name' in step && add.namespace === step.namespace && add.name === step.name)
  const under = masters.filter((step) => !isStacked(step))
  over.unshift(...masters.filter(isStacked))
  // What is on top of another one is no larger: the other has its MTU by then.
  return [...adds, ...early, ...ports, ...under, ...late, ...stacked, ...over, ...restored, ...settings, ...others]
}

const preferring = (namespace: string, name: string, primary: string): KernelStep => ({
  ...{ op: 'bond-primary', namespace, name, primary, before: null },
})

/** Links that go with this one: the other end of a veth pair, and what stands on either. */
export function linkAndPeer(index: LiveIndex, ref: LinkRef): LinkRef[] {
  const peer = index.peer(ref)
  return [ref, ...(peer ? [peer] : [])].flatMap((each) => [each, ...standingOn(index, each)])
}

function standingOn(index: LiveIndex, { namespace, link }: LinkRef): LinkRef[] {
  const above = index.namespaces.get(namespace)?.stacked.get(link.name) ?? []
  return [...above.map((each) => ({ namespace, link: each })), ...index.shares({ namespace, link })].flatMap((each) => [
    each,
    ...standingOn(index, each),
  ])
}

/** All that a namespace's deletion takes: its links and the far ends of its veth pairs. */
export function linksOfNamespace(index: LiveIndex, name: string): LinkRef[] {
  const links: readonly LiveLink[] = index.namespaces.get(name)?.live.links ?? []
  return links.filter(isDeletable).flatMap((link) => linkAndPeer(index, { namespace: name, link }))
}

/** Undo of a namespace's deletion, but for its services, which are stopped before. */
export function restoreNamespace(index: LiveIndex, name: string, gone: ReadonlySet<string>): Step[] {
  const live = index.namespaces.get(name)?.live
  if (!live || name === hostNamespace) return []
  const kept = linksOfNamespace(index, name).filter(({ namespace, link }) => !gone.has(linkKey(namespace, link.name)))
  const seen = new Set<string>()
  const refs = kept.filter(({ namespace, link }) => {
    const key = linkKey(namespace, link.name)
    return !seen.has(key) && seen.add(key)
  })
  // Forwarding first: switching it writes over others.
  const keys = Object.keys(live.sysctls).toSorted((a, b) => Number(/forward/.test(b)) - Number(/forward/.test(a)))
  const sysctl = keys.map((key): KernelStep => ({
    op: 'sysctl-set',
    namespace: name,
    key,
    value: live.sysctls[key] ?? '',
    before: null,
  }))
  const perInterface = (step: KernelStep) =>
    step.op === 'sysctl-set' && /^net\.\w+\.(?:conf|neigh)\.(?!all\.|default\.)/.test(step.key)
  const lo = live.links.filter(({ kind }) => kind === 'loopback').map((link) => ({ namespace: name, link }))
  const up = lo.filter(({ link }) => link.up).map((): KernelStep => ({ op: 'link-up', namespace: name, name: 'lo' }))
  const steps: Step[] = [
    { op: 'namespace-add', namespace: name },
    ...sysctl.filter((step) => !perInterface(step)),
    ...up,
    ...configuration(index, lo, gone)[1].filter(({ op }) => op !== 'link-up'),
    ...restoreLinks(index, refs, gone),
    ...sysctl.filter(perInterface),
  ]
  for (const route of live.routes.toSorted(byGateway)) {
    if (isOwnRoute(route) && (route.dev === null || !hangsOnOne(route, live.addresses)))
      steps.push({ op: 'route-add', namespace: name, route: stepRoute(route) })
  }
  for (const rule of live.rules.filter(isOwnRule))
    steps.push({ op: 'policy-rule-add', namespace: name, rule: stepRule(rule) })
  for (const line of live.ruleset.iptables) {
    const parsed = parseRule(line)
    if (parsed?.kind === 'nat') steps.push({ op: 'nat-add', namespace: name, rule: parsed.rule })
    if (parsed?.kind === 'firewall') steps.push({ op: 'firewall-add', namespace: name, rule: parsed.rule })
  }
  for (const policy of livePolicies(live.ruleset.iptables))
    steps.push({ op: 'policy-set', namespace: name, ...policy, before: 'accept' })
  return steps
}
