/** Ties rules and connection tracking to the hops that they made: what rewrote, and what dropped. */
import type { HopReason, TraceHop } from '../../core/diagnosis/trace.js'
import { innermost } from '../../core/diagnosis/loss.js'
import type { RuleVerdict } from '../../core/diagnosis/scene.js'
import type { TracedHop } from '../../core/packet/hop.js'
import { fits, packetsOf, samePacket } from '../../core/diagnosis/rules/own-packets.js'
import { entryOf } from '../../core/live/connection.js'
import type { PacketHeaders } from '../../core/packet/packet.js'
import { programPath, runIn } from '../run.js'

const nothing: HopReason = { table: null, chain: null, rule: null, verdict: null, conntrack: null }

export async function withReasons(hops: readonly TracedHop[], verdicts: readonly RuleVerdict[]): Promise<TraceHop[]> {
  const rewritten = hops.filter(({ event }) => event === 'nat')
  const families = new Set(
    rewritten.map(({ packet }) => (packet && innermost(packet).ip?.version === 6 ? 'ipv6' : 'ipv4')),
  )
  const entries = new Map<string, readonly string[]>()
  for (const namespace of new Set(rewritten.map((hop) => hop.namespace)))
    entries.set(namespace, await conntrack(namespace, families))
  return hops.map((hop) => {
    const reason =
      hop.event === 'nat'
        ? natReason(hop, hops, verdicts, entries)
        : hop.event === 'dropped'
          ? dropReason(hop, verdicts)
          : hop.event === 'routed' || hop.event === 'delivered'
            ? acceptReason(hop, verdicts)
            : null
    return reason ? { ...hop, reason } : hop
  })
}

/** Without the tool, the entry is left out; the film is whole all the same. */
async function conntrack(namespace: string, families: ReadonlySet<'ipv4' | 'ipv6'>): Promise<readonly string[]> {
  if (programPath('conntrack') === null) return []
  const lines: string[] = []
  for (const family of families) {
    const { stdout } = await runIn(namespace, 'conntrack', ['-L', '-f', family])
    lines.push(...stdout.split('\n').filter((line) => line !== ''))
  }
  return lines
}

function natReason(
  hop: TracedHop,
  hops: readonly TracedHop[],
  verdicts: readonly RuleVerdict[],
  entries: ReadonlyMap<string, readonly string[]>,
): HopReason | null {
  const before = hops.find(({ n }) => n === hop.comparedWith)?.packet
  const destination = hop.changed.includes('ip.dst') || hop.changed.some((path) => path.endsWith('.dstPort'))
  const ruled =
    hop.leg === 'request'
      ? ofPacket(verdicts, hop, before ?? null, hops).find(
          ({ namespace, table, rule, chain, verdict }) =>
            namespace === hop.namespace &&
            verdict !== 'continue' &&
            (table === 'nat' || /\b(snat|dnat|masquerade|redirect)\b/i.test(rule ?? '')) &&
            (chain === 'POSTROUTING' || chain === 'PREROUTING' || chain === 'OUTPUT'
              ? (chain === 'POSTROUTING') !== destination
              : true),
        )
      : undefined
  const entry = before ? entryOf(entries.get(hop.namespace) ?? [], innermost(before)) : undefined
  if (!ruled && entry === undefined) return null
  return { ...nothing, ...(ruled ? said(ruled) : {}), conntrack: entry ?? null }
}

/**
 * Those about this very packet: other traffic of the machine meets rules at the same time. Its source is rewritten last, so
 * rules see the packet with the source it came with; its destination may be the new one by then.
 */
function ofPacket(
  verdicts: readonly RuleVerdict[],
  hop: TracedHop,
  before: PacketHeaders | null,
  hops: readonly TracedHop[],
): readonly RuleVerdict[] {
  const [came] = before ? packetsOf(innermost(before)) : []
  const [goes] = hop.packet ? packetsOf(innermost(hop.packet)) : []
  if (!came || !goes) return verdicts
  const sent = { ...goes, src: came.src, ports: goes.ports && came.ports && { ...goes.ports, src: came.ports.src } }
  const out = hops.find((each) => each.n > hop.n && each.namespace === hop.namespace && each.direction === 'out')
  return verdicts.filter(({ packet, rule, family, iif, oif }) => {
    if (packet !== null) return samePacket(packet, came) || samePacket(packet, sent)
    // A counter names no packet: the rule must at least mean such.
    return leavesBy(rule, out?.interface) && [came, sent].some((each) => fits({ rule, iif, oif }, family, each))
  })
}

function leavesBy(rule: string | null, dev: string | null | undefined): boolean {
  const [, not, named] = /(?:^| )(! )?-o (\S+)/.exec(rule ?? '') ?? []
  return named === undefined || !dev || (named === dev) !== (not !== undefined)
}

/**
 * The rule that let it pass. Only what is forwarded has both interfaces, and only what is delivered has none to leave by:
 * so they are known whatever their chains are called. A policy needs no word.
 */
function acceptReason(hop: TracedHop, verdicts: readonly RuleVerdict[]): HopReason | null {
  const ip = hop.packet && innermost(hop.packet).ip
  if (!ip) return null
  const ruled = verdicts.findLast(
    ({ namespace, verdict, rule, table, packet, iif, oif }) =>
      namespace === hop.namespace &&
      verdict === 'accept' &&
      rule !== null &&
      table !== 'nat' &&
      iif !== null &&
      (oif !== null) === (hop.event === 'routed') &&
      (packet?.src === ip.src || packet?.dst === ip.dst) &&
      packet.src !== ip.dst,
  )
  return ruled ? { ...nothing, ...said(ruled) } : null
}

function dropReason(hop: TracedHop, verdicts: readonly RuleVerdict[]): HopReason | null {
  const ip = hop.packet && innermost(hop.packet).ip
  const ends = ip ? [ip.src, ip.dst] : []
  const ruled = verdicts.find(
    ({ namespace, verdict, packet }) =>
      namespace === hop.namespace &&
      verdict === 'drop' &&
      (packet === null || ends.length === 0 || ends.includes(packet.src) || ends.includes(packet.dst)),
  )
  return ruled ? { ...nothing, ...said(ruled) } : null
}

const said = ({ table, chain, rule, verdict }: RuleVerdict): Omit<HopReason, 'conntrack'> => ({
  table,
  chain,
  rule,
  verdict: rule === null ? `policy ${verdict}` : verdict,
})
