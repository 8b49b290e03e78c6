/** NAT, packet filter and routes of a namespace, as the lab asks for them and as the kernel has them. */
import type { Family, LabNamespace, LabNat, LabRoute } from '../../electron/core/lab/lab.js'
import type { NatPart } from '../../electron/core/lab/schema.js'
import { mainTable, tableEntry } from '../../electron/core/lab/table.js'
import type { IptablesRule, LiveNamespace, LiveRoute } from '../../electron/core/live/state.js'
import { parseRule } from '../../electron/core/plan/parse-rule.js'
import type { Presence, SceneNat, Stated } from './scene.js'
import { presenceOf, stated, type NamespaceSources } from './scene-interface.js'

type Nat = Omit<SceneNat, 'presence'>

/** `! 10.0.0.0/24`, where it must be another one. */
const part = ({ not }: LabNat, name: NatPart, value: string | number | null | undefined): string | null =>
  value === null || value === undefined ? null : not?.includes(name) ? `! ${value}` : String(value)

/** Packets of all interfaces but one have none to stand at. */
function fromLab(nat: LabNat): Nat {
  const packets = [
    part(nat, 'source', nat.source === '0.0.0.0/0' || nat.source === '::/0' ? null : nat.source),
    nat.destination === undefined ? null : `→ ${part(nat, 'destination', nat.destination)}`,
    part(nat, 'protocol', nat.protocol),
    part(nat, 'port', nat.port),
  ].filter((word) => word !== null)
  const target = nat.kind.toUpperCase()
  if (nat.kind === 'masquerade' || nat.kind === 'snat') {
    const isBut = nat.not?.includes('out') ?? false
    const from = [
      ...(packets.length === 0 ? [nat.source] : packets),
      ...(isBut && nat.out !== null ? [`(! ${nat.out})`] : []),
    ].join(' ')
    return { dev: isBut ? null : nat.out, target, detail: nat.kind === 'snat' ? `${from} → ${nat.to}` : from }
  }
  const isBut = nat.not?.includes('in') ?? false
  const address = nat.kind === 'dnat' ? nat.toAddress : ''
  const to = nat.toPort === null ? address : `${address}:${nat.toPort}`
  const from = [...(nat.chain === 'output' ? ['OUTPUT'] : []), ...packets, ...(isBut ? [`(! ${nat.in})`] : [])]
  return { dev: isBut ? null : nat.in, target, detail: `${from.join(' ')} → ${to}`.trim() }
}

const option = (rule: string, ...names: string[]): string | null => {
  for (const name of names) {
    const match = new RegExp(`(?:^| )${name} (\\S+)`).exec(rule)
    if (match) return match[1] ?? null
  }
  return null
}

function fromIptables(rule: string): Nat | null {
  const target = option(rule, '-j')
  const source = option(rule, '-s') ?? '0.0.0.0/0'
  if (target === 'MASQUERADE') return { dev: option(rule, '-o'), target, detail: source }
  if (target === 'SNAT')
    return { dev: option(rule, '-o'), target, detail: `${source} → ${option(rule, '--to-source')}` }
  if (target !== 'DNAT') return null
  const port = option(rule, '--dport')
  const from = [option(rule, '-p'), port].filter((part) => part !== null).join(' ')
  return { dev: option(rule, '-i'), target, detail: `${from} → ${option(rule, '--to-destination')}`.trim() }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** One value of an nft match as its text: a name, an address, or `{prefix: {addr, len}}`. */
function nftText(value: unknown): string {
  if (isRecord(value) && isRecord(value['prefix'])) return `${value['prefix']['addr']}/${value['prefix']['len']}`
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '…'
}

/** `nft -j` rule expressions: libnftables-json(5). Rules that iptables-nft made show only as `xt` and are not ours here. */
function fromNft(entry: unknown): Nat | null {
  const rule = isRecord(entry) ? entry['rule'] : undefined
  if (!isRecord(rule) || !Array.isArray(rule['expr'])) return null
  const matched = new Map<string, string>()
  let found: { target: string; to: string | null } | null = null
  for (const each of rule['expr'] as unknown[]) {
    if (!isRecord(each)) continue
    const match = each['match']
    if (isRecord(match) && isRecord(match['left'])) {
      const { meta, payload } = match['left'] as { meta?: { key?: string }; payload?: { field?: string } }
      const key = meta?.key ?? payload?.field
      if (key) matched.set(key, nftText(match['right']))
    }
    for (const target of ['masquerade', 'snat', 'dnat'] as const) {
      if (!(target in each)) continue
      const to = isRecord(each[target]) ? each[target] : {}
      const address = to['addr'] === undefined ? null : nftText(to['addr'])
      const port = to['port'] === undefined ? '' : `:${nftText(to['port'])}`
      found = { target: target.toUpperCase(), to: address === null ? null : address + port }
    }
  }
  if (!found) return null
  const source = matched.get('saddr') ?? '0.0.0.0/0'
  if (found.target === 'MASQUERADE')
    return { dev: matched.get('oifname') ?? null, target: found.target, detail: source }
  if (found.target === 'SNAT')
    return { dev: matched.get('oifname') ?? null, target: found.target, detail: `${source} → ${found.to}` }
  const port = matched.get('dport')
  return { dev: matched.get('iifname') ?? null, target: found.target, detail: `${port ?? ''} → ${found.to}`.trim() }
}

const natKey = (nat: Nat): string => JSON.stringify([nat.dev, nat.target, nat.detail])

function fromRule(each: IptablesRule): Nat | null {
  if (each.table !== 'nat' || each.rule === null) return null
  const parsed = parseRule(each)
  return parsed?.kind === 'nat' ? fromLab(parsed.rule) : fromIptables(each.rule)
}

const once = (found: readonly (Nat | null)[]): Nat[] => [
  ...new Map(found.filter((nat) => nat !== null).map((nat) => [natKey(nat), nat])).values(),
]

const natOf = ({ ruleset }: LiveNamespace): Nat[] =>
  once([...ruleset.iptables.map(fromRule), ...ruleset.nft.map(fromNft)])

/** Of a rule set as iptables-restore(8) reads it. */
function natOfText(text: string, family: Family): (Nat | null)[] {
  let table = ''
  return text.split('\n').map((line) => {
    table = /^\*(\S+)/.exec(line)?.[1] ?? table
    const [, chain, rule] = /^-A (\S+) (.+)$/.exec(line.trim()) ?? []
    if (chain === undefined || rule === undefined) return null
    return fromRule({ family, table, chain, rule, policy: null, packets: 0, bytes: 0, engine: 'nft' })
  })
}

/** By entries, and by a text for iptables. */
const natAsked = ({ nat, texts }: Pick<LabNamespace, 'nat' | 'texts'>): Nat[] =>
  once([...nat.map(fromLab), ...natOfText(texts.iptables ?? '', 'ipv4'), ...natOfText(texts.ip6tables ?? '', 'ipv6')])

export function sceneNat(source: NamespaceSources, hasLab: boolean): SceneNat[] {
  const wanted = source.lab ? natAsked(source.lab) : []
  const there = source.live ? natOf(source.live) : []
  const standing = new Set(source.standing ? natAsked(source.standing).map(natKey) : [])
  // A text for nft is not read: what stands as it says is its own.
  const nft = source.lab?.texts.nft
  const isText = nft !== undefined && source.standing?.texts.nft === nft
  const ofText = new Set(isText ? once((source.live?.ruleset.nft ?? []).map(fromNft)).map(natKey) : [])
  const thereKeys = new Set(there.map(natKey))
  const wantedKeys = new Set(wanted.map(natKey))
  const presence = (nat: Nat, inLab: boolean): Presence =>
    presenceOf(inLab, thereKeys.has(natKey(nat)), standing.has(natKey(nat)), hasLab)
  return [
    ...wanted.map((nat) => ({ ...nat, presence: presence(nat, true) })),
    ...there
      .filter((nat) => !wantedKeys.has(natKey(nat)))
      .map((nat) => ({ ...nat, presence: presence(nat, ofText.has(natKey(nat))) })),
  ]
}

/** How many rules of the packet filter stand in the way: entries of the filter chains, and policies that drop. */
export function firewallRules(lab: LabNamespace | undefined, live: LiveNamespace | undefined): number {
  if (!live) return (lab?.firewall.length ?? 0) + (lab?.policies ?? []).filter(({ policy }) => policy === 'drop').length
  const legacy = live.ruleset.iptables.filter(
    (each) => each.table === 'filter' && (each.rule !== null || (each.policy !== null && each.policy !== 'ACCEPT')),
  ).length
  if (legacy > 0) return legacy
  return live.ruleset.nft.filter((entry) => {
    const chain = isRecord(entry) ? entry['chain'] : undefined
    if (isRecord(chain)) return chain['type'] === 'filter' && chain['policy'] === 'drop'
    const rule = isRecord(entry) ? entry['rule'] : undefined
    return isRecord(rule) && /"(drop|reject)"/.test(JSON.stringify(rule['expr'] ?? null))
  }).length
}

const isDefault = (to: string): boolean => to === '0.0.0.0/0' || to === '::/0'

/** As `ip route` would say it, shortened to what tells where packets go. */
function routeText(route: LabRoute | LiveRoute): string {
  const to = isDefault(route.to) ? 'default' : route.to
  const table = route.table === mainTable ? '' : ` table ${tableEntry(route.table)}`
  if (route.type !== 'unicast') return `${route.type} ${to}${table}`
  if (route.via !== null) return `${to} via ${route.via}${table}`
  return `${to}${route.dev === null ? '' : ` dev ${route.dev}`}${table}`
}

/** One for each next hop, as the kernel lists them. */
const routeTexts = (route: LabRoute): string[] =>
  route.nexthops.length === 0
    ? [routeText(route)]
    : route.nexthops.map(({ via, dev }) => routeText({ ...route, via, dev }))

export function sceneRoutes(source: NamespaceSources, hasLab: boolean, whole: Presence): readonly Stated[] {
  const there = (source.live?.routes ?? []).filter((route) => route.protocol !== 'kernel' && route.protocol !== 'ra')
  const unique = (texts: string[]): string[] => [...new Set(texts)]
  const routes = stated(
    unique((source.lab?.routes ?? []).flatMap(routeTexts)),
    unique(there.map(routeText)),
    (source.standing?.routes ?? []).flatMap(routeTexts),
    hasLab,
    whole,
  )
  const rank = (route: Stated): number => (route.text.startsWith('default') ? 0 : 1)
  return [...routes].sort((a, b) => rank(a) - rank(b))
}
