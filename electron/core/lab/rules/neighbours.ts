import { parseAddress, parsePrefixOrAddress } from '../address.js'
import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import type { Family } from '../lab.js'
import type { LabPath } from '../problem.js'
import type { NeighbourEntry } from '../schema.js'
import { dottedSysctl } from '../sysctl.js'
import { badAddress } from './addresses.js'
import type { IndexedNamespace, LabIndex, Rule } from './lab-index.js'
import { interfaceExists } from './references.js'
import { said } from '../../words/said.js'

export const neighbourRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    const seen = new Set<string>()
    for (const [i, entry] of (namespace.entry.neighbours ?? []).entries()) {
      const path = [...namespace.path, 'neighbours', i]
      yield* neighbourOf(lab, namespace, entry, path)
      // The kernel keeps both kinds apart, and of each kind one for an address (neigh_lookup, pneigh_lookup).
      const key = JSON.stringify([parseAddress(entry.address)?.text ?? entry.address, entry.dev, entry.proxy === true])
      if (seen.has(key)) {
        yield error(
          'neighbour-twice',
          path,
          said`${quote(namespace.name)} has a neighbour ${entry.address} on ${quote(entry.dev)} already.`,
          said`Remove one of them.`,
        )
      }
      seen.add(key)
    }
  }
}

function* neighbourOf(
  lab: LabIndex,
  namespace: IndexedNamespace,
  { address: text, dev, mac, proxy = false }: NeighbourEntry,
  path: LabPath,
): Iterable<Finding> {
  const address = parseAddress(text)
  if (!address) {
    yield parsePrefixOrAddress(text)
      ? error(
          'bad-address',
          [...path, 'address'],
          said`A neighbour is one address; ${quote(text)} has a prefix length.`,
          said`Write ${text.split('/')[0] ?? ''}.`,
        )
      : badAddress(text, [...path, 'address'])
  }
  if (dev === 'lo') {
    // It asks nobody for a MAC address, and the kernel keeps such an entry as one for 0.0.0.0 (arp_constructor).
    yield error(
      'neighbour-on-loopback',
      [...path, 'dev'],
      said`"lo" leads to nobody, so it has no neighbours.`,
      said`Name the interface that the neighbour is behind.`,
    )
    return
  }
  yield* interfaceExists(lab, namespace.name, dev, [...path, 'dev'])
  if ((mac === undefined) === !proxy) {
    yield error(
      'neighbour-without-mac',
      path,
      mac === undefined
        ? said`The neighbour ${text} has no MAC address.`
        : said`For a proxied address the interface answers with its own MAC address.`,
      mac === undefined
        ? said`Say its \`mac\`, or \`proxy: true\` to have ${quote(dev)} answer for it.`
        : said`Remove \`mac\`, or \`proxy\`.`,
    )
  }
  if (mac !== undefined && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1) {
    yield warning(
      'neighbour-group-mac',
      [...path, 'mac'],
      said`${mac} is the MAC address of a group; what is sent to ${text} goes to all of it.`,
      said`Write the MAC address of one interface.`,
    )
  }
  if (proxy && address && !answersFor(namespace, dev, address.family)) {
    yield address.family === 'ipv4'
      ? warning(
          'proxy-silent',
          path,
          said`${quote(namespace.name)} does not forward, so it answers no ARP request for ${text}.`,
          said`Add \`forwarding: true\`.`,
        )
      : warning(
          'proxy-silent',
          path,
          said`${quote(dev)} answers for no other address until proxy_ndp is on.`,
          said`Add \`net.ipv6.conf.${dev}.proxy_ndp: 1\` to \`sysctls\`.`,
        )
  }
}

/** ARP asks for forwarding (arp_process, net/ipv4/arp.c), NDP for a switch of its own (ndisc_recv_ns, net/ipv6/ndisc.c). */
function answersFor({ entry }: IndexedNamespace, dev: string, family: Family): boolean {
  const on = new Set(
    Object.entries(entry.sysctls ?? {}).flatMap(([key, value]) => (Number(value) === 0 ? [] : [dottedSysctl(key)])),
  )
  const places = family === 'ipv4' ? ['forwarding'] : ['proxy_ndp']
  const isOn = places.some((leaf) => ['all', 'default', dev].some((at) => on.has(`net.${family}.conf.${at}.${leaf}`)))
  return isOn || (family === 'ipv4' && (entry.forwarding === true || on.has('net.ipv4.ip_forward')))
}
