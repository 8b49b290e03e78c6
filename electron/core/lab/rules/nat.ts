import { familyOf, networkOf, parseAddress, parseAddressPort, parsePrefixOrAddress } from '../address.js'
import { quote } from '../describe.js'
import { error } from '../finding.js'
import type { Finding } from '../finding.js'
import { natMatchOf, type NatMatch } from '../nat-match.js'
import type { LabPath } from '../problem.js'
import type { NatEntry } from '../schema.js'
import { badAddress } from './addresses.js'
import type { LabIndex, Rule } from './lab-index.js'
import { ruleInterface } from './references.js'
import { said } from '../../words/said.js'

export const natRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    for (const [i, entry] of (namespace.entry.nat ?? []).entries()) {
      const path = [...namespace.path, 'nat', i]
      yield* matchOf(lab, namespace.name, entry, path)
      yield* targetOf(entry, path)
    }
  }
}

/** Where the file says a part: `masquerade: SOURCE`, `dnat: { port: 80 }`. */
function placeOf(entry: NatEntry, part: keyof NatMatch, path: LabPath): LabPath {
  if (part === 'source' && 'masquerade' in entry) return [...path, 'masquerade']
  if (part === 'source' && 'snat' in entry) return [...path, 'snat']
  if (part !== 'protocol' && part !== 'port') return [...path, part]
  const kind = 'dnat' in entry ? 'dnat' : 'redirect' in entry ? 'redirect' : null
  const within = 'dnat' in entry ? entry.dnat : 'redirect' in entry ? entry.redirect : {}
  return kind !== null && within[part] !== undefined ? [...path, kind, part] : [...path, part]
}

function* matchOf(lab: LabIndex, namespace: string, entry: NatEntry, path: LabPath): Iterable<Finding> {
  const match = natMatchOf(entry)
  const at = (part: keyof NatMatch): LabPath => placeOf(entry, part, path)
  for (const part of ['source', 'destination'] as const) {
    const text = match[part]
    if (text !== undefined && !parsePrefixOrAddress(text)) yield badAddress(text, at(part))
  }
  const [source, destination] = [match.source, match.destination].map((text) =>
    text === undefined ? null : parsePrefixOrAddress(text),
  )
  if (source && destination && source.family !== destination.family)
    yield error(
      'family-mismatch',
      at('destination'),
      said`No packet goes from ${match.source ?? ''} to ${match.destination ?? ''}: one is IPv4, the other IPv6.`,
      said`Use addresses of one family.`,
    )
  const within = 'dnat' in entry ? entry.dnat : 'redirect' in entry ? entry.redirect : {}
  for (const part of ['protocol', 'port'] as const)
    if (within[part] !== undefined && entry[part] !== undefined)
      yield error(
        'said-twice',
        [...path, part],
        said`The entry says its ${part} twice.`,
        said`Leave one of the two out.`,
      )
  if (match.port !== undefined && match.protocol === undefined)
    yield error(
      'port-needs-protocol',
      at('port'),
      said`A port needs a protocol.`,
      said`Add \`protocol: tcp\` or \`protocol: udp\`.`,
    )
  yield* interfacesOf(lab, namespace, entry, path)
  yield* negationsOf(match, [...path, 'not'])
}

/** iptables refuses the interface that a packet has not come in by, or not left by, in the chain. */
function* interfacesOf(lab: LabIndex, namespace: string, entry: NatEntry, path: LabPath): Iterable<Finding> {
  const ofSource = 'masquerade' in entry || 'snat' in entry
  const chain = ofSource ? 'postrouting' : (entry.chain ?? 'prerouting')
  const wrong = chain === 'prerouting' ? 'out' : 'in'
  for (const key of ['in', 'out'] as const) {
    const name = entry[key]
    if (name === undefined) continue
    yield* ruleInterface(lab, namespace, name, [...path, key])
    if (key !== wrong) continue
    const word = key === 'out' ? said`leave` : said`arrive`
    yield error(
      'wrong-chain',
      [...path, key],
      said`Packets in the chain ${chain} do not ${word} through an interface; ${quote(key)} means nothing there.`,
      said`Remove \`${key}:\`.`,
    )
  }
}

function* negationsOf(match: NatMatch, path: LabPath): Iterable<Finding> {
  for (const [i, part] of match.not.entries()) {
    const value = match[part]
    const network = typeof value === 'string' ? networkOf(value) : null
    if (value === undefined)
      yield error(
        'not-of-nothing',
        [...path, i],
        said`\`not\` names ${quote(part)}, which the entry does not say.`,
        said`Add \`${part}:\`, or take it out of \`not\`.`,
      )
    else if (network !== null && /\/0$/.test(network))
      yield error(
        'never-matches',
        [...path, i],
        said`No packet is outside of ${String(value)}; the entry does nothing.`,
        said`Take ${quote(part)} out of \`not\`.`,
      )
    else if (part === 'protocol' && match.port !== undefined)
      yield error(
        'port-needs-protocol',
        [...path, i],
        said`A port needs a protocol that is meant, not one that is not.`,
        said`Remove \`port:\`, or take "protocol" out of \`not\`.`,
      )
  }
}

function* targetOf(entry: NatEntry, path: LabPath): Iterable<Finding> {
  if ('masquerade' in entry) return
  const match = natMatchOf(entry)
  if ('redirect' in entry || 'dnat' in entry) {
    const to = 'dnat' in entry ? parseAddressPort(entry.to) : null
    if ('dnat' in entry && !to)
      yield error(
        'bad-target',
        [...path, 'to'],
        said`${quote(entry.to)} is no target for DNAT.`,
        said`Write ADDRESS, ADDRESS:PORT or [IPV6]:PORT, as in 192.168.1.2:80.`,
      )
    const port = 'dnat' in entry ? (to?.port ?? null) : (entry.to ?? null)
    if (port !== null && (match.protocol === undefined || match.not.includes('protocol')))
      yield error(
        'port-needs-protocol',
        [...path, 'to'],
        said`A port needs a protocol.`,
        said`Add \`protocol: tcp\` or \`protocol: udp\`.`,
      )
    const from = [match.destination, match.source].find((text) => text !== undefined && familyOf(text) !== null)
    if (to && from !== undefined && familyOf(from) !== to.address.family)
      yield error(
        'family-mismatch',
        [...path, 'to'],
        said`${quote(to.address.text)} cannot be where packets from or to ${from} go: one is IPv4, the other IPv6.`,
        said`Use an address of the same family.`,
      )
    return
  }
  const source = parsePrefixOrAddress(entry.snat)
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
      said`${quote(entry.to)} cannot replace a source in ${entry.snat}: one is IPv4, the other IPv6.`,
      said`Use an address of the same family.`,
    )
  }
}
