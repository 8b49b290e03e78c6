/** Settings of a namespace that decide where packets go, and that a prediction does not read. */
import type { LiveNamespace } from '../live/state.js'
import { said } from '../words/said.js'
import { CannotSay } from './prediction.js'
import { refuseUnread } from './ruleset.js'

/** Whatever is not 0 there turns packets, questions or answers another way. */
const decisive =
  /^net\.ipv[46]\.(conf\..+\.(arp_ignore|arp_filter|arp_announce|proxy_arp|proxy_ndp|route_localnet|ignore_routes_with_linkdown)|fwmark_reflect|fib_multipath_hash_policy)$/

/** @throws CannotSay where something of the namespace is beyond what a prediction reads */
export function refuseUnreadable(namespace: LiveNamespace): void {
  refuseUnread(namespace)
  for (const [key, value] of Object.entries(namespace.sysctls))
    if (decisive.test(key) && value !== '0') throw new CannotSay(said`${namespace.name} has ${key}=${value}.`)
}
