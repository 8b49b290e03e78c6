/**
 * What one dnsmasq of a namespace serves: names (RFC 1035), leases (RFC 2131) and router advertisements (RFC 4861). A lab
 * file says each as a service of its own; one process does all of them.
 */
import { parseAddress, parsePrefix, formatPrefix, networkPrefix } from './address.js'
import type { ServiceEntry } from './schema.js'

export interface LabDns {
  /** Lower case, without a dot at the end; addresses as the kernel prints them. */
  readonly records: readonly { readonly name: string; readonly addresses: readonly string[] }[]
  /** What is in no record is asked of the namespace's own resolver, and of nobody without. */
  readonly forward: boolean
}

export interface LabDhcp {
  readonly interface: string
  /** The first and the last address that is given away. */
  readonly range: readonly [string, string]
  readonly router: string | null
  readonly nameservers: readonly string[]
}

export interface LabRa {
  readonly interface: string
  /** Of /64: hosts make an address in no other (RFC 4862, 5.5.3 d; RFC 4291, 2.5.1). */
  readonly prefix: string
}

export interface LabDnsmasq {
  readonly dns: LabDns | null
  readonly dhcp: readonly LabDhcp[]
  readonly ra: readonly LabRa[]
}

export type ResponderEntry = Extract<ServiceEntry, { readonly listen: unknown }>
type ServerEntry = Exclude<ServiceEntry, ResponderEntry>

export const isResponder = (entry: ServiceEntry): entry is ResponderEntry => 'listen' in entry

const canonical = (text: string): string => parseAddress(text)?.text ?? text

/** As DNS compares names: without regard to case, and with or without the dot at the end (RFC 1035, 2.3.3). */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '')

/** Undefined where nothing of it is asked for. */
export function normaliseDnsmasq(services: readonly ServiceEntry[]): LabDnsmasq | undefined {
  const entries = services.filter((entry): entry is ServerEntry => !isResponder(entry))
  if (entries.length === 0) return undefined
  const dns = entries.flatMap((entry) => ('dns' in entry ? [entry.dns] : []))[0]
  return {
    dns: dns
      ? {
          records: Object.entries(dns.records ?? {}).map(([name, said]) => ({
            name: plainName(name),
            addresses: [said].flat().map(canonical),
          })),
          forward: dns.forward ?? false,
        }
      : null,
    dhcp: entries.flatMap((entry) =>
      'dhcp' in entry
        ? [
            {
              interface: entry.dhcp.interface,
              range: [canonical(entry.dhcp.range[0]), canonical(entry.dhcp.range[1])] as const,
              router: entry.dhcp.router === undefined ? null : canonical(entry.dhcp.router),
              nameservers: (entry.dhcp.nameservers ?? []).map(canonical),
            },
          ]
        : [],
    ),
    ra: entries.flatMap((entry) => {
      const prefix = 'ra' in entry ? parsePrefix(entry.ra.prefix) : null
      return 'ra' in entry && prefix
        ? [{ interface: entry.ra.interface, prefix: formatPrefix(networkPrefix(prefix)) }]
        : []
    }),
  }
}

/** As a lab file says it. */
export function dnsmasqEntries({ dns, dhcp, ra }: LabDnsmasq): readonly ServerEntry[] {
  return [
    ...(dns
      ? [
          {
            dns: {
              records: Object.fromEntries(
                dns.records.map(({ name, addresses }) => [
                  name,
                  addresses.length === 1 ? (addresses[0] ?? '') : [...addresses],
                ]),
              ),
              ...(dns.forward ? { forward: true } : {}),
            },
          },
        ]
      : []),
    ...dhcp.map(({ interface: dev, range: [first, last], router, nameservers }) => ({
      dhcp: {
        interface: dev,
        range: [first, last] as [string, string],
        ...(router === null ? {} : { router }),
        ...(nameservers.length > 0 ? { nameservers: [...nameservers] } : {}),
      },
    })),
    ...ra.map(({ interface: dev, prefix }) => ({ ra: { interface: dev, prefix } })),
  ]
}

export interface ServedFact {
  readonly kind: 'dns' | 'dhcp' | 'ra'
  readonly text: string
}

/** In a few words, a line of an overview each. */
export function dnsmasqFacts({ dns, dhcp, ra }: LabDnsmasq): readonly ServedFact[] {
  const records = dns?.records.map(({ name, addresses }) => `${name} ${addresses.join(' ')}`) ?? []
  const others = dns?.forward ? ['forward'] : dns && records.length === 0 ? [''] : []
  const leases = dhcp.map(({ interface: dev, range, router, nameservers }) =>
    [
      `${dev} ${range.join('-')}`,
      ...(router === null ? [] : [`router ${router}`]),
      ...(nameservers.length > 0 ? [`nameservers ${nameservers.join(' ')}`] : []),
    ].join(' '),
  )
  return [
    ...[...records, ...others].map((text) => ({ kind: 'dns', text }) as const),
    ...leases.map((text) => ({ kind: 'dhcp', text }) as const),
    ...ra.map(({ interface: dev, prefix }) => ({ kind: 'ra', text: `${dev} ${prefix}` }) as const),
  ]
}

export const dnsmasqLines = (serves: LabDnsmasq): readonly string[] =>
  dnsmasqFacts(serves).map(({ kind, text }) => (text === '' ? kind : `${kind} ${text}`))
