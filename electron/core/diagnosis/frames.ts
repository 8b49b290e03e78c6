/**
 * Where frames get to at layer 2, with the VLAN tags that they have there: over cables, through bridges that filter or do
 * not, onto and off sub-interfaces, and through VXLAN tunnels of one VNI and port whose ends exist.
 */
import type { LiveLink } from '../live/state.js'
import type { Network } from './network.js'

export interface Place {
  readonly namespace: string
  readonly link: LiveLink
}

/** Ids of its tags, the outer one first. */
export type Tags = readonly number[]

export interface Framed extends Place {
  readonly tags: Tags
  /** Frames of a macvlan or an ipvlan leave by its parent, which does not get them itself. */
  readonly passing?: true
  /** Where it came from; absent where it was sent. */
  readonly before?: Framed
}

/** More tags than these on one frame are nobody's on purpose. */
const maxTags = 4

export const placeKey = ({ namespace, link }: Place): string => `${namespace}/${link.index}`
const framedKey = (framed: Framed): string =>
  `${placeKey(framed)}/${framed.tags.join('.')}${framed.passing ? ' passing' : ''}`

/** The VLAN of a frame that came to a bridge by this port (or the bridge's own interface); null where it is not let in. */
export function vlanAt({ port, bridge }: LiveLink, tags: Tags): { readonly id: number; readonly inner: Tags } | null {
  const vlans = port?.vlans ?? bridge?.vlans
  const [outer, ...inner] = tags
  if (outer !== undefined) return vlans?.some(({ id }) => id === outer) ? { id: outer, inner } : null
  const pvid = vlans?.find((each) => each.pvid)
  return pvid ? { id: pvid.id, inner: [] } : null
}

/** What the frame has when it leaves by this port; null where the port does not have the VLAN. */
function leaving(
  { port, bridge }: LiveLink,
  { id, inner }: { readonly id: number; readonly inner: Tags },
): Tags | null {
  const vlan = (port?.vlans ?? bridge?.vlans)?.find((each) => each.id === id)
  return vlan ? (vlan.untagged ? inner : [id, ...inner]) : null
}

/** Every place that an untagged frame sent by `start` gets to, `start` first. `ignoreState` follows what is off, too. */
export function reach(network: Network, start: Place, ignoreState = false): readonly Framed[] {
  // What is sent begins here, whatever brought its sender to send it.
  const first: Framed = { namespace: start.namespace, link: start.link, tags: [] }
  const seen = new Map<string, Framed>([[framedKey(first), first]])
  const queue: Framed[] = [first]
  /** By what was reached over a cable, the end that it was reached from: a cable gives nothing back. */
  const sender = new Map<Framed, LiveLink>()
  let came: LiveLink | null = null
  let before: Framed = first
  const visit = (namespace: string, link: LiveLink | undefined, tags: Tags, passing = false): void => {
    if (!link || tags.length > maxTags) return
    const framed: Framed = { namespace, link, tags, ...(passing ? { passing } : {}), before }
    if (seen.has(framedKey(framed)) || !(ignoreState || link.up)) return
    seen.set(framedKey(framed), framed)
    if (came) sender.set(framed, came)
    queue.push(framed)
  }
  for (let place = queue.shift(); place; place = queue.shift()) {
    const { namespace, link, tags } = place
    before = place
    if (!ignoreState && !link.up) continue
    const links = network.namespace(namespace)?.links ?? []
    const shared = network.parent(link)
    // What came to it from its parent goes no further.
    if (shared && place !== first) continue
    if (shared) {
      visit(shared.namespace, shared.link, tags, true)
      if (hearsSiblings(link))
        for (const each of network.sharing(shared.namespace, shared.link))
          if (each.link !== link && hearsSiblings(each.link)) visit(each.namespace, each.link, tags)
      continue
    }
    if (place !== first && !place.passing)
      for (const each of network.sharing(namespace, link)) visit(each.namespace, each.link, tags)
    const far = network.peer(link)
    if (far && far.link !== sender.get(place)) {
      came = link
      visit(far.namespace, far.link, tags)
      came = null
    }
    if (link.bond !== undefined) visit(namespace, network.link(namespace, link.bond), tags)
    if (link.bonding) for (const member of links) if (member.bond === link.name) visit(namespace, member, tags)
    if (link.vlan) visit(namespace, network.link(namespace, link.vlan.link), [link.vlan.id, ...tags])
    const [outer, ...inner] = tags
    for (const above of outer === undefined ? [] : links)
      if (above.vlan?.link === link.name && above.vlan.id === outer) visit(namespace, above, inner)
    const bridge = network.link(namespace, link.bridge ? link.name : link.master)
    if (bridge?.bridge && (ignoreState || bridge.up)) {
      const { vlanFiltering } = bridge.bridge
      const vlan = vlanFiltering ? vlanAt(link, tags) : null
      for (const other of links) {
        if (other === link || (other.name !== bridge.name && other.master !== bridge.name)) continue
        const out = vlan ? leaving(other, vlan) : vlanFiltering ? null : tags
        if (out) visit(namespace, other, out)
      }
    }
    if (link.vxlan) for (const end of tunnelEnds(network, place)) visit(end.namespace, end.link, tags)
  }
  return [...seen.values()]
}

/** Macvlans in mode bridge and ipvlans hand each other their frames; in other modes all go out by the cable. */
const hearsSiblings = ({ kind, share }: LiveLink): boolean => kind === 'ipvlan' || share?.mode === 'bridge'

/** The far ends of a tunnel: the same VNI, held by whoever has an address that it sends to. */
function tunnelEnds(network: Network, { namespace: near, link }: Place): Place[] {
  const { vxlan } = link
  if (!vxlan) return []
  const entries = network.namespace(near)?.fdb ?? []
  const remotes = vxlan.remote
    ? [vxlan.remote]
    : entries.flatMap(({ dev, dst }) => (dev === link.name ? (dst ?? []) : []))
  return [...new Set(remotes)]
    .flatMap((remote) => network.owners(remote))
    .flatMap(({ namespace }) =>
      (network.namespace(namespace)?.links ?? [])
        .filter((other) => other !== link && other.vxlan?.id === vxlan.id && other.vxlan.port === vxlan.port)
        .map((other) => ({ namespace, link: other })),
    )
}
