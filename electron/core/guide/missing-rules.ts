/** What a step says of NAT, packet filters and policy routing, and the kernel has not: each in the words of its program. */
import type { Family } from '../lab/lab.js'
import { normaliseFirewall, normaliseNat, normalisePolicies } from '../lab/normalise-filter.js'
import { normalisePolicy } from '../lab/normalise-policy.js'
import type { NamespaceEntry } from '../lab/rules/lab-index.js'
import { savedRules } from '../lab/ruleset/iptables-text.js'
import { normalisedNft, readNft } from '../lab/ruleset/nft-text.js'
import type { LiveNamespace, LiveRuleset } from '../live/state.js'
import { isOwnRule } from '../plan/policy-rules.js'
import { livePolicies } from '../plan/policies.js'
import { liveRuleValue, spellFirewall, spellNat } from '../plan/rules.js'
import { nftListing, nftTables, savedTables, stands } from '../plan/ruleset-texts.js'
import { policyRuleWords } from '../plan/text.js'

/** Of texts each rule counts by itself; others may stand between them. */
export function* missingRules(entry: NamespaceEntry, { ruleset, rules }: LiveNamespace): Iterable<string> {
  yield* missingEntries(entry, ruleset)
  yield* missingSaved('ipv4', entry.iptables, ruleset)
  yield* missingSaved('ipv6', entry.ip6tables, ruleset)
  yield* missingNft(entry.nft, ruleset)
  yield* missingPolicyRules(entry, rules)
}

function* missingEntries(entry: NamespaceEntry, { iptables }: LiveRuleset): Iterable<string> {
  const nat = normaliseNat(entry, false).map((rule) => spellNat(rule))
  const firewall = normaliseFirewall(entry, false).map((rule) => spellFirewall(rule, rule.families[0] ?? 'ipv4'))
  for (const spelling of [...nat, ...firewall]) {
    const there = iptables.some(
      ({ family, table, chain, rule }) =>
        family === spelling.family &&
        table === spelling.table &&
        chain === spelling.chain &&
        rule !== null &&
        liveRuleValue(rule) === spelling.saved,
    )
    if (!there) yield `${spelling.chain} ${spelling.typed.join(' ')}`
  }
  const drops = livePolicies(iptables)
  for (const { family, chain, policy } of normalisePolicies(entry, false)) {
    const isDrop = drops.some((each) => each.family === family && each.chain === chain)
    if (isDrop !== (policy === 'drop')) yield `-P ${chain.toUpperCase()} ${policy.toUpperCase()}`
  }
}

function* missingSaved(family: Family, text: string | undefined, { iptables }: LiveRuleset): Iterable<string> {
  const there = iptables.filter((each) => each.family === family)
  for (const { name, chains } of savedTables(text))
    for (const [chain, policy] of chains) {
      // A table that nobody has used lets everything pass.
      const entry = there.find((each) => each.table === name && each.chain === chain && each.policy !== null)
      if (policy !== '-' && policy !== (entry?.policy ?? 'ACCEPT')) yield `-t ${name} -P ${chain} ${policy}`
    }
  for (const { table, chain, rule } of savedRules(text ?? ''))
    if (!there.some((each) => each.table === table && each.chain === chain && each.rule === rule))
      yield `-t ${table} -A ${chain} ${rule}`
}

/** Up to each brace that opens, and statement by statement: nft parts them by these and by semicolons. */
const statements = (text: string): readonly string[] =>
  normalisedNft(text)
    .split(/(?<=\{)|;|\}/)
    .map((each) => each.trim())
    .filter((each) => each !== '')

function* missingNft(text: string | undefined, { listing, nft }: LiveRuleset): Iterable<string> {
  const read = text === undefined ? null : readNft(text)
  if (text === undefined || read === null || !('tables' in read)) return
  // What nft made of this very text counts as the text, as long as it stands so.
  const now = listing && nftListing(listing, nftTables(text))
  if (listing && stands(listing, 'nft', text, (made) => made === now)) return
  const has = (family: string, name: string): boolean =>
    nft.some((each) => {
      const { table } = each as { readonly table?: { readonly family: string; readonly name: string } }
      return table?.family === family && table.name === name
    })
  const gone = read.tables.filter(({ family, name }) => !has(family, name))
  for (const { family, name } of gone) yield `table ${family} ${name}`
  if (gone.length > 0) return
  const there = new Set(statements(now ?? ''))
  for (const each of statements(text)) if (!there.has(each)) yield each
}

const selectors = ['family', 'from', 'to', 'iif', 'oif', 'fwmark', 'not', 'action', 'table'] as const

/** Without a priority any will do. The families are those of its addresses, else IPv4. */
function* missingPolicyRules(entry: NamespaceEntry, live: LiveNamespace['rules']): Iterable<string> {
  const own = live.filter(isOwnRule)
  for (const said of entry.rules ?? [])
    for (const rule of normalisePolicy({ rules: [said] }, false)) {
      const there = own.some(
        (each) =>
          selectors.every((key) => each[key] === rule[key]) &&
          (said.priority === undefined || each.priority === said.priority),
      )
      const words = policyRuleWords(rule)
      if (!there) yield ['ip rule', ...(said.priority === undefined ? words.slice(2) : words)].join(' ')
    }
}
