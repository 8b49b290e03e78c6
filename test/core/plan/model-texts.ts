/** What a kernel has after a text of rules was loaded: as much of it as plans look at. */
import {
  builtInChains,
  readSaved,
  savedText,
  type SavedTable,
} from '../../../electron/core/lab/ruleset/iptables-text.js'
import { readNft } from '../../../electron/core/lab/ruleset/nft-text.js'
import type { IptablesRule, LiveRuleset, RulesetListing } from '../../../electron/core/live/state.js'
import type { RulesetStep } from '../../../electron/core/plan/step.js'

const tablesIn = (text: string): readonly SavedTable[] => {
  const read = readSaved(text)
  if ('message' in read) throw new Error(`refused: ${JSON.stringify(read)}`)
  return read
}

const nothing: RulesetListing = { nft: [], iptables: '', ip6tables: '', loaded: [] }

export function afterLoad(ruleset: LiveRuleset, step: RulesetStep): LiveRuleset {
  const listing = ruleset.listing ?? nothing
  return step.kind === 'nft' ? nftLoaded(ruleset, listing, step) : savedLoaded(ruleset, listing, step.kind, step)
}

function nftLoaded(ruleset: LiveRuleset, listing: RulesetListing, { clears, text }: RulesetStep): LiveRuleset {
  const read = readNft(text)
  if ('message' in read) throw new Error(`refused: ${JSON.stringify(read)}`)
  const gone = ({ family, name }: { readonly family: string; readonly name: string }): boolean =>
    clears.includes(`${family} ${name}`)
  const made = read.tables.map((table, at) => ({ ...table, text: at === 0 ? text : '' }))
  const nft = [...listing.nft.filter((table) => !gone(table)), ...made]
  return {
    ...ruleset,
    nft: nft.map(({ family, name }) => ({ table: { family, name } })),
    listing: { ...listing, nft, loaded: [...listing.loaded, { kind: 'nft', text, listing: text }] },
  }
}

function savedLoaded(
  ruleset: LiveRuleset,
  listing: RulesetListing,
  kind: 'iptables' | 'ip6tables',
  { clears, text }: RulesetStep,
): LiveRuleset {
  const family = kind === 'iptables' ? 'ipv4' : 'ipv6'
  const made = tablesIn(text)
  const names = new Set([...clears, ...made.map(({ name }) => name)])
  const tables = [...tablesIn(listing[kind]).filter(({ name }) => !names.has(name)), ...made]
  const others = ruleset.iptables.filter((rule) => rule.family !== family || !names.has(rule.table))
  return {
    ...ruleset,
    iptables: [...others, ...made.flatMap((table) => linesOf(family, table))],
    listing: { ...listing, [kind]: savedText(tables) },
  }
}

function linesOf(family: 'ipv4' | 'ipv6', { name, chains, rules }: SavedTable): readonly IptablesRule[] {
  const line = { family, table: name, packets: 0, bytes: 0, engine: 'nft' } as const
  return [
    ...(builtInChains[name] ?? []).map((chain) => ({
      ...{ ...line, chain, rule: null },
      policy: chains.get(chain) ?? 'ACCEPT',
    })),
    ...rules.map((rule) => {
      const [, chain = '', words = ''] = /^-A (\S+) ?(.*)$/.exec(rule) ?? []
      return { ...line, chain, rule: words, policy: null }
    }),
  ]
}
