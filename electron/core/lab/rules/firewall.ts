import { parsePrefixOrAddress } from '../address.js'
import { quote } from '../describe.js'
import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import type { LabPath } from '../problem.js'
import type { FilterRuleEntry } from '../schema.js'
import { badAddress } from './addresses.js'
import type { LabIndex, Rule } from './lab-index.js'
import { ruleInterface } from './references.js'
import { said } from '../../words/said.js'

export const firewallRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    const policies = new Set<string>()
    for (const [i, entry] of (namespace.entry.firewall ?? []).entries()) {
      const path = [...namespace.path, 'firewall', i]
      if (!('policy' in entry)) {
        yield* entryOf(lab, namespace.name, entry, path)
        continue
      }
      const { chain, family } = entry
      const taken = [family ?? 'ipv4', family ?? 'ipv6'].map((each) => `${chain} ${each}`)
      if (taken.some((each) => policies.has(each)))
        yield error(
          'two-policies',
          path,
          said`The chain ${chain} has a policy already.`,
          said`Keep one, or give each its \`family:\`.`,
        )
      for (const each of taken) policies.add(each)
    }
  }
}

function* entryOf(lab: LabIndex, namespace: string, entry: FilterRuleEntry, path: LabPath): Iterable<Finding> {
  const [source, destination] = [entry.source, entry.destination].map((text) =>
    text === undefined ? undefined : parsePrefixOrAddress(text),
  )
  if (source === null) yield badAddress(entry.source ?? '', [...path, 'source'])
  if (destination === null) yield badAddress(entry.destination ?? '', [...path, 'destination'])
  if (source && destination && source.family !== destination.family) {
    yield error(
      'family-mismatch',
      [...path, 'destination'],
      said`No packet goes from ${entry.source ?? ''} to ${entry.destination ?? ''}: one is IPv4, the other IPv6.`,
      said`Use addresses of one family.`,
    )
  }
  if (entry.port !== undefined && entry.protocol !== 'tcp' && entry.protocol !== 'udp') {
    const message = entry.protocol === 'icmp' ? said`ICMP has no ports.` : said`A port needs a protocol.`
    yield error('port-needs-protocol', [...path, 'port'], message, said`Add \`protocol: tcp\` or \`protocol: udp\`.`)
  }
  // iptables refuses -o in INPUT and -i in OUTPUT: the packet has not been there.
  for (const [key, chain, word] of [
    ['out', 'input', said`leave`],
    ['in', 'output', said`arrive`],
  ] as const) {
    const name = entry[key]
    if (name === undefined) continue
    yield* ruleInterface(lab, namespace, name, [...path, key])
    if (entry.chain === chain) {
      yield error(
        'wrong-chain',
        [...path, key],
        said`Packets in the chain ${chain} do not ${word} through an interface; ${quote(key)} means nothing there.`,
        said`Remove \`${key}:\`, or use the chain forward.`,
      )
    }
  }
}
