/** A live state made quick to ask: everything by name, peers resolved. */
import type { LiveAddress, LiveLink, LiveNamespace, LiveRoute, LiveState } from '../live/state.js'
import { isLinkLocalIpv6, parsePrefix } from '../lab/address.js'
import { fallbackTunnels } from '../lab/tunnel.js'
import { wholeRoutes, type WholeRoute } from './whole-routes.js'

export interface LinkRef {
  readonly namespace: string
  readonly link: LiveLink
}

export interface IndexedNamespace {
  readonly name: string
  readonly live: Omit<LiveNamespace, 'routes'> & { readonly routes: readonly WholeRoute[] }
  readonly links: ReadonlyMap<string, LiveLink>
  /** By device, in the kernel's order. */
  readonly addresses: ReadonlyMap<string, readonly LiveAddress[]>
  /** Ports by the bridge they belong to. */
  readonly ports: ReadonlyMap<string, readonly LiveLink[]>
  /** Members by the VRF or the bond they belong to. */
  readonly members: ReadonlyMap<string, readonly LiveLink[]>
  /** Sub-interfaces by the interface they are on. */
  readonly stacked: ReadonlyMap<string, readonly LiveLink[]>
}

export interface LiveIndex {
  readonly namespaces: ReadonlyMap<string, IndexedNamespace>
  link(namespace: string, name: string): LiveLink | undefined
  /** The other end of a veth pair, or null where it is in no namespace we know. */
  peer(ref: LinkRef): LinkRef | null
  /** What a macvlan or an ipvlan shares the cable of, or null where it is in no namespace we know. */
  parent(ref: LinkRef): LinkRef | null
  /** Macvlans and ipvlans that share its cable, in any namespace. */
  shares(ref: LinkRef): readonly LinkRef[]
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    if (key === null) continue
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

export function indexLive(state: LiveState): LiveIndex {
  const namespaces = new Map<string, IndexedNamespace>()
  const byIndex = new Map<string, Map<number, LiveLink>>()
  const sharing: LinkRef[] = []
  for (const live of state.namespaces) {
    namespaces.set(live.name, {
      name: live.name,
      live: { ...live, routes: wholeRoutes(live.routes) },
      links: new Map(live.links.map((link) => [link.name, link])),
      addresses: groupBy(live.addresses, (address) => address.dev),
      ports: groupBy(live.links, (link) => link.master),
      members: groupBy(live.links, (link) => link.vrf ?? link.bond ?? null),
      stacked: groupBy(live.links, (link) => link.vlan?.link ?? null),
    })
    byIndex.set(live.name, new Map(live.links.map((link) => [link.index, link])))
    for (const link of live.links) if (link.share) sharing.push({ namespace: live.name, link })
  }
  const placed = (place: LiveLink['peer']): LinkRef | null => {
    if (!place || place.namespace === null) return null
    const link = byIndex.get(place.namespace)?.get(place.index)
    return link ? { namespace: place.namespace, link } : null
  }
  const sharesOf = groupBy(sharing, ({ link: { share } }) =>
    share && share.parent.namespace !== null ? `${share.parent.namespace} ${share.parent.index}` : null,
  )
  return {
    namespaces,
    link: (namespace, name) => namespaces.get(namespace)?.links.get(name),
    peer: ({ link }) => placed(link.peer),
    parent: ({ link }) => placed(link.share?.parent ?? null),
    shares: ({ namespace, link }) => sharesOf.get(`${namespace} ${link.index}`) ?? [],
  }
}

/** One text per interface, for sets. Namespace names hold no colon. */
export const linkKey = (namespace: string, name: string): string => `${namespace}:${name}`

/** Routes that people or programs made, in any table. The kernel's own follow its addresses, ra routes the routers around. */
export function isOwnRoute(route: LiveRoute): boolean {
  return route.protocol !== 'kernel' && route.protocol !== 'ra'
}

/** Addresses that the kernel gives and takes by itself: 127.0.0.1/8 and ::1 on lo, IPv6 link-local, temporary ones. */
export function isKernelAddress({ dev, address, flags }: Pick<LiveAddress, 'dev' | 'address' | 'flags'>): boolean {
  if (dev === 'lo' && (address === '127.0.0.1/8' || address === '::1/128')) return true
  if (flags.includes('temporary') || flags.includes('mngtmpaddr')) return true
  const prefix = parsePrefix(address)
  return prefix !== null && isLinkLocalIpv6(prefix)
}

/** Devices the kernel makes with a module and never lets go (net/ipv4/ip_tunnel.c and its like). */
const fallbackDevices: ReadonlySet<string> = new Set([...fallbackTunnels, 'rmnet_ctrl0'])
const lasting = new Set(['loopback', 'physical'])

/** Whether a link can be deleted at all. */
export function isDeletable(link: LiveLink): boolean {
  return !lasting.has(link.kind) && !fallbackDevices.has(link.name)
}
