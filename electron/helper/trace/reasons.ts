/** Ties rules and connection tracking to the hops that they made: what rewrote, and what dropped. */
import type { HopReason, TraceHop } from '../../core/diagnosis/trace.js'
import { innermost } from '../../core/diagnosis/death.js'
import type { RuleVerdict } from '../../core/diagnosis/scene.js'
import type { TracedHop } from '../../core/packet/hop.js'
import { programPath, runIn } from '../run.js'

const nothing: HopReason = { table: null, chain: null, rule: null, verdict: null, conntrack: null }

export async function withReasons(hops: readonly TracedHop[], verdicts: readonly RuleVerdict[]): Promise<TraceHop[]> {
  const rewriting = [...new Set(hops.filter(({ event }) => event === 'nat').map(({ namespace }) => namespace))]
  const entries = new Map<string, readonly string[]>()
  for (const namespace of rewriting) entries.set(namespace, await conntrack(namespace))
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
async function conntrack(namespace: string): Promise<readonly string[]> {
  if (programPath('conntrack') === null) return []
  const { stdout } = await runIn(namespace, 'conntrack', ['-L'])
  return stdout.split('\n').filter((line) => line !== '')
}

function natReason(
  hop: TracedHop,
  hops: readonly TracedHop[],
  verdicts: readonly RuleVerdict[],
  entries: ReadonlyMap<string, readonly string[]>,
): HopReason | null {
  const destination = hop.changed.includes('ip.dst') || hop.changed.some((path) => path.endsWith('.dstPort'))
  const ruled =
    hop.leg === 'request'
      ? verdicts.find(
          ({ namespace, table, rule, chain }) =>
            namespace === hop.namespace &&
            (table === 'nat' || /\b(snat|dnat|masquerade|redirect)\b/i.test(rule ?? '')) &&
            (chain === 'POSTROUTING' || chain === 'PREROUTING' || chain === 'OUTPUT'
              ? (chain === 'POSTROUTING') !== destination
              : true),
        )
      : undefined
  const before = hops.find(({ n }) => n === hop.comparedWith)?.packet
  const ip = before && innermost(before).ip
  const tuple = ip ? [`src=${ip.src} dst=${ip.dst} `] : []
  const entry = (entries.get(hop.namespace) ?? []).find((line) => tuple.some((part) => line.includes(part)))
  if (!ruled && entry === undefined) return null
  return { ...nothing, ...(ruled ? said(ruled) : {}), conntrack: entry ?? null }
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
