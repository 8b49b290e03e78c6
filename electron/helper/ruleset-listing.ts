/** Rule sets as whole texts: read where entries of a lab cannot say them, and loaded in one transaction. */
import { emptyTable, savedText } from '../core/lab/ruleset/iptables-text.js'
import type { RulesetKind } from '../core/lab/ruleset/refusal.js'
import { traceTable } from '../core/live/own-table.js'
import type { IptablesRule, LoadedText, RulesetListing } from '../core/live/state.js'
import { parseRule } from '../core/plan/parse-rule.js'
import { nftListing, nftTables, savedTables } from '../core/plan/ruleset-texts.js'
import { rulesetPrograms, rulesetScript } from '../core/plan/ruleset-script.js'
import type { RulesetStep } from '../core/plan/step.js'
import { runIn } from './run.js'

type NftTables = RulesetListing['nft']

/** The text of iptables-save, of whichever engine, without its comments and counters. */
export const withoutCounters = (saved: string): string =>
  saved
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/^\[\d+:\d+\] /, '').replace(/ \[\d+:\d+\]$/, ' [0:0]'))
    .map((line) => `${line}\n`)
    .join('')

/** Parts `nft list ruleset` into its tables; elements that packets have put into sets come and go. */
export function parseTables(listed: string): NftTables {
  const tables: { family: string; name: string; text: string }[] = []
  let set: string[] | null = null
  let [isDynamic, isInElements] = [false, false]
  for (const line of listed.split('\n')) {
    const head = /^table (\S+) (\S+) \{$/.exec(line)
    if (head) tables.push({ family: head[1] ?? '', name: head[2] ?? '', text: '' })
    const table = tables.at(-1)
    if (!table || line === '') continue
    if (/^\t(?:set|map) \S+ \{$/.test(line)) [set, isDynamic] = [[], false]
    if (set === null) {
      table.text += `${line}\n`
      continue
    }
    if (/^\t\tflags .*\bdynamic\b/.test(line)) isDynamic = true
    if (/^\t\telements = \{/.test(line)) isInElements = true
    if (!(isInElements && isDynamic)) set.push(line)
    if (isInElements && line.endsWith('}')) isInElements = false
    if (line !== '\t}') continue
    table.text += set.map((each) => `${each}\n`).join('')
    set = null
  }
  return tables.filter(({ name }) => name !== traceTable)
}

export interface Read {
  readonly nft: readonly unknown[]
  readonly iptables: readonly IptablesRule[]
  /** As iptables-save and ip6tables-save print them; of the engine that has rules. */
  readonly saved: Readonly<Record<'iptables' | 'ip6tables', string>>
}

/** Tables of nftables that iptables does not show as its own. */
export function hasNative({ nft, iptables }: Pick<Read, 'nft' | 'iptables'>): boolean {
  const shown = new Set(
    iptables.flatMap(({ engine, family, table }) =>
      engine === 'nft' ? [`${family === 'ipv4' ? 'ip' : 'ip6'} ${table}`] : [],
    ),
  )
  return nft.some((entry) => {
    const { table } = entry as { table?: { family: string; name: string } }
    return table !== undefined && !shown.has(`${table.family} ${table.name}`)
  })
}

/** Null where entries of a lab say all there is, and no text was ever loaded. */
export async function readListing(
  namespace: string,
  read: Read,
  loaded: readonly LoadedText[],
): Promise<RulesetListing | null> {
  const isBeyond = read.iptables.some((line) => line.rule !== null && parseRule(line) === null)
  if (!hasNative(read) && !isBeyond && loaded.length === 0) return null
  const iptables = withoutCounters(read.saved.iptables)
  return { nft: await listTables(namespace), iptables, ip6tables: withoutCounters(read.saved.ip6tables), loaded }
}

async function listTables(namespace: string): Promise<NftTables> {
  const listed = await runIn(namespace, 'nft', ['-s', 'list', 'ruleset'])
  return listed.status === 0 ? parseTables(listed.stdout) : []
}

/** What a text that was just loaded has become. */
export async function listingAfter(namespace: string, kind: RulesetKind, text: string): Promise<LoadedText> {
  if (kind === 'nft') {
    const tables = { nft: await listTables(namespace), iptables: '', ip6tables: '', loaded: [] }
    return { kind, text, listing: nftListing(tables, nftTables(text)) }
  }
  const saved = await runIn(namespace, `${kind}-save`, [])
  return { kind, text, listing: withoutCounters(saved.stdout) }
}

/** @returns the program's own words where it refuses; then nothing has changed */
export async function loadRuleset(step: RulesetStep): Promise<string | null> {
  const { namespace, kind } = step
  const script = rulesetScript(step)
  if (script === null) return 'these are not only rules'
  if (kind === 'nft') return run(namespace, kind, script)
  // Each table is a transaction of its own: where one is refused, those before it are put back.
  const before = savedTables(withoutCounters((await runIn(namespace, `${kind}-save`, [])).stdout))
  const refused = await run(namespace, kind, script)
  if (refused === null) return null
  const touched = savedTables(script).map(({ name }) => before.find((each) => each.name === name) ?? emptyTable(name))
  await run(namespace, kind, savedText(touched))
  return refused
}

async function run(namespace: string, kind: RulesetKind, script: string): Promise<string | null> {
  const [program, ...args] = rulesetPrograms[kind]
  const ran = await runIn(namespace, program, kind === 'nft' ? args : ['--wait', '5'], script)
  return ran.status === 0 ? null : ran.stderr.trim() || `${program} ended with ${ran.status}`
}
