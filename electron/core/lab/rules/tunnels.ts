import { isMulticast, parseAddress } from '../address.js'
import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Rule } from './lab-index.js'
import { namespaceExists } from './references.js'
import { said } from '../../words/said.js'

/** IANA's port for VXLAN (RFC 7348), used where a tunnel names none. */
export const defaultVxlanPort = 4789

export const tunnelRules: Rule = function* (lab) {
  const taken = new Map<string, number>()
  for (const [i, tunnel] of (lab.file.tunnels ?? []).entries()) {
    const path = ['tunnels', i]
    yield* namespaceExists(lab, tunnel.namespace, [...path, 'namespace'])
    const [local, remote] = [parseAddress(tunnel.local), parseAddress(tunnel.remote)]
    for (const key of ['local', 'remote'] as const) {
      if (parseAddress(tunnel[key])) continue
      yield error(
        'bad-address',
        [...path, key],
        said`${quote(tunnel[key])} is not an address.`,
        said`Write one IPv4 or IPv6 address without a prefix length.`,
      )
    }
    if (!local || !remote) continue
    if (local.family !== remote.family) {
      yield error(
        'family-mismatch',
        [...path, 'remote'],
        said`The two ends of a tunnel must both be IPv4 or both IPv6.`,
      )
    }
    if (isMulticast(remote)) {
      yield error(
        'bad-address',
        [...path, 'remote'],
        said`${quote(tunnel.remote)} is a multicast group; a tunnel has one remote end.`,
      )
    }
    const namespace = lab.namespaces.get(tunnel.namespace)
    if (namespace && !namespace.addresses.has(local.text)) {
      yield warning(
        'tunnel-local',
        [...path, 'local'],
        said`${quote(tunnel.local)} is not an address of namespace ${quote(tunnel.namespace)}.`,
        said`Packets of the tunnel leave with this source address, so it should be there.`,
      )
    }
    // The kernel compares these in vxlan_vni_in_use (drivers/net/vxlan/vxlan_core.c).
    const key = JSON.stringify([tunnel.namespace, tunnel.id, tunnel.port ?? defaultVxlanPort, local.family])
    const before = taken.get(key)
    if (before === undefined) taken.set(key, i)
    else {
      yield error(
        'tunnel-twice',
        [...path, 'id'],
        said`Namespace ${quote(tunnel.namespace)} has a tunnel with id ${tunnel.id} on this port already.`,
        said`Choose another id or port.`,
      )
    }
  }
}
