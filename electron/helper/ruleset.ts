/** Packet filter and NAT of one namespace: read in both spellings, changed through iptables-restore. */
import type { Family } from '../core/lab/lab.js'
import type { IptablesRule, LiveRuleset, LoadedText } from '../core/live/state.js'
import { isOfTraceTable } from '../core/live/own-table.js'
import { programPath, runIn } from './run.js'
import { readListing } from './ruleset-listing.js'

export const emptyRuleset: LiveRuleset = { nft: [], iptables: [] }

const savePrograms: readonly { readonly family: Family; readonly nft: string; readonly legacy: string }[] = [
  { family: 'ipv4', nft: 'iptables-nft-save', legacy: 'iptables-legacy-save' },
  { family: 'ipv6', nft: 'ip6tables-nft-save', legacy: 'ip6tables-legacy-save' },
]

/**
 * Reads the ruleset of a namespace.
 * @param legacy also ask the legacy engine, which sends no events and costs two more processes
 * @param loaded texts that were loaded there, with what they became
 */
export async function readRuleset(
  namespace: string,
  legacy: boolean,
  loaded: readonly LoadedText[] = [],
): Promise<LiveRuleset> {
  const listed = await runIn(namespace, 'nft', ['-j', 'list', 'ruleset'])
  const nft = listed.status === 0 ? withoutMeta(listed.stdout) : []
  const iptables: IptablesRule[] = []
  const texts = { iptables: '', ip6tables: '' }
  const save = async (program: string, family: Family, engine: 'nft' | 'legacy'): Promise<void> => {
    const saved = await runIn(namespace, program, ['-c'])
    if (saved.status !== 0) return
    iptables.push(...parseSave(saved.stdout, family, engine))
    texts[family === 'ipv4' ? 'iptables' : 'ip6tables'] ||= saved.stdout
  }
  for (const { family, nft: nftSave, legacy: legacySave } of savePrograms) {
    if (holdsFamily(nft, family)) await save(nftSave, family, 'nft')
    if (legacy && programPath(legacySave)) await save(legacySave, family, 'legacy')
  }
  const listing = await readListing(namespace, { nft, iptables, saved: texts }, loaded)
  return listing === null ? { nft, iptables } : { nft, iptables, listing }
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
 * Rules of one transaction. All of it goes to the kernel in one netlink message list, which has to fit into the socket's
 * buffer: 212 992 bytes (net.core.wmem_max) where nobody has raised it, and a rule takes some 300 to 700.
 */
const transactionRules = 200

interface RestoreText {
  readonly text: string
  /** Which rule a line number of the text is about: a COMMIT speaks for the first of its transaction. */
  ruleAt(line: number): number
  /** Rules that are applied where this one is refused: those of the transactions before its own. */
  appliedBefore(rule: number): number
}

/** The input of iptables-restore: as many transactions as it takes. */
export function restoreText(lines: readonly RuleLine[]): RestoreText {
  const text: string[] = []
  const origin: number[] = []
  const starts: number[] = []
  const put = (line: string, index: number): void => {
    text.push(line)
    origin[text.length] = index
  }
  lines.forEach((rule, index) => {
    const start = starts.at(-1)
    if (start === undefined || rule.table !== lines[start]?.table || index - start >= transactionRules) {
      if (start !== undefined) put('COMMIT', start)
      starts.push(index)
      put(`*${rule.table}`, index)
    }
    put(rule.line, index)
  })
  put('COMMIT', starts.at(-1) ?? 0)
  return {
    text: `${text.join('\n')}\n`,
    ruleAt: (line) => origin[line] ?? 0,
    appliedBefore: (rule) => starts.findLast((start) => start <= rule) ?? 0,
  }
}

/** What iptables-restore refused: which rule, in its words, and how many rules stand all the same. */
export interface RefusedRule {
  readonly index: number
  readonly applied: number
  readonly output: string
}

/** Applies rule lines of one namespace and one family, in order. */
export async function restoreRules(namespace: string, lines: readonly RuleLine[]): Promise<RefusedRule | null> {
  const family = lines[0]?.family
  if (family === undefined) return null
  const program = family === 'ipv4' ? 'iptables-restore' : 'ip6tables-restore'
  const { text, ruleAt, appliedBefore } = restoreText(lines)
  const ran = await runIn(namespace, program, ['--noflush', '--wait', '5'], text)
  if (ran.status === 0) return null
  const index = ruleAt(Number(/line:? (\d+)/.exec(ran.stderr)?.[1]))
  return { index, applied: appliedBefore(index), output: ran.stderr.trim() || `${program} ended with ${ran.status}` }
}
