import { familyOf, networkOf, parseAddress, parseAddressPort } from './address.js'
import type { Family, LabFirewall, LabNat, LabRoute } from './lab.js'
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

export function normaliseNat(entry: NamespaceEntry): readonly LabNat[] {
  return (entry.nat ?? []).flatMap((nat): LabNat[] => {
    if ('dnat' in nat) {
      const target = parseAddressPort(nat.to)
      if (!target) return []
      const { family, text: toAddress } = target.address
      return [{ kind: 'dnat', family, ...nat.dnat, in: nat.in ?? null, toAddress, toPort: target.port }]
    }
    const source = networkOf('snat' in nat ? nat.snat : nat.masquerade)
    const family = source === null ? null : familyOf(source)
    if (source === null || family === null) return []
    if (!('snat' in nat)) return [{ kind: 'masquerade', family, source, out: nat.out }]
    const to = parseAddress(nat.to)
    return to?.family === family ? [{ kind: 'snat', family, source, out: nat.out, to: to.text }] : []
  })
}

/** The families are those of its addresses; an entry without any counts for all that the lab speaks. */
export function normaliseFirewall(entry: NamespaceEntry, ipv6: boolean): readonly LabFirewall[] {
  return (entry.firewall ?? []).flatMap((rule): LabFirewall[] => {
    const { source: from, destination: to, ...rest } = rule
    const source = from === undefined ? undefined : networkOf(from)
    const destination = to === undefined ? undefined : networkOf(to)
    if (source === null || destination === null) return []
    const named = [
      ...new Set([source, destination].flatMap((text) => (text === undefined ? [] : (familyOf(text) ?? [])))),
    ]
    if (named.length > 1) return []
    const families: readonly Family[] = named.length > 0 ? named : ipv6 ? ['ipv4', 'ipv6'] : ['ipv4']
    return [
      {
        ...rest,
        families,
        ...(source === undefined ? {} : { source }),
        ...(destination === undefined ? {} : { destination }),
      },
    ]
  })
}
