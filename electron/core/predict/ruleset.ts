/** What the rules of iptables make of a packet, and which rules nobody here can read. */
import { isIpv6 } from '../diagnosis/network.js'
import { nftChains } from '../live/nft-chains.js'
import type { IptablesRule, LiveNamespace } from '../live/state.js'
import { said } from '../words/said.js'
import { matches, optionAfter, wordsOf, type At } from './match.js'
import type { Packet } from './packet.js'
import { CannotSay } from './prediction.js'

export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING'

/** Tables that are asked at a hook besides nat, in the order of their priorities (linux/netfilter_ipv4.h). */
const tables: Readonly<Record<Hook, readonly string[]>> = {
  PREROUTING: ['raw', 'mangle'],
  INPUT: ['mangle', 'filter', 'security'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ['raw', 'mangle', 'filter', 'security'],
  POSTROUTING: ['mangle'],
}

export type Verdict =
  | { readonly verdict: 'accept'; readonly packet: Packet }
  | { readonly verdict: 'drop'; readonly rule: string }
  | { readonly verdict: 'reject'; readonly rule: string; readonly with: string }

/** Walks the tables of a hook. The packet may come out with another TTL or mark. */
export function filter(namespace: LiveNamespace, hook: Hook, packet: Packet, at: At): Verdict {
  let current = packet
  for (const engine of ['nft', 'legacy'] as const)
    for (const table of tables[hook]) {
      const chains = chainsOf(namespace, table, engine, packet)
      const end = verdictOf(new Walk(namespace, chains, at, current), hook)
      if (end.verdict !== 'accept') return end
      current = end.packet
    }
  return { verdict: 'accept', packet: current }
}

export interface NatEnd {
  /** Null: no rule rewrites it. */
  readonly rule: End | null
  /** As the rules before that one left it. */
  readonly packet: Packet
}

/** The first rule of table nat that means it and rewrites it. */
export function natRule(namespace: LiveNamespace, hook: Hook, packet: Packet, at: At): NatEnd {
  let current = packet
  for (const engine of ['nft', 'legacy'] as const) {
    const walk = new Walk(namespace, chainsOf(namespace, 'nat', engine, packet), at, current)
    const end = walk.through(hook)
    current = walk.packet
    if (end && rewriting.has(end.target)) return { rule: end, packet: current }
    if (end && end.target !== 'ACCEPT') throw new CannotSay(said`What the target ${end.target} does is not known.`)
  }
  return { rule: null, packet: current }
}

const rewriting: ReadonlySet<string> = new Set(['MASQUERADE', 'SNAT', 'DNAT', 'REDIRECT'])

type Chains = ReadonlyMap<string, readonly IptablesRule[]>

/** Chains without rules too, where nftables lists them. */
function chainsOf({ ruleset }: LiveNamespace, table: string, engine: IptablesRule['engine'], { dst }: Packet): Chains {
  const family = isIpv6(dst) ? 'ipv6' : 'ipv4'
  const chains = new Map<string, IptablesRule[]>()
  if (engine === 'nft')
    for (const chain of nftChains(ruleset))
      if (chain.family === (isIpv6(dst) ? 'ip6' : 'ip') && chain.table === table) chains.set(chain.name, [])
  for (const rule of ruleset.iptables) {
    if (rule.table !== table || rule.engine !== engine || rule.family !== family) continue
    chains.set(rule.chain, [...(chains.get(rule.chain) ?? []), rule])
  }
  return chains
}

function verdictOf(walk: Walk, hook: Hook): Verdict {
  const end = walk.through(hook)
  const rule = end?.words.join(' ') ?? ''
  switch (end?.target) {
    case undefined:
    case 'ACCEPT':
      return { verdict: 'accept', packet: walk.packet }
    case 'DROP':
      return { verdict: 'drop', rule }
    case 'REJECT':
      return { verdict: 'reject', rule, with: optionAfter(end.words, '--reject-with') ?? 'icmp-port-unreachable' }
    default:
      throw new CannotSay(said`What the target ${end?.target ?? ''} does is not known.`)
  }
}

interface End {
  readonly target: string
  readonly words: readonly string[]
}

const passing: ReadonlySet<string> = new Set(['LOG', 'NFLOG'])
/** Chains that call each other deeper than this go round in circles, which iptables refuses. */
const deepest = 32

/** One packet on its way through the chains of one table. */
class Walk {
  constructor(
    private readonly here: LiveNamespace,
    private readonly chains: Chains,
    private readonly at: At,
    public packet: Packet,
  ) {}

  /** Null: a chain without a policy was left, or nothing is there. */
  through(chain: string, depth = 0): End | null {
    const rules = this.chains.get(chain) ?? []
    for (const { rule } of rules) {
      if (rule === null) continue
      const words = wordsOf(rule)
      if (!matches(words, this.packet, this.at, this.here)) continue
      const target = optionAfter(words, '-j') ?? optionAfter(words, '-g')
      if (target === undefined || passing.has(target)) continue
      if (target === 'RETURN') break
      if (this.#changes(target, words)) continue
      if (!this.chains.has(target)) return { target, words: ['-A', chain, ...words] }
      if (depth >= deepest) break
      const inner = this.through(target, depth + 1)
      if (inner) return inner
      if (words.includes('-g')) break
    }
    const policy = rules.find((each) => each.policy !== null)?.policy
    return policy === undefined || policy === null ? null : { target: policy, words: ['-P', chain, policy] }
  }

  #changes(target: string, words: readonly string[]): boolean {
    const { ttl, mark } = this.packet
    if (target === 'TTL' || target === 'HL') this.packet = { ...this.packet, ttl: ttlAfter(words, ttl) }
    else if (target === 'MARK') this.packet = { ...this.packet, mark: markAfter(words, mark) }
    else return false
    return true
  }
}

/** iptables-save spells every way to set a mark as this one: the bits of the mask are cleared, then those of the value flipped. */
function markAfter(words: readonly string[], mark: number): number {
  const set = optionAfter(words, '--set-xmark')
  if (set === undefined) throw new CannotSay(said`What the target ${'MARK'} does is not known.`)
  const [value = 0, mask = 0xffffffff] = set.split('/').map(Number)
  return ((mark & ~mask) ^ value) >>> 0
}

function ttlAfter(words: readonly string[], ttl: number): number {
  const value = (name: string): number | undefined => {
    const text = optionAfter(words, `--ttl-${name}`) ?? optionAfter(words, `--hl-${name}`)
    return text === undefined ? undefined : Number(text)
  }
  return value('set') ?? ttl + (value('inc') ?? 0) - (value('dec') ?? 0)
}

/** Tables of nftables that iptables does not show: no rule of theirs is read here. */
export function refuseUnread({ name, ruleset }: LiveNamespace): void {
  const shown = new Set(ruleset.iptables.map(({ family, table }) => `${family === 'ipv6' ? 'ip6' : 'ip'} ${table}`))
  for (const { family, table, name: chain, hook, policy } of nftChains(ruleset)) {
    if (hook === undefined || shown.has(`${family} ${table}`)) continue
    const hasRules = ruleset.nft.some((entry) => {
      const rule = (entry as { readonly rule?: { family: string; table: string; chain: string } }).rule
      return rule?.family === family && rule.table === table && rule.chain === chain
    })
    if (hasRules || policy === 'drop')
      throw new CannotSay(said`${name} has rules of nftables in table ${family} ${table}.`)
  }
}
