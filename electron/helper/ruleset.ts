/** Packet filter and NAT of one namespace: read in both spellings, changed through iptables-restore. */
import type { Family } from '../core/lab/lab.js'
import type { IptablesRule, LiveRuleset } from '../core/live/state.js'
import { isOfTraceTable } from '../core/live/own-table.js'
import { programPath, runIn } from './run.js'

export const emptyRuleset: LiveRuleset = { nft: [], iptables: [] }

const savePrograms: readonly { readonly family: Family; readonly nft: string; readonly legacy: string }[] = [
  { family: 'ipv4', nft: 'iptables-nft-save', legacy: 'iptables-legacy-save' },
  { family: 'ipv6', nft: 'ip6tables-nft-save', legacy: 'ip6tables-legacy-save' },
]

/**
 * Reads the ruleset of a namespace.
 * @param legacy also ask the legacy engine, which sends no events and costs two more processes
 */
export async function readRuleset(namespace: string, legacy: boolean): Promise<LiveRuleset> {
  const listed = await runIn(namespace, 'nft', ['-j', 'list', 'ruleset'])
  const nft = listed.status === 0 ? withoutMeta(listed.stdout) : []
  const iptables: IptablesRule[] = []
  for (const { family, nft: nftSave, legacy: legacySave } of savePrograms) {
    if (holdsFamily(nft, family)) iptables.push(...(await save(namespace, nftSave, family, 'nft')))
    if (legacy && programPath(legacySave)) iptables.push(...(await save(namespace, legacySave, family, 'legacy')))
  }
  return { nft, iptables }
}

async function save(
  namespace: string,
  program: string,
  family: Family,
  engine: 'nft' | 'legacy',
): Promise<IptablesRule[]> {
  const saved = await runIn(namespace, program, ['-c'])
  return saved.status === 0 ? parseSave(saved.stdout, family, engine) : []
}

/** The listing, without its first element that names nft's own version, and without what is ours. */
function withoutMeta(json: string): readonly unknown[] {
  const { nftables } = JSON.parse(json) as { nftables?: unknown[] }
  return (nftables ?? []).filter(
    (entry) => !(typeof entry === 'object' && entry !== null && 'metainfo' in entry) && !isOfTraceTable(entry),
  )
}

/** iptables-nft keeps its tables in the families `ip` and `ip6`; without one there is nothing to save. */
function holdsFamily(nft: readonly unknown[], family: Family): boolean {
  const word = family === 'ipv4' ? 'ip' : 'ip6'
  return nft.some((entry) => {
    const table = (entry as { table?: { family?: string } }).table
    return table?.family === word
  })
}

/**
 * Reads the text of `iptables-save -c`.
 * Policies come as entries without a rule, and only those of built-in chains.
 */
export function parseSave(text: string, family: Family, engine: 'nft' | 'legacy'): IptablesRule[] {
  const rules: IptablesRule[] = []
  let table = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim()
    const policy = /^:(\S+) (ACCEPT|DROP) \[(\d+):(\d+)\]/.exec(line)
    if (policy) {
      const [, chain = '', verdict = '', packets, bytes] = policy
      rules.push({
        family,
        table,
        chain,
        rule: null,
        policy: verdict,
        packets: Number(packets),
        bytes: Number(bytes),
        engine,
      })
      continue
    }
    const rule = /^\[(\d+):(\d+)\] -A (\S+) ?(.*)$/.exec(line)
    if (rule) {
      const [, packets, bytes, chain = '', spec = ''] = rule
      rules.push({
        family,
        table,
        chain,
        rule: spec,
        policy: null,
        packets: Number(packets),
        bytes: Number(bytes),
        engine,
      })
    }
  }
  return rules
}

/** One line for iptables-restore: `-A POSTROUTING ...` or `-D FORWARD ...` in a table. */
export interface RuleLine {
  readonly family: Family
  readonly table: string
  readonly line: string
}

/**
 * Applies rule lines of one namespace and one family in one transaction per table.
 * @returns null, or which line was refused (index) and the tool's words; nothing of that table is applied then
 */
export async function restoreRules(
  namespace: string,
  lines: readonly RuleLine[],
): Promise<{ readonly index: number; readonly output: string } | null> {
  const family = lines[0]?.family
  if (family === undefined) return null
  const program = family === 'ipv4' ? 'iptables-restore' : 'ip6tables-restore'
  const text: string[] = []
  /** Line number of the input -> index of the rule. */
  const origin = new Map<number, number>()
  let table: string | null = null
  lines.forEach((rule, index) => {
    if (rule.table !== table) {
      if (table !== null) text.push('COMMIT')
      text.push(`*${rule.table}`)
      table = rule.table
    }
    text.push(rule.line)
    origin.set(text.length, index)
  })
  text.push('COMMIT', '')
  const ran = await runIn(namespace, program, ['--noflush', '--wait', '5'], text.join('\n'))
  if (ran.status === 0) return null
  const named = /line:? (\d+)/.exec(ran.stderr)
  return {
    index: origin.get(Number(named?.[1])) ?? 0,
    output: ran.stderr.trim() || `${program} ended with ${ran.status}`,
  }
}
