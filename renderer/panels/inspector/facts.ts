/** Facts in the words of the tools that print them. */
import { tableEntry } from '../../../electron/core/lab/table.js'
import type { LabNamespace, PortVlan } from '../../../electron/core/lab/lab.js'
import type {
  IptablesRule,
  LiveFdbEntry,
  LiveLink,
  LiveNamespace,
  LiveRoute,
  LiveRule,
  LiveRuleset,
  LiveState,
} from '../../../electron/core/live/state.js'

const everywhere = new Set(['0.0.0.0/0', '::/0'])

/** Behind the prefix, as `ip route` prints it. */
export function routeTail(route: LiveRoute): string {
  return [
    route.via === null ? null : `via ${route.via}`,
    route.dev === null ? null : `dev ${route.dev}`,
    route.scope === 'global' || route.scope === 'universe' ? null : `scope ${route.scope}`,
    // The source of a connected network is the address right above.
    route.src === null || route.protocol === 'kernel' ? null : `src ${route.src}`,
    route.metric === 0 || (route.family === 'ipv6' && route.metric === 1024) ? null : `metric ${route.metric}`,
    route.mtu === null ? null : `mtu ${route.mtu}`,
    route.weight === null ? null : `weight ${route.weight}`,
    ...route.flags,
  ]
    .filter((word) => word !== null)
    .join(' ')
}

export function routeHead(route: LiveRoute): string {
  const to = everywhere.has(route.to) ? 'default' : route.to
  return route.type === 'unicast' ? to : `${route.type} ${to}`
}

export const isDefault = (route: LiveRoute): boolean => everywhere.has(route.to)

export const routeKey = (route: LiveRoute): string =>
  [route.family, route.to, route.via, route.dev, route.metric, route.table, route.type, route.src].join(' ')

/** Default first, then what somebody set, then what the kernel made of the addresses; IPv4 before IPv6. */
export function sortedRoutes(routes: readonly LiveRoute[]): readonly LiveRoute[] {
  const rank = (route: LiveRoute): number =>
    (route.family === 'ipv6' ? 4 : 0) + (isDefault(route) ? 0 : route.protocol === 'kernel' ? 2 : 1)
  return [...routes].sort((a, b) => rank(a) - rank(b))
}

/** Rules beyond those that the kernel gives to every namespace. */
export const policyRules = (rules: readonly LiveRule[]): readonly LiveRule[] =>
  rules.filter(({ protocol }) => protocol !== 'kernel')

export const policyRuleKey = (rule: LiveRule): string => `${rule.family} ${rule.priority} ${policyRuleText(rule)}`

/** Of a single address, iproute2 leaves the prefix length out. */
const withoutFullPrefix = (prefix: string): string => prefix.replace(prefix.includes(':') ? /\/128$/ : /\/32$/, '')

/** As `ip rule` prints it behind the priority. */
export function policyRuleText(
  rule: Omit<LiveRule, 'others' | 'protocol'> & { readonly others?: readonly string[] },
): string {
  const { from, to, iif, oif, fwmark, not, table, action, others = [] } = rule
  return [
    not ? 'not' : null,
    `from ${from === null ? 'all' : withoutFullPrefix(from)}`,
    to === null ? null : `to ${withoutFullPrefix(to)}`,
    fwmark === null ? null : `fwmark 0x${fwmark.toString(16)}`,
    iif === null ? null : `iif ${iif}`,
    oif === null ? null : `oif ${oif}`,
    ...others,
    action === 'to-table' ? `lookup ${tableEntry(table)}` : action,
  ]
    .filter((word) => word !== null)
    .join(' ')
}

/** `@if6`, as `ip addr` writes the other end's index. */
export const peerSuffix = (link: LiveLink): string => (link.peer ? `@if${link.peer.index}` : '')

export function peerText(link: LiveLink, live: LiveState): string | null {
  if (!link.peer) return null
  const { namespace, index } = link.peer
  if (namespace === null) return `if${index}`
  const name = live.namespaces.find((each) => each.name === namespace)?.links.find((each) => each.index === index)?.name
  return `${namespace} · ${name ?? `if${index}`}`
}

/** The switches that decide most about where packets go. */
const mainSettings = [
  'net.ipv4.ip_forward',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.ip_default_ttl',
  'net.ipv6.conf.all.disable_ipv6',
]

type Entries = readonly (readonly [key: string, value: string])[]

/** Kernel settings worth a line, with those the lab names; and the others that are watched. */
export function settingsOf(
  namespace: LiveNamespace,
  lab: LabNamespace | undefined,
): { readonly first: Entries; readonly rest: Entries } {
  const bridges = namespace.links.some(({ kind }) => kind === 'bridge')
  const all = Object.entries(namespace.sysctls).filter(([key]) => bridges || !key.startsWith('net.bridge.'))
  const isFirst = (key: string): boolean =>
    mainSettings.includes(key) || (lab !== undefined && Object.hasOwn(lab.sysctls, key))
  return { first: all.filter(([key]) => isFirst(key)), rest: all.filter(([key]) => !isFirst(key)) }
}

/** Interfaces as people look for them: what carries traffic first, `lo` last. */
export function sortedLinks(namespace: LiveNamespace): readonly LiveLink[] {
  return [...namespace.links].sort(
    (a, b) => Number(a.kind === 'loopback') - Number(b.kind === 'loopback') || a.index - b.index,
  )
}

/** Entries that a bridge learned or was given for hosts; the kernel's own multicast and self entries say nothing about them. */
export function bridgeEntries(namespace: LiveNamespace): readonly LiveFdbEntry[] {
  return namespace.fdb.filter(
    (entry) => (entry.master !== null || entry.dst !== null) && !/^(33:33|01:00:5e|01:80:c2)/.test(entry.mac),
  )
}

export interface RuleChain {
  readonly key: string
  readonly table: string
  readonly chain: string
  readonly policy: string | null
  readonly legacy: boolean
  readonly ipv6: boolean
  readonly rules: readonly IptablesRule[]
}

/** Chains that hold a rule, or whose policy is not simply to accept. */
export function ruleChains(rules: readonly IptablesRule[]): readonly RuleChain[] {
  const chains = new Map<string, IptablesRule[]>()
  for (const rule of rules) {
    const key = `${rule.engine} ${rule.family} ${rule.table} ${rule.chain}`
    chains.set(key, [...(chains.get(key) ?? []), rule])
  }
  return [...chains].flatMap(([key, entries]) => {
    const [first] = entries
    if (!first) return []
    const policy = entries.find((each) => each.rule === null)?.policy ?? null
    const listed = entries.filter((each) => each.rule !== null)
    if (listed.length === 0 && policy !== 'DROP') return []
    const { table, chain, engine, family } = first
    return [{ key, table, chain, policy, legacy: engine === 'legacy', ipv6: family === 'ipv6', rules: listed }]
  })
}

/** `12 pkts, 1008 bytes`, with K, M and G as iptables abbreviates them. */
export function counterText({ packets, bytes }: IptablesRule): string {
  return `${short(packets)} pkts, ${short(bytes)} bytes`
}

function short(value: number): string {
  const units = ['', 'K', 'M', 'G', 'T']
  let unit = 0
  let rest = value
  while (rest >= 10_000 && unit < units.length - 1) {
    rest /= 1000
    unit += 1
  }
  return `${Math.round(rest)}${units[unit]}`
}

export interface NftTableFacts {
  readonly name: string
  readonly rules: number
  /** Its text as nft lists it, where that is known. */
  readonly text: string | null
}

/** Tables that nft holds beside those that iptables shows as its own. */
export function nftTables({ nft, iptables, listing }: LiveRuleset): readonly NftTableFacts[] {
  const shown = new Set(
    iptables.flatMap(({ engine, family, table }) =>
      engine === 'nft' ? [`${family === 'ipv4' ? 'ip' : 'ip6'} ${table}`] : [],
    ),
  )
  const counts = new Map<string, number>()
  for (const entry of nft as readonly {
    table?: { family: string; name: string }
    rule?: { family: string; table: string }
  }[]) {
    const key = entry.table
      ? `${entry.table.family} ${entry.table.name}`
      : entry.rule && `${entry.rule.family} ${entry.rule.table}`
    if (key === undefined || shown.has(key)) continue
    counts.set(key, (counts.get(key) ?? 0) + (entry.rule ? 1 : 0))
  }
  return [...counts].map(([name, rules]) => ({
    ...{ name, rules },
    text: listing?.nft.find((table) => `${table.family} ${table.name}` === name)?.text.trimEnd() ?? null,
  }))
}

/** As `bridge vlan` shows them: what goes without a tag is marked. */
export const vlansText = (vlans: readonly PortVlan[]): string =>
  vlans.length === 0
    ? '-'
    : vlans
        .map(({ id, pvid, untagged }) => [id, ...(pvid ? ['pvid'] : []), ...(untagged ? ['untagged'] : [])].join(' '))
        .join(', ')
