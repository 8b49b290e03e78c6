/** Tunnels whose own packets are lost, and take what is in them along. */
import { isAnyTunnel } from '../lab/tunnel.js'
import type { LiveLink } from '../live/state.js'
import type { TracedHop } from '../packet/hop.js'
import type { Network } from './network.js'
import type { Missed } from './unanswered.js'

export interface LostTunnel {
  readonly namespace: string
  readonly interface: string
  readonly remote: string | null
  /** It went in, and no packet of the tunnel was seen. */
  readonly swallowed: boolean
}

/** What asks for a neighbour goes into the tunnel, too: it did not come out of it, or not even its packet left. */
export function unheardTunnel(missed: Missed | null, hops: readonly TracedHop[], network: Network): LostTunnel | null {
  const link = missed && network.link(missed.namespace, missed.dev)
  if (!missed || !link || !isAnyTunnel(link.kind)) return null
  const asks = hops.filter(({ leg, observed }) => observed && (leg === 'arp' || leg === 'ndp'))
  const sent = asks.find(
    ({ namespace, direction, packet }) =>
      namespace === missed.namespace && direction === 'out' && packet?.inner !== undefined,
  )
  const isHeard = asks.some(
    ({ namespace, direction, interface: name }) =>
      direction === 'in' && namespace !== missed.namespace && isAnyTunnel(network.link(namespace, name)?.kind ?? ''),
  )
  const isAsked = asks.some(
    ({ namespace, direction, interface: name }) =>
      namespace === missed.namespace && direction === 'out' && name === missed.dev,
  )
  if (isHeard || !(sent || isAsked)) return null
  return {
    ...{ namespace: missed.namespace, interface: missed.dev, swallowed: !sent },
    // Of a tunnel with several remote ends, the one that was sent to.
    remote: tunnelEnds(link)?.remote ?? sent?.packet?.ip?.dst ?? null,
  }
}

/** Whose packet it is, where it is one of a tunnel. */
export function lostTunnel(
  at: TracedHop,
  anchor: TracedHop | undefined,
  hops: readonly TracedHop[],
  network: Network,
): LostTunnel | null {
  const entered = (hop: TracedHop | undefined): hop is TracedHop & { readonly interface: string } =>
    hop?.observed === true &&
    hop.direction === 'out' &&
    isAnyTunnel(network.link(hop.namespace, hop.interface)?.kind ?? '')
  if (at.interface !== null && anchor?.interface === at.interface && entered(anchor)) {
    const remote = tunnelEnds(network.link(anchor.namespace, anchor.interface))?.remote ?? null
    return { namespace: anchor.namespace, interface: anchor.interface, remote, swallowed: true }
  }
  if (!at.packet?.inner && !at.packet?.wireguard) return null
  const last = hops.findLast((hop) => hop.n <= at.n && hop.leg === at.leg && entered(hop))
  return last?.interface
    ? { namespace: last.namespace, interface: last.interface, remote: at.packet.ip?.dst ?? null, swallowed: false }
    : null
}

/** Of a tunnel with one remote end; WireGuard's packets leave when its peers have agreed, and not before. */
export function tunnelEnds(
  link: LiveLink | undefined,
): { readonly local: string | null; readonly remote: string } | null {
  const ends = link?.vxlan ?? link?.tunnel
  return ends && ends.remote !== null ? { local: ends.local, remote: ends.remote } : null
}
