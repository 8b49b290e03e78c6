/** Rules of policy routing of a namespace: added, deleted by what is said of them, all of them taken away. */
import { quote } from '../../lab/describe.js'
import type { Family, LabRule } from '../../lab/lab.js'
import { kernelRules, mainPriority } from '../../lab/normalise-policy.js'
import { said } from '../../words/said.js'
import { refusal, type Namespace, type PolicyRule, type Refusal } from './network.js'

/** A rule as it is added; without a priority it gets the kernel's next one. */
export type NewPolicyRule = Omit<LabRule, 'priority'> & { readonly priority: number | null }

/** What a deletion says; null: whatever the rule has there. */
export type PolicyRuleLike = {
  readonly [Key in Exclude<keyof LabRule, 'family' | 'not'>]: LabRule[Key] | null
} & { readonly family: Family }

const valueOf = (rule: LabRule): string => {
  const { family, priority, from, to, iif, oif, fwmark, not, action, table } = rule
  return JSON.stringify([family, priority, from, to, iif, oif, fwmark, not, action, table])
}

/** Right in front of all but the very first (fib_default_rule_pref, net/core/fib_rules.c). */
function nextPriority({ policy }: Namespace, family: Family): number {
  const first = policy.reduce(
    (least, { rule }) => (rule.family === family ? Math.min(least, rule.priority) : least),
    mainPriority,
  )
  return Math.max(0, first - 1)
}

export function addPolicyRule(namespace: Namespace, wanted: NewPolicyRule, offset: number): Refusal {
  const rule: LabRule = { ...wanted, priority: wanted.priority ?? nextPriority(namespace, wanted.family) }
  const value = valueOf(rule)
  const there = [...kernelRules(rule.family), ...namespace.policy.map((each) => each.rule)]
  if (there.some((each) => valueOf(each) === value))
    return refusal(
      said`${quote(namespace.name)} has this rule with priority ${rule.priority} already.`,
      said`Leave it out.`,
    )
  // Behind those of the same priority (fib_nl_newrule).
  const at = namespace.policy.findIndex((each) => each.rule.priority > rule.priority)
  namespace.policy.splice(at < 0 ? namespace.policy.length : at, 0, { rule, offset })
  return null
}

const fits = (rule: LabRule, like: PolicyRuleLike): boolean =>
  rule.family === like.family &&
  (['priority', 'from', 'to', 'iif', 'oif', 'fwmark', 'action', 'table'] as const).every(
    (key) => like[key] === null || like[key] === rule[key],
  )

/** The first rule that has what is said is deleted (rule_find); `kernel` where that is one that every namespace has. */
export function deletePolicyRule(namespace: Namespace, like: PolicyRuleLike): 'deleted' | 'none' | 'kernel' {
  const found = namespace.policy.find(({ rule }) => fits(rule, like))
  const own = kernelRules(like.family).find((rule) => fits(rule, like))
  if (own && (!found || own.priority <= found.rule.priority)) return 'kernel'
  if (!found) return 'none'
  namespace.policy.splice(namespace.policy.indexOf(found), 1)
  return 'deleted'
}

export function flushPolicyRules(namespace: Namespace, family: Family | null): void {
  keepPolicyRules(namespace, ({ rule }) => family !== null && rule.family !== family)
}

export function keepPolicyRules({ policy }: Namespace, keep: (rule: PolicyRule) => boolean): void {
  policy.splice(0, policy.length, ...policy.filter(keep))
}
