/**
 * NAT and firewall entries in the words of iptables, both ways. Rules are compared by value, and the value is the
 * spelling of `iptables-save` (iptables 1.8, legacy and nft engine spell alike).
 */
import type { Family, LabFirewall, LabNat } from '../lab/lab.js'
import type { IptablesRule } from '../live/state.js'
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

const anywhere = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const

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
function spell(family: Family, table: 'nat' | 'filter', chain: string, comment: string | undefined) {
  const saved: string[] = []
  const typed: string[] = []
  const both = (...words: string[]) => {
    saved.push(...words)
    typed.push(...words)
  }
  return {
    prefix(flag: '-s' | '-d', value: string | undefined) {
      const prefix = value === undefined ? null : savedPrefix(value, family)
      if (prefix === null) return
      saved.push(flag, prefix)
      typed.push(flag, typedPrefix(prefix))
    },
    device(flag: '-i' | '-o', name: string | null | undefined) {
      if (name) both(flag, name)
    },
    protocol(protocol: 'icmp' | 'tcp' | 'udp' | undefined, port?: number) {
      if (protocol === undefined) return
      // ip6tables takes `icmp` too, and means protocol 1, which no IPv6 packet carries.
      both('-p', protocol === 'icmp' && family === 'ipv6' ? 'ipv6-icmp' : protocol)
      if (port === undefined || protocol === 'icmp') return
      saved.push('-m', protocol)
      both('--dport', String(port))
    },
    jump(target: string, savedOnly: readonly string[], ...options: string[]): RuleSpelling {
      if (comment !== undefined) both('-m', 'comment', '--comment', comment)
      both('-j', target, ...options)
      saved.push(...savedOnly)
      return { family, table, chain, saved: saved.join(' '), restored: saved.map(restoredWord).join(' '), typed }
    },
  }
}

/** `192.168.1.2:80`, `[fd00::2]:80`, or the address alone. */
function destination(address: string, port: number | null): string {
  if (port === null) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

export function spellNat(rule: LabNat, comment?: string): RuleSpelling {
  if (rule.kind === 'dnat') {
    const words = spell(rule.family, 'nat', 'PREROUTING', comment)
    words.device('-i', rule.in)
    words.protocol(rule.protocol, rule.port)
    return words.jump('DNAT', [], '--to-destination', destination(rule.toAddress, rule.toPort))
  }
  const words = spell(rule.family, 'nat', 'POSTROUTING', comment)
  words.prefix('-s', rule.source)
  words.device('-o', rule.out)
  return rule.kind === 'snat' ? words.jump('SNAT', [], '--to-source', rule.to) : words.jump('MASQUERADE', [])
}

/** One spelling per family: `iptables` and `ip6tables` are two commands with rule sets of their own. */
export function spellFirewall(rule: LabFirewall, family: Family, comment?: string): RuleSpelling {
  const words = spell(family, 'filter', rule.chain.toUpperCase(), comment)
  words.prefix('-s', rule.source)
  words.prefix('-d', rule.destination)
  words.device('-i', rule.in)
  words.device('-o', rule.out)
  words.protocol(rule.protocol, rule.port)
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

export type ParsedRule =
  { readonly kind: 'nat'; readonly rule: LabNat } | { readonly kind: 'firewall'; readonly rule: LabFirewall }

/** The lab entry that makes this live rule, or null where a lab file has no words for it. Checked by spelling it again. */
export function parseRule(live: IptablesRule): ParsedRule | null {
  if (live.rule === null) return null
  const value = liveRuleValue(live.rule)
  // Interface names hold no white space, so words are what the blanks part.
  const words = value.split(' ')
  const after = (flag: string) => {
    const at = words.indexOf(flag)
    return at < 0 ? undefined : words[at + 1]
  }
  const parsed = live.table === 'nat' ? parseNat(live, after) : parseFirewall(live, after)
  if (parsed === null) return null
  const again = parsed.kind === 'nat' ? spellNat(parsed.rule) : spellFirewall(parsed.rule, live.family)
  return again.saved === value && again.chain === live.chain && again.table === live.table ? parsed : null
}

type After = (flag: string) => string | undefined

function parsePort(word: string | undefined): number | null {
  return word !== undefined && /^\d{1,5}$/.test(word) ? Number(word) : null
}

function parseNat({ family }: IptablesRule, after: After): ParsedRule | null {
  const target = after('-j')
  const source = after('-s') ?? anywhere[family]
  const out = after('-o')
  if (target === 'MASQUERADE' && out !== undefined) {
    return { kind: 'nat', rule: { kind: 'masquerade', family, source, out } }
  }
  const snatTo = after('--to-source')
  if (target === 'SNAT' && out !== undefined && snatTo !== undefined && !/-|\]|\.\d+:/.test(snatTo)) {
    return { kind: 'nat', rule: { kind: 'snat', family, source, out, to: snatTo } }
  }
  const protocol = after('-p')
  const port = parsePort(after('--dport'))
  const to = /^(?:\[([^\]]+)\]:(\d+)|([\d.]+):(\d+)|([\da-fA-F.:]+))$/.exec(after('--to-destination') ?? '')
  if (target !== 'DNAT' || port === null || to === null || (protocol !== 'tcp' && protocol !== 'udp')) return null
  const toAddress = to[1] ?? to[3] ?? to[5]
  if (toAddress === undefined) return null
  const toPort = parsePort(to[2] ?? to[4])
  return { kind: 'nat', rule: { kind: 'dnat', family, protocol, port, in: after('-i') ?? null, toAddress, toPort } }
}

const chains = { INPUT: 'input', FORWARD: 'forward', OUTPUT: 'output' } as const
const actions = { ACCEPT: 'accept', DROP: 'drop', REJECT: 'reject' } as const
const protocols = { icmp: 'icmp', 'ipv6-icmp': 'icmp', tcp: 'tcp', udp: 'udp' } as const

function lookUp<T extends Record<string, string>>(table: T, word: string | undefined): T[keyof T] | undefined {
  return word !== undefined && Object.hasOwn(table, word) ? table[word as keyof T] : undefined
}

function parseFirewall(live: IptablesRule, after: After): ParsedRule | null {
  const chain = lookUp(chains, live.chain)
  const action = lookUp(actions, after('-j'))
  if (live.table !== 'filter' || chain === undefined || action === undefined) return null
  const [source, dest, input, out] = [after('-s'), after('-d'), after('-i'), after('-o')]
  const protocol = lookUp(protocols, after('-p'))
  const port = parsePort(after('--dport'))
  return {
    kind: 'firewall',
    rule: {
      chain,
      families: [live.family],
      ...(source === undefined ? {} : { source }),
      ...(dest === undefined ? {} : { destination: dest }),
      ...(protocol === undefined ? {} : { protocol }),
      ...(port === null ? {} : { port }),
      ...(input === undefined ? {} : { in: input }),
      ...(out === undefined ? {} : { out }),
      action,
    },
  }
}
