import { isMulticast, parseAddress, type Address } from '../address.js'
import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import { anyMac } from '../normalise-tunnel.js'
import type { LabPath } from '../problem.js'
import type { TunnelEntry, VxlanEntry } from '../schema.js'
import {
  defaultGenevePort,
  defaultVxlanPort,
  fallbackTunnels,
  isLayer3,
  isTunnelKind,
  tunnelTraits,
} from '../tunnel.js'
import { own } from '../../own.js'
import type { LabIndex, Rule } from './lab-index.js'
import { wireguardRules } from './wireguard.js'
import { namespaceExists } from './references.js'
import { said } from '../../words/said.js'

const familyNames = { ipv4: 'IPv4', ipv6: 'IPv6' } as const

export const tunnelRules: Rule = function* (lab) {
  const taken = new Map<string, number>()
  for (const [i, tunnel] of (lab.file.tunnels ?? []).entries()) {
    const path = ['tunnels', i]
    yield* namespaceExists(lab, tunnel.namespace, [...path, 'namespace'])
    yield* nameIsFree(tunnel, path)
    yield* layer3(lab, tunnel)
    if (tunnel.type === 'wireguard') {
      yield* wireguardRules(lab, tunnel, path)
      continue
    }
    const ends = yield* endsOf(tunnel, path)
    if (!ends) continue
    yield* isLocal(lab, tunnel, ends.local, path)
    if (tunnel.type === 'vxlan') yield* fdbOf(tunnel, ends, path)
    const key = twinKey(tunnel, ends)
    const before = taken.get(key)
    if (before === undefined) taken.set(key, i)
    else yield twice(tunnel, path)
  }
}

/** Those with two ends that are written down. */
type PlainEntry = Exclude<TunnelEntry, { readonly type: 'wireguard' }>

interface Ends {
  readonly local: Address | null
  readonly remote: Address | null
}

/** Both ends as addresses; null where one is none, which is said. */
function* endsOf(tunnel: PlainEntry, path: LabPath): Generator<Finding, Ends | null> {
  const ends: { local: Address | null; remote: Address | null } = { local: null, remote: null }
  let isReadable = true
  for (const key of ['local', 'remote'] as const) {
    const text = tunnel[key]
    if (text === undefined) continue
    ends[key] = parseAddress(text)
    if (ends[key]) continue
    isReadable = false
    yield notAnAddress(text, [...path, key])
  }
  if (!isReadable) return null
  const { local, remote } = ends
  const over = isTunnelKind(tunnel.type) ? tunnelTraits[tunnel.type].over : null
  for (const key of ['local', 'remote'] as const) {
    const end = ends[key]
    if (!end || over === null || end.family === over) continue
    yield error(
      'family-mismatch',
      [...path, key],
      said`The ends of a tunnel of type ${tunnel.type} are ${familyNames[over]} addresses, and ${quote(end.text)} is none.`,
      said`Write an ${familyNames[over]} address, or take ${otherKind(tunnel.type)}.`,
    )
    return null
  }
  if (local && remote && local.family !== remote.family) {
    yield error('family-mismatch', [...path, 'remote'], said`The two ends of a tunnel must both be IPv4 or both IPv6.`)
  }
  if (remote && isMulticast(remote)) yield isGroup(remote.text, [...path, 'remote'])
  return ends
}

/** Of the other family. */
const otherKind = (type: string): string =>
  ({ gre: 'ip6gre', gretap: 'vxlan', ipip: 'ip6tnl', sit: 'ip6tnl', ip6tnl: 'ipip', ip6gre: 'gre' })[type] ?? 'vxlan'

const notAnAddress = (text: string, path: LabPath): Finding =>
  error(
    'bad-address',
    path,
    said`${quote(text)} is not an address.`,
    said`Write one IPv4 or IPv6 address without a prefix length.`,
  )

const isGroup = (text: string, path: LabPath): Finding =>
  error('bad-address', path, said`${quote(text)} is a multicast group; a tunnel has one remote end.`)

function* isLocal(lab: LabIndex, tunnel: PlainEntry, local: Address | null, path: LabPath): Iterable<Finding> {
  const namespace = lab.namespaces.get(tunnel.namespace)
  if (!namespace || !local || namespace.addresses.has(local.text)) return
  yield warning(
    'tunnel-local',
    [...path, 'local'],
    said`${quote(local.text)} is not an address of namespace ${quote(tunnel.namespace)}.`,
    said`Packets of the tunnel leave with this source address, so it should be there.`,
  )
}

/** Nothing may be called as a device that the kernel makes by itself (ip_tunnel_init_net, net/ipv4/ip_tunnel.c). */
function* nameIsFree({ name }: TunnelEntry, path: LabPath): Iterable<Finding> {
  if (!fallbackTunnels.has(name)) return
  yield error(
    'reserved-name',
    [...path, 'name'],
    said`The kernel makes a device ${quote(name)} by itself in every namespace, and lets nobody have it.`,
    said`Choose another name, such as ${name.replace(/0$/, '1')}.`,
  )
}

/** What follows from having packets and no frames, and from carrying one family. */
function* layer3(lab: LabIndex, { type, namespace, name }: TunnelEntry): Iterable<Finding> {
  const known = lab.namespaces.get(namespace)
  if (isTunnelKind(type)) {
    const inside: readonly string[] = tunnelTraits[type].inside
    for (const { prefix, path: at } of known?.interfaces.get(name)?.addresses ?? []) {
      if (!prefix || inside.includes(prefix.family)) continue
      yield warning(
        'tunnel-family',
        at,
        said`A tunnel of type ${type} carries no ${familyNames[prefix.family]}, so nobody is reached from this address.`,
        said`Take gre, which carries both, or an address of the other family.`,
      )
    }
  }
  if (!known || !isLayer3(type)) return
  for (const [bridge, entry] of Object.entries(known.entry.bridges ?? {})) {
    const port = entry?.ports?.indexOf(name) ?? -1
    if (port < 0) continue
    yield error(
      'bad-port',
      [...known.path, 'bridges', bridge, 'ports', port],
      said`${quote(name)} is a tunnel of type ${type}, which carries packets and no frames; no bridge takes it.`,
      said`Take gretap, vxlan or geneve.`,
    )
  }
  if (own(known.entry.interfaces, name)?.mac === undefined) return
  yield error(
    'no-hardware-address',
    [...known.path, 'interfaces', name, 'mac'],
    said`${quote(name)} is a tunnel of type ${type}, which has no hardware address.`,
    said`Remove the line.`,
  )
}

function* fdbOf({ fdb }: VxlanEntry, { local, remote }: Ends, path: LabPath): Iterable<Finding> {
  const seen = new Set(remote ? [`${anyMac} ${remote.text}`] : [])
  for (const [i, entry] of (fdb ?? []).entries()) {
    const at = [...path, 'fdb', i]
    const to = parseAddress(entry.remote)
    if (!to) {
      yield notAnAddress(entry.remote, [...at, 'remote'])
      continue
    }
    if (isMulticast(to)) yield isGroup(to.text, [...at, 'remote'])
    if (local && to.family !== local.family)
      yield error('family-mismatch', [...at, 'remote'], said`The two ends of a tunnel must both be IPv4 or both IPv6.`)
    const key = `${entry.mac.toLowerCase()} ${to.text}`
    if (seen.has(key)) {
      yield error(
        'fdb-twice',
        at,
        said`Frames for ${entry.mac.toLowerCase()} are sent to ${to.text} already.`,
        said`Remove one of the two entries.`,
      )
    }
    seen.add(key)
  }
}

/** The kernel compares these before it makes a second one. */
function twinKey(tunnel: PlainEntry, { local, remote }: Ends): string {
  const { namespace, type } = tunnel
  // vxlan_vni_in_use (drivers/net/vxlan/vxlan_core.c).
  if (tunnel.type === 'vxlan')
    return JSON.stringify([namespace, type, tunnel.id, tunnel.port ?? defaultVxlanPort, local?.family])
  // geneve_find_dev (drivers/net/geneve.c).
  if (tunnel.type === 'geneve')
    return JSON.stringify([namespace, type, tunnel.id, tunnel.port ?? defaultGenevePort, remote?.text])
  // ip_tunnel_find (net/ipv4/ip_tunnel.c).
  return JSON.stringify([namespace, type, local?.text, remote?.text, 'key' in tunnel ? tunnel.key : null])
}

const twice = (tunnel: PlainEntry, path: LabPath): Finding =>
  tunnel.type === 'vxlan'
    ? error(
        'tunnel-twice',
        [...path, 'id'],
        said`Namespace ${quote(tunnel.namespace)} has a tunnel with id ${tunnel.id} on this port already.`,
        said`Choose another id or port.`,
      )
    : error(
        'tunnel-twice',
        [...path, 'remote'],
        said`Namespace ${quote(tunnel.namespace)} has a tunnel of type ${tunnel.type} between these two ends already.`,
        tunnel.type === 'geneve' ? said`Choose another id.` : said`Give them different keys, or another end.`,
      )
