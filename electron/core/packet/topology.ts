/** The part of the live state that stitching asks about, indexed. */
import ipaddr from 'ipaddr.js'
import { defaultGenevePort, defaultVxlanPort, defaultWireguardPort } from '../lab/tunnel.js'
import type { LiveAddress, LiveFdbEntry, LiveLink, LiveRoute, LiveRuleset } from '../live/state.js'
import { canonicalAddress } from './address.js'

export type TopologyLink = Pick<LiveLink, 'index' | 'name' | 'kind' | 'mac' | 'master' | 'bond' | 'peer'> & {
  readonly vxlan: { readonly remote: string | null; readonly port: number } | null
  readonly tunnel?: { readonly remote: string | null; readonly port: number | null }
  readonly wireguard?: { readonly listen: number; readonly peers: readonly { readonly endpoint: string | null }[] }
  /** What a macvlan or an ipvlan shares the cable of. */
  readonly share?: LiveLink['share']
  /** The interface that a sub-interface is on. */
  readonly vlan?: { readonly link: string | null }
}

/** A `LiveNamespace` will do. */
export interface TopologyNamespace {
  readonly name: string
  readonly links: readonly TopologyLink[]
  readonly addresses: readonly Pick<LiveAddress, 'address'>[]
  readonly routes: readonly Pick<LiveRoute, 'to' | 'via' | 'type'>[]
  readonly fdb?: readonly Pick<LiveFdbEntry, 'dev' | 'dst'>[]
  readonly ruleset?: Pick<LiveRuleset, 'iptables' | 'nft'>
}

export interface Sharing {
  readonly namespace: string
  readonly link: TopologyLink
}

export interface Topology {
  readonly link: (namespace: string, ifindex: number) => TopologyLink | null
  readonly has: (namespace: string) => boolean
  /** Macvlans and ipvlans on the interface, in any namespace. */
  readonly shares: (namespace: string, ifindex: number) => readonly Sharing[]
  /** Whether the address (canonical) is one of the namespace's own; all of 127/8 and ::1 are everybody's. */
  readonly owns: (namespace: string, address: string) => boolean
  /** Whose link-layer address may be needed to send to `address`: gateways of the longest match, or the address itself. */
  readonly nextHops: (namespace: string, address: string) => readonly string[]
  /** Addresses that rules of the namespace put in a destination's place. */
  readonly rewrites: (namespace: string) => readonly string[]
  readonly macs: (namespace: string) => ReadonlySet<string>
  readonly vxlanPorts: readonly number[]
  readonly genevePorts: readonly number[]
  readonly wireguardPorts: readonly number[]
  readonly hasWireguard: boolean
  /** Remote ends that a tunnel of the namespace may send to. */
  readonly remotes: (namespace: string, link: TopologyLink) => readonly string[]
}

export function buildTopology(namespaces: readonly TopologyNamespace[]): Topology {
  const links = new Map<string, TopologyLink>()
  const shares = new Map<string, readonly Sharing[]>()
  const own = new Map<string, Set<string>>()
  const macs = new Map<string, Set<string>>()
  const routes = new Map<string, TopologyNamespace['routes']>()
  const ports = new Set<number>([defaultVxlanPort])
  const genevePorts = new Set<number>([defaultGenevePort])
  const wireguardPorts = new Set<number>([defaultWireguardPort])
  let hasWireguard = false
  const fdb = new Map<string, NonNullable<TopologyNamespace['fdb']>>()
  const rewrites = new Map<string, readonly string[]>()
  for (const namespace of namespaces) {
    for (const link of namespace.links) {
      links.set(`${namespace.name}/${link.index}`, link)
      if (link.share) {
        const on = `${link.share.parent.namespace}/${link.share.parent.index}`
        shares.set(on, [...(shares.get(on) ?? []), { namespace: namespace.name, link }])
      }
      if (link.vxlan) ports.add(link.vxlan.port)
      if (link.wireguard?.listen) wireguardPorts.add(link.wireguard.listen)
      hasWireguard ||= link.kind === 'wireguard'
      if (link.kind === 'geneve' && link.tunnel?.port) genevePorts.add(link.tunnel.port)
    }
    own.set(namespace.name, new Set(namespace.addresses.flatMap(({ address }) => canonicalAddress(address) ?? [])))
    macs.set(namespace.name, new Set(namespace.links.flatMap((link) => link.mac ?? [])))
    routes.set(namespace.name, namespace.routes)
    fdb.set(namespace.name, namespace.fdb ?? [])
    rewrites.set(namespace.name, namespace.ruleset ? rewritesOf(namespace.ruleset) : [])
  }
  const none: ReadonlySet<string> = new Set()
  return {
    link: (namespace, ifindex) => links.get(`${namespace}/${ifindex}`) ?? null,
    has: (namespace) => own.has(namespace),
    shares: (namespace, ifindex) => shares.get(`${namespace}/${ifindex}`) ?? [],
    owns: (namespace, address) =>
      address.startsWith('127.') || address === '::1' || (own.get(namespace)?.has(address) ?? false),
    nextHops: (namespace, address) => nextHops(routes.get(namespace) ?? [], address),
    rewrites: (namespace) => rewrites.get(namespace) ?? [],
    macs: (namespace) => macs.get(namespace) ?? none,
    vxlanPorts: [...ports],
    genevePorts: [...genevePorts],
    wireguardPorts: [...wireguardPorts],
    hasWireguard,
    remotes: (namespace, { name, vxlan, tunnel, wireguard }) => {
      if (wireguard) return wireguard.peers.flatMap(({ endpoint }) => hostOf(endpoint) ?? [])
      const said = vxlan?.remote ?? tunnel?.remote
      const learned = vxlan
        ? (fdb.get(namespace) ?? []).flatMap(({ dev, dst }) => (dev === name ? (dst ?? []) : []))
        : []
      return [...new Set([...(said ? [said] : []), ...learned])]
    },
  }
}

/** Of `-j DNAT --to-destination 10.0.0.2:80`, and of the same as nft says it (libnftables-json(5), `dnat`), maps and all. */
function rewritesOf({ iptables, nft }: Pick<LiveRuleset, 'iptables' | 'nft'>): readonly string[] {
  const saved = iptables.map(({ rule }) => /--to-destination \[?([\da-fA-F.:]*[\da-fA-F])/.exec(rule ?? '')?.[1])
  const entries = nft as readonly NftEntry[]
  const to = entries.flatMap(({ rule }) => rule?.expr?.flatMap(({ dnat }) => dnat?.addr ?? []) ?? [])
  // A map that has a name is listed by itself.
  const isNamed = to.some((addr) => textsIn(addr).some((text) => text.startsWith('@')))
  const maps = isNamed ? entries.flatMap(({ map }) => map?.elem ?? []) : []
  return [...saved, ...textsIn([to, maps])].flatMap((text) => {
    if (typeof text !== 'string') return []
    return canonicalAddress(text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')) ?? []
  })
}

/** Every text within, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** As much of one as matters here; an address may be an expression of its own. */
interface NftEntry {
  readonly rule?: { readonly expr?: readonly { readonly dnat?: { readonly addr?: unknown } | null }[] }
  readonly map?: { readonly elem?: unknown }
}

/** Of `10.0.0.1:51820` or `[fd00::1]:51820`. */
const hostOf = (endpoint: string | null): string | null =>
  endpoint?.replace(/:\d+$/, '').replace(/^\[|\]$/g, '') ?? null

/**
 * All routes of the longest match count, whatever their metric or table: the question is which neighbour a packet may
 * have waited for, and the answer is confirmed by the neighbour messages seen.
 */
function nextHops(routes: TopologyNamespace['routes'], address: string): readonly string[] {
  const parsed = ipaddr.parse(address)
  let longest = -1
  let hops: string[] = []
  for (const route of routes) {
    if (!ipaddr.isValidCIDR(route.to)) continue
    const [network, length] = ipaddr.parseCIDR(route.to)
    if (network.kind() !== parsed.kind() || length < longest || !parsed.match(network, length)) continue
    if (length > longest) hops = []
    longest = length
    if (route.type === 'unicast') hops.push((route.via && canonicalAddress(route.via)) ?? address)
  }
  return hops
}
