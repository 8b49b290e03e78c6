/** Rules of policy routing: what they pick, and the table that they lead to. */
import { formatPrefix, networkPrefix, parsePrefixOrAddress, type Prefix } from '../address.js'
import { quote } from '../describe.js'
import { error, warning } from '../finding.js'
import type { Finding } from '../finding.js'
import type { LabRule } from '../lab.js'
import { kernelRules, normalisePolicy } from '../normalise-policy.js'
import type { LabPath } from '../problem.js'
import type { RuleEntry } from '../schema.js'
import { tableNumber, tableWord } from '../table.js'
import { said } from '../../words/said.js'
import { badAddress } from './addresses.js'
import type { IndexedNamespace, LabIndex, Rule } from './lab-index.js'
import { interfaceExists } from './references.js'
import { tableName } from './tables.js'

export const policyRules: Rule = function* (lab) {
  for (const namespace of lab.namespaces.values()) {
    const rules = namespace.entry.rules ?? []
    if (rules.length === 0) continue
    const { routes = [], vrfs = {} } = namespace.entry
    // In that of a VRF the kernel puts the subnets of its members.
    const filled = new Set([...routes, ...Object.values(vrfs)].map(({ table }) => tableNumber(table)))
    const seen = new Map([...kernelRules('ipv4'), ...kernelRules('ipv6')].map(keyAndEnd))
    for (const [i, rule] of rules.entries()) {
      const path = [...namespace.path, 'rules', i]
      yield* ruleOf(lab, namespace, rule, path)
      yield* wayOf(namespace, rule, filled, path)
      yield* twice(namespace, normalisePolicy({ rules: rules.slice(0, i + 1) }, false).at(-1), seen, path)
    }
  }
}

function* ruleOf(lab: LabIndex, namespace: IndexedNamespace, rule: RuleEntry, path: LabPath): Iterable<Finding> {
  const prefixes: Prefix[] = []
  for (const key of ['from', 'to'] as const) {
    const text = rule[key]
    if (text === undefined) continue
    const prefix = parsePrefixOrAddress(text)
    if (!prefix) {
      yield badAddress(text, [...path, key])
      continue
    }
    prefixes.push(prefix)
    if (networkPrefix(prefix).text === prefix.text) continue
    yield error(
      'host-bits',
      [...path, key],
      said`${quote(text)} is an address in a network, not a network.`,
      said`Write ${formatPrefix(networkPrefix(prefix))}.`,
    )
  }
  const [from, to] = prefixes
  if (from && to && from.family !== to.family)
    yield error(
      'family-mismatch',
      [...path, 'to'],
      said`No packet goes from ${rule.from ?? ''} to ${rule.to ?? ''}: one is IPv4, the other IPv6.`,
      said`Make two rules of it.`,
    )
  for (const key of ['iif', 'oif'] as const) {
    const name = rule[key]
    if (name !== undefined) yield* interfaceExists(lab, namespace.name, name, [...path, key])
  }
}

function* wayOf(
  namespace: IndexedNamespace,
  { table, action }: RuleEntry,
  filled: ReadonlySet<number>,
  path: LabPath,
): Iterable<Finding> {
  yield* tableName(table, [...path, 'table'])
  if ((table === undefined) === (action === undefined)) {
    yield error(
      'rule-without-end',
      path,
      table === undefined
        ? said`The rule does not say what becomes of the packets.`
        : said`A rule leads to a table or has an action, not both.`,
      said`Keep one of \`table:\` and \`action:\`.`,
    )
    return
  }
  if (table === undefined || tableWord(tableNumber(table)) !== null || filled.has(tableNumber(table))) return
  yield warning(
    'table-empty',
    [...path, 'table'],
    said`No route of ${quote(namespace.name)} is in table ${String(table)}, so the rule changes nothing.`,
    said`Add \`table: ${String(table)}\` to a route.`,
  )
}

const keyAndEnd = ({ family, priority, from, to, iif, oif, fwmark, not, action, table }: LabRule): [string, string] => [
  JSON.stringify([family, priority, from, to, iif, oif, fwmark, not]),
  `${action} ${table}`,
]

/** @param seen what was found to happen, by priority and selector */
function* twice(
  namespace: IndexedNamespace,
  rule: LabRule | undefined,
  seen: Map<string, string>,
  path: LabPath,
): Iterable<Finding> {
  if (!rule) return
  const [key, end] = keyAndEnd(rule)
  const known = seen.get(key)
  if (known === undefined) {
    seen.set(key, end)
  } else if (known === end) {
    yield error(
      'rule-twice',
      path,
      said`${quote(namespace.name)} has this rule with priority ${rule.priority} already.`,
      said`Remove one of them.`,
    )
  } else {
    // The kernel takes both and asks them in the order in which they were made (fib_nl_newrule, net/core/fib_rules.c).
    yield warning(
      'rule-in-shadow',
      path,
      said`${quote(namespace.name)} has another rule with priority ${rule.priority} for the same packets; which is asked first depends on which was made first.`,
      said`Give one of them another priority.`,
    )
  }
}
