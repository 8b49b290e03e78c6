/** Rules of policy routing in one namespace: which go and which come. */
import type { Family, LabNamespace, LabRule } from '../lab/lab.js'
import type { LiveRule } from '../live/state.js'
import { marksIn, routeMark } from './marks.js'
import { formerLab, type Scope } from './scope.js'
import type { StepRule } from './step.js'

/** Whether somebody made it, and a step can say all of it. */
export const isOwnRule = ({ protocol, action, others }: LiveRule): boolean =>
  protocol !== 'kernel' && others.length === 0 && actions.has(action)

const actions: ReadonlySet<string> = new Set<LabRule['action']>(['to-table', 'blackhole', 'unreachable', 'prohibit'])

/** A live rule as a step states it; only for those that are `isOwnRule`. */
export function stepRule({ protocol, others: _, action, ...rule }: LiveRule): StepRule {
  return {
    ...rule,
    action: action as LabRule['action'],
    ...(protocol === String(routeMark) ? { protocol: routeMark } : {}),
  }
}

/** The kernel refuses a second rule with all of this the same (rule_exists, net/core/fib_rules.c). */
const keyOf = ({ family, priority, from, to, iif, oif, fwmark, not, action, table }: LabRule | StepRule): string =>
  JSON.stringify([family, priority, from, to, iif, oif, fwmark, not, action, table])

/**
 * @param asking families in which the kernel looks for gateways that the routes' own tables may not have: then it asks the
 *   rules (fib_check_nh_v4_gw, net/ipv4/fib_semantics.c), so they are out of the way until the routes are there
 */
export function planPolicyRules(
  { draft, former, index, marks }: Scope,
  namespace: LabNamespace,
  asking: ReadonlySet<Family>,
): void {
  const at = { namespace: namespace.name }
  const live = (index.namespaces.get(namespace.name)?.live.rules ?? []).filter(isOwnRule).map(stepRule)
  const wanted = new Set(namespace.rules.map(keyOf))
  const had = new Set((formerLab(former)?.namespaces.get(namespace.name)?.rules ?? []).map(keyOf))
  const there = new Set(live.map(keyOf))
  for (const rule of live) {
    const goes = !wanted.has(keyOf(rule)) && (former === 'everything' || had.has(keyOf(rule)))
    const again = !goes && asking.has(rule.family)
    if (again) draft.add('policy-rule-add', { op: 'policy-rule-add', ...at, rule })
    if (goes || again) draft.add('policy-rule-delete', { op: 'policy-rule-delete', ...at, rule })
  }
  const mark = marksIn(marks, namespace.name)
  for (const rule of namespace.rules) {
    if (there.has(keyOf(rule))) continue
    there.add(keyOf(rule))
    draft.add('policy-rule-add', {
      op: 'policy-rule-add',
      ...at,
      rule: mark ? { ...rule, protocol: mark.protocol } : rule,
    })
  }
}
