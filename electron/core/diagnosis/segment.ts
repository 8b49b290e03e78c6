/**
 * Layer 2: who shares a segment with an interface, and what stands between two interfaces that should. Follows cables,
 * bridges and VXLAN tunnels of one VNI and port whose ends exist.
 */
import type { LiveLink } from '../live/state.js'
import type { Network } from './network.js'

export interface Place {
  readonly namespace: string
  readonly link: LiveLink
}

export type Obstacle =
  /** Switched off. */
  | { readonly kind: 'down'; readonly at: Place }
  /** A cable's end that no bridge has, or another one, beside a bridge that leads on. */
  | { readonly kind: 'not-a-port'; readonly at: Place; readonly bridge: LiveLink }

const key = ({ namespace, link }: Place): string => `${namespace}/${link.index}`

/** Interfaces where a frame sent by `start` can come out, `start` left out. `ignoreState` follows what is off, too. */
export function segment(network: Network, start: Place, ignoreState = false): Place[] {
  const seen = new Map<string, Place>([[key(start), start]])
  const queue = [start]
  const visit = (namespace: string, link: LiveLink | undefined): void => {
    if (!link) return
    const place = { namespace, link }
    if (seen.has(key(place)) || !(ignoreState || link.up)) return
    seen.set(key(place), place)
    queue.push(place)
  }
  for (let place = queue.shift(); place; place = queue.shift()) {
    const { namespace, link } = place
    if (!ignoreState && !link.up) continue
    const far = network.peer(link)
    if (far) visit(far.namespace, far.link)
    const named = link.bridge ? link.name : link.master
    const passes = ignoreState || (network.link(namespace, named)?.up ?? false)
    const bridge = passes ? named : null
    for (const other of bridge === null ? [] : (network.namespace(namespace)?.links ?? [])) {
      if (other.name === bridge || other.master === bridge) visit(namespace, other)
    }
    if (link.vxlan) for (const end of tunnelEnds(network, place)) visit(end.namespace, end.link)
  }
  return [...seen.values()].filter((place) => key(place) !== key(start))
}

/** The far end of a tunnel: the same VNI, held by whoever has its remote address. */
function tunnelEnds(network: Network, { link }: Place): Place[] {
  const { vxlan } = link
  if (!vxlan?.remote) return []
  return network
    .owners(vxlan.remote)
    .flatMap(({ namespace }) =>
      (network.namespace(namespace)?.links ?? [])
        .filter((other) => other.vxlan?.id === vxlan.id && other.vxlan.port === vxlan.port)
        .map((other) => ({ namespace, link: other })),
    )
}

export const shares = (places: readonly Place[], wanted: Place): boolean =>
  places.some((place) => key(place) === key(wanted))

/**
 * What keeps frames of `from` away from `to`; null where nothing does, or they are not meant to be together.
 * @param belongs whether a port of another bridge should be one of this bridge: without it, it is there on purpose
 */
export function obstacle(
  network: Network,
  from: Place,
  to: Place,
  belongs: (port: Place, bridge: LiveLink) => boolean = () => false,
): Obstacle | null {
  if (shares(segment(network, from), to) && from.link.up && to.link.up) return null
  const wired = [from, ...segment(network, from, true)]
  if (shares(wired, to)) {
    // Together but for something that is off: what is off on the near side comes first.
    const off = wired.find(({ link }) => !link.up && link.kind !== 'loopback')
    return off ? { kind: 'down', at: off } : null
  }
  const far = [to, ...segment(network, to, true)]
  // One cable's end lies loose beside the bridge that the other side is on.
  for (const [loose, side] of [
    [wired, far],
    [far, wired],
  ] as const) {
    for (const end of loose) {
      if (end.link.bridge || end.link.kind === 'loopback' || network.addresses(end.namespace, end.link.name).length > 0)
        continue
      const bridge = side.find(({ namespace, link }) => namespace === end.namespace && link.bridge !== null)
      if (!bridge || end.link.master === bridge.link.name) continue
      if (end.link.master === null || belongs(end, bridge.link))
        return { kind: 'not-a-port', at: end, bridge: bridge.link }
    }
  }
  return bothLoose(network, wired, far)
}

/** Two cables that end beside each other and beside a bridge: the near one comes first. */
function bothLoose(network: Network, near: readonly Place[], far: readonly Place[]): Obstacle | null {
  const isLoose = ({ namespace, link }: Place): boolean =>
    link.bridge === null &&
    link.master === null &&
    link.kind !== 'loopback' &&
    network.addresses(namespace, link.name).length === 0
  for (const end of near.filter(isLoose)) {
    const bridge = network.namespace(end.namespace)?.links.find((link) => link.bridge !== null)
    if (bridge && far.some((other) => isLoose(other) && other.namespace === end.namespace))
      return { kind: 'not-a-port', at: end, bridge }
  }
  return null
}
