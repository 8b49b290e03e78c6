/**
 * All entries of a journal as one picture of what was made, from which the undo works. Pure. Entries of one thing fold
 * into one: what it was before the first of them is what it goes back to, and anything that one of them set is ours.
 */
import type { EntryOf, JournalEntry } from './entry.js'

export interface FoldedSysctl {
  /** Before our first change. */
  readonly before: string
  /** Everything that our changes may have made of it. */
  readonly ours: readonly string[]
}

export interface FoldedFile extends Pick<EntryOf<'netns-file'>, 'namespace' | 'file'> {
  readonly texts: readonly string[]
}

export interface Folded {
  /** Name to the cookies it had; a namespace may have been made again. */
  readonly namespaces: ReadonlyMap<string, ReadonlySet<string>>
  /** When the last of that name was begun, milliseconds since the epoch. */
  readonly begun: ReadonlyMap<string, number>
  /** Name to the MACs. */
  readonly links: ReadonlyMap<string, ReadonlySet<string>>
  /** Name to the numbers. */
  readonly indexes: ReadonlyMap<string, ReadonlySet<number>>
  readonly addresses: readonly EntryOf<'address'>[]
  readonly routes: readonly EntryOf<'route'>[]
  readonly policyRules: readonly EntryOf<'policy-rule'>[]
  /** Every text that each has had of us, by `NAMESPACE/FILE`. */
  readonly files: ReadonlyMap<string, FoldedFile>
  /** Last made first. */
  readonly rules: readonly EntryOf<'rule'>[]
  readonly tables: ReadonlyMap<string, ReadonlySet<string>> | null
  /** Keys that were set, in the order of their first being set. */
  readonly set: ReadonlyMap<string, FoldedSysctl>
  /** Keys that the kernel changed along. */
  readonly along: ReadonlyMap<string, FoldedSysctl>
  /** Of an undo that had begun. */
  readonly targets: ReadonlyMap<string, string> | null
  /** Last made first. */
  readonly programs: readonly EntryOf<'program'>[]
}

export function foldJournal(entries: readonly JournalEntry[]): Folded {
  const namespaces = new Map<string, Set<string>>()
  const begun = new Map<string, number>()
  const links = new Map<string, Set<string>>()
  const indexes = new Map<string, Set<number>>()
  const addresses = new Map<string, EntryOf<'address'>>()
  const routes = new Map<string, EntryOf<'route'>>()
  const policyRules = new Map<string, EntryOf<'policy-rule'>>()
  const files = new Map<string, FoldedFile>()
  const rules: EntryOf<'rule'>[] = []
  const programs: EntryOf<'program'>[] = []
  const set = new Map<string, FoldedSysctl>()
  const along = new Map<string, FoldedSysctl>()
  let tables: Folded['tables'] = null
  let targets: Folded['targets'] = null
  for (const entry of entries) {
    switch (entry.op) {
      case 'namespace':
        collect(namespaces, entry.name, entry.cookie)
        begun.set(entry.name, entry.time)
        break
      case 'link':
        collect(links, entry.name, entry.mac)
        break
      case 'index':
        indexes.set(entry.name, (indexes.get(entry.name) ?? new Set()).add(entry.index))
        break
      case 'address':
        addresses.set(`${entry.dev} ${entry.address}`, entry)
        break
      case 'route':
        routes.set(JSON.stringify(entry.route), entry)
        break
      case 'policy-rule':
        policyRules.set(JSON.stringify(entry.rule), entry)
        break
      case 'netns-file': {
        const { namespace, file, text } = entry
        const key = `${namespace}/${file}`
        const texts = [...(files.get(key)?.texts ?? []), ...(text === null ? [] : [text])]
        files.set(key, { namespace, file, texts })
        break
      }
      case 'rule':
        rules.unshift(entry)
        break
      case 'program':
        programs.unshift(entry)
        break
      case 'sysctl':
        fold(set, entry.key, entry)
        for (const [key, other] of Object.entries(entry.others)) fold(along, key, other)
        break
      case 'tables':
        tables ??= new Map(Object.entries(entry.before).map(([table, chains]) => [table, new Set(chains)]))
        break
      case 'restore':
        targets = new Map(Object.entries(entry.targets))
        break
      case 'begin':
      case 'applied':
      case 'leave':
        break
    }
  }
  // A key may be set by itself and be changed along as well; what it was before either is one thing.
  for (const [key, own] of set) {
    const other = along.get(key)
    if (!other) continue
    const first = entries.find((entry) => entry.op === 'sysctl' && (entry.key === key || key in entry.others))
    const before = first?.op === 'sysctl' ? (first.others[key]?.before ?? first.before) : own.before
    set.set(key, { before, ours: [...new Set([...own.ours, ...other.ours])] })
    along.delete(key)
  }
  return {
    namespaces,
    begun,
    links,
    indexes,
    addresses: [...addresses.values()],
    routes: [...routes.values()],
    policyRules: [...policyRules.values()],
    files,
    rules,
    tables,
    set,
    along,
    targets,
    programs,
  }
}

function collect(into: Map<string, Set<string>>, name: string, proof: string): void {
  into.set(name, (into.get(name) ?? new Set()).add(proof))
}

function fold(
  into: Map<string, FoldedSysctl>,
  key: string,
  { value, before }: { readonly value: string; readonly before: string },
): void {
  const known = into.get(key)
  into.set(key, { before: known?.before ?? before, ours: [...new Set([...(known?.ours ?? []), value])] })
}
