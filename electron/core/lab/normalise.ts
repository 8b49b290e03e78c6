/**
 * The lab as its file says it to the lab as the planner and the canvas need it. Assumes that the meaning rules found
 * no error. A lab that is broken on purpose comes here with errors: what cannot be expressed at all (an address that is
 * none, a link to nowhere) is left out; what the kernel would merely refuse or do badly stays in.
 */
import { canonicalAddress } from './address.js'
import { isResponder, normaliseDnsmasq } from './dnsmasq.js'
import { parseEndpoint } from './endpoint.js'
import { deviceEntries, homeOf, sharesIn, type DeviceEntry, type ShareEntry } from './device-tables.js'
import { impairOf } from './impair.js'
import { hostNamespace } from './lab.js'
import type { Lab, LabLink, LabNamespace, LabService } from './lab.js'
import { normaliseCheck } from './normalise-checks.js'
import { normaliseInterfaces } from './normalise-interfaces.js'
import { normalisePolicy } from './normalise-policy.js'
import { normaliseFirewall, normaliseNat, normalisePolicies } from './normalise-filter.js'
import { netnsTexts } from './netns-files.js'
import { normaliseNeighbours } from './normalise-neighbours.js'
import { normaliseRoutes } from './normalise-rules.js'
import { usesIpv6 } from './ipv6.js'
import type { LabFile } from './schema.js'
import { dottedSysctl, forwardingKeys } from './sysctl.js'
import type { NamespaceEntry } from './rules/lab-index.js'

export function normalise(labFile: LabFile): Lab {
  const ipv6 = usesIpv6(labFile)
  const entries = new Map<string, NamespaceEntry>([[hostNamespace, {}]])
  for (const [name, entry] of Object.entries(labFile.namespaces ?? {})) entries.set(name, entry ?? {})
  const links = normaliseLinks(labFile, entries)
  const interfaces = normaliseInterfaces(labFile, entries, links)
  const shares = sharesIn(labFile)
  const namespaces = new Map<string, LabNamespace>()
  for (const [name, entry] of entries) {
    const dnsmasq = normaliseDnsmasq(entry.services ?? [])
    const devices = devicesIn(name, entry, shares.get(name) ?? [])
    const dhcp4 = devices.flatMap(([device, said]) => (said?.dhcp4 === true && device !== 'lo' ? [device] : []))
    namespaces.set(name, {
      name,
      forwarding: entry.forwarding,
      interfaces: interfaces.get(name) ?? [],
      rules: normalisePolicy(entry, ipv6),
      routes: normaliseRoutes(entry),
      neighbours: normaliseNeighbours(entry),
      files: name === hostNamespace ? {} : netnsTexts(entry),
      nat: normaliseNat(entry, ipv6),
      firewall: normaliseFirewall(entry, ipv6),
      policies: normalisePolicies(entry, ipv6),
      texts: {
        ...(entry.nft === undefined ? {} : { nft: entry.nft }),
        ...(entry.iptables === undefined ? {} : { iptables: entry.iptables }),
        ...(entry.ip6tables === undefined ? {} : { ip6tables: entry.ip6tables }),
      },
      sysctls: normaliseSysctls(entry, devices),
      services: normaliseServices(entry),
      ...(dnsmasq === undefined ? {} : { dnsmasq }),
      ...(dhcp4.length === 0 ? {} : { dhcp4 }),
    })
  }
  return {
    name: labFile.name,
    title: labFile.title ?? labFile.name,
    description: labFile.description ?? null,
    broken: labFile.broken ?? false,
    ipv6,
    namespaces,
    links,
    uplink: labFile.uplink === 'on',
    // Without a prototype: a namespace may be called `constructor`.
    layout: Object.assign(Object.create(null) as object, labFile.layout),
    notes: labFile.notes ?? [],
    checks: (labFile.checks ?? []).flatMap((check) => normaliseCheck(check, namespaces)),
    goal: (labFile.goal ?? []).flatMap((check) => normaliseCheck(check, namespaces)),
    explanation: labFile.explanation ?? null,
    guide: labFile.guide ?? [],
  }
}

type LongLink = Exclude<NonNullable<LabFile['links']>[number], readonly unknown[]>

/** Links whose ends exist; of two links that claim one end, the first has it. */
function normaliseLinks(labFile: LabFile, entries: ReadonlyMap<string, NamespaceEntry>): readonly LabLink[] {
  const taken = new Set<string>()
  return (labFile.links ?? []).flatMap((entry) => {
    const long: LongLink = Array.isArray(entry) ? { ends: entry } : entry
    const [a, b] = long.ends
    const ends = [parseEndpoint(a), parseEndpoint(b)] as const
    const free = a !== b && !taken.has(a) && !taken.has(b)
    if (!free || ends.some((end) => !entries.has(end.namespace) || end.interface === 'lo')) return []
    taken.add(a).add(b)
    return [
      {
        ends,
        mtu: long.mtu ?? null,
        impair: [impairOf(long.impair, a), impairOf(long.impair, b)],
        unplugged: ends.find((_, i) => long.unplugged === [a, b][i]) ?? null,
      },
    ]
  })
}

/** Those that can listen at all. */
function normaliseServices({ services = [] }: NamespaceEntry): readonly LabService[] {
  return services.filter(isResponder).flatMap(({ listen, port, reply = '', address: text }) => {
    if (text === undefined) return [{ listen, port, reply }]
    const address = canonicalAddress(text)
    return address === null ? [] : [{ listen, port, reply, address }]
  })
}

/** Dotted keys, text values. What only repeats `forwarding` is left out; what contradicts it stays and is set after it. */
function normaliseSysctls(entry: NamespaceEntry, devices: readonly SaidDevice[]): Readonly<Record<string, string>> {
  const sysctls: Record<string, string> = { ...advertisements(entry, devices) }
  for (const [key, value] of Object.entries(entry.sysctls ?? {})) {
    const dotted = dottedSysctl(key)
    if (dotted === null) continue
    // The kernel prints several values of one key with tabs between them.
    const text = String(value).trim().replace(/\s+/g, '\t')
    const forwards = forwardingKeys.some((known) => known === dotted)
    if (forwards && entry.forwarding !== undefined && text === (entry.forwarding ? '1' : '0')) continue
    sysctls[dotted] = text
  }
  return sysctls
}

type SaidDevice = readonly [name: string, said: DeviceEntry | null]

/** Every interface that is in the namespace with what its own entry says, wherever the file has that. */
function devicesIn(namespace: string, entry: NamespaceEntry, shares: readonly ShareEntry[]): readonly SaidDevice[] {
  const moved = shares.filter(({ from }) => from !== namespace).map(({ name, said }) => [name, said] as const)
  const own = deviceEntries(entry).flatMap(([, name, said]) =>
    homeOf(namespace, said) === namespace ? [[name, said ?? null] as const] : [],
  )
  return [...moved, ...own]
}

/** A router heeds other routers only at 2 (accept_ra, Documentation/networking/ip-sysctl.rst). */
const advertisements = (entry: NamespaceEntry, devices: readonly SaidDevice[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    devices.flatMap(([name, said]) => {
      const heeds = said?.['accept-ra']
      const key = heeds === undefined ? null : dottedSysctl(`net/ipv6/conf/${name}/accept_ra`)
      return key === null ? [] : [[key, heeds ? (entry.forwarding === true ? '2' : '1') : '0'] as const]
    }),
  )
