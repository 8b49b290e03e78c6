import { parseAddress } from './address.js'
import type { LabVxlan } from './lab.js'
import type { TunnelEntry, VxlanEntry } from './schema.js'
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

export type NormalTunnel = (LabVxlan & { readonly kind: 'vxlan' }) | (LabTunnel & { readonly kind: TunnelKind })

/** Null where, in a lab broken on purpose, its addresses are none that the kernel would take. */
export function normaliseTunnel(entry: TunnelEntry): NormalTunnel | null {
  if (entry.type === 'vxlan') return normaliseVxlan(entry)
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
