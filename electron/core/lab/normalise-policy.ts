import { familyOf, networkOf } from './address.js'
import type { Family, LabRule } from './lab.js'
import { tableNumber } from './table.js'
import type { NamespaceEntry } from './rules/lab-index.js'

/** Of the rule that leads to table main, which every namespace has (fib_default_rules_init, net/ipv4/fib_rules.c). */
export const mainPriority = 32766

const all = { from: null, to: null, iif: null, oif: null, fwmark: null, not: false, action: 'to-table' } as const

/** What every namespace has: tables local, main and, for IPv4, default (fib_default_rules_init, fib6_rules_net_init). */
export const kernelRules = (family: Family): readonly LabRule[] => [
  { ...all, family, priority: 0, table: tableNumber('local') },
  { ...all, family, priority: mainPriority, table: tableNumber('main') },
  ...(family === 'ipv4' ? [{ ...all, family, priority: mainPriority + 1, table: tableNumber('default') }] : []),
]

/**
 * The families are those of its addresses; an entry without any counts for all that the lab speaks. A rule without a
 * priority gets the one that the kernel would give it, were all added in this order: right in front of all that there are
 * (fib_default_rule_pref, net/core/fib_rules.c).
 */
export function normalisePolicy(entry: NamespaceEntry, ipv6: boolean): readonly LabRule[] {
  const first: Record<Family, number> = { ipv4: mainPriority, ipv6: mainPriority }
  return (entry.rules ?? []).flatMap((rule): LabRule[] => {
    const [from, to] = [rule.from, rule.to].map((text) => (text === undefined ? undefined : networkOf(text)))
    if (from === null || to === null) return []
    const named = new Set([from, to].flatMap((text) => (text === undefined ? [] : (familyOf(text) ?? []))))
    if (named.size > 1) return []
    const families: readonly Family[] = named.size > 0 ? [...named] : ipv6 ? ['ipv4', 'ipv6'] : ['ipv4']
    return families.map((family): LabRule => {
      const priority = rule.priority ?? Math.max(0, first[family] - 1)
      first[family] = Math.min(first[family], priority)
      return {
        family,
        priority,
        from: narrow(from),
        to: narrow(to),
        iif: rule.iif ?? null,
        oif: rule.oif ?? null,
        fwmark: rule.fwmark ?? null,
        not: rule.not ?? false,
        action: rule.action ?? 'to-table',
        table: rule.action === undefined ? tableNumber(rule.table) : 0,
      }
    })
  })
}

/** All addresses of a family are no selector, only a word for the family. */
const narrow = (prefix: string | undefined): string | null =>
  prefix === undefined || prefix.endsWith('/0') ? null : prefix
