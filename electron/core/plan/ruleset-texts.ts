/**
 * Rules that a lab says as texts: whether what stands is what they say, and the one step that loads them where it is not.
 * A text is compared by what its program made of it (`RulesetListing.loaded`), or word by word with what there is.
 */
import type { Family, Lab, LabNamespace } from '../lab/lab.js'
import { emptyTable, normalisedSaved, readSaved, savedText, type SavedTable } from '../lab/ruleset/iptables-text.js'
import { normalisedNft, readNft } from '../lab/ruleset/nft-text.js'
import type { RulesetListing } from '../live/state.js'
import { liveRuleValue, spellFirewall, spellNat } from './rules.js'
import { formerLab, type Scope } from './scope.js'
import type { RulesetStep } from './step.js'

/** Tables of iptables (`ipv4 filter`) that texts fill, and those that are loaded anew, and so without any entry. */
export interface Filled {
  readonly covered: ReadonlySet<string>
  readonly reloaded: ReadonlySet<string>
  /** What the texts say themselves (`ipv4 filter FORWARD ...`): an entry of before that says the same does not take it along. */
  readonly said: ReadonlySet<string>
}

const noListing: RulesetListing = { nft: [], iptables: '', ip6tables: '', loaded: [] }

export const listingOf = (scope: Scope, name: string): RulesetListing =>
  scope.index.namespaces.get(name)?.live.ruleset.listing ?? noListing

/** Tables as `inet filter`; none of a text that is not only rules. */
export function nftTables(text: string | undefined): readonly string[] {
  const read = text === undefined ? null : readNft(text)
  return read && 'tables' in read ? read.tables.map(({ family, name }) => `${family} ${name}`) : []
}

export function savedTables(text: string | undefined): readonly SavedTable[] {
  const read = text === undefined ? null : readSaved(text)
  return read && !('message' in read) ? read : []
}

/** What the tables are now, in this order. */
export const nftListing = ({ nft }: RulesetListing, tables: readonly string[]): string =>
  tables.flatMap((table) => nft.find(({ family, name }) => `${family} ${name}` === table)?.text ?? []).join('')

/** Whether the text stands: its program made of it what there is. */
export const stands = (
  { loaded }: RulesetListing,
  kind: 'nft' | 'iptables' | 'ip6tables',
  text: string,
  isSame: (listing: string) => boolean,
): boolean => loaded.some((each) => each.kind === kind && each.text === text && isSame(each.listing))

const families = { iptables: 'ipv4', ip6tables: 'ipv6' } as const

export function planTexts(scope: Scope, { name, texts }: LabNamespace): Filled {
  const had = formerLab(scope.former)?.namespaces.get(name)?.texts ?? {}
  const covered = new Set<string>()
  const reloaded = new Set<string>()
  const said = new Set<string>()
  planNft(scope, name, texts.nft, had.nft)
  for (const table of nftTables(texts.nft)) {
    const [family = '', own = ''] = table.split(' ')
    if (family === 'ip' || family === 'ip6') covered.add(`${family === 'ip' ? 'ipv4' : 'ipv6'} ${own}`)
  }
  for (const kind of ['iptables', 'ip6tables'] as const) {
    const family = families[kind]
    // What a native text takes for itself is nothing for iptables to empty.
    const loads = planSaved(scope, name, kind, texts[kind], had[kind], (table) => covered.has(`${family} ${table}`))
    for (const table of loads) reloaded.add(`${family} ${table}`)
    for (const table of savedTables(texts[kind])) covered.add(`${family} ${table.name}`)
    for (const value of textValues(listingOf(scope, name), kind, texts[kind]))
      said.add(`${family} ${value.replace(' -A ', ' ')}`)
  }
  return { covered, reloaded, said }
}

function planNft(scope: Scope, namespace: string, wanted: string | undefined, had: string | undefined): void {
  const listing = listingOf(scope, namespace)
  const mine = nftTables(wanted)
  const there = new Set(
    (scope.index.namespaces.get(namespace)?.live.ruleset.nft ?? []).flatMap((entry) => {
      const { table } = entry as { readonly table?: { readonly family: string; readonly name: string } }
      return table ? [`${table.family} ${table.name}`] : []
    }),
  )
  const now = nftListing(listing, mine)
  const isSaid =
    wanted === undefined ||
    stands(listing, 'nft', wanted, (made) => made === now) ||
    normalisedNft(wanted) === normalisedNft(now)
  const others = nftTables(had).filter((table) => !mine.includes(table))
  const gone = [...others, ...(isSaid ? [] : mine)].filter((table) => there.has(table))
  if (isSaid && gone.length === 0) return
  const step = (clears: readonly string[], text: string): RulesetStep => ({
    ...{ op: 'ruleset-load', namespace, kind: 'nft', clears, text },
  })
  const undo = step(isSaid ? [] : mine, nftListing(listing, gone))
  scope.draft.add('ruleset-load', step(gone, isSaid ? '' : (wanted ?? '')), [undo])
}

/** @returns tables that are loaded anew or emptied */
function planSaved(
  scope: Scope,
  namespace: string,
  kind: 'iptables' | 'ip6tables',
  wanted: string | undefined,
  had: string | undefined,
  isTaken: (table: string) => boolean,
): readonly string[] {
  const family = families[kind]
  if (family === 'ipv6' && wanted !== undefined && !scope.lab.ipv6) return []
  const listing = listingOf(scope, namespace)
  const live = savedTables(listing[kind])
  const mine = savedTables(wanted)
  const own = textValues(listing, kind, wanted)
  const entries = new Set(
    [...entryValues(scope.lab, namespace, family), ...entryValues(formerLab(scope.former), namespace, family)].filter(
      (value) => !own.has(value),
    ),
  )
  const names = mine.map((table) => table.name)
  const base = (tables: readonly SavedTable[]): string =>
    normalisedSaved(tables.filter(({ name }) => names.includes(name)).map((table) => withoutEntries(table, entries)))
  const now = base(live)
  const isSaid =
    wanted === undefined ||
    stands(listing, kind, wanted, (made) => base(savedTables(made)) === now) ||
    base(mine) === now
  const others = savedTables(had)
    .map((table) => table.name)
    .filter((table) => !names.includes(table) && !isTaken(table) && live.some((each) => each.name === table))
  if (isSaid && others.length === 0) return []
  const loads = [...others, ...(isSaid ? [] : names)]
  const before = loads.map((table) => live.find((each) => each.name === table) ?? emptyTable(table))
  const text = isSaid ? '' : (wanted ?? '')
  const undo: RulesetStep = { op: 'ruleset-load', namespace, kind, clears: [], text: savedText(before) }
  scope.draft.add('ruleset-load', { op: 'ruleset-load', namespace, kind, clears: others, text }, [undo])
  return loads
}

/** `nat -A POSTROUTING ...` of the entries, and `filter :FORWARD` of the policies, that are no part of a text. */
function entryValues(lab: Lab | null, name: string, family: Family): readonly string[] {
  const namespace = lab?.namespaces.get(name)
  if (!namespace) return []
  const spellings = [
    ...namespace.nat.filter((rule) => rule.family === family).map((rule) => spellNat(rule)),
    ...namespace.firewall.filter((rule) => rule.families.includes(family)).map((rule) => spellFirewall(rule, family)),
  ]
  return [
    ...spellings.map(({ table, chain, saved }) => `${table} -A ${chain} ${saved}`),
    ...namespace.policies
      .filter((policy) => policy.family === family)
      .map(({ chain }) => `filter :${chain.toUpperCase()}`),
  ]
}

/** What a text says, as it is spelled there and as its program spells it. */
function textValues(
  { loaded }: RulesetListing,
  kind: 'iptables' | 'ip6tables',
  text: string | undefined,
): ReadonlySet<string> {
  const made = loaded.filter((each) => each.kind === kind && each.text === text)
  const tables = [text, ...made.map(({ listing }) => listing)].flatMap(savedTables)
  return new Set(
    tables.flatMap(({ name, chains, rules }) => [
      ...[...chains].filter(([, policy]) => policy === 'DROP').map(([chain]) => `${name} :${chain}`),
      ...rules.map((rule) => ruleValue(name, rule)),
    ]),
  )
}

function ruleValue(table: string, rule: string): string {
  const [, head = '', rest = ''] = /^(-A \S+) ?(.*)$/.exec(rule) ?? []
  return `${table} ${head} ${liveRuleValue(rest)}`
}

function withoutEntries({ name, chains, rules }: SavedTable, entries: ReadonlySet<string>): SavedTable {
  return {
    name,
    chains: new Map([...chains].filter(([chain]) => !entries.has(`${name} :${chain}`))),
    rules: rules.filter((rule) => !entries.has(ruleValue(name, rule))),
  }
}
