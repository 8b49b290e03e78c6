/** Rules as iptables-save prints them, read as the entries of a lab file that make them. */
import { connectionStates, natParts, type ConnectionState, type NatPart } from '../lab/schema.js'
import type { LabFirewall, LabNat } from '../lab/lab.js'
import type { IptablesRule } from '../live/state.js'
import { anywhere, liveRuleValue, spellFirewall, spellNat } from './rules.js'

export type ParsedRule =
  { readonly kind: 'nat'; readonly rule: LabNat } | { readonly kind: 'firewall'; readonly rule: LabFirewall }

/** The lab entry that makes this live rule, or null where a lab file has no words for it. Checked by spelling it again. */
export function parseRule(live: IptablesRule): ParsedRule | null {
  if (live.rule === null) return null
  const value = liveRuleValue(live.rule)
  const said = wordsOf(value)
  const parsed = live.table === 'nat' ? parseNat(live, said) : parseFirewall(live, said)
  if (parsed === null) return null
  const again = parsed.kind === 'nat' ? spellNat(parsed.rule) : spellFirewall(parsed.rule, live.family)
  return again.saved === value && again.chain === live.chain && again.table === live.table ? parsed : null
}

interface Words {
  after(flag: string): string | undefined
  readonly not: readonly NatPart[]
}

const flags = { source: '-s', destination: '-d', protocol: '-p', port: '--dport', in: '-i', out: '-o' } as const

/** Interface names hold no white space, so words are what the blanks part. */
function wordsOf(value: string): Words {
  const words = value.split(' ')
  return {
    after(flag) {
      const at = words.indexOf(flag)
      return at < 0 ? undefined : words[at + 1]
    },
    not: natParts.filter((part) => words[words.indexOf(flags[part]) - 1] === '!'),
  }
}

function parsePort(word: string | undefined): number | null {
  return word !== undefined && /^\d{1,5}$/.test(word) ? Number(word) : null
}

const transports = { tcp: 'tcp', udp: 'udp' } as const

function parseNat({ family, chain }: IptablesRule, { after, not }: Words): ParsedRule | null {
  const target = after('-j')
  const [source, dest, input, out] = [after('-s'), after('-d'), after('-i'), after('-o')]
  const protocol = lookUp(transports, after('-p'))
  const port = parsePort(after('--dport'))
  const common = {
    family,
    ...(dest === undefined ? {} : { destination: dest }),
    ...(not.length === 0 ? {} : { not }),
  }
  const ofSource = {
    ...{ ...common, source: source ?? anywhere[family], out: out ?? null },
    ...(protocol === undefined ? {} : { protocol }),
    ...(port === null ? {} : { port }),
  }
  if (target === 'MASQUERADE') return { kind: 'nat', rule: { kind: 'masquerade', ...ofSource } }
  const snatTo = after('--to-source')
  if (target === 'SNAT' && snatTo !== undefined && !/-|\]|\.\d+:/.test(snatTo))
    return { kind: 'nat', rule: { kind: 'snat', ...ofSource, to: snatTo } }
  const ofDestination = {
    ...{ ...common, protocol: protocol ?? null, port, in: input ?? null },
    ...(chain === 'OUTPUT' ? { chain: 'output' as const } : {}),
    ...(source === undefined ? {} : { source }),
    ...(out === undefined ? {} : { out }),
  }
  if (target === 'REDIRECT')
    return { kind: 'nat', rule: { kind: 'redirect', ...ofDestination, toPort: parsePort(after('--to-ports')) } }
  const to = /^(?:\[([^\]]+)\]:(\d+)|([\d.]+):(\d+)|([\da-fA-F.:]+))$/.exec(after('--to-destination') ?? '')
  const toAddress = to?.[1] ?? to?.[3] ?? to?.[5]
  if (target !== 'DNAT' || toAddress === undefined) return null
  return { kind: 'nat', rule: { kind: 'dnat', ...ofDestination, toAddress, toPort: parsePort(to?.[2] ?? to?.[4]) } }
}

const chains = { INPUT: 'input', FORWARD: 'forward', OUTPUT: 'output' } as const
const actions = { ACCEPT: 'accept', DROP: 'drop', REJECT: 'reject' } as const
const protocols = { icmp: 'icmp', 'ipv6-icmp': 'icmp', tcp: 'tcp', udp: 'udp' } as const

function lookUp<T extends Record<string, string>>(table: T, word: string | undefined): T[keyof T] | undefined {
  return word !== undefined && Object.hasOwn(table, word) ? table[word as keyof T] : undefined
}

/** The chain of the packet filter that a lab file has a word for. */
export const filterChain = (chain: string): 'input' | 'forward' | 'output' | undefined => lookUp(chains, chain)

function parseStates(word: string | undefined): readonly ConnectionState[] {
  const said = word?.toLowerCase().split(',') ?? []
  return connectionStates.filter((state) => said.includes(state))
}

function parseFirewall(live: IptablesRule, { after }: Words): ParsedRule | null {
  const chain = filterChain(live.chain)
  const action = lookUp(actions, after('-j'))
  if (live.table !== 'filter' || chain === undefined || action === undefined) return null
  const [source, dest, input, out] = [after('-s'), after('-d'), after('-i'), after('-o')]
  const protocol = lookUp(protocols, after('-p'))
  const port = parsePort(after('--dport'))
  const states = parseStates(after('--ctstate'))
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
      ...(states.length === 0 ? {} : { ctstate: states }),
      action,
    },
  }
}
