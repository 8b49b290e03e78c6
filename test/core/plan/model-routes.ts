import { containsAddress, isLinkLocalIpv6, parseAddress } from '../../../electron/core/lab/address.js'
import type { Family } from '../../../electron/core/lab/lab.js'
import type { LiveNamespace, LiveRoute } from '../../../electron/core/live/state.js'
import type { StepRoute, StepRule } from '../../../electron/core/plan/step.js'

/** The device a gateway is on-link at, or null. */
export function reach(
  { links, addresses, routes }: Pick<LiveNamespace, 'links' | 'addresses' | 'routes'>,
  gateway: string,
  family: Family,
  table: number,
): string | null {
  // The subnets of a VRF are in its table alone.
  const knows = (name: string): boolean => {
    const vrf = links.find((link) => link.name === name)?.vrf ?? name
    const own = links.find((link) => link.name === vrf)?.table
    return own === undefined || own === table
  }
  const isUp = (name: string | null) => links.some((link) => link.name === name && link.up)
  const on = addresses.find((each) => isUp(each.dev) && knows(each.dev) && containsAddress(each.address, gateway))
  if (on) return on.dev
  const over = routes.find(
    (each) =>
      each.family === family && each.type === 'unicast' && each.via === null && containsAddress(each.to, gateway),
  )
  return over && isUp(over.dev) ? over.dev : null
}

/** Addresses that packets can be sent from: of interfaces that are up (inet_addr_type, net/ipv4/fib_frontend.c). */
export const isSource = ({ links, addresses }: Pick<LiveNamespace, 'links' | 'addresses'>, source: string): boolean =>
  addresses.some(
    ({ dev, address }) => address.startsWith(`${source}/`) && links.some((link) => link.name === dev && link.up),
  )

export function isLinkLocal(text: string): boolean {
  const address = parseAddress(text)
  return address !== null && isLinkLocalIpv6(address)
}

/** Whether a delete request means this route. IPv6 takes a missing metric for any, IPv4 for 0. */
export function isSame(there: LiveRoute, route: StepRoute): boolean {
  if (there.table !== (route.table ?? 254)) return false
  if (there.family !== route.family || there.to !== route.to || there.type !== route.type) return false
  if (there.via !== route.via || (route.dev !== null && route.dev !== there.dev)) return false
  return route.metric === null ? route.family === 'ipv6' || there.metric === 0 : there.metric === route.metric
}

/** What the kernel tells rules apart by. */
export function ruleEssence(rule: object): unknown {
  const { family, priority, from, to, iif, oif, fwmark, not, action, table } = rule as StepRule
  return [family, priority, from, to, iif, oif, fwmark, not, action, table]
}
