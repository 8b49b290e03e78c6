/** What somebody made, changed or removed in a terminal, as changes of the lab: the file then says what the kernel has. */
import { canonicalPrefix } from '../lab/address.js'
import { deviceEntry, homeOf, masterEntries, shareTables, sharesIn, type ShareEntry } from '../lab/device-tables.js'
import { dnsmasqEntries, isResponder } from '../lab/dnsmasq.js'
import { endsOf } from '../lab/ends.js'
import { formatEndpoint, parseEndpoint } from '../lab/endpoint.js'
import type { Endpoint } from '../lab/lab.js'
import { hostNamespace } from '../lab/lab.js'
import { normaliseNeighbours } from '../lab/normalise-neighbours.js'
import { normalisePolicy } from '../lab/normalise-policy.js'
import { normaliseFirewall, normaliseNat, normalisePolicies } from '../lab/normalise-filter.js'
import { normaliseRoutes } from '../lab/normalise-rules.js'
import type { LabFile } from '../lab/schema.js'
import { canonicalSocket, sameSocket, type ServiceSocket } from '../lab/service.js'
import { forwardingKeys } from '../lab/sysctl.js'
import type { LiveState } from '../live/state.js'
import { own } from '../own.js'
import { labFromLive } from '../plan/read-back.js'
import type { Step } from '../plan/step.js'
import type { Difference } from './difference.js'
import { hasInterface } from './follow.js'
import { bridgeKeys, type LabChange, type LinkEntry, type NamespaceEntry, type TunnelEntry } from './lab-change.js'

/** For `changeSource`, which is to tolerate any meaning: the kernel is what it is. */
export function keepChanges(file: LabFile, difference: Difference, live: LiveState): readonly LabChange[] {
  const read = labFromLive(live, file.name).lab
  const [first] = difference.steps
  // What is made or removed as a whole is one thing; the steps after the first only put back what was on it.
  const whole =
    first !== undefined &&
    /^(namespace|veth|bridge|vxlan|tunnel|wireguard|dummy|vlan|share|bond|vrf)-(add|delete)$|^link-delete$/.test(
      first.step.op,
    )
  const steps = whole ? [first] : difference.steps
  return new Keeping(file, read).all(steps.map(({ step }) => step))
}

class Keeping {
  readonly #found: LabChange[] = []
  /** Entries of lists that were found to go, by list and place. */
  readonly #gone = new Set<string>()

  constructor(
    private readonly file: LabFile,
    private readonly read: LabFile,
  ) {}

  all(steps: readonly Step[]): readonly LabChange[] {
    for (const step of steps) this.#step(step)
    return this.#found
  }

  #step(step: Step): void {
    const { namespace } = step
    switch (step.op) {
      case 'namespace-delete':
        return this.#adoptNamespace(namespace)
      case 'namespace-add':
        return void this.#found.push({ op: 'namespace-delete', namespace })
      case 'link-delete':
        return this.#adoptInterface({ namespace, interface: step.name })
      case 'veth-add':
      case 'bridge-add':
      case 'vxlan-add':
      case 'tunnel-add':
      case 'wireguard-add':
      case 'dummy-add':
      case 'vlan-add':
      case 'share-add':
      case 'bond-add':
      case 'vrf-add':
        return void this.#found.push({ op: 'link-delete', namespace, name: step.name })
      case 'vxlan-fdb-add':
      case 'vxlan-fdb-delete':
      case 'wireguard-key':
      case 'wireguard-listen':
      case 'wireguard-peer-set':
      case 'wireguard-peer-delete':
        return this.#tunnel({ namespace, interface: step.name })
      case 'link-up':
        return void this.#found.push({ op: 'link-up', namespace, name: step.name, up: false })
      case 'link-down':
        return void this.#found.push({ op: 'link-up', namespace, name: step.name, up: null })
      case 'link-mtu':
        return void this.#found.push({ op: 'link-mtu', namespace, name: step.name, mtu: step.before })
      case 'link-mac':
        return void this.#found.push({ op: 'link-mac', namespace, name: step.name, mac: step.before })
      case 'link-master':
        return this.#master({ namespace, interface: step.name }, step.before)
      case 'link-set': {
        const { setting } = step
        const value = deviceEntry(this.read, { namespace, interface: step.name })?.[setting] ?? null
        return void this.#found.push({ op: 'link-set', namespace, name: step.name, keys: { [setting]: value } })
      }
      case 'bridge-stp':
        return void this.#found.push({ op: 'bridge-stp', namespace, name: step.name, stp: !step.stp })
      case 'bond-primary':
        return this.#bond(namespace, step.name)
      case 'bridge-set':
        return this.#bridge(namespace, step.name)
      case 'port-set':
      case 'port-vlan-add':
      case 'port-vlan-delete':
        return this.#bridge(namespace, this.#bridgeOf(namespace, step.name) ?? step.name)
      case 'address-delete':
        return void this.#found.push({ op: 'address-add', namespace, dev: step.dev, address: step.address })
      case 'address-add':
        return void this.#found.push({ op: 'address-delete', namespace, dev: step.dev, address: step.address })
      case 'sysctl-set':
        return this.#sysctl(namespace, step.key, step.before)
      case 'service-stop':
        return void this.#found.push({ op: 'service-add', namespace, entry: { ...step.service } })
      case 'service-start':
        return this.#service(namespace, step.service)
      case 'dnsmasq-start':
        return this.#withoutDnsmasq(namespace)
      case 'dhcp-start':
      case 'dhcp-stop': {
        const dhcp4 = deviceEntry(this.read, { namespace, interface: step.dev })?.dhcp4 ?? null
        return void this.#found.push({ op: 'link-set', namespace, name: step.dev, keys: { dhcp4 } })
      }
      case 'dnsmasq-stop':
        for (const entry of dnsmasqEntries(step.serves)) this.#found.push({ op: 'service-add', namespace, entry })
        return
      case 'impair-set':
        return this.#impair({ namespace, interface: step.dev })
      case 'route-add':
      case 'route-delete':
      case 'policy-rule-add':
      case 'policy-rule-delete':
      case 'neighbour-add':
      case 'neighbour-delete':
      case 'nat-add':
      case 'nat-delete':
      case 'firewall-add':
      case 'firewall-delete':
        return this.#list(namespace, step.op)
      case 'netns-file': {
        const key = step.file === 'hosts' ? 'hosts' : 'resolver'
        const value = own(this.read.namespaces, namespace)?.[key] ?? null
        return void this.#found.push({ op: 'names-set', namespace, keys: { [key]: value } })
      }
      case 'ruleset-load':
        return void this.#found.push({
          ...{ op: 'ruleset-set', namespace, kind: step.kind },
          text: own(this.read.namespaces, namespace)?.[step.kind] ?? null,
        })
      case 'policy-set':
        return this.#list(namespace, step.policy === 'accept' ? 'firewall-delete' : 'firewall-add')
    }
  }

  #bridgeOf(namespace: string, port: string): string | undefined {
    const there = own(this.read.namespaces, namespace)
    return Object.entries(there?.bridges ?? {}).find(([, each]) => each?.ports?.includes(port))?.[0]
  }

  /** Its settings hang together: all of them as the kernel has them. */
  #bridge(namespace: string, name: string): void {
    const key = `bridge ${namespace} ${name}`
    const live = own(own(this.read.namespaces, namespace)?.bridges, name)
    if (this.#gone.has(key) || !own(own(this.file.namespaces, namespace)?.bridges, name)) return
    this.#gone.add(key)
    const mine = own(own(this.file.namespaces, namespace)?.bridges, name)
    const keys = bridgeKeys.flatMap((each) =>
      live?.[each] === undefined && mine?.[each] === undefined ? [] : [[each, live?.[each] ?? null] as const],
    )
    this.#found.push({ op: 'bridge-set', namespace, name, keys: Object.fromEntries(keys) })
  }

  #bond(namespace: string, name: string): void {
    const { mode, primary, miimon } = own(own(this.read.namespaces, namespace)?.bonds, name) ?? {}
    this.#found.push({ op: 'bond-set', namespace, name, keys: { mode, primary, miimon } })
  }

  #sysctl(namespace: string, key: string, value: string | null): void {
    if (value === null) return
    if (forwardingKeys.some((known) => known === key))
      this.#found.push({ op: 'forwarding-set', namespace, forwarding: value === '1' })
    else this.#found.push({ op: 'sysctl-set', namespace, key, value })
  }

  #service(namespace: string, service: ServiceSocket): void {
    const services = own(this.file.namespaces, namespace)?.services ?? []
    const at = services.findIndex((each) => isResponder(each) && sameSocket(canonicalSocket(each), service))
    if (at >= 0) this.#found.push({ op: 'service-delete', namespace, at })
  }

  /** The last first, so that places stay true. */
  #withoutDnsmasq(namespace: string): void {
    const services = own(this.file.namespaces, namespace)?.services ?? []
    for (const [at, entry] of [...services.entries()].toReversed())
      if (!isResponder(entry)) this.#found.push({ op: 'service-delete', namespace, at })
  }

  #impair(end: Endpoint): void {
    const live = (this.read.links ?? []).find((link) => endsOf(link).includes(formatEndpoint(end)))
    const impair = live && !Array.isArray(live) ? (live as Exclude<LinkEntry, readonly unknown[]>).impair : undefined
    this.#found.push({ op: 'impair-set', end, impair: impair ?? null })
  }

  /**
   * Lists whose entries have no name: what only the lab has goes, or what only the kernel has comes, in the kernel's order;
   * not both, so that keeping one object does not keep another of the same list.
   */
  #list(
    namespace: string,
    op:
      | ('policy-rule-add' | 'policy-rule-delete' | 'neighbour-add' | 'neighbour-delete')
      | ('route-add' | 'route-delete' | 'nat-add' | 'nat-delete' | 'firewall-add' | 'firewall-delete'),
  ): void {
    const [mine, there] = [own(this.file.namespaces, namespace) ?? {}, own(this.read.namespaces, namespace) ?? {}]
    const list = /([a-z]+)-[a-z]+$/.exec(op)?.[1] as 'route' | 'rule' | 'neighbour' | 'nat' | 'firewall'
    const [wanted, found] = [valuesOf[list](mine), valuesOf[list](there)]
    const isLive = op.endsWith('-delete')
    const entries = isLive ? found : wanted
    const others = new Set((isLive ? wanted : found).map(({ value }) => value))
    const differing = [...entries.entries()].filter(([, { value }]) => !others.has(value))
    // The last first, so that places stay true.
    for (const [at, { entry }] of isLive ? differing : differing.toReversed()) {
      const key = `${op} ${namespace} ${at}`
      if (this.#gone.has(key)) continue
      this.#gone.add(key)
      if (isLive) this.#found.push({ op: `${list}-add`, namespace, entry } as LabChange)
      else this.#found.push({ op: `${list}-delete`, namespace, at } as LabChange)
    }
  }

  #adoptNamespace(name: string): void {
    const { macvlans, ipvlans, ...entry } = own(this.read.namespaces, name) ?? {}
    const isHere = ([, said]: readonly [string, object]): boolean => homeOf(name, said) === name
    const stay = {
      macvlans: Object.entries(macvlans ?? {}).filter(isHere),
      ipvlans: Object.entries(ipvlans ?? {}).filter(isHere),
    }
    this.#found.push({
      ...{ op: 'namespace-add', namespace: name },
      entry: {
        ...entry,
        ...(stay.macvlans.length > 0 ? { macvlans: Object.fromEntries(stay.macvlans) } : {}),
        ...(stay.ipvlans.length > 0 ? { ipvlans: Object.fromEntries(stay.ipvlans) } : {}),
      },
    })
    const links = (this.read.links ?? []).filter((link) =>
      endsOf(link).some((end) => parseEndpoint(end).namespace === name),
    )
    for (const link of links) this.#adoptCable(link, name)
    for (const tunnel of this.read.tunnels ?? [])
      if (tunnel.namespace === name) this.#found.push({ op: 'tunnel-add', tunnel: { ...tunnel } })
    for (const [home, shares] of sharesIn(this.read))
      for (const share of shares)
        if (home !== share.from && (home === name || share.from === name)) this.#adoptShare(share, name)
  }

  /** What it is on must be in the lab, and the namespace where it is; or come now. */
  #adoptShare({ table, name, from, said }: ShareEntry, adopted: string | null): void {
    const isThere = (namespace: string): boolean =>
      [adopted, hostNamespace].includes(namespace) || Object.hasOwn(this.file.namespaces ?? {}, namespace)
    const { link, mode, ...entry } = said
    const isParent = from === adopted || hasInterface(this.file, { namespace: from, interface: link })
    if (!isParent || !isThere(from) || !isThere(homeOf(from, said))) return
    this.#found.push({
      ...{ op: 'share-add', namespace: from, name, share: shareTables[table], link },
      entry: { ...entry, ...(mode === undefined ? {} : { mode }) },
    })
  }

  /** A cable whose both ends have a namespace; the rest comes with the namespace that is missing. */
  #adoptCable(link: LinkEntry, adopted: string | null): void {
    const texts = endsOf(link)
    const isKnown = (this.file.links ?? []).some((each) => endsOf(each).some((end) => texts.includes(end)))
    const [a, b] = texts.map(parseEndpoint) as [Endpoint, Endpoint]
    const hasHome = ({ namespace }: Endpoint): boolean =>
      namespace === adopted || namespace === hostNamespace || Object.hasOwn(this.file.namespaces ?? {}, namespace)
    if (!hasHome(a) || !hasHome(b)) return
    const { mtu, impair } = Array.isArray(link) ? {} : (link as Exclude<LinkEntry, readonly unknown[]>)
    if (!isKnown)
      this.#found.push({
        op: 'veth-add',
        ends: [a, b],
        ...(mtu === undefined ? {} : { mtu }),
        ...(impair === undefined ? {} : { impair }),
      })
    for (const end of [a, b]) if (end.namespace !== adopted) this.#copy(end)
  }

  /** As the kernel has it, whichever of its entries differ. */
  #tunnel({ namespace, interface: name }: Endpoint): void {
    const is = (each: TunnelEntry): boolean => each.namespace === namespace && each.name === name
    const live = this.read.tunnels?.find(is)
    const mine = this.file.tunnels?.find(is)
    if (!live || !mine || live.type !== mine.type || this.#gone.has(`tunnel ${namespace}:${name}`)) return
    this.#gone.add(`tunnel ${namespace}:${name}`)
    if (mine.type === 'wireguard' && live.type === 'wireguard') {
      const { addresses } = mine
      const { namespace: _, name: __, ...tunnel } = live
      this.#found.push({
        op: 'tunnel-set',
        namespace,
        name,
        tunnel: { ...tunnel, ...(addresses ? { addresses } : {}) },
      })
    }
    if (mine.type !== 'vxlan' || live.type !== 'vxlan') return
    const { fdb: _, namespace: __, name: ___, ...rest } = mine
    this.#found.push({
      op: 'tunnel-set',
      namespace,
      name,
      tunnel: live.fdb === undefined ? rest : { ...rest, fdb: live.fdb },
    })
  }

  #adoptInterface(end: Endpoint): void {
    const { namespace, interface: name } = end
    const link = (this.read.links ?? []).find((each) => endsOf(each).includes(formatEndpoint(end)))
    if (link) return this.#adoptCable(link, null)
    const tunnel = (this.read.tunnels ?? []).find((each) => each.namespace === namespace && each.name === name)
    if (tunnel) this.#found.push({ op: 'tunnel-add', tunnel: { ...tunnel } })
    const there = own(this.read.namespaces, namespace)
    const bridge = own(there?.bridges, name)
    const [vlan, dummy, vrf] = [own(there?.vlans, name), own(there?.dummies, name), own(there?.vrfs, name)]
    const plain = own(there?.interfaces, name) ?? dummy
    const bond = own(there?.bonds, name)
    const share = sharesIn(this.read)
      .get(namespace)
      ?.find((each) => each.name === name)
    const isMine = hasInterface(this.file, end)
    /** Of members, those that the lab has. */
    const known = (members: readonly string[] = []): { members?: string[] } => {
      const mine = members.filter((member) => hasInterface(this.file, { namespace, interface: member }))
      return mine.length > 0 ? { members: mine } : {}
    }
    if (bridge && !isMine) {
      const { ports, ...entry } = bridge
      const known = (ports ?? []).filter((port) => hasInterface(this.file, { namespace, interface: port }))
      this.#found.push({
        op: 'bridge-add',
        namespace,
        name,
        entry: { ...entry, ...(known.length > 0 ? { ports: known } : {}) },
      })
    } else if (vlan && !isMine) {
      this.#found.push({ op: 'vlan-add', namespace, name, entry: { ...vlan } })
      this.#plug(end, there)
    } else if (share && !isMine) {
      this.#adoptShare(share, null)
      this.#plug(end, there)
    } else if (bond && !isMine) {
      const { members: _, ...entry } = bond
      this.#found.push({ op: 'bond-add', namespace, name, entry: { ...entry, ...known(bond.members) } })
      this.#plug(end, there)
    } else if (vrf && !isMine) {
      const { members: _, ...entry } = vrf
      this.#found.push({ op: 'vrf-add', namespace, name, entry: { ...entry, ...known(vrf.members) } })
    } else if (plain && !isMine && !tunnel) {
      this.#found.push({ op: 'dummy-add', namespace, name, entry: { ...plain }, ...(dummy ? { exact: true } : {}) })
      this.#plug(end, there)
    } else this.#copy(end)
  }

  /** What the kernel has on an interface that the lab has by now, and the master that it is plugged into. */
  #copy(end: Endpoint): void {
    const { namespace, interface: name } = end
    const there = own(this.read.namespaces, namespace)
    const wanted = deviceEntry(this.read, end) ?? {}
    const had = deviceEntry(this.file, end)
    const stays = new Set((wanted.addresses ?? []).map(canonical))
    for (const address of had?.addresses ?? [])
      if (!stays.has(canonical(address))) this.#found.push({ op: 'address-delete', namespace, dev: name, address })
    for (const address of wanted.addresses ?? []) this.#found.push({ op: 'address-add', namespace, dev: name, address })
    if (wanted.mtu !== had?.mtu) this.#found.push({ op: 'link-mtu', namespace, name, mtu: wanted.mtu ?? null })
    if (wanted.up !== had?.up) this.#found.push({ op: 'link-up', namespace, name, up: wanted.up ?? null })
    this.#plug(end, there)
  }

  #plug(end: Endpoint, there: NamespaceEntry | null | undefined): void {
    const master = masterEntries(there).find(([, , given]) => given.includes(end.interface))?.[1]
    if (master !== undefined) this.#master(end, master)
  }

  /** Into a bridge or a VRF that the lab has; of another one, its ports come with it. */
  #master({ namespace, interface: name }: Endpoint, master: string | null): void {
    const known = masterEntries(own(this.file.namespaces, namespace))
    if (master !== null && !known.some(([, each]) => each === master)) return
    this.#found.push({ op: 'link-master', namespace, name, master })
  }
}

const canonical = (address: string): string => canonicalPrefix(address) ?? address

type Valued<Entry> = readonly { readonly entry: Entry; readonly value: string }[]

/** What an entry asks of the kernel, by which two are the same. */
const valuesOf = {
  route: ({ routes }: NamespaceEntry): Valued<unknown> =>
    (routes ?? []).map((entry) => {
      const [route] = normaliseRoutes({ routes: [entry] })
      const { to, via, metric, type, table, source, mtu, nexthops } = route ?? {}
      return {
        entry,
        value: `${to} ${via} ${metric ?? ''} ${type} ${table} ${source} ${mtu} ${JSON.stringify(nexthops)}`,
      }
    }),
  // What a rule without a priority gets depends on those before it.
  rule: ({ rules = [] }: NamespaceEntry): Valued<unknown> =>
    rules.map((entry, at) => ({
      entry,
      value: JSON.stringify(normalisePolicy({ rules: rules.slice(0, at + 1) }, false).at(-1)),
    })),
  neighbour: ({ neighbours = [] }: NamespaceEntry): Valued<unknown> =>
    neighbours.map((entry) => ({ entry, value: JSON.stringify(normaliseNeighbours({ neighbours: [entry] })) })),
  nat: ({ nat }: NamespaceEntry): Valued<unknown> =>
    (nat ?? []).map((entry) => ({ entry, value: JSON.stringify(normaliseNat({ nat: [entry] }, false)) })),
  firewall: ({ firewall }: NamespaceEntry): Valued<unknown> =>
    (firewall ?? []).map((entry) => ({
      entry,
      value: JSON.stringify([
        normaliseFirewall({ firewall: [entry] }, false),
        normalisePolicies({ firewall: [entry] }, false),
      ]),
    })),
} as const
