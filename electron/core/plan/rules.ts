/**
 * NAT and firewall entries in the words of iptables (`parse-rule.ts` reads them). Rules are compared by value, and the value is the
 * spelling of `iptables-save` (iptables 1.8, legacy and nft engine spell alike).
 */
import { addressPort } from '../lab/address-port.js'
import type { Family, LabFirewall, LabNat } from '../lab/lab.js'
import type { ConnectionState, NatPart } from '../lab/schema.js'
import type { RuleStep } from './step.js'

export interface RuleSpelling {
  readonly family: Family
  readonly table: 'nat' | 'filter'
  readonly chain: string
  /** What iptables-save prints behind `-A CHAIN`. */
  readonly saved: string
  /** The same as iptables-restore reads it, whatever an interface is called. */
  readonly restored: string
  /** The same as people type it: without the matches and targets' defaults that iptables adds by itself. */
  readonly typed: readonly string[]
}

export const anywhere = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const

/** iptables-save leaves out the whole world and writes a prefix length behind every address. */
function savedPrefix(prefix: string, family: Family): string | null {
  if (prefix === anywhere[family]) return null
  if (prefix.includes('/')) return prefix
  return `${prefix}/${family === 'ipv4' ? 32 : 128}`
}

/** iptables-save prints names as they are; iptables-restore parts words at blanks and reads quotes (xshared.c, add_param_to_argv). */
const restoredWord = (word: string): string =>
  /["'\\]/.test(word) ? `"${word.replace(/["\\]/g, (character) => `\\${character}`)}"` : word

function typedPrefix(saved: string): string {
  return saved.replace(/(?<=\..*)\/32$|(?<=:.*)\/128$/, '')
}

/** Builds both spellings side by side, in the order iptables-save has: -s -d -i -o -p matches -j. */
function spell(family: Family, table: 'nat' | 'filter', chain: string, comment: string | undefined, not: Not = []) {
  const saved: string[] = []
  const typed: string[] = []
  const both = (...words: string[]) => {
    saved.push(...words)
    typed.push(...words)
  }
  const option = (part: NatPart, flag: string, value: string, short = value) => {
    const negation = not.includes(part) ? ['!'] : []
    saved.push(...negation, flag, value)
    typed.push(...negation, flag, short)
  }
  return {
    prefix(part: 'source' | 'destination', value: string | undefined) {
      const prefix = value === undefined ? null : savedPrefix(value, family)
      if (prefix !== null) option(part, part === 'source' ? '-s' : '-d', prefix, typedPrefix(prefix))
    },
    device(part: 'in' | 'out', name: string | null | undefined) {
      if (name) option(part, part === 'in' ? '-i' : '-o', name)
    },
    protocol(protocol: 'icmp' | 'tcp' | 'udp' | null | undefined, port?: number | null) {
      if (!protocol) return
      // ip6tables takes `icmp` too, and means protocol 1, which no IPv6 packet carries.
      option('protocol', '-p', protocol === 'icmp' && family === 'ipv6' ? 'ipv6-icmp' : protocol)
      if (!port || protocol === 'icmp') return
      saved.push('-m', protocol)
      option('port', '--dport', String(port))
    },
    states(ctstate: readonly ConnectionState[] | undefined) {
      if (ctstate) both('-m', 'conntrack', '--ctstate', ctstate.join(',').toUpperCase())
    },
    jump(target: string, savedOnly: readonly string[], ...options: string[]): RuleSpelling {
      if (comment !== undefined) both('-m', 'comment', '--comment', comment)
      both('-j', target, ...options)
      saved.push(...savedOnly)
      return { family, table, chain, saved: saved.join(' '), restored: saved.map(restoredWord).join(' '), typed }
    },
  }
}

type Not = readonly NatPart[]

/** `192.168.1.2:80`, `[fd00::2]:80`, or the address alone. */
function destination(address: string, port: number | null): string {
  return port === null ? address : addressPort(address, port)
}

export function spellNat(rule: LabNat, comment?: string): RuleSpelling {
  const ofSource = rule.kind === 'masquerade' || rule.kind === 'snat'
  const chain = ofSource ? 'POSTROUTING' : rule.chain === 'output' ? 'OUTPUT' : 'PREROUTING'
  const words = spell(rule.family, 'nat', chain, comment, rule.not)
  words.prefix('source', rule.source)
  words.prefix('destination', rule.destination)
  if (!ofSource) words.device('in', rule.in)
  words.device('out', rule.out)
  words.protocol(rule.protocol, rule.port)
  switch (rule.kind) {
    case 'masquerade':
      return words.jump('MASQUERADE', [])
    case 'snat':
      return words.jump('SNAT', [], '--to-source', rule.to)
    case 'dnat':
      return words.jump('DNAT', [], '--to-destination', destination(rule.toAddress, rule.toPort))
    case 'redirect':
      return words.jump('REDIRECT', [], ...(rule.toPort === null ? [] : ['--to-ports', String(rule.toPort)]))
  }
}

/** One spelling per family: `iptables` and `ip6tables` are two commands with rule sets of their own. */
export function spellFirewall(rule: LabFirewall, family: Family, comment?: string): RuleSpelling {
  const words = spell(family, 'filter', rule.chain.toUpperCase(), comment)
  words.prefix('source', rule.source)
  words.prefix('destination', rule.destination)
  words.device('in', rule.in)
  words.device('out', rule.out)
  words.protocol(rule.protocol, rule.port)
  words.states(rule.ctstate)
  const rejection = family === 'ipv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable'
  return words.jump(rule.action.toUpperCase(), rule.action === 'reject' ? ['--reject-with', rejection] : [])
}

/** The spelling of a step's rule, with the step's comment. */
export function spellStep({ rule, comment }: RuleStep): RuleSpelling {
  return 'kind' in rule ? spellNat(rule, comment) : spellFirewall(rule, rule.families[0] ?? 'ipv4', comment)
}

/** On the real host every rule of ours carries its lab's name; it does not make it another rule. */
const ownComment = / ?-m comment --comment (?:"vethlab:[^"]*"|vethlab:\S+)/

/** The value a live rule is compared by; equals `saved` of the entry that means the same. */
export function liveRuleValue(rule: string): string {
  return rule.replace(ownComment, '').trimStart()
}
