/** Events of a rule trace and counters of legacy rules, as verdicts about packets with the text of the rule. */
import { alters } from '../../core/diagnosis/rules/altering.js'
import type { RulePacket, RuleVerdict } from '../../core/diagnosis/scene.js'
import type { IptablesRule, LiveNamespace, LiveState } from '../../core/live/state.js'
import { traceTable } from '../../core/live/own-table.js'
import { protocolName } from '../../core/packet/upper-layer.js'
import type { RuledFamilies, RuleEvent } from '../kernel/protocol.js'
import { formatAddress } from '../kernel/inet.js'
import { listedRules, type ListedRule } from './listed-rules.js'

interface NftRuleEntry {
  readonly family: string
  readonly table: string
  readonly chain: string
  readonly handle: number
  readonly expr?: readonly object[]
}

/** What of a ruleset a trace must listen to beside IP. */
export function familiesOf({ ruleset: { nft }, links }: Pick<LiveNamespace, 'ruleset' | 'links'>): RuledFamilies {
  const chains = nft.flatMap((entry) => (entry as { chain?: NftChainEntry }).chain ?? [])
  const has = (family: string): boolean => chains.some((chain) => chain.family === family)
  const devices = chains.flatMap(({ family, hook, dev }) =>
    family === 'netdev' && (hook === 'ingress' || hook === 'egress')
      ? // Some versions of nft list the hook without its interface.
        [dev ?? links.map(({ name }) => name)].flat().map((device) => ({ device, hook }) as const)
      : [],
  )
  const different = new Map(devices.map((each) => [`${each.device} ${each.hook}`, each]))
  return { bridge: has('bridge'), arp: has('arp'), devices: [...different.values()] }
}

interface NftChainEntry {
  readonly family: string
  readonly hook?: string
  readonly dev?: string | readonly string[]
}

/** Hardware address space and protocol of an ARP packet for IPv4 on Ethernet. */
const arpHead = '00010800'

/** First bytes of an IP header, and of what follows it: who, to whom, what. */
function packetOf(network: Uint8Array, transport: Uint8Array | null): RulePacket | null {
  const bytes = Buffer.from(network)
  if (bytes.length >= 28 && bytes.toString('hex', 0, 4) === arpHead)
    return {
      ...{ src: formatAddress(bytes, 14, 4), dst: formatAddress(bytes, 24, 4) },
      ...{ protocol: 'arp', ports: null, icmp: null },
    }
  const version = (bytes[0] ?? 0) >> 4
  if (version === 4 && bytes.length >= 20)
    return {
      src: formatAddress(bytes, 12, 4),
      dst: formatAddress(bytes, 16, 4),
      // Behind the header of a later fragment are data, and no ports.
      ...upper(protocolName(bytes[9] ?? 0), (bytes.readUInt16BE(6) & 0x1fff) === 0 ? transport : null),
    }
  if (version === 6 && bytes.length >= 40)
    return {
      src: formatAddress(bytes, 8, 16),
      dst: formatAddress(bytes, 24, 16),
      ...upper(protocolName(bytes[6] ?? 0), transport),
    }
  return null
}

/** Types of ICMP and ICMPv6 whose second word begins with an identifier: echoes. */
const echoes: Readonly<Record<string, readonly number[]>> = { icmp: [0, 8], icmpv6: [128, 129] }

function upper(protocol: string, transport: Uint8Array | null): Pick<RulePacket, 'protocol' | 'ports' | 'icmp'> {
  const bytes = Buffer.from(transport ?? [])
  const none = { protocol, ports: null, icmp: null }
  if ((protocol === 'tcp' || protocol === 'udp') && bytes.length >= 4)
    return { ...none, ports: { src: bytes.readUInt16BE(0), dst: bytes.readUInt16BE(2) } }
  const echo = echoes[protocol]
  const type = bytes[0]
  if (!echo || type === undefined) return none
  return { ...none, icmp: { type, id: echo.includes(type) && bytes.length >= 6 ? bytes.readUInt16BE(4) : null } }
}

/**
 * What dropped, what accepted by a rule, what handed to a program that gave nothing back, and rules that let it go on and
 * changed what becomes of it.
 */
export async function ruleVerdicts(events: readonly RuleEvent[], live: LiveState): Promise<RuleVerdict[]> {
  const verdicts: RuleVerdict[] = []
  const listings = new Map<string, Promise<readonly ListedRule[]>>()
  // A base chain's first event carries the packet; those that follow it are about the same one.
  const latest = new Map<string, RuleEvent>()
  for (const [index, event] of events.entries()) {
    const key = `${event.namespace} ${event.id}`
    if (event.network !== null) latest.set(key, event)
    if (event.table === traceTable) continue
    const isAnother = (later: RuleEvent): boolean => `${later.namespace} ${later.id}` === key
    // What a program lets through goes on to the next chain.
    const isKept = event.verdict === 'queue' && !events.slice(index + 1).some(isAnother)
    const decides = event.verdict === 'drop' || (event.verdict === 'accept' && event.kind === 'rule')
    const namespace = live.namespaces.find(({ name }) => name === event.namespace)
    const goesOn = event.verdict === 'continue' && event.kind === 'rule' && mayAlter(event, namespace)
    if (!decides && !isKept && !goesOn) continue
    const seen = latest.get(key)
    const text = event.kind === 'rule' ? await ruleText(event, namespace, listings) : null
    if (goesOn && !alters(text?.rule ?? '')) continue
    const nameOf = (index: number | null | undefined): string | null =>
      namespace?.links.find((link) => link.index === index)?.name ?? null
    verdicts.push({
      namespace: event.namespace,
      engine: 'nft',
      family: event.family,
      table: event.table,
      chain: event.chain,
      rule: text?.rule ?? (event.kind === 'rule' ? '' : null),
      handle: event.handle,
      position: text?.position ?? null,
      verdict: event.verdict ?? '',
      packet: seen?.network ? packetOf(seen.network, seen.transport) : null,
      iif: nameOf(seen?.iif),
      oif: nameOf(seen?.oif),
    })
  }
  return verdicts
}

/** Statements behind which a packet goes on, as `nft -j` tells them; targets of iptables are `xt`. */
const altering = ['notrack', 'mangle', 'xt']

function mayAlter(event: RuleEvent, namespace: LiveNamespace | undefined): boolean {
  const rule = rulesOfChain(namespace, event).find(({ handle }) => handle === event.handle)
  return rule?.expr?.some((statement) => altering.some((key) => key in statement)) ?? false
}

async function ruleText(
  event: RuleEvent,
  namespace: LiveNamespace | undefined,
  listings: Map<string, Promise<readonly ListedRule[]>>,
): Promise<{ readonly rule: string; readonly position: number } | null> {
  const { family, table, chain, handle } = event
  const inChain = rulesOfChain(namespace, event)
  const place = inChain.findIndex((rule) => rule.handle === handle)
  // Tables of the other families may be called as those of iptables are.
  const word = family === 'ip6' ? 'ipv6' : family === 'ip' ? 'ipv4' : null
  const saved = (namespace?.ruleset.iptables ?? []).filter(
    (rule) =>
      rule.engine === 'nft' &&
      rule.family === word &&
      rule.table === table &&
      rule.chain === chain &&
      rule.rule !== null,
  )
  // iptables lists the rules of a chain in the order that nftables does.
  if (place >= 0 && saved.length === inChain.length) return { rule: saved[place]?.rule ?? '', position: place + 1 }
  const key = `${event.namespace} ${family} ${table} ${chain}`
  const listing = listings.get(key) ?? listedRules(event.namespace, event)
  listings.set(key, listing)
  const rules = await listing
  const at = rules.findIndex((each) => each.handle === handle)
  return at < 0 ? null : { rule: rules[at]?.rule ?? '', position: at + 1 }
}

/** The numbers that rules of nftables have now: known by their places, where they were put in anew. */
export function withHandles(verdicts: readonly RuleVerdict[], live: LiveState): RuleVerdict[] {
  return verdicts.map((verdict) => {
    const { namespace, family, table, chain, position, handle } = verdict
    if (handle === null || position === null) return verdict
    const rules = rulesOfChain(
      live.namespaces.find(({ name }) => name === namespace),
      { family, table, chain },
    )
    return { ...verdict, handle: rules[position - 1]?.handle ?? handle }
  })
}

function rulesOfChain(
  namespace: LiveNamespace | undefined,
  { family, table, chain }: Pick<NftRuleEntry, 'family' | 'table' | 'chain'>,
): NftRuleEntry[] {
  return (namespace?.ruleset.nft ?? []).flatMap((entry) => {
    const { rule } = entry as { rule?: NftRuleEntry }
    return rule && rule.family === family && rule.table === table && rule.chain === chain ? [rule] : []
  })
}

/**
 * Rules that counted packets meanwhile and let none of them on: those of the legacy engine, which sends no events, and
 * wherever rules are not traced.
 */
export function countedVerdicts(
  namespace: string,
  before: readonly IptablesRule[],
  after: readonly IptablesRule[],
): RuleVerdict[] {
  const verdicts: RuleVerdict[] = []
  const key = ({ family, table, chain, rule }: IptablesRule): string => `${family} ${table} ${chain} ${rule}`
  const counts = new Map<string, number[]>()
  for (const rule of before) counts.set(key(rule), [...(counts.get(key(rule)) ?? []), rule.packets])
  const places = new Map<string, number>()
  for (const rule of after) {
    const chain = `${rule.family} ${rule.table} ${rule.chain}`
    const position = rule.rule === null ? 0 : (places.get(chain) ?? 0) + 1
    if (rule.rule !== null) places.set(chain, position)
    const was = counts.get(key(rule))?.shift() ?? 0
    const target = rule.rule === null ? rule.policy : (/(?:^| )-j (\S+)/.exec(rule.rule)?.[1] ?? '')
    const goesOn = alters(rule.rule ?? '')
    const decides = ['DROP', 'REJECT', 'MASQUERADE', 'SNAT', 'DNAT', 'REDIRECT'].includes(target ?? '')
    if (rule.packets <= was || !(decides || goesOn)) continue
    verdicts.push({
      namespace,
      engine: rule.engine,
      family: rule.family === 'ipv6' ? 'ip6' : 'ip',
      table: rule.table,
      chain: rule.chain,
      rule: rule.rule,
      handle: null,
      position: rule.rule === null ? null : position,
      verdict: goesOn ? 'continue' : target === 'DROP' || target === 'REJECT' ? 'drop' : 'accept',
      packet: null,
      iif: null,
      oif: null,
    })
  }
  return verdicts
}
