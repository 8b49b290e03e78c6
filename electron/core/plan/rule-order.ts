/** NAT and firewall rules: append and remove are all there is, and order within a chain counts. */
import type { Lab, LabFirewall, LabNamespace, LabNat } from '../lab/lab.js'
import type { IptablesRule } from '../live/state.js'
import { marksIn } from './marks.js'
import { parseRule } from './parse-rule.js'
import type { Filled } from './ruleset-texts.js'
import { liveRuleValue, spellFirewall, spellNat, type RuleSpelling } from './rules.js'
import { formerLab, type Scope } from './scope.js'
import type { RuleStep } from './step.js'

interface Entry {
  readonly spelling: RuleSpelling
  step(op: 'add' | 'delete'): RuleStep
}

type Comment = { readonly comment?: string }

function natEntry(namespace: string, rule: LabNat, comment: Comment): Entry {
  return { spelling: spellNat(rule), step: (op) => ({ op: `nat-${op}`, namespace, rule, ...comment }) }
}

/** One entry per family, so that one step is one command. */
function firewallEntries(namespace: string, rule: LabFirewall, comment: Comment): Entry[] {
  return rule.families.map((family) => ({
    spelling: spellFirewall(rule, family),
    step: (op) => ({ op: `firewall-${op}`, namespace, rule: { ...rule, families: [family] }, ...comment }),
  }))
}

const chainKey = (rule: { readonly family: string; readonly table: string; readonly chain: string }): string =>
  `${rule.family} ${rule.table} ${rule.chain}`

/** Entries by chain, in the lab's order. A rule said twice has no second effect. IPv6 rules only where there is IPv6. */
function entriesByChain(lab: Lab | null, name: string, comment: Comment): Map<string, Map<string, Entry>> {
  const namespace = lab?.namespaces.get(name)
  const entries = [
    ...(namespace?.nat ?? []).map((rule) => natEntry(name, rule, comment)),
    ...(namespace?.firewall ?? []).flatMap((rule) => firewallEntries(name, rule, comment)),
  ]
  const chains = new Map<string, Map<string, Entry>>()
  for (const entry of entries) {
    if (entry.spelling.family === 'ipv6' && !lab?.ipv6) continue
    const key = chainKey(entry.spelling)
    const chain = chains.get(key) ?? new Map<string, Entry>()
    if (!chain.has(entry.spelling.saved)) chain.set(entry.spelling.saved, entry)
    chains.set(key, chain)
  }
  return chains
}

function liveEntry(namespace: string, rule: IptablesRule, comment: Comment): Entry | null {
  const parsed = parseRule(rule)
  if (!parsed) return null
  return parsed.kind === 'nat'
    ? natEntry(namespace, parsed.rule, comment)
    : (firewallEntries(namespace, parsed.rule, comment)[0] ?? null)
}

function commentIn(scope: Scope, namespace: string): Comment {
  const marks = marksIn(scope.marks, namespace)
  return marks ? { comment: marks.comment } : {}
}

export function planRules(scope: Scope, { name }: LabNamespace, { covered, reloaded, said }: Filled): void {
  const comment = commentIn(scope, name)
  const wanted = entriesByChain(scope.lab, name, comment)
  const had = entriesByChain(formerLab(scope.former), name, comment)
  const live = new Map<string, IptablesRule[]>()
  for (const rule of scope.index.namespaces.get(name)?.live.ruleset.iptables ?? []) {
    if (rule.rule === null) continue
    // What a text loads anew is as empty as its text leaves it.
    if (reloaded.has(`${rule.family} ${rule.table}`)) continue
    const key = chainKey(rule)
    const chain = live.get(key)
    if (chain) chain.push(rule)
    else live.set(key, [rule])
  }
  for (const key of new Set([...wanted.keys(), ...live.keys()])) {
    // Beside a text, only what the former lab had as entries goes: the rest is the text's.
    const former =
      covered.has(key.split(' ').slice(0, 2).join(' ')) && scope.former === 'everything' ? null : scope.former
    const before = [...(had.get(key) ?? [])].filter(([value]) => !said.has(`${key} ${value}`))
    const chains = [wanted.get(key) ?? new Map<string, Entry>(), new Map(before)] as const
    planChain({ ...scope, former }, name, ...chains, live.get(key) ?? [])
  }
}

type Chain = ReadonlyMap<string, Entry>

/**
 * The longest beginning of the wanted chain that the live chain has in this order stays; the rest of it is removed and
 * appended. Foreign rules keep their places.
 */
function planChain(scope: Scope, namespace: string, wanted: Chain, had: Chain, live: readonly IptablesRule[]): void {
  const { draft, former } = scope
  const comment = commentIn(scope, namespace)
  const order = [...wanted.keys()]
  const kept = new Set<string>()
  for (const { rule } of live) {
    const value = liveRuleValue(rule ?? '')
    if (value === order[kept.size]) kept.add(value)
  }
  const deleted = new Map<number, Entry>()
  const seen = new Set<string>()
  live.forEach((rule, at) => {
    const value = liveRuleValue(rule.rule ?? '')
    const first = !seen.has(value)
    seen.add(value)
    // A second copy of a wanted rule is somebody else's.
    if (first ? kept.has(value) : former !== 'everything') return
    const entry =
      wanted.get(value) ?? had.get(value) ?? (former === 'everything' ? liveEntry(namespace, rule, comment) : null)
    if (entry) deleted.set(at, entry)
  })
  // Last first: then what stands behind a rule when it is deleted is what stays, and undo has only that to pass.
  for (const [at, entry] of [...deleted].toReversed()) {
    const behind = live.flatMap((rule, other) =>
      other > at && !deleted.has(other) ? (liveEntry(namespace, rule, comment) ?? []) : [],
    )
    // Undo appends the rule, then moves all that stood behind it behind it again.
    const undo = [entry.step('add'), ...behind.flatMap((other) => [other.step('delete'), other.step('add')])]
    draft.add('rule-delete', entry.step('delete'), undo)
  }
  for (const [value, entry] of wanted) {
    if (kept.has(value)) continue
    draft.add(entry.spelling.table === 'nat' ? 'nat-add' : 'firewall-add', entry.step('add'))
  }
}
