import { parseAddress, parseAddressPort, parsePrefixOrAddress } from '../address.js'
import { quote } from '../describe.js'
import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import type { LabPath } from '../problem.js'
import type { NatEntry } from '../schema.js'
import { badAddress } from './addresses.js'
import type { LabIndex, Rule } from './lab-index.js'
import { ruleInterface } from './references.js'
import { said } from '../../words/said.js'

export const natRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    for (const [i, entry] of (namespace.entry.nat ?? []).entries()) {
      yield* natOf(lab, namespace.name, entry, [...namespace.path, 'nat', i])
    }
  }
}

function* natOf(lab: LabIndex, namespace: string, entry: NatEntry, path: LabPath): Iterable<Finding> {
  if ('dnat' in entry) {
    if (entry.in !== undefined) yield* ruleInterface(lab, namespace, entry.in, [...path, 'in'])
    if (!parseAddressPort(entry.to)) {
      yield error(
        'bad-target',
        [...path, 'to'],
        said`${quote(entry.to)} is no target for DNAT.`,
        said`Write ADDRESS, ADDRESS:PORT or [IPV6]:PORT, as in 192.168.1.2:80.`,
      )
    }
    return
  }
  yield* ruleInterface(lab, namespace, entry.out, [...path, 'out'])
  const key = 'snat' in entry ? 'snat' : 'masquerade'
  const from = 'snat' in entry ? entry.snat : entry.masquerade
  const source = parsePrefixOrAddress(from)
  if (!source) yield badAddress(from, [...path, key])
  if (!('snat' in entry)) return
  const to = parseAddress(entry.to)
  if (!to) {
    const hint = parseAddressPort(entry.to)
      ? said`Leave the port out: SNAT keeps the port where it can.`
      : said`Write one address that the outgoing interface has.`
    yield error('bad-target', [...path, 'to'], said`${quote(entry.to)} is no address for SNAT.`, hint)
  } else if (source && to.family !== source.family) {
    yield error(
      'family-mismatch',
      [...path, 'to'],
      said`${quote(entry.to)} cannot replace a source in ${from}: one is IPv4, the other IPv6.`,
      said`Use an address of the same family.`,
    )
  }
}
