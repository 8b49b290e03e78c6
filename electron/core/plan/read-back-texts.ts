/** Rules that only a text can say: native tables, chains of one's own, matches that a lab file has no entries for. */
import { normalisedSaved, savedText } from '../lab/ruleset/iptables-text.js'
import type { RulesetKind } from '../lab/ruleset/refusal.js'
import type { LiveRuleset, RulesetListing } from '../live/state.js'
import { parseRule } from './parse-rule.js'
import { nftListing, nftTables, savedTables } from './ruleset-texts.js'

export interface ReadTexts {
  readonly texts: Readonly<Partial<Record<RulesetKind, string>>>
  /** Tables of iptables (`ipv4 filter`) that a text says whole. */
  readonly ownTables: ReadonlySet<string>
}

export function readTexts(ruleset: LiveRuleset, speaksIpv6: boolean): ReadTexts {
  const { listing } = ruleset
  const ownTables = new Set<string>()
  if (!listing) return { texts: {}, ownTables }
  const nft = nftText(ruleset, listing, ownTables)
  const iptables = savedOf(ruleset, listing, 'iptables', ownTables)
  const ip6tables = speaksIpv6 ? savedOf(ruleset, listing, 'ip6tables', ownTables) : null
  return {
    texts: {
      ...(nft === null ? {} : { nft }),
      ...(iptables === null ? {} : { iptables }),
      ...(ip6tables === null ? {} : { ip6tables }),
    },
    ownTables,
  }
}

/** The text that was loaded, where it stands as it was; else the tables as nft lists them. */
function nftText({ iptables }: LiveRuleset, listing: RulesetListing, ownTables: Set<string>): string | null {
  const standing = listing.loaded.findLast(
    ({ kind, text, listing: made }) => kind === 'nft' && made !== '' && nftListing(listing, nftTables(text)) === made,
  )
  const told = new Set(standing ? nftTables(standing.text) : [])
  const shown = new Set(
    iptables.flatMap(({ engine, family, table }) => (engine === 'nft' ? [`${family} ${table}`] : [])),
  )
  const key = (family: string, name: string): string =>
    `${family === 'ip' ? 'ipv4' : family === 'ip6' ? 'ipv6' : family} ${name}`
  const native = listing.nft.filter(
    ({ family, name }) => told.has(`${family} ${name}`) || !shown.has(key(family, name)),
  )
  if (native.length === 0) return null
  for (const { family, name } of native) ownTables.add(key(family, name))
  return standing && native.length === told.size ? standing.text : native.map(({ text }) => indented(text)).join('')
}

/** YAML's blocks of text are written with spaces. */
const indented = (text: string): string => text.replace(/^\t+/gm, (tabs) => '  '.repeat(tabs.length))

function savedOf(
  { iptables }: LiveRuleset,
  listing: RulesetListing,
  kind: 'iptables' | 'ip6tables',
  ownTables: Set<string>,
): string | null {
  const family = kind === 'iptables' ? 'ipv4' : 'ipv6'
  const isOwn = iptables.some(
    (line) =>
      line.engine === 'nft' &&
      line.family === family &&
      line.rule !== null &&
      !ownTables.has(`${family} ${line.table}`) &&
      parseRule(line) === null,
  )
  if (!isOwn) return null
  const tables = savedTables(listing[kind]).filter(
    (table) => normalisedSaved([table]) !== '' && !ownTables.has(`${family} ${table.name}`),
  )
  for (const { name } of tables) ownTables.add(`${family} ${name}`)
  return tables.length === 0 ? null : savedText(tables)
}
