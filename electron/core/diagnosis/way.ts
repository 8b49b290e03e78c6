/** Ways that the live state would allow, for fixes where the lab says nothing: which neighbour leads to an address. */
import { containsAddress, formatAddress, parsePrefix, networkOf } from '../lab/address.js'
import type { StepRoute } from '../plan/step.js'
import { bare, isIpv6, networkText, type Network } from './network.js'
import { segment } from './segment.js'

interface Neighbour {
  readonly namespace: string
  /** Its interface there. */
  readonly dev: string
  /** Address by which it can be a gateway. */
  readonly address: string
}

/** Namespaces that share a segment and a subnet with this one. */
function neighbours(network: Network, namespace: string, ipv6: boolean): Neighbour[] {
  const found: Neighbour[] = []
  for (const { dev, address } of network.addresses(namespace)) {
    if (isIpv6(address) !== ipv6) continue
    const link = network.link(namespace, dev)
    if (!link?.up) continue
    for (const place of segment(network, { namespace, link }))
      for (const other of network.addresses(place.namespace, place.link.name))
        if (place.namespace !== namespace && containsAddress(address, other.address))
          found.push({ namespace: place.namespace, dev: other.dev, address: bare(other.address) })
  }
  return found
}

/** A route by which the namespace could reach the address through neighbours that forward; null where there is none. */
export function deriveRoute(network: Network, from: string, address: string): StepRoute | null {
  const ipv6 = isIpv6(address)
  const owner = network.owners(address)[0]
  if (!owner) return null
  const seen = new Set([from])
  let edge = neighbours(network, from, ipv6).map((first) => ({ first, at: first.namespace }))
  while (edge.length > 0) {
    // On a segment of one's own, the destination is no gateway to itself.
    const arrived = edge.find(({ at, first }) => at === owner.namespace && first.address !== address)
    if (arrived) {
      return {
        family: ipv6 ? 'ipv6' : 'ipv4',
        to: networkText(owner.address),
        via: arrived.first.address,
        dev: null,
        metric: null,
        type: 'unicast',
        onlink: false,
      }
    }
    for (const { at } of edge) seen.add(at)
    edge = edge
      .filter(({ at }) => network.forwards(at, ipv6))
      .flatMap(({ first, at }) =>
        neighbours(network, at, ipv6)
          .filter(({ namespace }) => !seen.has(namespace))
          .map(({ namespace }) => ({ first, at: namespace })),
      )
  }
  return null
}

/** Who beside `from` forwards, and has a way to the address that leads off the segment they share. */
export const routersBeside = (network: Network, from: string, address: string): readonly Neighbour[] =>
  neighbours(network, from, isIpv6(address)).filter(
    ({ namespace, dev }) => network.forwards(namespace, isIpv6(address)) && leadsOff(network, namespace, dev, address),
  )

/** The namespace has a way to the address, and not by the interface named. */
export function leadsOff(network: Network, namespace: string, dev: string | null, address: string): boolean {
  const route = network.route(namespace, address)
  return route?.type === 'unicast' && route.dev !== null && route.dev !== dev
}

/** Addresses tried when a free one is looked for: a small subnet, or the beginning of a large one. */
const tried = 250

/** An address of the subnet that nobody has, with its prefix length; null where all that were tried are taken. */
export function freeAddress(network: Network, subnet: string): string | null {
  const prefix = parsePrefix(networkOf(subnet) ?? '')
  if (!prefix) return null
  const bits = prefix.bytes.length * 8
  const hosts = Math.min(tried, 2 ** Math.min(16, bits - prefix.length) - 2)
  for (let n = hosts; n >= 1; n--) {
    const bytes = [...prefix.bytes]
    bytes[bytes.length - 1] = ((bytes.at(-1) ?? 0) + (n & 0xff)) & 0xff
    const candidate = formatAddress(bytes)
    if (network.owners(candidate).length === 0) return `${candidate}/${prefix.length}`
  }
  return null
}
