/**
 * A small model of the kernel: carries out steps on a live state with the behaviours a planner must reckon with -
 * names that are taken, links that take their peers, addresses and routes along, routes that need a reachable gateway.
 * Throws `Refusal` where the kernel would answer with an error.
 */
import { networkOf } from '../../../electron/core/lab/address.js'
import { masterOf, type LabNeighbour, type PortVlan } from '../../../electron/core/lab/lab.js'
import { inTheWay, sameSocket } from '../../../electron/core/lab/service.js'
import { isLayer3, tunnelMtu } from '../../../electron/core/lab/tunnel.js'
import { usualBridge, usualPort, usualVlans } from '../../../electron/core/lab/normalise-bridge.js'
import { usualLinkSetting } from '../../../electron/core/lab/link-settings.js'
import type * as live from '../../../electron/core/live/state.js'
import { emptyLiveNamespace } from '../../../electron/core/plan/empty.js'
import { liveRuleValue, spellFirewall, spellNat, type RuleSpelling } from '../../../electron/core/plan/rules.js'
import { afterLoad } from './model-texts.js'
import { isLinkLocal, isSame, isSource, reach, ruleEssence } from './model-routes.js'
import type { KernelStep, PolicyStep, RuleStep, Step, StepRoute } from '../../../electron/core/plan/step.js'

export class Refusal extends Error {}

type Mutable<T> = T extends readonly (infer U)[]
  ? Mutable<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T
type Link = Mutable<live.LiveLink>
type Namespace = Omit<Mutable<live.LiveNamespace>, 'ruleset'> & {
  ruleset: { nft: unknown[]; iptables: Mutable<live.IptablesRule>[]; listing?: live.RulesetListing }
}

export interface ModelOptions {
  /** net.ipv4.conf.*.promote_secondaries, which systemd switches on and the kernel does not. */
  readonly promoteSecondaries: boolean
}

/** What the watcher reads in every namespace of the model. */
const watched = {
  'net.ipv4.ip_forward': '0',
  'net.ipv6.conf.all.forwarding': '0',
  'net.ipv6.conf.all.disable_ipv6': '0',
  'net.ipv6.conf.default.accept_dad': '1',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
}

export class Model {
  #namespaces: Map<string, Namespace>
  #nextIndex = 2
  #nextInode = 100
  /** Bridges whose MTU was changed by hand. */
  readonly #givenMtu = new Set<number>()
  readonly #options: ModelOptions

  constructor(state?: live.LiveState, options: ModelOptions = { promoteSecondaries: false }) {
    this.#options = options
    const copy = structuredClone(state?.namespaces ?? [fresh('host', 1)]) as unknown as Namespace[]
    this.#namespaces = new Map(copy.map((each) => [each.name, each]))
    for (const { links } of copy) for (const { index } of links) this.#nextIndex = Math.max(this.#nextIndex, index + 1)
    for (const { links } of copy) {
      for (const { name, kind, index, mtu } of links) {
        const ports = links.filter(({ master }) => master === name).map((port) => port.mtu)
        const own = ports.length > 0 ? Math.min(...ports) : 1500
        // Indexes are unique in the model, across namespaces too.
        if (kind === 'bridge' && mtu !== own) this.#givenMtu.add(index)
      }
    }
    for (const { inode } of copy) this.#nextInode = Math.max(this.#nextInode, inode + 1)
  }

  get state(): live.LiveState {
    const namespaces = [...this.#namespaces.values()] as unknown as live.LiveNamespace[]
    return structuredClone({ revision: 0, namespaces })
  }

  run(steps: Iterable<Step>): this {
    for (const step of steps) this.apply(step)
    return this
  }

  apply(step: Step): void {
    switch (step.op) {
      case 'namespace-add':
        if (this.#namespaces.has(step.namespace)) throw refusal('EEXIST', step)
        this.#namespaces.set(step.namespace, fresh(step.namespace, this.#nextInode++))
        return
      case 'namespace-delete': {
        const namespace = this.#at(step)
        // A listening socket keeps a namespace, and all in it, alive.
        if (namespace.services.length > 0 || namespace.dnsmasq) throw refusal('services still listen', step)
        for (const link of [...namespace.links]) this.#drop(namespace, link)
        this.#namespaces.delete(step.namespace)
        return
      }
      case 'nat-add':
      case 'nat-delete':
        return this.#rule(step, spellNat(step.rule))
      case 'firewall-add':
      case 'firewall-delete':
        if (step.rule.families.length !== 1) throw refusal('one family a step', step)
        return this.#rule(step, spellFirewall(step.rule, step.rule.families[0] ?? 'ipv4'))
      case 'policy-set':
        return this.#policy(step)
      case 'ruleset-load': {
        const namespace = this.#at(step)
        namespace.ruleset = structuredClone(afterLoad(namespace.ruleset, step)) as Namespace['ruleset']
        return
      }
      case 'netns-file': {
        const { file, text, before } = step
        const namespace = this.#at(step)
        const { [file]: there = null, ...others } = namespace.files ?? {}
        if (there !== before || there === text) throw refusal('needless, or before is wrong', step)
        namespace.files = { ...others, ...(text === null ? {} : { [file]: text }) }
        return
      }
      case 'dnsmasq-start':
      case 'dnsmasq-stop': {
        const namespace = this.#at(step)
        const runs = namespace.dnsmasq ?? null
        if (step.op === 'dnsmasq-start' ? runs !== null : JSON.stringify(runs) !== JSON.stringify(step.serves))
          throw refusal('EADDRINUSE', step)
        namespace.dnsmasq =
          step.op === 'dnsmasq-start' ? (structuredClone(step.serves) as Namespace['dnsmasq'] & object) : null
        return
      }
      case 'dhcp-start':
      case 'dhcp-stop': {
        const namespace = this.#at(step)
        const { dhcp = [], links } = namespace
        const runs = dhcp.some(({ dev }) => dev === step.dev)
        if (runs === (step.op === 'dhcp-start')) throw refusal('needless', step)
        if (step.op === 'dhcp-stop') namespace.dhcp = dhcp.filter(({ dev }) => dev !== step.dev)
        else if (!links.some(({ name }) => name === step.dev)) throw refusal('ENODEV', step)
        else namespace.dhcp = [...dhcp, { dev: step.dev, program: 'udhcpc', lease: null, last: '' }]
        return
      }
      case 'service-start':
      case 'service-stop': {
        const namespace = this.#at(step)
        const { service } = step
        if (step.op === 'service-start') {
          if (namespace.services.some((each) => inTheWay(each, service))) throw refusal('EADDRINUSE', step)
          namespace.services.push({ ...service })
        } else {
          const at = namespace.services.findIndex((each) => sameSocket(each, service))
          if (at < 0) throw refusal('ENOENT', step)
          namespace.services.splice(at, 1)
        }
        return
      }
      default:
        return this.#kernel(step)
    }
  }

  #kernel(step: Exclude<KernelStep, { op: 'namespace-add' | 'namespace-delete' }>): void {
    const namespace = this.#at(step)
    switch (step.op) {
      case 'sysctl-set': {
        const device = /^net\.ipv[46]\.(?:conf|neigh)\.([^.]+)\./.exec(step.key)?.[1]?.replaceAll('/', '.')
        if (device !== undefined && device !== 'all' && device !== 'default') this.#link(namespace, device, step)
        namespace.sysctls[step.key] = step.value
        if (step.key === 'net.ipv6.conf.all.disable_ipv6' && step.value === '1') {
          namespace.addresses = namespace.addresses.filter(({ family }) => family !== 'ipv6')
          namespace.routes = namespace.routes.filter(({ family }) => family !== 'ipv6')
          for (const { name } of namespace.links) forgetNeighbours(namespace, name, 'ipv6')
        }
        return
      }
      case 'veth-add': {
        const far = this.#at({ ...step, namespace: step.peer.namespace })
        const [a, b] = [this.#make(namespace, 'veth', step, step), this.#make(far, 'veth', step.peer, step)]
        a.peer = { namespace: far.name, index: b.index }
        b.peer = { namespace: namespace.name, index: a.index }
        return
      }
      case 'bridge-add':
        this.#make(namespace, 'bridge', step, step).bridge = { stp: step.stp, vlanFiltering: false, vlans: usual() }
        return
      case 'bond-add': {
        const { mode, miimon } = step
        this.#make(namespace, 'bond', step, step).bonding = { mode, primary: null, miimon, active: null }
        return
      }
      case 'bond-primary': {
        const { bonding } = this.#link(namespace, step.name, step)
        if (bonding?.primary !== step.before || bonding.primary === step.primary) throw refusal('before is wrong', step)
        // One that it has heard of already.
        if (step.primary !== null && this.#link(namespace, step.primary, step).bond !== step.name)
          throw refusal('no member', step)
        bonding.primary = step.primary
        return
      }
      case 'vrf-add':
        this.#make(namespace, 'vrf', { ...step, mtu: step.mtu ?? 65575 }, step).table = step.table
        return
      case 'vlan-add': {
        const parent = this.#link(namespace, step.link, step)
        const { link, id, protocol } = step
        const same = ({ vlan }: Link) => vlan?.link === link && vlan.id === id && vlan.protocol === protocol
        if (namespace.links.some(same)) throw refusal('EEXIST', step)
        if ((step.mtu ?? 0) > parent.mtu) throw refusal('EINVAL', step)
        this.#make(namespace, 'vlan', { ...step, mtu: step.mtu ?? parent.mtu }, step).vlan = { link, id, protocol }
        return
      }
      case 'share-add': {
        const above = this.#at({ ...step, namespace: step.parent.namespace })
        const parent = this.#link(above, step.parent.interface, step)
        const others = this.#sharing(above, parent)
        // One taker of its frames (netdev_rx_handler_register, net/core/dev.c).
        if (parent.master !== null || parent.bond !== undefined) throw refusal('EBUSY', step)
        if (others.some(({ link }) => link.kind !== step.kind)) throw refusal('EBUSY', step)
        const isAlone = step.mode === 'passthru' || others.some(({ link }) => link.share?.mode === 'passthru')
        if (isAlone && others.length > 0) throw refusal('EINVAL', step)
        if ((step.mtu ?? 0) > parent.mtu) throw refusal('EINVAL', step)
        const mac = step.kind === 'ipvlan' || step.mode === 'passthru' ? parent.mac : step.mac
        const link = this.#make(namespace, step.kind, { ...step, mac, mtu: step.mtu ?? parent.mtu }, step)
        link.share = { mode: step.mode, parent: { namespace: above.name, index: parent.index } }
        // ipvlan_set_port_mode, drivers/net/ipvlan/ipvlan_main.c.
        if (step.kind === 'ipvlan') for (const { link: other } of others) if (other.share) other.share.mode = step.mode
        return
      }
      case 'bridge-set': {
        const { bridge } = this.#link(namespace, step.name, step)
        if (!bridge) throw refusal('EOPNOTSUPP', step)
        const now = { ...usualBridge, ...heldBy(bridge) }[step.setting]
        if (now !== step.before || now === step.value) throw refusal('needless, or before is wrong', step)
        if (step.setting === 'vlan-filtering') bridge.vlanFiltering = step.value === 1
        else setOrForget(bridge, bridgeFields[step.setting], step.value, usualBridge[step.setting])
        return
      }
      case 'port-set': {
        const { port } = this.#link(namespace, step.name, step)
        if (!port) throw refusal('EINVAL', step)
        const now = port[step.setting] ?? usualPort[step.setting]
        if (now !== step.before || now === step.value) throw refusal('needless, or before is wrong', step)
        setOrForget(port, step.setting, step.value, usualPort[step.setting])
        return
      }
      case 'port-vlan-add':
      case 'port-vlan-delete': {
        const link = this.#link(namespace, step.name, step)
        const holder = step.self ? link.bridge : link.port
        if (!holder) throw refusal('EOPNOTSUPP', step)
        const there = holder.vlans ?? []
        const others = there.filter(({ id }) => id !== step.vlan.id)
        if ((step.op === 'port-vlan-delete') !== others.length < there.length) throw refusal('needless', step)
        // One VLAN at a time is for what comes without a tag.
        if (step.op === 'port-vlan-add' && step.vlan.pvid && others.some(({ pvid }) => pvid))
          throw refusal('pvid', step)
        const now = step.op === 'port-vlan-add' ? [...others, { ...step.vlan }] : others
        holder.vlans = now.toSorted((a, b) => a.id - b.id)
        return
      }
      case 'vxlan-add': {
        const { id, local, remote, port, ttl, learning } = step
        this.#make(namespace, 'vxlan', step, step).vxlan = {
          ...{ id, local, remote, port },
          ...(ttl === undefined ? {} : { ttl }),
          ...(learning === undefined ? {} : { learning }),
        }
        return
      }
      case 'vxlan-fdb-add':
      case 'vxlan-fdb-delete': {
        const link = this.#link(namespace, step.name, step)
        const isIt = (each: { dev: string; mac: string; dst: string | null }): boolean =>
          each.dev === link.name && each.mac === step.mac && each.dst === step.remote
        if (namespace.fdb.some(isIt) === (step.op === 'vxlan-fdb-add')) throw refusal('EEXIST or ENOENT', step)
        if (step.op === 'vxlan-fdb-delete') namespace.fdb = namespace.fdb.filter((each) => !isIt(each))
        else
          namespace.fdb.push({
            ...{ dev: link.name, mac: step.mac, master: null, vlan: null, dst: step.remote, permanent: true },
          })
        return
      }
      case 'tunnel-add': {
        const { kind, local, remote, key, ttl, id, port } = step
        const link = this.#make(namespace, kind, { ...step, mtu: step.mtu ?? tunnelMtu(kind, key) }, step)
        link.tunnel = { local, remote, key, ttl, id, port }
        if (isLayer3(kind)) link.mac = null
        return
      }
      case 'wireguard-add': {
        const link = this.#make(namespace, 'wireguard', { ...step, mtu: step.mtu ?? 1420 }, step)
        link.mac = null
        link.wireguard = { publicKey: null, listen: 0, peers: [] }
        return
      }
      case 'wireguard-key': {
        const { wireguard } = this.#link(namespace, step.name, step)
        if (!wireguard) throw refusal('EOPNOTSUPP', step)
        wireguard.publicKey = step.publicKey ?? `key ${this.#nextIndex++}`
        if (step.listen !== null) wireguard.listen = step.listen
        return
      }
      case 'wireguard-listen': {
        const { wireguard } = this.#link(namespace, step.name, step)
        if (wireguard?.listen !== step.before) throw refusal('before is wrong', step)
        wireguard.listen = step.listen
        return
      }
      case 'wireguard-peer-set':
      case 'wireguard-peer-delete': {
        const { wireguard } = this.#link(namespace, step.name, step)
        const there = step.of && this.#namespaces.get(step.of.namespace)
        const key =
          step.of === null
            ? step.publicKey
            : there?.links.find(({ name }) => name === step.of?.interface)?.wireguard?.publicKey
        if (!wireguard || !key) throw refusal('no such key', step)
        const known = wireguard.peers.find(({ publicKey }) => publicKey === key)
        wireguard.peers = wireguard.peers.filter((each) => each !== known)
        if (step.op === 'wireguard-peer-set')
          wireguard.peers.push({
            ...{ publicKey: key, endpoint: step.endpoint ?? known?.endpoint ?? null, allowed: [...step.allowed] },
          })
        else if (!known) throw refusal('ENOENT', step)
        return
      }
      case 'dummy-add':
        this.#make(namespace, 'dummy', step, step)
        return
      case 'link-delete': {
        const link = this.#link(namespace, step.name, step)
        if (link.kind === 'loopback' || link.kind === 'physical') throw refusal('EOPNOTSUPP', step)
        return this.#drop(namespace, link)
      }
      case 'link-up': {
        const link = this.#link(namespace, step.name, step)
        if (link.vlan) {
          if (!namespace.links.find(({ name }) => name === link.vlan?.link)?.up) throw refusal('ENETDOWN', step)
        } else if (link.up) throw refusal('needless', step)
        this.#switchOn(namespace, link)
        const bare = !namespace.addresses.some(({ dev, family }) => dev === 'lo' && family === 'ipv4')
        if (link.name === 'lo' && bare) {
          namespace.addresses.push({
            dev: 'lo',
            family: 'ipv4',
            address: '127.0.0.1/8',
            scope: 'host',
            flags: ['permanent'],
          })
        }
        return
      }
      case 'link-down': {
        const link = this.#link(namespace, step.name, step)
        if (!link.up && !link.vlan) throw refusal('needless', step)
        this.#switchOff(namespace, link)
        return
      }
      case 'link-mtu':
      case 'link-mac': {
        const link = this.#link(namespace, step.name, step)
        const now = step.op === 'link-mtu' ? link.mtu : link.mac
        // A bridge's own MTU moves with its ports while a plan runs.
        if (now !== step.before && link.kind !== 'bridge') throw refusal('before is wrong', step)
        if (step.op === 'link-mac') {
          link.mac = step.mac
          for (const { link: each } of this.#sharing(namespace, link))
            if (each.kind === 'ipvlan' || each.share?.mode === 'passthru') each.mac = step.mac
          forgetNeighbours(namespace, link.name, null, false)
        } else if (link.mtu !== step.mtu) {
          link.mtu = step.mtu
          if (link.kind === 'bridge') this.#givenMtu.add(link.index)
          this.#cutStacked(namespace, link)
        }
        this.#adjust(namespace, link.master)
        return
      }
      case 'link-master': {
        const link = this.#link(namespace, step.name, step)
        if (masterOf(link) !== step.before) throw refusal('before is wrong', step)
        const kind = step.master === null ? null : this.#link(namespace, step.master, step).kind
        if (kind !== null && kind !== 'bridge' && kind !== 'vrf' && kind !== 'bond') throw refusal('EINVAL', step)
        if (kind === link.kind) throw refusal('ELOOP', step)
        if ((kind === 'bridge' || kind === 'bond') && this.#sharing(namespace, link).length > 0)
          throw refusal('EBUSY', step)
        const left = link.master
        // The kernel tells it only while it is one, and remembers it.
        const held = namespace.links.find(({ name }) => name === link.bond)?.bonding
        if (held?.primary === link.name) held.primary = null
        // bond_enslave and bond_release, drivers/net/bonding/bond_main.c.
        if (kind === 'bond' && link.up) throw refusal('EPERM', step)
        if (link.bond !== undefined) this.#switchOff(namespace, link)
        // cycle_netdev, drivers/net/vrf.c.
        const isCycled = link.up && (kind === 'vrf' || link.vrf !== undefined)
        if (isCycled) this.#switchOff(namespace, link)
        link.master = kind === 'bridge' ? step.master : null
        if (kind === 'vrf' && step.master !== null) link.vrf = step.master
        else delete link.vrf
        if (kind === 'bond' && step.master !== null) link.bond = step.master
        else delete link.bond
        if (kind === 'bond') this.#switchOn(namespace, link)
        link.port = kind === 'bridge' ? { number: 1, state: 'forwarding', vlans: usual() } : null
        if (isCycled) this.#switchOn(namespace, link)
        this.#adjust(namespace, left)
        this.#adjust(namespace, step.master)
        return
      }
      case 'link-set': {
        const { name, setting, value, before } = step
        const link = this.#link(namespace, name, step)
        const usual = usualLinkSetting(link.kind, setting)
        if ((link.settings?.[setting] ?? usual) !== before || value === before)
          throw refusal('needless, or before is wrong', step)
        const { [setting]: _, ...others } = link.settings ?? {}
        const settings = { ...others, ...(value === usual ? {} : { [setting]: value }) }
        if (Object.keys(settings).length > 0) link.settings = settings
        else delete link.settings
        if (setting === 'arp') forgetNeighbours(namespace, name, null, false)
        return
      }
      case 'bridge-stp': {
        const link = this.#link(namespace, step.name, step)
        if (!link.bridge || link.bridge.stp === step.stp) throw refusal('needless', step)
        link.bridge.stp = step.stp
        return
      }
      case 'address-add': {
        this.#link(namespace, step.dev, step)
        const on = namespace.addresses.filter(({ dev }) => dev === step.dev)
        if (on.some(({ address }) => address === step.address)) throw refusal('EEXIST', step)
        const off = step.family === 'ipv6' && namespace.sysctls['net.ipv6.conf.all.disable_ipv6'] === '1'
        if (off) throw refusal('EACCES', step)
        const network = networkOf(step.address)
        const second = step.family === 'ipv4' && on.some(({ address }) => networkOf(address) === network)
        const flags = second ? ['permanent', 'secondary'] : ['permanent']
        namespace.addresses.push({ dev: step.dev, family: step.family, address: step.address, scope: 'global', flags })
        return
      }
      case 'address-delete':
        return this.#deleteAddress(namespace, step)
      case 'route-add':
        return this.#addRoute(namespace, step.route, step)
      case 'route-delete': {
        const at = namespace.routes.findIndex((each) => isSame(each, step.route))
        if (at < 0) throw refusal('ESRCH', step)
        namespace.routes.splice(at, 1)
        return
      }
      case 'policy-rule-add': {
        const { protocol = 'unspec', ...rule } = step.rule
        const isIt = (each: object) => JSON.stringify(ruleEssence(each)) === JSON.stringify(ruleEssence(rule))
        if (namespace.rules.some(isIt)) throw refusal('EEXIST', step)
        namespace.rules.push({ ...rule, protocol: String(protocol), others: [] })
        return
      }
      case 'policy-rule-delete': {
        const wanted = JSON.stringify(ruleEssence(step.rule))
        const at = namespace.rules.findIndex((each) => JSON.stringify(ruleEssence(each)) === wanted)
        if (at < 0) throw refusal('ENOENT', step)
        namespace.rules.splice(at, 1)
        return
      }
      case 'neighbour-add': {
        const { mac, ...place } = step.neighbour
        this.#link(namespace, place.dev, step)
        if (place.dev === 'lo') throw refusal('nobody is behind lo', step)
        const off = place.family === 'ipv6' && namespace.sysctls['net.ipv6.conf.all.disable_ipv6'] === '1'
        if (off) throw refusal('EINVAL', step)
        if (isKnown(namespace, step.neighbour)) throw refusal('needless', step)
        if (mac === null) namespace.proxies = [...(namespace.proxies ?? []), place]
        else namespace.neighbours.push({ ...place, mac, state: 'PERMANENT', router: false })
        return
      }
      case 'neighbour-delete': {
        const { neighbour } = step
        if (!isKnown(namespace, neighbour)) throw refusal('ENOENT', step)
        const isOther = (each: object): boolean => !isSameNeighbour(each, neighbour)
        if (neighbour.mac === null) namespace.proxies = (namespace.proxies ?? []).filter(isOther)
        else namespace.neighbours = namespace.neighbours.filter(isOther)
        return
      }
      case 'impair-set': {
        const link = this.#link(namespace, step.dev, step)
        if (JSON.stringify(link.impair) !== JSON.stringify(step.before)) throw refusal('before is wrong', step)
        link.impair = step.impair
        return
      }
    }
  }

  /** br_mtu_auto_adjust: the smallest MTU of the ports, unless somebody gave the bridge one. */
  #adjust(namespace: Namespace, name: string | null): void {
    const bridge = namespace.links.find((each) => each.name === name)
    if (bridge?.kind !== 'bridge' || this.#givenMtu.has(bridge.index)) return
    const ports = namespace.links.filter(({ master }) => master === name).map(({ mtu }) => mtu)
    bridge.mtu = ports.length > 0 ? Math.min(...ports) : 1500
    this.#cutStacked(namespace, bridge)
  }

  /** Sub-interfaces come up with their parent, go down with it, and are no larger (vlan_device_event, net/8021q/vlan.c). */
  #switchOn(namespace: Namespace, link: Link): void {
    link.up = true
    for (const each of stackedOn(namespace, link)) if (!each.up) this.#switchOn(namespace, each)
  }

  #switchOff(namespace: Namespace, link: Link): void {
    if (!link.up) return
    for (const each of stackedOn(namespace, link)) this.#switchOff(namespace, each)
    link.up = false
    forgetNeighbours(namespace, link.name)
    namespace.routes = namespace.routes.filter(({ dev }) => dev !== link.name)
    namespace.addresses = namespace.addresses.filter(({ dev, family }) => dev !== link.name || family !== 'ipv6')
    this.#loseSources(namespace)
  }

  #cutStacked(namespace: Namespace, link: Link): void {
    for (const { link: each } of this.#sharing(namespace, link))
      if (each.kind === 'ipvlan' || each.mtu > link.mtu) each.mtu = link.mtu
    for (const each of stackedOn(namespace, link)) {
      if (each.mtu <= link.mtu) continue
      each.mtu = link.mtu
      this.#cutStacked(namespace, each)
    }
  }

  /** Macvlans and ipvlans on the link, in any namespace. */
  #sharing({ name }: Namespace, { index }: Link): readonly { readonly home: Namespace; readonly link: Link }[] {
    return [...this.#namespaces.values()].flatMap((home) =>
      home.links.flatMap((link) => {
        const parent = link.share?.parent
        return parent?.namespace === name && parent.index === index ? [{ home, link }] : []
      }),
    )
  }

  #at(step: { readonly op: string; readonly namespace: string }): Namespace {
    const namespace = this.#namespaces.get(step.namespace)
    if (!namespace) throw refusal('no such namespace', step)
    return namespace
  }

  #link(namespace: Namespace, name: string, step: Step): Link {
    const link = namespace.links.find((each) => each.name === name)
    if (!link) throw refusal('ENODEV', step)
    return link
  }

  #make(
    namespace: Namespace,
    kind: string,
    made: { name: string; mac: string | null; mtu: number | null },
    step: Step,
  ): Link {
    if (namespace.links.some(({ name }) => name === made.name)) throw refusal('EEXIST', step)
    const index = this.#nextIndex++
    const mac =
      made.mac ??
      `0a:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`
    const link: Link = {
      ...{ index, name: made.name, kind, mac, mtu: made.mtu ?? 1500, up: false, carrier: false, operstate: 'down' },
      ...{ master: null, peer: null, bridge: null, port: null, vxlan: null, impair: null },
    }
    namespace.links.push(link)
    return link
  }

  /** Removes a link, what hangs on it, and its peer. */
  #drop(namespace: Namespace, link: Link): void {
    if (!namespace.links.includes(link)) return
    namespace.links = namespace.links.filter((each) => each !== link)
    namespace.fdb = namespace.fdb.filter(({ dev }) => dev !== link.name)
    const held = namespace.links.find(({ name }) => name === link.bond)?.bonding
    if (held?.primary === link.name) held.primary = null
    for (const each of namespace.links) {
      if (each.master === link.name) [each.master, each.port] = [null, null]
      if (each.bond === link.name) {
        delete each.bond
        this.#switchOff(namespace, each)
      }
      if (each.vrf !== link.name) continue
      delete each.vrf
      if (!each.up) continue
      this.#switchOff(namespace, each)
      this.#switchOn(namespace, each)
    }
    for (const each of stackedOn(namespace, link)) this.#drop(namespace, each)
    for (const { home, link: each } of this.#sharing(namespace, link)) this.#drop(home, each)
    this.#adjust(namespace, link.master)
    namespace.addresses = namespace.addresses.filter(({ dev }) => dev !== link.name)
    namespace.routes = namespace.routes.filter(({ dev }) => dev !== link.name)
    forgetNeighbours(namespace, link.name)
    this.#loseSources(namespace)
    for (const key of Object.keys(namespace.sysctls)) {
      if (key.includes(`.conf.${link.name}.`)) delete namespace.sysctls[key]
    }
    const far = link.peer?.namespace ? this.#namespaces.get(link.peer.namespace) : undefined
    const peer = far?.links.find(({ index }) => index === link.peer?.index)
    if (far && peer) this.#drop(far, peer)
  }

  #deleteAddress(namespace: Namespace, step: Extract<Step, { op: 'address-delete' }>): void {
    const gone = namespace.addresses.find(({ dev, address }) => dev === step.dev && address === step.address)
    if (!gone) throw refusal('EADDRNOTAVAIL', step)
    const network = networkOf(gone.address)
    namespace.addresses = namespace.addresses.filter((each) => each !== gone)
    if (gone.family !== 'ipv4') return this.#loseSources(namespace)
    const isSecond = (each: Mutable<live.LiveAddress>) =>
      each.dev === step.dev && each.flags.includes('secondary') && networkOf(each.address) === network
    if (!gone.flags.includes('secondary')) {
      const next = namespace.addresses.find(isSecond)
      if (next && this.#options.promoteSecondaries) next.flags = ['permanent']
      else namespace.addresses = namespace.addresses.filter((each) => !isSecond(each))
    }
    this.#loseSources(namespace)
    if (namespace.addresses.some(({ dev, family }) => dev === step.dev && family === 'ipv4')) return
    namespace.routes = namespace.routes.filter(({ dev, family }) => dev !== step.dev || family !== 'ipv4')
    forgetNeighbours(namespace, step.dev, 'ipv4')
  }

  /** IPv4 drops routes of table main whose source is gone, IPv6 keeps them without (fib_sync_down_addr, fib6_remove_prefsrc). */
  #loseSources(namespace: Namespace): void {
    const isGone = ({ src }: Mutable<live.LiveRoute>): boolean =>
      src !== null && !namespace.addresses.some(({ address }) => address.startsWith(`${src}/`))
    namespace.routes = namespace.routes.filter((each) => each.family === 'ipv6' || each.table !== 254 || !isGone(each))
    for (const each of namespace.routes) if (each.family === 'ipv6' && isGone(each)) each.src = null
  }

  #addRoute(namespace: Namespace, route: StepRoute, step: Step): void {
    const { family, to, via, type } = route
    const metric = route.metric ?? (family === 'ipv6' ? 1024 : 0)
    const { table = 254, source = null, mtu = null } = route
    if (namespace.routes.some((each) => each.to === to && each.metric === metric && each.table === table))
      throw refusal('EEXIST', step)
    if (source !== null && !isSource(namespace, source)) throw refusal('Invalid prefsrc address', step)
    let dev: string | null = family === 'ipv6' && type !== 'unicast' ? 'lo' : null
    if (type === 'unicast') {
      dev = route.dev ?? (via === null ? null : reach(namespace, via, family, table))
      if (dev === null) throw refusal('ENETUNREACH', step)
      if (!this.#link(namespace, dev, step).up) throw refusal('ENETDOWN', step)
      if (
        via !== null &&
        !route.onlink &&
        !isLinkLocal(via) &&
        reach(namespace, via, family, table) === null &&
        route.dev === null
      ) {
        throw refusal('Nexthop has invalid gateway', step)
      }
    }
    const flags = route.onlink ? ['onlink'] : []
    namespace.routes.push({
      ...{ family, to, via, dev, src: source, metric, type, protocol: 'boot', scope: 'global', table, mtu },
      ...{ weight: null, flags },
    })
  }

  #policy(step: PolicyStep): void {
    const rules = this.#at(step).ruleset.iptables
    const { family, chain } = { family: step.family, chain: step.chain.toUpperCase() }
    const known = rules.find((each) => each.family === family && each.chain === chain && each.rule === null)
    if ((known?.policy ?? 'ACCEPT') !== step.before.toUpperCase()) throw refusal('another policy', step)
    const policy = step.policy.toUpperCase()
    if (known) known.policy = policy
    else rules.push({ family, table: 'filter', chain, rule: null, policy, packets: 0, bytes: 0, engine: 'nft' })
  }

  #rule(step: RuleStep, { family, table, chain, saved }: RuleSpelling): void {
    const rules = this.#at(step).ruleset.iptables
    if (step.op === 'nat-add' || step.op === 'firewall-add') {
      rules.push({ family, table, chain, rule: saved, policy: null, packets: 0, bytes: 0, engine: 'nft' })
      return
    }
    const isIt = (each: live.IptablesRule) =>
      each.family === family && each.table === table && each.chain === chain && liveRuleValue(each.rule ?? '') === saved
    const at = rules.findIndex(isIt)
    if (at < 0) throw refusal('no such rule', step)
    rules.splice(at, 1)
  }
}

const isSameNeighbour = (a: object, { dev, address }: { dev: string; address: string }): boolean =>
  'dev' in a && 'address' in a && a.dev === dev && a.address === address

const isKnown = ({ neighbours, proxies = [] }: Namespace, wanted: LabNeighbour): boolean =>
  (wanted.mac === null ? proxies : neighbours).some((each) => isSameNeighbour(each, wanted))

/** neigh_ifdown takes all, neigh_changeaddr all but proxies (net/core/neighbour.c). */
function forgetNeighbours(namespace: Namespace, name: string, of: string | null = null, proxies = true): void {
  const stays = ({ dev, family }: { dev: string; family: string }): boolean =>
    dev !== name || (of !== null && family !== of)
  namespace.neighbours = namespace.neighbours.filter(stays)
  if (proxies) namespace.proxies = (namespace.proxies ?? []).filter(stays)
}

const usual = (): Mutable<PortVlan>[] => usualVlans.map((each) => ({ ...each }))

const stackedOn = ({ links }: Namespace, { name }: Link): Link[] => links.filter(({ vlan }) => vlan?.link === name)

const bridgeFields = { priority: 'priority', 'forward-delay': 'forwardDelay', ageing: 'ageing' } as const

const heldBy = ({ priority, forwardDelay, ageing, vlanFiltering }: live.LiveBridge): object => ({
  'vlan-filtering': Number(vlanFiltering),
  ...(priority === undefined ? {} : { priority }),
  ...(forwardDelay === undefined ? {} : { 'forward-delay': forwardDelay }),
  ...(ageing === undefined ? {} : { ageing }),
})

/** What every one has anyway is not told. */
function setOrForget<K extends string, V>(holder: { [Key in K]?: V }, key: K, value: V, usually: V): void {
  if (value === usually) delete holder[key]
  else holder[key] = value
}

function fresh(name: string, inode: number): Namespace {
  return structuredClone({ ...emptyLiveNamespace(name, inode), sysctls: watched }) as unknown as Namespace
}

function refusal(why: string, step: object): Refusal {
  return new Refusal(`${why}: ${JSON.stringify(step)}`)
}
