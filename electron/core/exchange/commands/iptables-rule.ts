/** One rule of iptables as a lab file has it, or the reason why it has not. */
import { familyOf, networkOf, parseAddress, parseAddressPort } from '../../lab/address.js'
import { quote } from '../../lab/describe.js'
import type { Family, LabFirewall } from '../../lab/lab.js'
import { spellFirewall, spellNat, type RuleSpelling } from '../../plan/rules.js'
import type { Word } from '../shell/word.js'
import { leftOut, wholeNumber, type Outcome } from './command.js'
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
}

/** `10.0.0.0/255.255.255.0` as people write it too; null for what is no prefix of the family. */
function prefixOf(word: Word, family: Family): string | null {
  const [address = '', mask = ''] = word.text.split('/')
  const bits = parseAddress(mask)
    ?.bytes.map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  const text =
    bits === undefined
      ? word.text
      : /^1*0*$/.test(bits)
        ? `${address}/${bits.indexOf('0') < 0 ? bits.length : bits.indexOf('0')}`
        : ''
  const network = networkOf(text)
  return network !== null && familyOf(network) === family ? network : null
}

const noPrefix = (word: Word, family: Family): Outcome =>
  leftOut(said`${quote(word.text)} is no ${family === 'ipv4' ? 'IPv4' : 'IPv6'} network.`, null, word)

export function natRule(family: Family, chain: Word, given: GivenRule): RuleSpelling | Outcome {
  const target = given.target
  const surplus = (words: readonly (Word | null)[]): Word | undefined =>
    words.find((word) => word !== null) ?? undefined
  if (target?.text === 'DNAT' && chain.text === 'PREROUTING') {
    const extra = surplus([given.source, given.destination, given.out])
    if (extra) return leftOut(said`DNAT in a lab file goes by protocol, port and incoming interface only.`, null, extra)
    const port = wholeNumber(given.port?.text, 1, 65535)
    const protocol = given.protocol?.text
    if (port === null || (protocol !== 'tcp' && protocol !== 'udp'))
      return leftOut(
        said`DNAT in a lab file needs a protocol and one port.`,
        said`Add \`-p tcp --dport 80\`.`,
        given.port ?? target,
      )
    const word = given.toDestination ?? given.toSource
    const to = parseAddressPort(word?.text ?? '')
    if (!to || to.address.family !== family)
      return leftOut(
        said`${quote(word?.text ?? '')} is no target for DNAT.`,
        said`Write ADDRESS or ADDRESS:PORT.`,
        word ?? target,
      )
    const { text: toAddress } = to.address
    return spellNat({ kind: 'dnat', family, protocol, port, in: given.in?.text ?? null, toAddress, toPort: to.port })
  }
  const masquerade = target?.text === 'MASQUERADE'
  if (chain.text !== 'POSTROUTING' || (!masquerade && target?.text !== 'SNAT'))
    return leftOut(
      said`A lab file has no NAT with the target ${quote(target?.text ?? '')} in ${chain.text}.`,
      null,
      target ?? chain,
    )
  const extra = surplus([given.destination, given.in, given.protocol, given.port])
  if (extra) return leftOut(said`Source NAT in a lab file goes by source and outgoing interface only.`, null, extra)
  const out = given.out?.text
  if (out === undefined)
    return leftOut(
      said`Source NAT in a lab file needs an outgoing interface.`,
      said`Add \`-o\` and its name.`,
      target ?? chain,
    )
  const source = given.source ? prefixOf(given.source, family) : family === 'ipv4' ? '0.0.0.0/0' : '::/0'
  if (source === null) return noPrefix(given.source ?? chain, family)
  if (masquerade) return spellNat({ kind: 'masquerade', family, source, out })
  const to = parseAddress(given.toSource?.text ?? '')
  if (to?.family !== family)
    return leftOut(
      said`SNAT in a lab file needs one address.`,
      said`Write \`--to-source ADDRESS\`.`,
      given.toSource ?? target ?? chain,
    )
  return spellNat({ kind: 'snat', family, source, out, to: to.text })
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
    return leftOut(
      said`A lab file has no rules with the target ${quote(given.target?.text ?? '')}.`,
      null,
      given.target ?? chain,
    )
  const named4 = given.protocol?.text ?? 'all'
  const protocol = Object.hasOwn(protocols, named4) ? protocols[named4] : undefined
  if (protocol === undefined && named4 !== 'all')
    return leftOut(said`A lab file has no rules for the protocol ${quote(named4)}.`, null, given.protocol ?? chain)
  const port = wholeNumber(given.port?.text, 1, 65535)
  if (given.port && (port === null || protocol === undefined || protocol === 'icmp'))
    return leftOut(said`A rule of a lab file has one port of tcp or udp.`, null, given.port)
  const [source, destination] = [given.source, given.destination].map((word) =>
    word ? prefixOf(word, family) : undefined,
  )
  if (source === null && given.source) return noPrefix(given.source, family)
  if (destination === null && given.destination) return noPrefix(given.destination, family)
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
    },
    family,
  )
}
