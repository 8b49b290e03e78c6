/** Checks begin when the network stands: hosts make themselves an address of a prefix once a router has advertised it. */
import { Network } from '../core/diagnosis/network.js'
import { segment, type Place } from '../core/diagnosis/segment.js'
import { containsAddress } from '../core/lab/address.js'
import type { LabCheck } from '../core/lab/lab.js'
import { dottedSysctl } from '../core/lab/sysctl.js'
import type { LiveNamespace, LiveState } from '../core/live/state.js'
import type { Waiting } from './check-wait.js'

/** Interfaces that heed what the lab's routers advertise to them, and have no address of it that they may use. */
export function unaddressed(live: LiveState): readonly Place[] {
  const network = new Network(live)
  return live.namespaces.flatMap((router) =>
    (router.dnsmasq?.ra ?? []).flatMap(({ interface: dev, prefix }) => {
      const link = network.link(router.name, dev)
      if (!link) return []
      return segment(network, { namespace: router.name, link }).filter((place) => {
        const namespace = network.namespace(place.namespace)
        return namespace !== undefined && heeds(namespace, place) && !hasAddress(namespace, place, prefix)
      })
    }),
  )
}

/** A router heeds others only at 2 (accept_ra, Documentation/networking/ip-sysctl.rst); a port is its bridge's. */
function heeds({ sysctls }: LiveNamespace, { link }: Place): boolean {
  if (!link.up || !link.carrier || (link.master ?? link.bond ?? null) !== null) return false
  if (sysctls['net.ipv6.conf.all.disable_ipv6'] === '1') return false
  const said = sysctls[dottedSysctl(`net/ipv6/conf/${link.name}/accept_ra`) ?? ''] ?? '1'
  return said === '2' || (said === '1' && sysctls['net.ipv6.conf.all.forwarding'] !== '1')
}

const hasAddress = ({ addresses }: LiveNamespace, { link }: Place, prefix: string): boolean =>
  addresses.some(
    ({ dev, address, flags }) =>
      dev === link.name && !flags.includes('tentative') && containsAddress(prefix, address.replace(/\/.*$/, '')),
  )

export const speaksIpv6 = (check: LabCheck): boolean => check.kind !== 'dns' && check.target.includes(':')

/**
 * Until those that checks over IPv6 may start from have their addresses. A host asks again after four seconds
 * (RTR_SOLICITATION_INTERVAL, RFC 4861, 10), and has tried for a second whether somebody has the address (RetransTimer): longer
 * than both it takes none.
 */
export const prefixesTaken: Waiting = {
  where: (live) => unaddressed(live).map(({ namespace }) => namespace),
  longestMs: 6000,
  lookMs: 250,
}
