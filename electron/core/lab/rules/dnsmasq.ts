/** Services that dnsmasq serves: names, leases, router advertisements. */
import {
  compareAddresses,
  containsAddress,
  isLinkLocalIpv6,
  networkOf,
  parseAddress,
  parsePrefix,
  type Address,
} from '../address.js'
import { quote } from '../describe.js'
import { isResponder, plainName } from '../dnsmasq.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import { hostNamespace } from '../lab.js'
import type { LabPath } from '../problem.js'
import type { ServiceEntry } from '../schema.js'
import { badAddress } from './addresses.js'
import type { IndexedNamespace, LabIndex, Rule } from './lab-index.js'
import { interfaceExists } from './references.js'
import { said } from '../../words/said.js'

type Entry<Key extends string> = Extract<ServiceEntry, Readonly<Record<Key, unknown>>>

export const dnsmasqRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    const seen = new Set<string>()
    for (const [i, entry] of (namespace.entry.services ?? []).entries()) {
      if (isResponder(entry)) continue
      const path = [...namespace.path, 'services', i]
      const what = 'dns' in entry ? 'dns' : 'dhcp' in entry ? `dhcp ${entry.dhcp.interface}` : `ra ${raOf(entry)}`
      if (seen.has(what))
        yield error(
          'service-twice',
          path,
          said`${quote(namespace.name)} has this service already.`,
          'dns' in entry
            ? said`Write all records into one "dns".`
            : said`Choose another interface, or remove one of them.`,
        )
      seen.add(what)
      if ('dns' in entry) yield* dnsFindings(namespace, entry, [...path, 'dns'])
      else if ('dhcp' in entry) yield* dhcpFindings(lab, namespace, entry, [...path, 'dhcp'])
      else yield* raFindings(lab, namespace, entry, [...path, 'ra'])
    }
  }
}

const raOf = ({ ra }: Entry<'ra'>): string => `${ra.interface} ${networkOf(ra.prefix) ?? ra.prefix}`

function* dnsFindings(namespace: IndexedNamespace, { dns }: Entry<'dns'>, path: LabPath): Iterable<Finding> {
  const names = new Set<string>()
  for (const [name, said_] of Object.entries(dns.records ?? {})) {
    const at = [...path, 'records', name]
    if (!/[a-z_]/i.test(name))
      yield error(
        'bad-name',
        at,
        said`${quote(name)} stands where a name belongs and has no letter in it.`,
        said`Write \`NAME: ADDRESS\`.`,
      )
    if (names.has(plainName(name)))
      yield error(
        'record-twice',
        at,
        said`${quote(name)} has a record already; DNS does not tell upper from lower case.`,
        said`Write all of its addresses into one list.`,
      )
    names.add(plainName(name))
    const addresses = [said_].flat()
    for (const [i, text] of addresses.entries())
      if (!parseAddress(text)) yield badAddress(text, typeof said_ === 'string' ? at : [...at, i])
  }
  if (dns.forward === true && namespace.name !== hostNamespace && namespace.entry.resolver === undefined)
    yield error(
      'forward-nowhere',
      [...path, 'forward'],
      said`${quote(namespace.name)} has nobody to forward to: it has no resolver of its own.`,
      said`Give the namespace a "resolver", or remove "forward".`,
    )
}

function* dhcpFindings(
  lab: LabIndex,
  namespace: IndexedNamespace,
  { dhcp }: Entry<'dhcp'>,
  path: LabPath,
): Iterable<Finding> {
  yield* interfaceExists(lab, namespace.name, dhcp.interface, [...path, 'interface'])
  const ipv4 = function* (text: string, at: LabPath): Generator<Finding, Address | null> {
    const address = parseAddress(text)
    if (!address) yield badAddress(text, at)
    else if (address.family === 'ipv6')
      yield error(
        'family-mismatch',
        at,
        said`DHCP gives away IPv4 addresses, and ${text} is none.`,
        said`For IPv6, a service "ra" lets hosts make their own.`,
      )
    return address?.family === 'ipv4' ? address : null
  }
  const first = yield* ipv4(dhcp.range[0], [...path, 'range', 0])
  const last = yield* ipv4(dhcp.range[1], [...path, 'range', 1])
  if (dhcp.router !== undefined) yield* ipv4(dhcp.router, [...path, 'router'])
  for (const [i, text] of (dhcp.nameservers ?? []).entries()) yield* ipv4(text, [...path, 'nameservers', i])
  const own = namespace.interfaces.get(dhcp.interface)
  if (!first || !last || !own) return
  const subnet = own.addresses.find(({ prefix }) => prefix && containsAddress(prefix, first))?.prefix
  if (!subnet)
    yield error(
      'range-elsewhere',
      [...path, 'range', 0],
      said`${first.text} is in no subnet of ${quote(own.name)}, and dnsmasq gives away addresses of its own subnets only.`,
      said`Give ${quote(own.name)} an address of that subnet, or choose a range of one that it has.`,
    )
  else if (!containsAddress(subnet, last) || compareAddresses(last, first) < 0)
    yield error(
      'range-elsewhere',
      [...path, 'range', 1],
      said`A range goes from its first address to its last in one subnet; ${last.text} is not behind ${first.text} in ${networkOf(`${subnet.text}/${subnet.length}`) ?? ''}.`,
      said`Write the smaller address first, and both of one subnet.`,
    )
}

function* raFindings(
  lab: LabIndex,
  namespace: IndexedNamespace,
  { ra }: Entry<'ra'>,
  path: LabPath,
): Iterable<Finding> {
  yield* interfaceExists(lab, namespace.name, ra.interface, [...path, 'interface'])
  const prefix = parsePrefix(ra.prefix)
  if (prefix?.family !== 'ipv6' || isLinkLocalIpv6(prefix)) {
    yield error(
      'bad-prefix',
      [...path, 'prefix'],
      said`${quote(ra.prefix)} is no IPv6 prefix that a router can advertise.`,
      said`Write one like fd00:1::/64.`,
    )
    return
  }
  if (prefix.length !== 64) {
    yield error(
      'bad-prefix',
      [...path, 'prefix'],
      said`Hosts make themselves addresses in a prefix of 64 bits, and ${quote(ra.prefix)} has ${prefix.length}.`,
      said`Write one like fd00:1::/64.`,
    )
    return
  }
  const own = namespace.interfaces.get(ra.interface)
  if (own && !own.addresses.some((each) => each.prefix && containsAddress(prefix, each.prefix)))
    yield error(
      'prefix-elsewhere',
      [...path, 'prefix'],
      said`${quote(own.name)} has no address in ${ra.prefix}, and dnsmasq advertises prefixes of its own addresses only.`,
      said`Give ${quote(own.name)} an address in it.`,
    )
  if (namespace.entry.forwarding !== true)
    yield warning(
      'not-a-router',
      path,
      said`${quote(namespace.name)} advertises itself as a router and does not forward.`,
      said`Add "forwarding: true".`,
    )
}
