/** Tunnels as entries of a lab file. */
import { parseAddress, parsePrefix } from '../lab/address.js'
import type { TunnelEntry } from '../lab/schema.js'
import { mainTable } from '../lab/table.js'
import { defaultHopLimit, fallbackTunnels, isTunnelKind, tunnelTraits } from '../lab/tunnel.js'
import type { LiveLink, LiveNamespace, LiveWireguard } from '../live/state.js'
import { isKernelAddress, type LiveIndex } from './live-index.js'
import { ownerOf } from './wireguard.js'
import { said, type Said } from '../words/said.js'
import { writtenFdb } from './tunnels.js'
import { wayTo, type Ways } from './way-source.js'

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

const waysOf = ({ routes, addresses }: LiveNamespace): Ways => ({
  routes: routes.flatMap(({ to, via, dev, src, metric, type, table }) => {
    const prefix = parsePrefix(to)
    return prefix && dev !== null && type === 'unicast' && table === mainTable
      ? [{ to: prefix, via, dev, metric, source: src }]
      : []
  }),
  addresses: addresses.flatMap(({ dev, address }) => {
    const prefix = parsePrefix(address)
    return prefix && !isKernelAddress({ dev, address, flags: [] }) ? [{ dev, prefix }] : []
  }),
})

/** Where a tunnel has no address of its own the kernel takes that of its way, which a lab file says. */
function localEnd(remotes: readonly string[], live: LiveNamespace): string | null {
  const ways = waysOf(live)
  const sources = remotes.map((text) => {
    const remote = parseAddress(text)
    return remote && wayTo(remote, ways)?.source
  })
  const [source] = sources
  return new Set(sources).size === 1 ? (source ?? null) : null
}

/** `dev` of a tunnel, which a lab file has no word for: of no account where the way to the other end leads out there anyway. */
export function tunnelExit(live: LiveNamespace, { name, kind, leavesBy, vxlan, tunnel }: LiveLink): Said[] {
  if (leavesBy === undefined) return []
  const remote = parseAddress((vxlan ?? tunnel)?.remote ?? '')
  const isWay = remote !== null && wayTo(remote, waysOf(live))?.dev === leavesBy
  return isWay ? [] : [said`${live.name}: ${`ip link set ${name} type ${kind} dev ${leavesBy}`}`]
}

/** The entry; a text says why there can be none. */
export function tunnelEntry(namespace: string, link: LiveLink, live: LiveNamespace): TunnelEntry | Said {
  const { name, kind, vxlan, tunnel } = link
  if (vxlan) {
    const { id, remote, port, ttl, learning } = vxlan
    const written = writtenFdb(live.fdb, link)
    const remotes = remote === null ? written.map((each) => each.remote) : [remote]
    const local = vxlan.local ?? localEnd(remotes, live)
    if (local === null) return said`a tunnel needs a local address, and no way to its remote end tells one`
    return {
      ...{ type: 'vxlan', id, namespace, name, local },
      ...(remote === null ? {} : { remote }),
      port,
      ...(ttl === undefined ? {} : { ttl }),
      ...(written.length > 0 ? { fdb: written } : {}),
      ...(learning === undefined ? {} : { learning }),
    }
  }
  if (!tunnel || !isTunnelKind(kind)) return said`what it is cannot be read`
  const { remote, key, ttl, id, port, inputKey } = tunnel
  if (inputKey !== undefined) return said`its keys differ by direction`
  const isUsual = ttl === null || (tunnelTraits[kind].over === 'ipv6' && ttl === defaultHopLimit)
  const limit = isUsual ? {} : { ttl }
  if (kind === 'geneve')
    return remote === null || id === null || port === null
      ? said`a tunnel needs a remote address`
      : { type: kind, id, namespace, name, remote, port, ...limit }
  if (remote === null) return said`a tunnel needs a remote address`
  const local = tunnel.local ?? localEnd([remote], live)
  if (local === null) return said`a tunnel needs a local address, and no way to its remote end tells one`
  const ends = { namespace, name, local, remote }
  return kind === 'gre' || kind === 'gretap' || kind === 'ip6gre'
    ? { type: kind, ...ends, ...(key === null ? {} : { key }), ...limit }
    : { type: kind, ...ends, ...limit }
}
