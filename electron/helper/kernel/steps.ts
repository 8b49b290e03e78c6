/** One step of a plan, done as the `iproute2` command of its text does it. */
import type { Endpoint } from '../../core/lab/lab.js'
import type { KernelStep, StepRoute } from '../../core/plan/step.js'
import { ENODEV, ENOENT, EOPNOTSUPP, Refusal } from './errno.js'
import { allSections, sectionBits } from './mirror.js'
import type { Namespace } from './namespace.js'
import type { Namespaces } from './namespaces.js'
import type { StepJournal } from './step-journal.js'
import { addAddress, deleteAddress } from './rtnetlink/address.js'
import { addBond, setBondPrimary } from './rtnetlink/bond.js'
import { changePortVlan, setBridge, setPort } from './rtnetlink/bridge.js'
import { changeFdb } from './rtnetlink/fdb.js'
import * as link from './rtnetlink/link.js'
import { addNeighbour, deleteNeighbour } from './rtnetlink/neighbour.js'
import { setImpair } from './rtnetlink/qdisc.js'
import { addRoute, deleteRoute } from './rtnetlink/route.js'
import { addShare } from './rtnetlink/share.js'
import { addTunnel } from './rtnetlink/tunnel.js'
import { addRule, deleteRule } from './rtnetlink/rule.js'
import { Wireguard } from './wireguard.js'
import { writeSysctl } from './sysctl.js'

/** Indices of links by namespace and name, for as long as nobody else can have changed them: one slice. */
export class LinkIndices {
  readonly #known = new Map<Namespace, Map<string, number>>()

  find(namespace: Namespace, name: string): number | Refusal {
    const known = this.#known.get(namespace)?.get(name)
    if (known !== undefined) return known
    const index = link.linkIndex(namespace.requests, name)
    if (index instanceof Refusal) return index
    const indices = this.#known.get(namespace) ?? new Map<string, number>()
    this.#known.set(namespace, indices.set(name, index))
    return index
  }

  clear(): void {
    this.#known.clear()
  }
}

export interface StepContext {
  readonly namespaces: Namespaces
  readonly indices: LinkIndices
  /** Says what a step changed where the kernel sends no event of it. */
  readonly mark: (namespace: Namespace, bits: number) => void
  /** On the machine's own namespace: hears of each step before it is carried out, and may refuse it. */
  readonly journal: StepJournal | null
}

/** Carries out one step; null where the kernel did it. */
export function runStep(context: StepContext, step: KernelStep): Refusal | null {
  const { namespaces } = context
  if (step.op === 'namespace-add')
    return namespaces.add(step.namespace, (cookie) => context.journal?.namespace(step.namespace, cookie) ?? null)
  if (step.op === 'namespace-delete') {
    context.indices.clear()
    return namespaces.delete(step.namespace)
  }
  const namespace = namespaces.find(step.namespace)
  return namespace instanceof Refusal ? namespace : runIn(context, namespace, step)
}

type StepInside = Exclude<KernelStep, { readonly op: 'namespace-add' | 'namespace-delete' }>

function runIn(context: StepContext, namespace: Namespace, step: StepInside): Refusal | null {
  const socket = namespace.requests
  const { indices, namespaces } = context
  switch (step.op) {
    case 'sysctl-set': {
      const written = namespaces.within(namespace, () => writeSysctl(step.key, step.value))
      context.mark(namespace, sectionBits.sysctls)
      // A kernel without IPv6 has it switched off already.
      const without = written instanceof Refusal && written.errno === ENOENT && step.key.endsWith('.disable_ipv6')
      return without && step.value === '1' ? null : written
    }
    case 'veth-add': {
      const peerNamespace = namespaces.find(step.peer.namespace)
      if (peerNamespace instanceof Refusal) return peerNamespace
      const namespaceFd = peerNamespace === namespace ? null : peerNamespace.fd
      return link.addVeth(socket, step, { ...step.peer, namespaceFd })
    }
    case 'bridge-add':
      return link.addBridge(socket, step)
    case 'vxlan-add':
      return link.addVxlan(socket, step)
    case 'tunnel-add':
      return addTunnel(socket, step)
    case 'wireguard-add':
      return link.addLink(socket, { ...step, mac: null }, 'wireguard')
    case 'wireguard-key':
      return withWireguard(context, namespace, (wireguard) =>
        wireguard.setKey(step.name, step.listen, step.publicKey ?? null),
      )
    case 'wireguard-listen':
      return withWireguard(context, namespace, (wireguard) => wireguard.setListen(step.name, step.listen))
    case 'wireguard-peer-set':
    case 'wireguard-peer-delete': {
      const key = step.of === null ? step.publicKey : publicKeyOf(context, step.of)
      if (key instanceof Refusal) return key
      return withWireguard(context, namespace, (wireguard) =>
        step.op === 'wireguard-peer-set'
          ? wireguard.setPeer(step.name, key ?? '', step)
          : wireguard.removePeer(step.name, key ?? ''),
      )
    }
    case 'vxlan-fdb-add':
    case 'vxlan-fdb-delete':
      return onLink(context, namespace, step.name, (index) =>
        changeFdb(socket, index, step, step.op === 'vxlan-fdb-add'),
      )
    case 'dummy-add': {
      const refusal = link.addLink(socket, step, 'dummy')
      // Kernels without dummy often have ifb, which also is a link with no cable.
      return refusal?.errno === EOPNOTSUPP && !step.exact ? link.addLink(socket, step, 'ifb') : refusal
    }
    case 'vlan-add':
      return onLink(context, namespace, step.link, (parent) => link.addVlan(socket, step, parent))
    case 'share-add': {
      const above = namespaces.find(step.parent.namespace)
      if (above instanceof Refusal) return above
      const namespaceFd = above === namespace ? null : namespace.fd
      return onLink(context, above, step.parent.interface, (parent) =>
        addShare(above.requests, step, parent, namespaceFd),
      )
    }
    case 'bond-add':
      return addBond(socket, step)
    case 'bond-primary':
      return onLinkOrNone(context, namespace, step.primary, (primary) =>
        setBondPrimary(socket, step.name, primary ?? 0),
      )
    case 'vrf-add':
      return link.addVrf(socket, step)
    case 'link-delete':
      indices.clear()
      return link.deleteLink(socket, step.name)
    case 'link-up':
    case 'link-down':
      return link.setLinkUp(socket, step.name, step.op === 'link-up')
    case 'link-mtu':
      return link.setLinkMtu(socket, step.name, step.mtu)
    case 'link-mac':
      return link.setLinkMac(socket, step.name, step.mac)
    case 'link-master':
      if (step.master === null) return link.setLinkMaster(socket, step.name, 0)
      return onLink(context, namespace, step.master, (master) => link.setLinkMaster(socket, step.name, master))
    case 'link-set':
      return link.setLinkSetting(socket, step.name, step.setting, step.value)
    case 'bridge-stp':
      return link.setBridgeStp(socket, step.name, step.stp)
    case 'bridge-set':
      return setBridge(socket, step.name, step.setting, step.value)
    case 'port-set':
      return setPort(socket, step.name, step.setting, step.value)
    case 'port-vlan-add':
    case 'port-vlan-delete': {
      const { vlan, self } = step
      const isAdded = step.op === 'port-vlan-add'
      return onLink(context, namespace, step.name, (index) => changePortVlan(socket, index, vlan, isAdded, self))
    }
    case 'address-add':
      return onLink(context, namespace, step.dev, (index) => addAddress(socket, index, step.address))
    case 'address-delete':
      return onLink(context, namespace, step.dev, (index) => deleteAddress(socket, index, step.address))
    case 'route-add':
      return onLinkOrNone(context, namespace, step.route.dev, (index) => {
        const hops = hopIndices(context, namespace, step.route)
        return hops instanceof Refusal ? hops : addRoute(socket, step.route, index, hops)
      })
    case 'route-delete':
      return onLinkOrNone(context, namespace, step.route.dev, (index) => deleteRoute(socket, step.route, index))
    case 'policy-rule-add':
      return addRule(socket, step.rule)
    case 'policy-rule-delete':
      return deleteRule(socket, step.rule)
    case 'neighbour-add':
    case 'neighbour-delete': {
      const { neighbour } = step
      const carryOut = step.op === 'neighbour-add' ? addNeighbour : deleteNeighbour
      context.mark(namespace, sectionBits.neighbours | sectionBits.proxies)
      return onLink(context, namespace, neighbour.dev, (index) => carryOut(socket, index, neighbour))
    }
    case 'impair-set': {
      const refusal = onLink(context, namespace, step.dev, (index) => setImpair(socket, index, step.impair))
      context.mark(namespace, sectionBits.links)
      return refusal
    }
    default:
      return unknownStep(step)
  }
}

/** The kernel tells nobody of such a change: what is known of the links is read again. */
function withWireguard(
  { namespaces, mark }: StepContext,
  namespace: Namespace,
  action: (wireguard: Wireguard) => Refusal | null,
): Refusal | null {
  const wireguard = namespaces.within(namespace, () => Wireguard.open())
  if (wireguard instanceof Refusal) return wireguard
  const refusal = action(wireguard)
  wireguard.close()
  mark(namespace, sectionBits.links)
  return refusal
}

function publicKeyOf({ namespaces }: StepContext, { namespace: name, interface: device }: Endpoint): string | Refusal {
  const namespace = namespaces.find(name)
  if (namespace instanceof Refusal) return namespace
  const wireguard = namespaces.within(namespace, () => Wireguard.open())
  if (wireguard instanceof Refusal) return wireguard
  const read = wireguard.read(device)
  wireguard.close()
  if (read instanceof Refusal) return read.errno === ENODEV ? link.noSuchLink(device) : read
  return read.publicKey ?? Refusal.of(ENOENT, `${device} in ${name} has no key`)
}

function onLink(
  { indices }: StepContext,
  namespace: Namespace,
  name: string,
  action: (index: number) => Refusal | null,
): Refusal | null {
  const index = indices.find(namespace, name)
  return index instanceof Refusal ? index : action(index)
}

function onLinkOrNone(
  context: StepContext,
  namespace: Namespace,
  name: string | null,
  action: (index: number | null) => Refusal | null,
): Refusal | null {
  return name === null ? action(null) : onLink(context, namespace, name, action)
}

/** Interfaces of the next hops; 0 where the kernel is to find it by the gateway. */
function hopIndices({ indices }: StepContext, namespace: Namespace, { nexthops = [] }: StepRoute): number[] | Refusal {
  const found: number[] = []
  for (const { dev } of nexthops) {
    const index = dev === null ? 0 : indices.find(namespace, dev)
    if (index instanceof Refusal) return index
    found.push(index)
  }
  return found
}

function unknownStep(step: never): Refusal {
  return Refusal.of(EOPNOTSUPP, `Unknown step ${JSON.stringify(step)}`)
}

/** Links deleted together take one wait for the kernel's readers instead of one each. */
const groupFrom = 2

/**
 * Deletes the links of consecutive `link-delete` steps of one namespace together. Returns how many of the steps are done;
 * 0 where it does not pay or the kernel does not want to, so that they are run one by one and each refusal has its step.
 */
export function runLinkDeletes(context: StepContext, steps: readonly KernelStep[], from: number): number {
  const first = steps[from]
  if (first?.op !== 'link-delete') return 0
  const next = steps[from + 1]
  if (next?.op !== 'link-delete' || next.namespace !== first.namespace) return 0
  const namespace = context.namespaces.find(first.namespace)
  if (namespace instanceof Refusal) return 0
  const socket = namespace.requests
  const marked: string[] = []
  for (let at = from; at < steps.length; at += 1) {
    const step = steps[at]
    if (step?.op !== 'link-delete' || step.namespace !== first.namespace) break
    if (link.setLinkGroup(socket, step.name, link.doomedGroup)) break
    marked.push(step.name)
  }
  context.indices.clear()
  if (marked.length >= groupFrom && link.deleteLinkGroup(socket, link.doomedGroup) === null) {
    context.mark(namespace, allSections)
    return marked.length
  }
  for (const name of marked) link.setLinkGroup(socket, name, 0)
  return 0
}
