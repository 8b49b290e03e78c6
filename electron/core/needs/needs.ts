/** What a lab needs of the kernel that not every kernel has, and for which object. */
import { parseEndpoint } from '../lab/endpoint.js'
import { deviceEntries } from '../lab/device-tables.js'
import { isResponder } from '../lab/dnsmasq.js'
import { impairOf } from '../lab/impair.js'
import type { Endpoint } from '../lab/lab.js'
import type { LabPath } from '../lab/problem.js'
import type { LabFile } from '../lab/schema.js'
import { qdiscOf } from '../plan/qdisc.js'
import type { FeatureName } from './features.js'

export interface Need {
  readonly feature: FeatureName
  /** Without an interface: the namespace itself. */
  readonly at: Endpoint | Pick<Endpoint, 'namespace'>
  /** Where the file says so. */
  readonly path: LabPath
}

/** In the order of the file. */
export function* needsOf(file: LabFile): Iterable<Need> {
  for (const [namespace, entry] of Object.entries(file.namespaces ?? {})) {
    const base = ['namespaces', namespace]
    const need = (feature: FeatureName, name: string, ...path: LabPath): Need => ({
      feature,
      at: { namespace, interface: name },
      path: [...base, ...path],
    })
    for (const [name, bridge] of Object.entries(entry?.bridges ?? {}))
      if (bridge?.['vlan-filtering']) yield need('vlan-filtering', name, 'bridges', name, 'vlan-filtering')
    for (const name of Object.keys(entry?.dummies ?? {})) yield need('dummy', name, 'dummies', name)
    for (const name of Object.keys(entry?.vlans ?? {})) yield need('vlan', name, 'vlans', name)
    for (const name of Object.keys(entry?.macvlans ?? {})) yield need('macvlan', name, 'macvlans', name)
    for (const name of Object.keys(entry?.ipvlans ?? {})) yield need('ipvlan', name, 'ipvlans', name)
    for (const name of Object.keys(entry?.bonds ?? {})) yield need('bond', name, 'bonds', name)
    for (const name of Object.keys(entry?.vrfs ?? {})) yield need('vrf', name, 'vrfs', name)
    for (const [table, name, device] of deviceEntries(entry ?? {}))
      if (device?.dhcp4 === true) yield need('dhcp', name, table, name, 'dhcp4')
    for (const [i, service] of (entry?.services ?? []).entries())
      if (!isResponder(service)) yield { feature: 'dnsmasq', at: { namespace }, path: [...base, 'services', i] }
  }
  for (const [index, link] of (file.links ?? []).entries()) {
    if ('length' in link) continue
    for (const end of link.ends) {
      const impair = impairOf(link.impair, end)
      const qdisc = impair && qdiscOf(impair)
      if (qdisc) yield { feature: qdisc.kind, at: parseEndpoint(end), path: ['links', index, 'impair'] }
    }
  }
  for (const [i, { type, namespace, name }] of (file.tunnels ?? []).entries())
    yield { feature: type, at: { namespace, interface: name }, path: ['tunnels', i, 'type'] }
}
