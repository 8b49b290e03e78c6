/** Tunnels as entries of a lab file. */
import type { TunnelEntry } from '../lab/schema.js'
import { defaultHopLimit, fallbackTunnels, isTunnelKind, tunnelTraits } from '../lab/tunnel.js'
import type { LiveFdbEntry, LiveLink, LiveWireguard } from '../live/state.js'
import type { LiveIndex } from './live-index.js'
import { ownerOf } from './wireguard.js'
import { writtenFdb } from './tunnels.js'

/** A device that the kernel makes by itself in every namespace, and that nobody uses. */
export const isFallback = ({ name, up, tunnel, kind }: LiveLink): boolean =>
  fallbackTunnels.has(name) && !up && (tunnel === undefined || tunnel.remote === null) && kind !== 'veth'

/** The entry, and the public keys of peers that are nobody's here. */
export function wireguardEntry(
  namespace: string,
  name: string,
  { listen, peers }: LiveWireguard,
  index: LiveIndex,
): { readonly entry: TunnelEntry; readonly unknown: readonly string[] } {
  const unknown: string[] = []
  const entries = peers.flatMap(({ publicKey, endpoint, allowed }) => {
    const owner = ownerOf(index, publicKey)
    if (!owner) unknown.push(publicKey)
    return owner
      ? [{ namespace: owner.namespace, ...(endpoint === null ? {} : { endpoint }), allowed: [...allowed] }]
      : []
  })
  const entry: TunnelEntry = {
    ...{ type: 'wireguard', namespace, name },
    ...(listen === 0 ? {} : { listen }),
    ...(entries.length > 0 ? { peers: entries } : {}),
  }
  return { entry, unknown }
}

/** The entry; a text says why there can be none. */
export function tunnelEntry(namespace: string, link: LiveLink, fdb: readonly LiveFdbEntry[]): TunnelEntry | string {
  const { name, kind, vxlan, tunnel } = link
  if (vxlan) {
    if (vxlan.local === null) return 'a tunnel needs a local address'
    const { id, local, remote, port, ttl, learning } = vxlan
    const written = writtenFdb(fdb, link)
    return {
      ...{ type: 'vxlan', id, namespace, name, local },
      ...(remote === null ? {} : { remote }),
      port,
      ...(ttl === undefined ? {} : { ttl }),
      ...(written.length > 0 ? { fdb: written } : {}),
      ...(learning === undefined ? {} : { learning }),
    }
  }
  if (!tunnel || !isTunnelKind(kind)) return 'what it is cannot be read'
  const { local, remote, key, ttl, id, port, inputKey } = tunnel
  if (inputKey !== undefined) return 'its keys differ by direction'
  const isUsual = ttl === null || (tunnelTraits[kind].over === 'ipv6' && ttl === defaultHopLimit)
  const limit = isUsual ? {} : { ttl }
  if (kind === 'geneve')
    return remote === null || id === null || port === null
      ? 'a tunnel needs a remote address'
      : { type: kind, id, namespace, name, remote, port, ...limit }
  if (local === null || remote === null) return 'a tunnel needs a local and a remote address'
  const ends = { namespace, name, local, remote }
  return kind === 'gre' || kind === 'gretap' || kind === 'ip6gre'
    ? { type: kind, ...ends, ...(key === null ? {} : { key }), ...limit }
    : { type: kind, ...ends, ...limit }
}
