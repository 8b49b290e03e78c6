/** Tables of iptables as their commands have made them, word by word: for rules that only a text of a lab file can say. */
import type { Family } from '../../lab/lab.js'
import {
  builtInChains,
  normalisedSaved,
  readSaved,
  savedText,
  savedWord,
  type SavedTable,
} from '../../lab/ruleset/iptables-text.js'
import type { TextRefusal } from '../../lab/ruleset/refusal.js'
import type { Namespace } from './network.js'
import { flushRules } from './rules.js'

export interface SpelledRule {
  readonly chain: string
  /** Behind `-A CHAIN`. */
  readonly words: string
  /** As iptables-save has it, where an entry of a lab file says the same. */
  readonly saved: string | null
}

export interface SpelledTable {
  readonly chains: Map<string, string>
  readonly rules: SpelledRule[]
}

export interface SpelledTables {
  /** By family and name. */
  readonly tables: Map<string, SpelledTable>
  /** Families whose rules entries of a lab file cannot say. */
  readonly beyond: Set<Family>
  /** Texts of lab files that come back as they were, by family. */
  readonly kept: Map<Family, string>
}

export const noTables = (): SpelledTables => ({ tables: new Map(), beyond: new Set(), kept: new Map() })

export interface TableCommand {
  readonly family: Family
  readonly table: string
  readonly verb: string
  readonly chain: string | null
  /** A position, or the policy. */
  readonly number: string | null
  readonly words: readonly string[]
  readonly saved: string | null
}

function tableOf({ spelled }: Namespace, family: Family, name: string): SpelledTable {
  const key = `${family} ${name}`
  const known = spelled.tables.get(key) ?? { chains: new Map<string, string>(), rules: [] }
  spelled.tables.set(key, known)
  return known
}

/** Whether the chain is there, built in or made. */
export const hasChain = (namespace: Namespace, family: Family, table: string, chain: string): boolean =>
  builtInChains[table]?.includes(chain) === true || tableOf(namespace, family, table).chains.has(chain)

/** @returns what is wrong with the rule as a text, or `none` where nothing like it is there */
export function carryOutSpelled(namespace: Namespace, command: TableCommand): TextRefusal | 'none' | null {
  const { family, table, verb, chain, number, saved } = command
  if (!Object.hasOwn(builtInChains, table)) return null
  const { chains, rules } = tableOf(namespace, family, table)
  const told = chains.get(chain ?? '')
  // What is changed in the middle of a text is no longer that text.
  const changes = /^-[DFIX]$/.test(verb) || (verb === '-P' && told !== undefined && told !== number)
  if (changes && namespace.spelled.kept.has(family)) namespace.spelled.beyond.add(family)
  const words = command.words.map(savedWord).join(' ')
  const isIt = (rule: SpelledRule): boolean =>
    rule.chain === chain && (rule.words === words || (saved !== null && rule.saved === saved))
  const keep = (kept: readonly SpelledRule[]): void => void rules.splice(0, rules.length, ...kept)
  switch (verb) {
    case '-A':
    case '-I': {
      const read = readSaved(`*${table}\n-A ${chain ?? ''} ${words}\nCOMMIT\n`)
      if ('message' in read) return read
      const rule = { chain: chain ?? '', words, saved }
      let left = verb === '-I' ? Number(number ?? 1) : Infinity
      const at = rules.findIndex((each) => each.chain === chain && --left === 0)
      rules.splice(at < 0 ? rules.length : at, 0, rule)
      return null
    }
    case '-D': {
      let left = Number(number ?? 0)
      const at = rules.findIndex((each) => (number === null ? isIt(each) : each.chain === chain && --left === 0))
      if (at < 0) return 'none'
      rules.splice(at, 1)
      return null
    }
    case '-C':
      return rules.some(isIt) ? null : 'none'
    case '-F':
      keep(rules.filter((rule) => chain !== null && rule.chain !== chain))
      return null
    case '-N':
      if (chain !== null) chains.set(chain, '-')
      return null
    case '-P':
      if (chain !== null) chains.set(chain, number ?? 'ACCEPT')
      return null
    case '-X':
      for (const [name, policy] of chains) if (policy === '-' && (chain ?? name) === name) chains.delete(name)
      return null
    default:
      return null
  }
}

/** As iptables-restore begins a table, unless it is told not to. */
export function clearSpelled({ spelled }: Namespace, family: Family, table: string): void {
  spelled.tables.delete(`${family} ${table}`)
  if (spelled.kept.has(family)) spelled.beyond.add(family)
}

/** A text of a lab file, which stays as it is for as long as nobody adds what only a text can say. False: it is none. */
export function keepSaved(namespace: Namespace, family: Family, text: string): boolean {
  const read = readSaved(text)
  if ('message' in read || read.some(({ rules }) => rules.some((rule) => !rule.startsWith('-A ')))) return false
  for (const { name, chains, rules } of read) {
    flushRules(namespace, family, name, null)
    clearSpelled(namespace, family, name)
    const table = tableOf(namespace, family, name)
    for (const [chain, policy] of chains) table.chains.set(chain, policy)
    for (const rule of rules) {
      const [, chain = '', words = ''] = /^-A (\S+) ?(.*)$/.exec(rule) ?? []
      table.rules.push({ chain, words, saved: null })
    }
  }
  namespace.spelled.kept.set(family, text)
  return true
}

/** The text of a family's tables, where entries cannot say them. */
export function spelledText({ spelled }: Namespace, family: Family): string | null {
  if (!isWhole(spelled, family)) return spelled.kept.get(family) ?? null
  const tables = [...spelled.tables].flatMap(([key, { chains, rules }]): SavedTable[] => {
    const [of, name = ''] = key.split(' ')
    if (of !== family) return []
    const table = { name, chains, rules: rules.map((rule) => `-A ${rule.chain} ${rule.words}`.trimEnd()) }
    return normalisedSaved([table]) === '' ? [] : [table]
  })
  return tables.length === 0 ? null : savedText(tables)
}

/** Whether the text says all rules of the family, and entries none. */
export const isWhole = ({ beyond }: SpelledTables, family: Family): boolean => beyond.has(family)
