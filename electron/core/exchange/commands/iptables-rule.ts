/** One rule of iptables as a lab file has it, or the reason why it has not. */
import { formatPrefix, networkPrefix, parseAddress, parseAddressPort } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import type { Family, LabFirewall } from '../../lab/lab.js'
import { connectionStates, natParts, type NatPart } from '../../lab/schema.js'
import { spellFirewall, spellNat, type RuleSpelling } from '../../plan/rules.js'
import type { Word } from '../shell/word.js'
import { givenPrefix } from './given-prefix.js'
import { beyondEntries, leftOut, wholeNumber, type Outcome } from './command.js'
import { said } from '../../words/said.js'

/** What the words of one command say. */
export interface GivenRule {
  table: string
  action: { readonly verb: string; readonly chain: Word | null; readonly number: Word | null } | null
  source: Word | null
  destination: Word | null
  in: Word | null
  out: Word | null
  protocol: Word | null
  port: Word | null
  target: Word | null
  toSource: Word | null
  toDestination: Word | null
  toPorts: Word | null
  /** States of connection tracking, by whichever of its two matches. */
  ctstate: Word | null
  /** What stands behind a `!`. */
  readonly not: NatPart[]
}

/** Null for what is no prefix of the family. */
function prefixOf(word: Word, family: Family): string | null {
  const prefix = givenPrefix(word.text)
  return prefix?.family === family ? formatPrefix(networkPrefix(prefix)) : null
}

const noPrefix = (word: Word, family: Family): Outcome =>
  leftOut(said`${quote(word.text)} is no ${family === 'ipv4' ? 'IPv4' : 'IPv6'} network.`, null, word)

interface GivenPackets {
  readonly source: string | null
  readonly destination: string | null
  readonly protocol: 'icmp' | 'tcp' | 'udp' | null
  readonly port: number | null
}

/** Which packets the rule says, as far as both NAT and the packet filter can; an outcome where a lab file cannot. */
function packetsOf(family: Family, chain: Word, given: GivenRule): GivenPackets | Outcome {
  const [source, destination] = [given.source, given.destination].map((word) => (word ? prefixOf(word, family) : null))
  if (given.source && !source) return noPrefix(given.source, family)
  if (given.destination && !destination) return noPrefix(given.destination, family)
  const named = given.protocol?.text ?? 'all'
  const protocol = Object.hasOwn(protocols, named) ? (protocols[named] ?? null) : null
  if (protocol === null && named !== 'all')
    return beyondEntries(said`A lab file has no rules for the protocol ${quote(named)}.`, null, given.protocol ?? chain)
  const port = wholeNumber(given.port?.text, 1, 65535)
  if (given.port && (port === null || protocol === null || protocol === 'icmp'))
    return beyondEntries(said`A rule of a lab file has one port of tcp or udp.`, null, given.port)
  return { source: source ?? null, destination: destination ?? null, protocol, port }
}

const natTargets: Readonly<Record<string, readonly string[]>> = {
  ...{ MASQUERADE: ['POSTROUTING'], SNAT: ['POSTROUTING'] },
  ...{ DNAT: ['PREROUTING', 'OUTPUT'], REDIRECT: ['PREROUTING', 'OUTPUT'] },
}

export function natRule(family: Family, chain: Word, given: GivenRule): RuleSpelling | Outcome {
  const target = given.target?.text ?? ''
  if (!Object.hasOwn(natTargets, target) || !natTargets[target]?.includes(chain.text))
    return beyondEntries(
      said`A lab file has no NAT with the target ${quote(target)} in ${chain.text}.`,
      null,
      given.target ?? chain,
    )
  const wrong = chain.text === 'PREROUTING' ? given.out : given.in
  if (wrong) return leftOut(said`iptables takes no such interface in ${chain.text}.`, null, wrong)
  if (given.ctstate)
    return beyondEntries(said`NAT in a lab file does not go by the state of connections.`, null, given.ctstate)
  const packets = packetsOf(family, chain, given)
  if ('status' in packets) return packets
  const { source, destination, protocol, port } = packets
  if (protocol === 'icmp')
    return beyondEntries(said`NAT in a lab file goes by tcp and udp only.`, null, given.protocol ?? chain)
  const not = natParts.filter((part) => given.not.includes(part))
  const common = {
    family,
    ...(destination === null ? {} : { destination }),
    ...(not.length === 0 ? {} : { not }),
  }
  const out = given.out?.text
  if (chain.text === 'POSTROUTING') {
    const rule = {
      ...{ ...common, source: source ?? (family === 'ipv4' ? '0.0.0.0/0' : '::/0'), out: out ?? null },
      ...(protocol === null ? {} : { protocol }),
      ...(port === null ? {} : { port }),
    }
    if (target === 'MASQUERADE') return spellNat({ kind: 'masquerade', ...rule })
    const to = parseAddress(given.toSource?.text ?? '')
    if (to?.family !== family)
      return leftOut(
        said`SNAT in a lab file needs one address.`,
        said`Write \`--to-source ADDRESS\`.`,
        given.toSource ?? given.target ?? chain,
      )
    return spellNat({ kind: 'snat', ...rule, to: to.text })
  }
  const rule = {
    ...{ ...common, protocol, port, in: given.in?.text ?? null },
    ...(chain.text === 'OUTPUT' ? { chain: 'output' as const } : {}),
    ...(source === null ? {} : { source }),
    ...(out === undefined ? {} : { out }),
  }
  const needsProtocol = (word: Word): Outcome =>
    leftOut(said`Another port needs a protocol.`, said`Add \`-p tcp --dport 80\`.`, word)
  if (target === 'REDIRECT') {
    const toPort = wholeNumber(given.toPorts?.text, 1, 65535)
    if (given.toPorts && toPort === null)
      return beyondEntries(said`REDIRECT in a lab file goes to one port.`, null, given.toPorts)
    if (given.toPorts && protocol === null) return needsProtocol(given.toPorts)
    return spellNat({ kind: 'redirect', ...rule, toPort })
  }
  const word = given.toDestination ?? given.toSource
  const to = parseAddressPort(word?.text ?? '')
  if (!to || to.address.family !== family)
    return leftOut(
      said`${quote(word?.text ?? '')} is no target for DNAT.`,
      said`Write ADDRESS or ADDRESS:PORT.`,
      word ?? given.target ?? chain,
    )
  if (word && to.port !== null && protocol === null) return needsProtocol(word)
  return spellNat({ kind: 'dnat', ...rule, toAddress: to.address.text, toPort: to.port })
}

const protocols: Readonly<Record<string, 'icmp' | 'tcp' | 'udp'>> = {
  ...{ icmp: 'icmp', icmpv6: 'icmp', 'ipv6-icmp': 'icmp', '1': 'icmp', '58': 'icmp' },
  ...{ tcp: 'tcp', '6': 'tcp', udp: 'udp', '17': 'udp' },
}
const actions: Readonly<Record<string, LabFirewall['action']>> = { ACCEPT: 'accept', DROP: 'drop', REJECT: 'reject' }

export function firewallRule(family: Family, chain: Word, given: GivenRule): RuleSpelling | Outcome {
  const named = chain.text.toLowerCase()
  const where = named === 'input' || named === 'output' ? named : 'forward'
  const action = Object.hasOwn(actions, given.target?.text ?? '') ? actions[given.target?.text ?? ''] : undefined
  if (action === undefined)
    return beyondEntries(
      said`A lab file has no rules with the target ${quote(given.target?.text ?? '')}.`,
      null,
      given.target ?? chain,
    )
  const negated = given.not[0]
  if (negated !== undefined)
    return beyondEntries(
      said`A rule of a lab file's packet filter has no negation.`,
      said`Turn it around: a rule for the others in front of it.`,
      given[negated] ?? chain,
    )
  const packets = packetsOf(family, chain, given)
  if ('status' in packets) return packets
  const { source, destination, protocol, port } = packets
  const states = given.ctstate?.text.toLowerCase().split(',') ?? []
  const ctstate = connectionStates.filter((state) => states.includes(state))
  if (
    given.ctstate &&
    (ctstate.length === 0 || states.some((state) => !(connectionStates as readonly string[]).includes(state)))
  )
    return leftOut(said`${quote(given.ctstate.text)} is no state of a connection.`, null, given.ctstate)
  if ((where === 'input' && given.out) || (where === 'output' && given.in))
    return leftOut(said`iptables takes no such interface in ${chain.text}.`, null, given.out ?? given.in ?? chain)
  return spellFirewall(
    {
      ...{ chain: where, families: [family], action },
      ...(source ? { source } : {}),
      ...(destination ? { destination } : {}),
      ...(protocol ? { protocol } : {}),
      ...(port === null ? {} : { port }),
      ...(given.in ? { in: given.in.text } : {}),
      ...(given.out ? { out: given.out.text } : {}),
      ...(ctstate.length > 0 ? { ctstate } : {}),
    },
    family,
  )
}
