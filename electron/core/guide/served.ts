/** What a step says of names, leases and advertisements, and nobody in the namespace serves or asks for. */
import { dnsmasqLines, normaliseDnsmasq, type LabDnsmasq } from '../lab/dnsmasq.js'
import type { ServiceEntry } from '../lab/schema.js'
import type { LiveNamespace } from '../live/state.js'

/** In a few words each. Of names others may be served as well; leases and advertisements are wanted as they are said. */
export function unserved(services: readonly ServiceEntry[], there: LabDnsmasq | null | undefined): readonly string[] {
  const wanted = normaliseDnsmasq(services)
  if (!wanted) return []
  const differs =
    <T>(known: readonly T[] = []) =>
    (each: T): boolean =>
      !known.some((other) => JSON.stringify(other) === JSON.stringify(each))
  const knows = (name: string, address: string): boolean =>
    there?.dns?.records.some((each) => each.name === name && each.addresses.includes(address)) ?? false
  const { dns } = wanted
  const records = (dns?.records ?? []).filter(({ name, addresses }) => addresses.some((each) => !knows(name, each)))
  const forward = dns?.forward === true && there?.dns?.forward !== true
  return dnsmasqLines({
    // Where no name is wanted, that it is there at all is.
    dns: dns && (records.length > 0 || forward || !there?.dns) ? { records, forward } : null,
    dhcp: wanted.dhcp.filter(differs(there?.dhcp)),
    ra: wanted.ra.filter(differs(there?.ra)),
  })
}

/** Whether a DHCP client asks there, whoever has started it: addresses of leases that run out are no permanent ones. */
export const hasClient = ({ dhcp = [], addresses }: LiveNamespace, dev: string): boolean =>
  dhcp.some((each) => each.dev === dev) ||
  addresses.some((each) => each.dev === dev && each.family === 'ipv4' && !each.flags.includes('permanent'))
