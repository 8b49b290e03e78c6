import { familyOf, networkOf, parseAddress } from './address.js'
import type { LabRoute } from './lab.js'
import { tableNumber } from './table.js'
import type { NamespaceEntry } from './rules/lab-index.js'

const anywhere = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const

export function normaliseRoutes(entry: NamespaceEntry): readonly LabRoute[] {
  return (entry.routes ?? []).flatMap((route): LabRoute[] => {
    const via = route.via === undefined ? null : parseAddress(route.via)
    const source = route.source === undefined ? null : parseAddress(route.source)
    const hops = route.nexthops ?? []
    const gateways = hops.map((hop) => (hop.via === undefined ? null : parseAddress(hop.via)))
    const like = via ?? gateways.find((each) => each !== null) ?? source
    const to = route.to === 'default' ? anywhere[like?.family ?? 'ipv4'] : networkOf(route.to)
    const family = to === null ? null : familyOf(to)
    if (to === null || family === null || (route.via !== undefined && via?.family !== family)) return []
    if (hops.some((hop, at) => hop.via !== undefined && gateways[at]?.family !== family)) return []
    const isUnicast = (route.type ?? 'unicast') === 'unicast'
    return [
      {
        family,
        to,
        via: via?.text ?? null,
        dev: route.dev ?? null,
        metric: route.metric ?? null,
        type: route.type ?? 'unicast',
        onlink: route.onlink ?? false,
        table: tableNumber(route.table),
        source: isUnicast && source?.family === family ? source.text : null,
        mtu: isUnicast ? (route.mtu ?? null) : null,
        nexthops: hops.map(({ dev = null, weight = 1 }, at) => ({ via: gateways[at]?.text ?? null, dev, weight })),
      },
    ]
  })
}
