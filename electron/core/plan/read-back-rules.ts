import { said, type Said } from '../words/said.js'
import type { Family, LabFirewall, LabNat, LabPolicy } from '../lab/lab.js'
import type { FirewallEntry, NatEntry } from '../lab/schema.js'
import type { IptablesRule, LiveNamespace } from '../live/state.js'
import type { RulesetKind } from '../lab/ruleset/refusal.js'
import { filterChain, parseRule } from './parse-rule.js'
import { livePolicies } from './policies.js'
import { readTexts } from './read-back-texts.js'
import { anywhere, liveRuleValue } from './rules.js'

export interface ReadRules {
  readonly nat: readonly NatEntry[]
  readonly firewall: readonly FirewallEntry[]
  readonly texts: Readonly<Partial<Record<RulesetKind, string>>>
  /** Commands for what a lab file has no words for. */
  readonly unexpressed: readonly Said[]
}

/** @param tied it counts for its family alone, which without an address only the whole world can say */
function natEntry(rule: LabNat, tied: boolean): NatEntry {
  const { destination, not } = rule
  const match = {
    ...(destination === undefined ? {} : { destination }),
    ...(rule.out ? { out: rule.out } : {}),
    ...(not === undefined ? {} : { not: [...not] }),
  }
  if (rule.kind === 'masquerade' || rule.kind === 'snat') {
    const { source, protocol, port } = rule
    const packets = {
      ...match,
      ...(protocol === undefined ? {} : { protocol }),
      ...(port === undefined ? {} : { port }),
    }
    return rule.kind === 'snat' ? { snat: source, ...packets, to: rule.to } : { masquerade: source, ...packets }
  }
  const source = rule.source ?? (tied && destination === undefined ? anywhere[rule.family] : undefined)
  const target = {
    ...(rule.protocol === null ? {} : { protocol: rule.protocol }),
    ...(rule.port === null ? {} : { port: rule.port }),
  }
  const rest = {
    ...(rule.chain === undefined ? {} : { chain: rule.chain }),
    ...(source === undefined ? {} : { source }),
    ...(rule.in === null ? {} : { in: rule.in }),
    ...match,
  }
  if (rule.kind === 'redirect')
    return { redirect: target, ...rest, ...(rule.toPort === null ? {} : { to: rule.toPort }) }
  const address = rule.family === 'ipv6' && rule.toPort !== null ? `[${rule.toAddress}]` : rule.toAddress
  return { dnat: target, ...rest, to: rule.toPort === null ? address : `${address}:${rule.toPort}` }
}

/** A redirection without an address is one entry for both families, where both have it. */
function natEntries(rules: readonly LabNat[], speaksIpv6: boolean): NatEntry[] {
  const keyOf = ({ family: _, ...rule }: LabNat): string => JSON.stringify(rule)
  const loose = rules.filter(
    ({ kind, source, destination }) => kind === 'redirect' && (source ?? destination) === undefined,
  )
  return rules.flatMap((rule) => {
    if (!loose.includes(rule)) return [natEntry(rule, false)]
    const isPaired = loose.some((other) => other.family !== rule.family && keyOf(other) === keyOf(rule))
    if (rule.family === 'ipv6' && isPaired) return []
    return [natEntry(rule, !isPaired && speaksIpv6)]
  })
}

/** A policy that both families have needs no word about them. */
function policyEntries(policies: readonly LabPolicy[], speaksIpv6: boolean): FirewallEntry[] {
  const has = (family: Family, chain: string): boolean =>
    policies.some((each) => each.family === family && each.chain === chain)
  return policies.flatMap(({ family, chain, policy }): FirewallEntry[] => {
    if (!speaksIpv6) return family === 'ipv4' ? [{ chain, policy }] : []
    if (has('ipv4', chain) && has('ipv6', chain)) return family === 'ipv4' ? [{ chain, policy }] : []
    return [{ chain, policy, family }]
  })
}

/** An entry without an address counts for both families; the whole world as its source ties it to one. */
function firewallEntry({ families: _, ctstate, ...found }: LabFirewall, only: Family | null): FirewallEntry {
  const rule = { ...found, ...(ctstate === undefined ? {} : { ctstate: [...ctstate] }) }
  if (only === null || rule.source !== undefined || rule.destination !== undefined) return rule
  return { ...rule, source: anywhere[only] }
}

/** The live ruleset of one namespace as entries of a lab file, in the kernel's order. */
export function readRules({ name, ruleset }: Pick<LiveNamespace, 'name' | 'ruleset'>, speaksIpv6: boolean): ReadRules {
  const nat: LabNat[] = []
  const unexpressed: Said[] = []
  const { texts, ownTables } = readTexts(ruleset, speaksIpv6)
  const policies = livePolicies(
    ruleset.iptables.filter(({ engine, family, table }) => engine !== 'nft' || !ownTables.has(`${family} ${table}`)),
  )
  const chains = new Map<string, Record<Family, LabFirewall[]>>()
  const seen = new Set<string>()
  for (const line of ruleset.iptables) {
    if (line.engine === 'nft' && ownTables.has(`${line.family} ${line.table}`)) continue
    const key = `${line.family} ${line.table} ${line.chain} ${liveRuleValue(line.rule ?? '')}`
    if (line.rule !== null && seen.has(key)) continue
    seen.add(key)
    const parsed = parseRule(line)
    if (!parsed) {
      const text = unreadable(line, policies)
      if (text !== null) unexpressed.push(said`${name}: ${text}`)
    } else if (parsed.kind === 'nat') {
      nat.push(parsed.rule)
    } else {
      const chain = chains.get(parsed.rule.chain) ?? { ipv4: [], ipv6: [] }
      chain[line.family].push(parsed.rule)
      chains.set(parsed.rule.chain, chain)
    }
  }
  if (texts.nft === undefined) unexpressed.push(...nativeTables(ruleset).map((table) => said`${name}: ${table}`))
  const firewall = [...chains.values()].flatMap((chain) => mergeFamilies(chain, speaksIpv6))
  return {
    nat: natEntries(nat, speaksIpv6),
    firewall: [...policyEntries(policies, speaksIpv6), ...firewall],
    texts,
    unexpressed,
  }
}

/**
 * Tables of nftables that hold rules which iptables does not show: those of other families and names, and those that only
 * look like its own.
 */
function nativeTables({ nft, iptables }: LiveNamespace['ruleset']): readonly Said[] {
  const counts = new Map<string, number>()
  for (const element of nft) {
    const { rule } = element as { readonly rule?: { readonly family?: string; readonly table?: string } }
    if (!rule) continue
    const table = `${rule.family ?? ''} ${rule.table ?? ''}`
    counts.set(table, (counts.get(table) ?? 0) + 1)
  }
  return [...counts].flatMap(([table, count]) => {
    const shown = iptables.filter(
      (line) =>
        line.engine === 'nft' &&
        line.rule !== null &&
        `${line.family === 'ipv4' ? 'ip' : 'ip6'} ${line.table}` === table,
    ).length
    const hidden = count - shown
    return hidden > 0
      ? [hidden === 1 ? said`nft table ${table} (1 rule)` : said`nft table ${table} (${hidden} rules)`]
      : []
  })
}

function unreadable(
  { family, table, chain, rule, policy }: IptablesRule,
  policies: readonly LabPolicy[],
): string | null {
  const program = `${family === 'ipv4' ? 'iptables' : 'ip6tables'} -t ${table}`
  if (rule !== null) return `${program} -A ${chain} ${rule}`
  const isPolicy =
    table === 'filter' && policies.some((each) => each.family === family && each.chain === filterChain(chain))
  return policy === null || policy === 'ACCEPT' || isPolicy ? null : `${program} -P ${chain} ${policy}`
}

/** Pairs rules that both families have in the same order; the rest is tied to its family. */
function mergeFamilies(chain: Readonly<Record<Family, readonly LabFirewall[]>>, speaksIpv6: boolean): FirewallEntry[] {
  // Where IPv6 is off the planner leaves its rules out: an entry for both families is the plain one.
  if (!speaksIpv6) return chain.ipv4.map((rule) => firewallEntry(rule, null))
  const entries: FirewallEntry[] = []
  const later = chain.ipv6.map((rule) => JSON.stringify(firewallEntry(rule, null)))
  let next = 0
  for (const rule of chain.ipv4) {
    const pair = later.indexOf(JSON.stringify(firewallEntry(rule, null)), next)
    for (; next < pair; next++)
      entries.push(...chain.ipv6.slice(next, next + 1).map((each) => firewallEntry(each, 'ipv6')))
    if (pair >= 0) next = pair + 1
    entries.push(firewallEntry(rule, pair >= 0 ? null : 'ipv4'))
  }
  entries.push(...chain.ipv6.slice(next).map((each) => firewallEntry(each, 'ipv6')))
  return entries
}
