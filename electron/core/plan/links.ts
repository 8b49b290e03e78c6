/** Which interfaces must go, which must come, and what of those that stay must change. */
import {
  isShare,
  masterOf,
  type Endpoint,
  type Lab,
  type LabInterface,
  type LabNamespace,
  type LabShare,
} from '../lab/lab.js'
import { tunnelMtu } from '../lab/tunnel.js'
import type { LiveLink } from '../live/state.js'
import { clearsMaster, planBridgeMtu } from './bridge-mtu.js'
import { planBridgeSettings, restorePort } from './bridge-settings.js'
import { isDeletable, linkKey, type LinkRef, type LiveIndex } from './live-index.js'
import type { Draft } from './order.js'
import { sameImpair } from './qdisc.js'
import { planLinkSettings } from './link-settings.js'
import type { Step } from './step.js'
import { linkAndPeer, linksOfNamespace, restoreLinks, restoreNamespace } from './restore.js'
import { isTunnel, planFdb, tunnelOf, vxlanOf } from './tunnels.js'
import { planWireguard } from './wireguard.js'
import { undoOf } from './undo.js'
import { formerLab, indexInterfaces, isProtected, isSameLink, isUplink } from './scope.js'
import type { Former, InterfaceIndex, Scope } from './scope.js'

export interface Doom {
  readonly gone: ReadonlySet<string>
  readonly goneNamespaces: ReadonlySet<string>
}

/** Bytes; loopback_setup, drivers/net/loopback.c. */
const loopbackMtu = 65536

/** Links to delete: wrong ones under a wanted name, then those that the lab has no longer. */
function unwantedLinks(
  wantedBy: InterfaceIndex,
  index: LiveIndex,
  former: Former,
  goneNamespaces: ReadonlySet<string>,
): LinkRef[] {
  const formerBy = indexInterfaces(formerLab(former))
  const unwanted: LinkRef[] = []
  for (const [namespace, { live }] of index.namespaces) {
    if (goneNamespaces.has(namespace)) continue
    const tags = new Set([...(wantedBy.get(namespace)?.values() ?? [])].flatMap((each) => tagOf(each) ?? []))
    for (const link of live.links) {
      const wanted = wantedBy.get(namespace)?.get(link.name)
      const had = formerBy.get(namespace)?.get(link.name)
      const goes = wanted
        ? !isSameLink(index, namespace, wanted, link)
        : former === 'everything'
          ? isDeletable(link) && !isProtected(link)
          : (link.vlan && tags.has(tagKey(link.vlan))) ||
            (had !== undefined && isDeletable(link) && !isProtected(link) && isSameLink(index, namespace, had, link))
      if (goes) unwanted.push({ namespace, link })
    }
  }
  return unwanted
}

/** A tag of a parent is one sub-interface's alone, whatever its name (vlan_check_real_dev, net/8021q/vlan.c). */
const tagKey = ({
  link,
  protocol,
  id,
}: {
  readonly link: string | null
  readonly protocol: string
  readonly id: number
}) => `${link} ${protocol} ${id}`
const tagOf = (wanted: LabInterface): string | null => (wanted.kind === 'vlan' ? tagKey(wanted) : null)

/**
 * Plans all deletions of links and namespaces, each with the steps that make it again. A veth pair is deleted once, a
 * namespace takes its links along; only where a far end's name is wanted again at once is its link deleted by itself,
 * because a namespace is cleaned up after `ip netns del` has returned (cleanup_net, net/core/net_namespace.c).
 */
export function planDeletions(draft: Draft, lab: Lab, index: LiveIndex, former: Former): Doom {
  const goneNamespaces = new Set<string>()
  for (const name of index.namespaces.keys()) {
    const had = former === 'everything' || (former?.namespaces.has(name) ?? false)
    if (name !== 'host' && had && !lab.namespaces.has(name)) goneNamespaces.add(name)
  }
  const wantedBy = indexInterfaces(lab)
  const again: LinkRef[] = []
  for (const namespace of goneNamespaces) {
    for (const ref of linksOfNamespace(index, namespace)) {
      if (!goneNamespaces.has(ref.namespace) && wantedBy.get(ref.namespace)?.has(ref.link.name)) again.push(ref)
    }
  }
  const gone = new Set<string>()
  const going = [...unwantedLinks(wantedBy, index, former, goneNamespaces), ...again]
  // Behind those that are given to it, which take their place in it along.
  for (const ref of going.toSorted((a, b) => rank(a.link) - rank(b.link))) {
    const { namespace, link } = ref
    if (gone.has(linkKey(namespace, link.name))) continue
    // What stands on it may have gone by a step of its own, which brings it back.
    const taken = linkAndPeer(index, ref).filter((each) => !gone.has(linkKey(each.namespace, each.link.name)))
    const withNamespace = index.peer(ref) !== null && goneNamespaces.has(index.peer(ref)?.namespace ?? '')
    const nameAgain = wantedBy.get(namespace)?.has(link.name)
    if (withNamespace && !nameAgain) continue
    const restore = restoreLinks(index, taken, gone)
    // Before its parent may go down: undo makes it again, up, when that is up.
    const phase = link.vlan || link.share ? 'stacked-delete' : rank(link) > 0 ? 'master-delete' : 'link-delete'
    draft.add(phase, { op: 'link-delete', namespace, name: link.name, restore })
    for (const each of taken) gone.add(linkKey(each.namespace, each.link.name))
  }
  for (const namespace of goneNamespaces) {
    const restore = restoreNamespace(index, namespace, gone)
    draft.add('namespace-delete', { op: 'namespace-delete', namespace, restore })
    for (const each of linksOfNamespace(index, namespace)) gone.add(linkKey(each.namespace, each.link.name))
  }
  return { gone, goneNamespaces }
}

/** Masters go behind those that are given to them, and a VRF behind a bond that is. */
const rank = ({ kind }: LiveLink): number => (kind === 'vrf' ? 2 : kind === 'bond' ? 1 : 0)

/** A kind of master that switches an interface off when it takes it or lets it go. */
const switchesOff = ({ vrf, bond }: Pick<LabInterface, 'vrf' | 'bond'>): string | undefined => vrf ?? bond

/** The live link that stays for a wanted interface, or undefined where it must be made (or, for the uplink, come). */
export function standing(scope: Scope, namespace: string, wanted: LabInterface): LiveLink | undefined {
  return scope.gone.has(linkKey(namespace, wanted.name)) ? undefined : scope.index.link(namespace, wanted.name)
}

/** New links. A veth pair is made once, from the end that stands first in the lab's `links`. */
export function planCreations(scope: Scope): void {
  const { lab, draft, interfaces } = scope
  for (const { name: namespace, interfaces: wantedHere } of lab.namespaces.values()) {
    for (const wanted of wantedHere) {
      if (standing(scope, namespace, wanted) || isUplink(lab, namespace, wanted)) continue
      const { name, mac, mtu } = wanted
      const made = { namespace, name, mac, mtu }
      if (wanted.kind === 'bridge') {
        draft.add('bridge-add', { op: 'bridge-add', ...made, mtu: null, stp: wanted.stp })
      }
      if (wanted.kind === 'dummy')
        draft.add('tunnel-add', { op: 'dummy-add', ...made, ...(wanted.exact ? { exact: true } : {}) })
      if (wanted.kind === 'bond') {
        const { mode, miimon } = wanted
        draft.add('bridge-add', { op: 'bond-add', ...made, mode, miimon })
      }
      if (wanted.kind === 'vrf') draft.add('bridge-add', { op: 'vrf-add', ...made, table: wanted.table })
      if (wanted.kind === 'vlan') {
        const { link, id, protocol } = wanted
        const phase = isOverBridge(wantedHere, wanted) ? 'over-bridge-add' : 'stacked-add'
        draft.add(phase, { op: 'vlan-add', ...made, link, id, protocol })
      }
      if (isShare(wanted)) draft.add('share-add', { op: 'share-add', ...made, ...shareOf(wanted) })
      if (wanted.kind === 'vxlan') draft.add('tunnel-add', { op: 'vxlan-add', ...made, ...vxlanOf(wanted) })
      else if (wanted.kind === 'wireguard') {
        draft.add('tunnel-add', { op: 'wireguard-add', namespace, name, mac: null, mtu })
        draft.add('tunnel-add', { op: 'wireguard-key', namespace, name, listen: wanted.listen })
      } else if (isTunnel(wanted)) draft.add('tunnel-add', { op: 'tunnel-add', ...made, ...tunnelOf(wanted) })
    }
  }
  for (const { ends } of lab.links) {
    const [near, far] = ends.map((end) => {
      const wanted = interfaces.get(end.namespace)?.get(end.interface)
      return wanted && { namespace: end.namespace, wanted }
    })
    if (!near || !far || standing(scope, near.namespace, near.wanted)) continue
    const end = ({ namespace, wanted: { name, mac, mtu } }: NonNullable<typeof near>) => ({ namespace, name, mac, mtu })
    draft.add('veth-add', { op: 'veth-add', ...end(near), peer: end(far) })
  }
}

/** Of the interfaces that stay or come: bridge membership, MTU, MAC, STP, impairment. Not addresses, not up or down. */
export function planLinkChanges(scope: Scope, { name: namespace, interfaces }: LabNamespace): void {
  const { draft, lab } = scope
  for (const wanted of interfaces) {
    const live = standing(scope, namespace, wanted)
    if (!live && isUplink(lab, namespace, wanted)) continue
    const at = { namespace, name: wanted.name }
    const had = live && scope.formerInterfaces.get(namespace)?.get(wanted.name)
    if (live) {
      const usual =
        wanted.kind === 'loopback' ? loopbackMtu : tunnelMtu(wanted.kind, isTunnel(wanted) ? wanted.key : null)
      const mtu =
        wanted.kind === 'vlan'
          ? stackedMtu(scope, { namespace, interface: wanted.link }, wanted, live, had)
          : wanted.kind === 'macvlan'
            ? stackedMtu(scope, wanted.parent, wanted, live, had)
            : (wanted.mtu ?? (had && had.mtu !== null ? usual : null))
      // A member of a bond has the bond's.
      if (mtu !== null && mtu !== live.mtu && wanted.kind !== 'bridge' && wanted.bond === undefined) {
        const isLess = (wanted.kind === 'vlan' || isShare(wanted)) && mtu < live.mtu
        const phase = isLess ? 'stacked-change' : wanted.kind === 'macvlan' ? 'share-change' : 'link-change'
        draft.add(phase, { op: 'link-mtu', ...at, mtu, before: live.mtu })
      }
      if (wanted.mac !== null && live.mac !== null && wanted.mac !== live.mac && wanted.bond === undefined) {
        draft.add('link-change', { op: 'link-mac', ...at, mac: wanted.mac, before: live.mac })
      }
      if (wanted.kind === 'bridge' && live.bridge && live.bridge.stp !== wanted.stp) {
        draft.add('link-change', { op: 'bridge-stp', ...at, stp: wanted.stp })
      }
    } else if (wanted.kind === 'loopback' && wanted.mtu !== null && wanted.mtu !== loopbackMtu) {
      draft.add('link-change', { op: 'link-mtu', ...at, mtu: wanted.mtu, before: loopbackMtu })
    }
    if (wanted.kind === 'bridge') {
      planBridgeMtu(scope, namespace, wanted, live)
      planBridgeSettings(scope, namespace, wanted, live)
    }
    if (wanted.kind === 'wireguard') planWireguard(scope, namespace, wanted, live)
    if (wanted.kind === 'vxlan') planFdb(scope, namespace, wanted, live)
    planLinkSettings(scope, namespace, wanted, live)
    if (wanted.kind === 'bond') planPrimary(scope, namespace, wanted, live)
    const change = masterChange(scope, namespace, wanted, live)
    if (change) {
      const { master, before } = change
      const over = wanted.kind === 'vlan' && isOverBridge(interfaces, wanted)
      const set = isShare(wanted) ? 'share-master' : over ? 'over-bridge-master' : 'master-set'
      const phase = master === null ? 'master-clear' : set
      const step = { op: 'link-master' as const, ...at, master, before }
      // With its place in a bridge a port loses what it was set to there.
      const back: Step[] = live && before !== null ? restorePort({ namespace, link: live }) : []
      if (live && before !== null && scope.index.link(namespace, before)?.bonding?.primary === live.name)
        back.push({ op: 'bond-primary', namespace, name: before, primary: live.name, before: null })
      if (live?.bond !== undefined && before !== null && !live.up) back.push({ op: 'link-down', ...at })
      draft.add(phase, step, [...undoOf(step), ...back])
    }
    planImpair(scope, namespace, wanted, live, had)
  }
}

/** The member that a bond prefers, once it is one. */
function planPrimary(
  scope: Scope,
  namespace: string,
  { name, primary }: LabInterface & { readonly kind: 'bond' },
  live: LiveLink | undefined,
): void {
  const { draft, gone, former, formerInterfaces, interfaces } = scope
  const there = live?.bonding?.primary ?? null
  const member = there === null ? undefined : interfaces.get(namespace)?.get(there)
  const leaves = member && masterChange(scope, namespace, member, standing(scope, namespace, member)) !== null
  const before = there !== null && (leaves || gone.has(linkKey(namespace, there))) ? null : there
  const had = formerInterfaces.get(namespace)?.get(name)
  const clears = former === 'everything' || (had?.kind === 'bond' && had.primary !== null)
  if (primary === before || (primary === null && !clears)) return
  draft.add('bond-primary', { op: 'bond-primary', namespace, name, primary, before })
}

interface MasterChange {
  readonly master: string | null
  /** Null where it has none, or its master goes. */
  readonly before: string | null
}

/** What becomes of the master of an interface; null where it keeps it. */
function masterChange(
  scope: Scope,
  namespace: string,
  wanted: LabInterface,
  live: LiveLink | undefined,
): MasterChange | null {
  const [master, there] = [masterOf(wanted), live ? masterOf(live) : null]
  const before = there !== null && scope.gone.has(linkKey(namespace, there)) ? null : there
  // A port that the learner put into a bridge of their own stays there, unless the lab had it in one.
  // In a VRF its addresses are in another table, and in a bond nobody asks for them.
  const inTheWay = scope.former === null && live !== undefined && switchesOff(live) !== undefined
  const changes = master !== before && (master !== null || inTheWay || clearsMaster(scope, namespace, wanted.name))
  return changes ? { master, before } : null
}

/** Whether a bond takes an interface, and so switches it on. */
export function isBonded(scope: Scope, namespace: string, wanted: LabInterface): boolean {
  return (
    wanted.bond !== undefined && masterChange(scope, namespace, wanted, standing(scope, namespace, wanted)) !== null
  )
}

/** Whether an interface that stays up is off for a moment, because of a VRF or a bond that takes it or lets it go. */
export function isCycled(scope: Scope, namespace: LabNamespace, wanted: LabInterface): boolean {
  const live = standing(scope, namespace.name, wanted)
  if (!live?.up) return false
  const there = switchesOff(live)
  if (there !== undefined && scope.gone.has(linkKey(namespace.name, there))) return true
  const change = masterChange(scope, namespace.name, wanted, live)
  if (change && (there ?? switchesOff(wanted)) !== undefined) return true
  if (wanted.kind !== 'vlan') return false
  const parent = namespace.interfaces.find(({ name }) => name === wanted.link)
  return parent !== undefined && isCycled(scope, namespace, parent)
}

const shareOf = ({ kind, parent, mode }: LabShare): LabShare => ({ kind, parent, mode }) as LabShare

/** Whether a sub-interface stands, at the bottom, on a bridge. */
function isOverBridge(interfaces: readonly LabInterface[], vlan: LabInterface & { readonly kind: 'vlan' }): boolean {
  let at: LabInterface | undefined = vlan
  while (at?.kind === 'vlan') {
    const { link }: { readonly link: string } = at
    at = interfaces.find(({ name }) => name === link)
  }
  return at?.kind === 'bridge'
}

/**
 * The MTU of a sub-interface or a macvlan that stays: its own, or where the file says none any more that of its parent,
 * which the kernel cuts it to (vlan_device_event, net/8021q/vlan.c; macvlan_device_event, drivers/net/macvlan.c) and
 * undo would not give back.
 */
function stackedMtu(
  { interfaces, index }: Scope,
  { namespace, interface: link }: Endpoint,
  wanted: LabInterface,
  live: LiveLink,
  had: LabInterface | undefined,
): number | null {
  if (wanted.mtu !== null) return wanted.mtu
  const parent = interfaces.get(namespace)?.get(link)?.mtu ?? index.link(namespace, link)?.mtu ?? null
  if (parent === null) return null
  return (had?.mtu ?? null) !== null ? parent : Math.min(parent, live.mtu)
}

function planImpair(
  { draft, former }: Scope,
  namespace: string,
  wanted: LabInterface,
  live: LiveLink | undefined,
  had: LabInterface | undefined,
): void {
  const impair = wanted.kind === 'veth' ? wanted.impair : null
  const before = live?.impair ?? null
  if (impair === null) {
    const ours = former === 'everything' || (had?.kind === 'veth' && had.impair !== null)
    if (before === null || !ours || isProtected(live)) return
  } else if (sameImpair(impair, before)) {
    return
  }
  const phase = impair === null ? 'impair-clear' : 'impair-set'
  draft.add(phase, { op: 'impair-set', namespace, dev: wanted.name, impair, before })
}
