/** iptables rules of a namespace: appended, inserted, deleted by value or by number, flushed. */
import type { Family, LabPolicy } from '../../lab/lab.js'
import type { IptablesRule } from '../../live/state.js'
import type { RuleSpelling } from '../../plan/rules.js'
import type { Namespace, PlacedRule } from './network.js'

export interface Chain {
  readonly family: Family
  readonly table: string
  readonly chain: string
}

const isIn = ({ family, table, chain }: Chain, rule: IptablesRule): boolean =>
  rule.family === family && rule.table === table && rule.chain === chain

export interface NewRule {
  readonly spelling: RuleSpelling
  readonly devices: readonly string[]
  readonly offset: number
}

function live({ spelling: { family, table, chain, saved }, devices, offset }: NewRule): PlacedRule {
  const rule = { family, table, chain, rule: saved, policy: null, packets: 0, bytes: 0, engine: 'nft' } as const
  return { ...rule, devices, offset }
}

const value = ({ family, table, chain }: Chain, saved: string | null): string =>
  `${family} ${table} ${chain} ${saved ?? ''}`

export const hasRule = ({ ruleValues }: Namespace, rule: RuleSpelling): boolean =>
  ruleValues.has(value(rule, rule.saved))

export function appendRule({ rules, ruleValues }: Namespace, rule: NewRule): void {
  rules.push(live(rule))
  ruleValues.add(value(rule.spelling, rule.spelling.saved))
}

/** `position` counts from 1, as iptables does. */
export function insertRule({ rules, ruleValues }: Namespace, rule: NewRule, position: number): void {
  let left = position
  ruleValues.add(value(rule.spelling, rule.spelling.saved))
  const at = rules.findIndex((each) => isIn(rule.spelling, each) && --left === 0)
  if (at < 0) rules.push(live(rule))
  else rules.splice(at, 0, live(rule))
}

export function deleteRule(namespace: Namespace, rule: RuleSpelling): boolean {
  if (!hasRule(namespace, rule)) return false
  removeAt(
    namespace,
    namespace.rules.findIndex((each) => isIn(rule, each) && each.rule === rule.saved),
  )
  return true
}

function removeAt({ rules, ruleValues }: Namespace, at: number): void {
  for (const gone of rules.splice(at, 1)) ruleValues.delete(value(gone, gone.rule))
}

export function deleteRuleNumber(namespace: Namespace, chain: Chain, position: number): boolean {
  let left = position
  const at = namespace.rules.findIndex((each) => isIn(chain, each) && --left === 0)
  if (at >= 0) removeAt(namespace, at)
  return at >= 0
}

/** Without a chain: the whole table. */
export function flushRules(
  { rules, ruleValues }: Namespace,
  family: Family,
  table: string,
  chain: string | null,
): void {
  const kept = rules.filter(
    (each) => each.family !== family || each.table !== table || (chain !== null && each.chain !== chain),
  )
  keepRules(rules, kept)
  ruleValues.clear()
  for (const each of kept) ruleValues.add(value(each, each.rule))
}

/** Of every family, with the policies. */
export function flushAll({ rules, ruleValues, policies, spelled }: Namespace): void {
  spelled.tables.clear()
  spelled.beyond.clear()
  spelled.kept.clear()
  rules.length = 0
  ruleValues.clear()
  policies.clear()
}

export function setPolicy({ policies }: Namespace, policy: LabPolicy): void {
  policies.set(`${policy.family} ${policy.chain}`, policy)
}

/** The policies that are not simply to accept, as iptables-save lists them. */
export const policyLines = ({ policies }: Namespace): readonly IptablesRule[] =>
  [...policies.values()].flatMap(({ family, chain, policy }): IptablesRule[] => {
    const line = { family, table: 'filter', chain: chain.toUpperCase(), rule: null, policy: 'DROP' }
    return policy === 'drop' ? [{ ...line, packets: 0, bytes: 0, engine: 'nft' }] : []
  })

/** In place. Not by spreading: a call takes no hundred thousand arguments. */
export function keepRules(rules: PlacedRule[], kept: readonly PlacedRule[]): void {
  rules.length = 0
  for (const each of kept) rules.push(each)
}
