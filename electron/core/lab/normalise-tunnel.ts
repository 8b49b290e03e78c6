import {
  formatPrefix,
  networkPrefix,
  parseAddress,
  parseAddressPort,
  parsePrefixOrAddress,
  type Address,
} from './address.js'
import type { LabVxlan, LabWireguard, WireguardPeer } from './lab.js'
import type { TunnelEntry, VxlanEntry, WireguardEntry } from './schema.js'
import {
  defaultGenevePort,
  defaultHopLimit,
  defaultVxlanPort,
  type LabTunnel,
  type TunnelKind,
  tunnelTraits,
} from './tunnel.js'

/** All zero: for whatever has no entry of its own. */
export const anyMac = '00:00:00:00:00:00'

export type NormalTunnel =
  | (LabWireguard & { readonly kind: 'wireguard' })
  | (LabVxlan & { readonly kind: 'vxlan' })
  | (LabTunnel & { readonly kind: TunnelKind })

/** Null where, in a lab broken on purpose, its addresses are none that the kernel would take. */
export function normaliseTunnel(entry: TunnelEntry, all: readonly TunnelEntry[]): NormalTunnel | null {
  if (entry.type === 'vxlan') return normaliseVxlan(entry)
  if (entry.type === 'wireguard') return normaliseWireguard(entry, all)
  const remote = parseAddress(entry.remote)
  const local = entry.local === undefined ? null : parseAddress(entry.local)
  if (!remote || (entry.local !== undefined && local?.family !== remote.family)) return null
  const { over } = tunnelTraits[entry.type]
  if (over !== null && remote.family !== over) return null
  const isGeneve = entry.type === 'geneve'
  return {
    kind: entry.type,
    local: isGeneve ? null : (local?.text ?? null),
    remote: remote.text,
    key: 'key' in entry ? (entry.key ?? null) : null,
    ttl: entry.ttl ?? (over === 'ipv6' ? defaultHopLimit : null),
    id: isGeneve ? entry.id : null,
    port: isGeneve ? (entry.port ?? defaultGenevePort) : null,
  }
}

/** The tunnel of a peer's namespace that its endpoint speaks of; its first one where none, or no port, tells. */
export function peerTunnel(
  { namespace, endpoint }: { readonly namespace: string; readonly endpoint?: string | undefined },
  all: readonly TunnelEntry[],
): WireguardEntry | null {
  const there = all.filter((each): each is WireguardEntry => each.type === 'wireguard' && each.namespace === namespace)
  const port = endpoint === undefined ? null : parseAddressPort(endpoint)?.port
  return there.find(({ listen }) => listen !== undefined && listen === port) ?? there[0] ?? null
}

function normaliseWireguard(
  entry: WireguardEntry,
  all: readonly TunnelEntry[],
): LabWireguard & { readonly kind: 'wireguard' } {
  const peers = (entry.peers ?? []).flatMap((peer): WireguardPeer[] => {
    const tunnel = peerTunnel(peer, all)
    if (!tunnel) return []
    const endpoint = peer.endpoint === undefined ? null : parseAddressPort(peer.endpoint)
    const allowed = peer.allowed.flatMap((text) => parsePrefixOrAddress(text) ?? [])
    return [
      {
        of: { namespace: peer.namespace, interface: tunnel.name },
        endpoint: endpoint === null ? null : endpointText(endpoint.address, endpoint.port),
        allowed: [...new Set(allowed.map((prefix) => formatPrefix(networkPrefix(prefix))))].toSorted(),
      },
    ]
  })
  return { kind: 'wireguard', listen: entry.listen ?? null, peers }
}

const endpointText = ({ family, text }: Address, port: number | null): string =>
  `${family === 'ipv6' ? `[${text}]` : text}:${port ?? 0}`

function normaliseVxlan(entry: VxlanEntry): (LabVxlan & { readonly kind: 'vxlan' }) | null {
  const local = parseAddress(entry.local)
  const remote = entry.remote === undefined ? null : parseAddress(entry.remote)
  if (!local || (entry.remote !== undefined && remote?.family !== local.family)) return null
  const seen = new Set(remote ? [`${anyMac} ${remote.text}`] : [])
  const fdb = (entry.fdb ?? []).flatMap(({ mac, remote: to }) => {
    const address = parseAddress(to)
    const key = `${mac.toLowerCase()} ${address?.text}`
    if (address?.family !== local.family || seen.has(key)) return []
    seen.add(key)
    return [{ mac: mac.toLowerCase(), remote: address.text }]
  })
  return {
    kind: 'vxlan',
    id: entry.id,
    local: local.text,
    remote: remote?.text ?? null,
    port: entry.port ?? defaultVxlanPort,
    ttl: entry.ttl ?? null,
    learning: entry.learning ?? true,
    fdb,
  }
}
