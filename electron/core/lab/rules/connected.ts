/** What the interfaces of a namespace are connected to: what a gateway may be in, and what needs no route. */
import { addressBits, formatPrefix, networkPrefix, parsePrefixOrAddress } from '../address.js'
import type { Address, Prefix } from '../address.js'
import type { Family } from '../lab.js'
import type { RouteEntry } from '../schema.js'
import { mainTable, tableNumber } from '../table.js'
import type { IndexedNamespace } from './lab-index.js'

interface Subnet {
  readonly prefix: Prefix
  readonly dev: string
  readonly up: boolean
  /** The routing table that says so; null for the subnet of an address of no VRF. */
  readonly table: number | null
  /** Whose member the device is. */
  readonly vrf: string | null
}

export interface Connected {
  readonly reaching: (via: Address) => readonly Subnet[]
  readonly subnets: (family: Family, dev: string | undefined) => readonly string[]
  /**
   * The subnet of an address that the kernel has the same route to: to its table and with its metric, so that another one
   * is refused (EEXIST; fib_table_insert in net/ipv4/fib_trie.c). IPv6 has other metrics for routes of its own.
   */
  readonly ownRoute: (route: RouteEntry) => Subnet | null
}

/** Subnets of addresses, and routes straight to a device: both have link scope, which is what a gateway needs. */
export function connectedSubnets(namespace: IndexedNamespace): Connected {
  // By network, so that thousands of routes in a namespace of thousands of interfaces are looked up, not searched for.
  const byNetwork = new Map<string, Subnet[]>()
  const lengths = new Set<number>()
  const add = (prefix: Prefix, dev: string, up: boolean, table: number | null, vrf: string | null): void => {
    const network = formatPrefix(networkPrefix(prefix))
    const known = byNetwork.get(network) ?? []
    known.push({ prefix, dev, up, table, vrf })
    byNetwork.set(network, known)
    lengths.add(prefix.length)
  }
  const domains = new Map(
    Object.entries(namespace.entry.vrfs ?? {}).flatMap(([name, { table, members = [] }]) =>
      [name, ...members].map((each) => [each, [name, table] as const] as const),
    ),
  )
  for (const device of namespace.interfaces.values()) {
    if (device.name === 'lo') continue
    for (const { prefix } of device.addresses) {
      const [vrf, own] = domains.get(device.name) ?? [null, null]
      if (prefix) add(prefix, device.name, device.up, own, vrf)
    }
  }
  for (const route of namespace.entry.routes ?? []) {
    if (route.via !== undefined || route.dev === undefined || (route.type ?? 'unicast') !== 'unicast') continue
    const prefix = parsePrefixOrAddress(route.to)
    // A default route straight to a device makes nothing a neighbour that it was not.
    if (prefix && prefix.length > 0)
      add(prefix, route.dev, namespace.interfaces.get(route.dev)?.up ?? true, tableNumber(route.table), null)
  }
  return {
    reaching: (via) =>
      [...lengths]
        .filter((length) => length <= addressBits(via.family))
        .flatMap((length) => byNetwork.get(formatPrefix(networkPrefix({ ...via, length }))) ?? []),
    ownRoute: ({ to, metric = 0, table }) => {
      const prefix = parsePrefixOrAddress(to)
      if (prefix?.family !== 'ipv4' || prefix.length === addressBits('ipv4')) return null
      if (metric !== 0 || tableNumber(table) !== mainTable) return null
      return byNetwork.get(formatPrefix(networkPrefix(prefix)))?.find(({ up, table: of }) => up && of === null) ?? null
    },
    subnets: (family, dev) =>
      [...byNetwork]
        .filter(([, held]) => held.some((s) => s.prefix.family === family && (dev === undefined || s.dev === dev)))
        .map(([network]) => network),
  }
}
