/** Questions that rules ask of the live state. */
import { containsAddress, familyOf, networkOf, parsePrefix } from '../lab/address.js'
import { canonicalAddress } from '../packet/address.js'
import type { LiveAddress, LiveLink, LiveNamespace, LiveRoute, LiveState } from '../live/state.js'

export interface Owner {
  readonly namespace: string
  readonly dev: string
  /** `address/prefix-length`. */
  readonly address: string
}

export const bare = (address: string): string => address.replace(/\/.*$/, '')
export const prefixLength = (address: string): number => parsePrefix(address)?.length ?? 0
export const isIpv6 = (address: string): boolean => address.includes(':')
const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'
const isLinkLocal = (address: string): boolean => /^fe[89ab]/i.test(address)

/** The main table (RT_TABLE_MAIN); policy routing is left to `ip route get`. */
const mainTable = 254

export class Network {
  readonly #namespaces: ReadonlyMap<string, LiveNamespace>

  constructor(readonly live: LiveState) {
    this.#namespaces = new Map(live.namespaces.map((namespace) => [namespace.name, namespace]))
  }

  get names(): readonly string[] {
    return [...this.#namespaces.keys()]
  }

  namespace(name: string): LiveNamespace | undefined {
    return this.#namespaces.get(name)
  }

  link(namespace: string, name: string | null): LiveLink | undefined {
    return this.#namespaces.get(namespace)?.links.find((link) => link.name === name)
  }

  /** The other end of a cable. */
  peer(link: LiveLink): { readonly namespace: string; readonly link: LiveLink } | undefined {
    if (!link.peer?.namespace) return undefined
    const { namespace: far, index } = link.peer
    const found = this.#namespaces.get(far)?.links.find((each) => each.index === index)
    return found && { namespace: far, link: found }
  }

  /** What a macvlan or an ipvlan shares the cable of. */
  parent({ share }: LiveLink): { readonly namespace: string; readonly link: LiveLink } | undefined {
    const namespace = share?.parent.namespace
    const link = this.#namespaces.get(namespace ?? '')?.links.find(({ index }) => index === share?.parent.index)
    return namespace && link ? { namespace, link } : undefined
  }

  /** Macvlans and ipvlans that share its cable, in any namespace. */
  sharing(namespace: string, { index }: LiveLink): { readonly namespace: string; readonly link: LiveLink }[] {
    return this.live.namespaces.flatMap(({ name, links }) =>
      links.flatMap((link) => {
        const parent = link.share?.parent
        return parent?.namespace === namespace && parent.index === index ? [{ namespace: name, link }] : []
      }),
    )
  }

  /** Whether frames of `upper` go by `lower`: it is a VLAN sub-interface of it, or of one that is. */
  standsOn(namespace: string, upper: string, lower: string): boolean {
    const links = this.#namespaces.get(namespace)?.links.length ?? 0
    let at = upper
    for (let step = 0; step < links; step++) {
      const below = this.link(namespace, at)?.vlan?.link
      if (!below) return false
      if (below === lower) return true
      at = below
    }
    return false
  }

  /** Addresses that others could reach: neither loopback's own nor link-local ones. */
  addresses(namespace: string, dev?: string): readonly LiveAddress[] {
    return (this.#namespaces.get(namespace)?.addresses ?? []).filter(
      (each) =>
        (dev === undefined || each.dev === dev) && !isLoopback(bare(each.address)) && !isLinkLocal(bare(each.address)),
    )
  }

  /** Everybody who has this address. */
  owners(address: string): Owner[] {
    const wanted = canonicalAddress(address)
    return [...this.#namespaces.values()].flatMap(({ name, addresses }) =>
      addresses.flatMap((each) =>
        canonicalAddress(each.address) === wanted ? [{ namespace: name, dev: each.dev, address: each.address }] : [],
      ),
    )
  }

  owns(namespace: string, address: string): boolean {
    return isLoopback(address) || this.owners(address).some((owner) => owner.namespace === namespace)
  }

  /** Routes to the address, the one the kernel would take first: longest prefix, then lowest metric. Null: of every table. */
  routes(namespace: string, address: string, of: number | null = mainTable): LiveRoute[] {
    return (this.#namespaces.get(namespace)?.routes ?? [])
      .filter(({ to, table }) => (of === null || table === of) && containsAddress(to, address))
      .sort((a, b) => prefixLength(b.to) - prefixLength(a.to) || a.metric - b.metric)
  }

  route(namespace: string, address: string): LiveRoute | undefined {
    return this.routes(namespace, address)[0]
  }

  /** The ways of the route that the kernel takes: more than one where it has several next hops. */
  ways(namespace: string, address: string, of: number | null = mainTable): LiveRoute[] {
    const [first, ...others] = this.routes(namespace, address, of)
    if (!first) return []
    const isOne = ({ to, table, metric, weight }: LiveRoute): boolean =>
      weight !== null && to === first.to && table === first.table && metric === first.metric
    return first.weight === null ? [first] : [first, ...others.filter(isOne)]
  }

  /** An address of the namespace whose subnet holds `address`. */
  connected(namespace: string, address: string): LiveAddress | undefined {
    return this.addresses(namespace).find((each) => containsAddress(each.address, address))
  }

  forwards(namespace: string, ipv6: boolean): boolean {
    const sysctls = this.#namespaces.get(namespace)?.sysctls ?? {}
    return sysctls[ipv6 ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward'] === '1'
  }

  sysctl(namespace: string, key: string): string | null {
    return this.#namespaces.get(namespace)?.sysctls[key] ?? null
  }
}

/** `192.168.1.7/24` -> `192.168.1.0/24`. */
export const networkText = (address: string): string => networkOf(address) ?? address

export const sameFamily = (a: string, b: string): boolean => familyOf(bare(a)) === familyOf(bare(b))

/** Of RFC 1918, 6598 and 4193: nobody outside routes to them. */
const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']
export const isPrivate = (address: string): boolean => privateNetworks.some((each) => containsAddress(each, address))
