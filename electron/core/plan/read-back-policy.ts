import type { Family } from '../lab/lab.js'
import type { RuleEntry } from '../lab/schema.js'
import { tableEntry } from '../lab/table.js'
import type { LiveNamespace, LiveRule } from '../live/state.js'
import { said, type Said } from '../words/said.js'
import { isOwnRule, stepRule } from './policy-rules.js'
import { commandLine } from './shell-quote.js'
import type { StepRule } from './step.js'
import { policyRuleWords } from './text.js'

export interface ReadPolicy {
  readonly rules: readonly RuleEntry[]
  /** Commands for what a lab file has no words for. */
  readonly unexpressed: readonly Said[]
}

const anywhere = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const

/** The live rules of policy routing as entries of a lab file. An entry without an address counts for both families. */
export function readPolicy({ name, rules }: Pick<LiveNamespace, 'name' | 'rules'>, speaksIpv6: boolean): ReadPolicy {
  const made = rules.filter(({ protocol }) => protocol !== 'kernel')
  const own = made.filter(isOwnRule).map(stepRule)
  const plain = new Set(own.filter(isForBoth).map(textOf))
  const both = (rule: StepRule): boolean => {
    const family: Family = rule.family === 'ipv4' ? 'ipv6' : 'ipv4'
    return isForBoth(rule) && plain.has(textOf({ ...rule, family }))
  }
  const entries = own.flatMap((rule): RuleEntry[] => {
    if (rule.family === 'ipv6' && both(rule)) return []
    const tied = isForBoth(rule) && (speaksIpv6 || rule.family === 'ipv6') && !both(rule)
    return [ruleEntry(rule, tied ? anywhere[rule.family] : rule.from)]
  })
  return {
    rules: entries,
    unexpressed: made.filter((rule) => !isOwnRule(rule)).map((rule) => said`${name}: ${ruleCommand(rule)}`),
  }
}

const isForBoth = ({ from, to }: StepRule): boolean => from === null && to === null
const textOf = ({ family, ...rule }: StepRule): string => `${family} ${policyRuleWords({ family, ...rule }).join(' ')}`

function ruleEntry({ to, iif, oif, fwmark, not, table, priority, action }: StepRule, from: string | null): RuleEntry {
  return {
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(iif === null ? {} : { iif }),
    ...(oif === null ? {} : { oif }),
    ...(fwmark === null ? {} : { fwmark }),
    ...(not ? { not } : {}),
    ...(action === 'to-table' ? { table: tableEntry(table) } : {}),
    priority,
    ...(action === 'to-table' ? {} : { action }),
  }
}

function ruleCommand(rule: LiveRule): string {
  const family = rule.family === 'ipv6' ? ['-6'] : []
  const others = rule.others.flatMap((words) => words.split(' '))
  return commandLine(['ip', ...family, 'rule', 'add', ...policyRuleWords(rule), ...others])
}
