/** What the rules of iptables make of a packet, and which rules nobody here can read. */
import { isIpv6 } from '../diagnosis/network.js'
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

/** Walks the tables of a hook. The packet may come out with another TTL. */
export function filter(namespace: LiveNamespace, hook: Hook, packet: Packet, at: At): Verdict {
  let current = packet
  for (const engine of ['nft', 'legacy'] as const)
    for (const table of tables[hook]) {
      const chains = chainsOf(namespace, table, engine, packet)
      const end = walk(chains, hook, current, at)
      if (end.verdict !== 'accept') return end
      current = end.packet
    }
  return { verdict: 'accept', packet: current }
}

/** The first rule of table nat that means it and decides; null where none does. */
export function natRule(
  namespace: LiveNamespace,
  hook: Hook,
  packet: Packet,
  at: At,
): { readonly target: string; readonly words: readonly string[] } | null {
  for (const engine of ['nft', 'legacy'] as const) {
    const end = decide(chainsOf(namespace, 'nat', engine, packet), hook, packet, at, natTargets)
    if (end && natTargets.has(end.target)) return end
  }
  return null
}

const natTargets: ReadonlySet<string> = new Set(['MASQUERADE', 'SNAT', 'DNAT', 'REDIRECT'])

type Chains = ReadonlyMap<string, readonly IptablesRule[]>

function chainsOf({ ruleset }: LiveNamespace, table: string, engine: IptablesRule['engine'], { dst }: Packet): Chains {
  const family = isIpv6(dst) ? 'ipv6' : 'ipv4'
  const chains = new Map<string, IptablesRule[]>()
  for (const rule of ruleset.iptables) {
    if (rule.table !== table || rule.engine !== engine || rule.family !== family) continue
    chains.set(rule.chain, [...(chains.get(rule.chain) ?? []), rule])
  }
  return chains
}

function walk(chains: Chains, hook: Hook, packet: Packet, at: At): Verdict {
  let current = packet
  const end = decide(chains, hook, packet, at, new Set(), (ttl) => {
    current = { ...current, ttl: ttl(current.ttl) }
  })
  const words = end?.words ?? []
  switch (end?.target) {
    case undefined:
    case 'ACCEPT':
      return { verdict: 'accept', packet: current }
    case 'DROP':
      return { verdict: 'drop', rule: words.join(' ') }
    case 'REJECT':
      return {
        verdict: 'reject',
        rule: words.join(' '),
        with: optionAfter(words, '--reject-with') ?? 'icmp-port-unreachable',
      }
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

/** Null: a chain without a policy was left, or nothing is there. */
function decide(
  chains: Chains,
  chain: string,
  packet: Packet,
  at: At,
  ends: ReadonlySet<string>,
  setTtl: (change: (ttl: number) => number) => void = () => {},
  depth = 0,
): End | null {
  const rules = chains.get(chain) ?? []
  for (const { rule } of rules) {
    if (rule === null) continue
    const words = wordsOf(rule)
    if (!matches(words, packet, at)) continue
    const target = optionAfter(words, '-j') ?? optionAfter(words, '-g')
    if (target === undefined || passing.has(target)) continue
    if (target === 'RETURN') break
    if (target === 'TTL' || target === 'HL') {
      setTtl((ttl) => ttlAfter(words, ttl))
      continue
    }
    if (!chains.has(target) || ends.has(target)) return { target, words: ['-A', chain, ...words] }
    if (depth >= deepest) break
    const inner = decide(chains, target, packet, at, ends, setTtl, depth + 1)
    if (inner) return inner
    if (words.includes('-g')) break
  }
  const policy = rules.find(({ policy }) => policy !== null)?.policy
  return policy === undefined || policy === null ? null : { target: policy, words: ['-P', chain, policy] }
}

function ttlAfter(words: readonly string[], ttl: number): number {
  const value = (name: string): number | undefined => {
    const text = optionAfter(words, `--ttl-${name}`) ?? optionAfter(words, `--hl-${name}`)
    return text === undefined ? undefined : Number(text)
  }
  return value('set') ?? ttl + (value('inc') ?? 0) - (value('dec') ?? 0)
}

interface NftChain {
  readonly family: string
  readonly table: string
  readonly name: string
  readonly hook?: string
  readonly policy?: string
}

/** Tables of nftables that iptables does not show: no rule of theirs is read here. */
export function refuseUnread({ name, ruleset }: LiveNamespace): void {
  const shown = new Set(ruleset.iptables.map(({ family, table }) => `${family === 'ipv6' ? 'ip6' : 'ip'} ${table}`))
  const bodies = (kind: string): NftChain[] =>
    ruleset.nft.flatMap((entry) => {
      const body = (entry as Record<string, NftChain | undefined>)[kind]
      return body ? [body] : []
    })
  for (const { family, table, name: chain, hook, policy } of bodies('chain')) {
    if (hook === undefined || shown.has(`${family} ${table}`)) continue
    const hasRules = ruleset.nft.some((entry) => {
      const rule = (entry as { readonly rule?: { family: string; table: string; chain: string } }).rule
      return rule?.family === family && rule.table === table && rule.chain === chain
    })
    if (hasRules || policy === 'drop')
      throw new CannotSay(said`${name} has rules of nftables in table ${family} ${table}.`)
  }
}
