/**
 * An address with a peer: the kernel joins it to the other side by a route of its own (fib_add_ifaddr, net/ipv4/fib_frontend.c).
 * A lab file has no word for the peer, but for that route.
 */
import { familyOf, isLinkLocalIpv6, isMulticast, networkOf, parsePrefix } from '../lab/address.js'
import type { LiveNamespace } from '../live/state.js'
import type { WholeRoute } from './whole-routes.js'

/** Whether the kernel's own route leads to somewhere that no address of its interface lies in. */
export function leadsToPeer({ addresses }: LiveNamespace, { to, via, dev, type, protocol }: WholeRoute): boolean {
  if (protocol !== 'kernel' || type !== 'unicast' || via !== null || dev === null) return false
  const prefix = parsePrefix(to)
  if (!prefix || isMulticast(prefix) || (familyOf(to) === 'ipv6' && isLinkLocalIpv6(prefix))) return false
  return !addresses.some((each) => each.dev === dev && networkOf(each.address) === to)
}
