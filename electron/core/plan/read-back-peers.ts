/**
 * An address with a peer: the kernel joins it to the other side by a route of its own (fib_add_ifaddr, net/ipv4/fib_frontend.c).
 * A lab file has no word for the peer, but for that route.
 */
import { familyOf, isLinkLocalIpv6, isMulticast, networkOf, parsePrefix } from '../lab/address.js'
import type { LiveNamespace } from '../live/state.js'
import type { WholeRoute } from './whole-routes.js'

/** Whether the kernel's own route leads to somewhere that no address of its interface lies in. */
export function leadsToPeer({ addresses }: LiveNamespace, { to, via, dev, src, type, protocol }: WholeRoute): boolean {
  if (protocol !== 'kernel' || type !== 'unicast' || via !== null || dev === null) return false
  const prefix = parsePrefix(to)
  if (!prefix || isMulticast(prefix) || (familyOf(to) === 'ipv6' && isLinkLocalIpv6(prefix))) return false
  const here = addresses.filter((each) => each.dev === dev)
  // One by an address that was leased or came of an advertisement is not the lab's: that address is not among them.
  const isOfOne =
    familyOf(to) === 'ipv6' ? prefix.length === 128 : here.some((each) => parsePrefix(each.address)?.text === src)
  return isOfOne && !here.some((each) => networkOf(each.address) === to)
}
