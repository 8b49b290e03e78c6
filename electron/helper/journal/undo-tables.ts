/**
 * iptables-nft makes tables and chains as it needs them and never takes them away. Those that were not there before our
 * first rule go again, as long as nobody else has put anything into them.
 */
import { hostNamespace } from '../../core/lab/lab.js'
import { runIn } from '../run.js'
import type { Folded } from './fold.js'
import type { Undoing } from './undo.js'

interface Chain {
  readonly name: string
  readonly policy: string | undefined
  readonly rules: number
}

/** Names by `FAMILY TABLE`, for those families that iptables-nft has its tables in. */
export function tablesOf(nft: readonly unknown[]): Map<string, Chain[]> {
  type Element = {
    readonly table?: { readonly family: string; readonly name: string }
    readonly chain?: {
      readonly family: string
      readonly table: string
      readonly name: string
      readonly policy?: string
    }
    readonly rule?: { readonly family: string; readonly table: string; readonly chain: string }
  }
  const tables = new Map<string, Chain[]>()
  const rules = new Map<string, number>()
  for (const { table, rule } of nft as readonly Element[]) {
    if (table && (table.family === 'ip' || table.family === 'ip6')) tables.set(`${table.family} ${table.name}`, [])
    if (rule) {
      const key = `${rule.family} ${rule.table} ${rule.chain}`
      rules.set(key, (rules.get(key) ?? 0) + 1)
    }
  }
  for (const { chain } of nft as readonly Element[]) {
    if (!chain) continue
    const { family, table, name, policy } = chain
    tables.get(`${family} ${table}`)?.push({ name, policy, rules: rules.get(`${family} ${table} ${name}`) ?? 0 })
  }
  return tables
}

/** Reads them; null where nft is missing or refuses, and nothing can be told of what there was before. */
export async function readTables(): Promise<Map<string, Chain[]> | null> {
  const listed = await runIn(hostNamespace, 'nft', ['-j', 'list', 'ruleset'])
  if (listed.status !== 0) return null
  return tablesOf((JSON.parse(listed.stdout) as { readonly nftables?: unknown[] }).nftables ?? [])
}

export async function undoTables(made: Folded, result: Undoing): Promise<void> {
  const { tables: before } = made
  const ours = new Set(
    made.rules
      .filter(({ engine }) => engine === 'nft')
      .map(({ family, table }) => `${family === 'ipv4' ? 'ip' : 'ip6'} ${table}`),
  )
  if (before === null || ours.size === 0) return
  const now = await readTables()
  for (const table of ours) {
    const chains = now?.get(table)
    if (!chains) continue
    const known = before.get(table)
    // A policy that somebody has set since is theirs.
    const empty = chains.filter(({ name, policy, rules }) => rules === 0 && policy !== 'drop' && !known?.has(name))
    const all = known === undefined && empty.length === chains.length
    const commands = empty.map(({ name }) => `delete chain ${table} ${name}`)
    if (all) commands.push(`delete table ${table}`)
    if (commands.length === 0) continue
    // One transaction: a chain that has got a rule meanwhile refuses, and then everything stays.
    const ran = await runIn(hostNamespace, 'nft', ['-f', '-'], `${commands.join('\n')}\n`)
    if (ran.status === 0) result.undone.push(...commands.map((command) => `nft ${command}`))
  }
}
