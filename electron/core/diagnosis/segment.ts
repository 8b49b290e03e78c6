/** Layer 2: who shares a segment with an interface, and what stands between two interfaces that should. */
import type { LiveLink } from '../live/state.js'
import { placeKey, reach, type Place } from './frames.js'
import type { Network } from './network.js'

export type { Place } from './frames.js'

export type Obstacle =
  /** Switched off. */
  | { readonly kind: 'down'; readonly at: Place }
  /** A cable's end that no bridge has, or another one, beside a bridge that leads on. */
  | { readonly kind: 'not-a-port'; readonly at: Place; readonly bridge: LiveLink }

/** Interfaces where a frame sent by `start` comes out as it was sent, `start` left out. */
export const segment = (network: Network, start: Place, ignoreState = false): Place[] =>
  reach(network, start, ignoreState)
    .filter((place) => place.tags.length === 0 && !place.passing && placeKey(place) !== placeKey(start))
    .map(({ namespace, link }) => ({ namespace, link }))

export const shares = (places: readonly Place[], wanted: Place): boolean =>
  places.some((place) => placeKey(place) === placeKey(wanted))

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
    const passed = reach(network, from, true).filter(({ passing }) => passing)
    const off = [...wired, ...passed].find(({ link }) => !link.up && link.kind !== 'loopback')
    return off ? { kind: 'down', at: off } : null
  }
  const far = [to, ...segment(network, to, true)]
  const isShared = ({ namespace, link }: Place): boolean => network.sharing(namespace, link).length > 0
  // One cable's end lies loose beside the bridge that the other side is on.
  for (const [loose, side] of [
    [wired, far],
    [far, wired],
  ] as const) {
    for (const end of loose) {
      if (
        end.link.bridge ||
        end.link.kind === 'loopback' ||
        isShared(end) ||
        network.addresses(end.namespace, end.link.name).length > 0
      )
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
    network.sharing(namespace, link).length === 0 &&
    network.addresses(namespace, link.name).length === 0
  for (const end of near.filter(isLoose)) {
    const bridge = network.namespace(end.namespace)?.links.find((link) => link.bridge !== null)
    if (bridge && far.some((other) => isLoose(other) && other.namespace === end.namespace))
      return { kind: 'not-a-port', at: end, bridge }
  }
  return null
}
