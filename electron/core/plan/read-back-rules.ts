import type { Family, LabFirewall, LabNat } from '../lab/lab.js'
import type { FirewallEntry, NatEntry } from '../lab/schema.js'
import type { IptablesRule, LiveNamespace } from '../live/state.js'
import { liveRuleValue, parseRule } from './rules.js'

export interface ReadRules {
  readonly nat: readonly NatEntry[]
  readonly firewall: readonly FirewallEntry[]
  /** Commands for what a lab file has no words for. */
  readonly unexpressed: readonly string[]
}

function natEntry(rule: LabNat): NatEntry {
  if (rule.kind === 'masquerade') return { masquerade: rule.source, out: rule.out }
  if (rule.kind === 'snat') return { snat: rule.source, out: rule.out, to: rule.to }
  const address = rule.family === 'ipv6' && rule.toPort !== null ? `[${rule.toAddress}]` : rule.toAddress
  return {
    dnat: { protocol: rule.protocol, port: rule.port },
    ...(rule.in === null ? {} : { in: rule.in }),
    to: rule.toPort === null ? address : `${address}:${rule.toPort}`,
  }
}

/** An entry without an address counts for both families; the whole world as its source ties it to one. */
function firewallEntry({ families: _, ...rule }: LabFirewall, only: Family | null): FirewallEntry {
  if (only === null || rule.source !== undefined || rule.destination !== undefined) return rule
  return { ...rule, source: only === 'ipv4' ? '0.0.0.0/0' : '::/0' }
}

/** The live ruleset of one namespace as entries of a lab file, in the kernel's order. */
export function readRules({ name, ruleset }: Pick<LiveNamespace, 'name' | 'ruleset'>, speaksIpv6: boolean): ReadRules {
  const nat: NatEntry[] = []
  const unexpressed: string[] = []
  const chains = new Map<string, Record<Family, LabFirewall[]>>()
  const seen = new Set<string>()
  for (const line of ruleset.iptables) {
    const key = `${line.family} ${line.table} ${line.chain} ${liveRuleValue(line.rule ?? '')}`
    if (line.rule !== null && seen.has(key)) continue
    seen.add(key)
    const parsed = parseRule(line)
    if (!parsed) {
      const text = unreadable(line)
      if (text !== null) unexpressed.push(`${name}: ${text}`)
    } else if (parsed.kind === 'nat') {
      nat.push(natEntry(parsed.rule))
    } else {
      const chain = chains.get(parsed.rule.chain) ?? { ipv4: [], ipv6: [] }
      chain[line.family].push(parsed.rule)
      chains.set(parsed.rule.chain, chain)
    }
  }
  unexpressed.push(...nativeTables(ruleset).map((table) => `${name}: ${table}`))
  const firewall = [...chains.values()].flatMap((chain) => mergeFamilies(chain, speaksIpv6))
  return { nat, firewall, unexpressed }
}

/**
 * Tables of nftables that hold rules which iptables does not show: those of other families and names, and those that only
 * look like its own.
 */
function nativeTables({ nft, iptables }: LiveNamespace['ruleset']): readonly string[] {
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
    return hidden > 0 ? [`nft table ${table} (${hidden} rule${hidden === 1 ? '' : 's'})`] : []
  })
}

function unreadable({ family, table, chain, rule, policy }: IptablesRule): string | null {
  const program = `${family === 'ipv4' ? 'iptables' : 'ip6tables'} -t ${table}`
  if (rule !== null) return `${program} -A ${chain} ${rule}`
  return policy === null || policy === 'ACCEPT' ? null : `${program} -P ${chain} ${policy}`
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
