/** What became of rules of iptables, as commands for single rules: a whole text would take away what others have added since. */
import type { RepairStep } from '../diagnosis/repair.js'
import { repairText } from '../diagnosis/repair.js'
import { keeperNames, keeperOfChain } from '../live/rule-keepers.js'
import type { IptablesRule, LiveState } from '../live/state.js'
import { execWithin } from '../plan/exec-within.js'
import { commandLine } from '../plan/shell-quote.js'

type Chain = Pick<IptablesRule, 'engine' | 'family' | 'table' | 'chain'>
interface Rules extends Chain {
  /** Of a built-in chain. */
  policy: string | null
  readonly rules: string[]
}

/** @returns in an order in which they can be typed: what is jumped to is made first and goes last */
export function ruleChanges(
  namespace: string,
  before: readonly IptablesRule[],
  now: readonly IptablesRule[],
): string[] {
  const [then, there] = [chainsOf(before), chainsOf(now)]
  const made = [...there].filter(([key, { policy }]) => policy === null && !then.has(key)).map(([, each]) => each)
  const gone = [...then].filter(([key, { policy }]) => policy === null && !there.has(key)).map(([, each]) => each)
  const kept = new Map([...then, ...there])
  const changed = [...kept].flatMap(([key, chain]) => {
    const [from, to] = [then.get(key)?.rules ?? [], there.get(key)?.rules ?? []]
    return rulesChanged(from, to).map((each) => `${repairText(stepFor(namespace, chain, each))}${lasting(chain)}`)
  })
  const policies = [...there].flatMap(([key, chain]) => {
    const { policy } = chain
    return policy !== null && then.get(key)?.policy !== policy && (then.has(key) || policy !== 'ACCEPT')
      ? [whole(namespace, chain, '-P', chain.chain, policy)]
      : []
  })
  return [
    ...made.map((chain) => whole(namespace, chain, '-N', chain.chain)),
    ...changed,
    ...policies,
    ...gone.map((chain) => whole(namespace, chain, '-X', chain.chain)),
  ]
}

/** A comment for the shell, where what is done to the chain will not stay. */
function lasting(chain: Chain): string {
  const keeper = keeperOfChain(chain)
  return keeper === null ? '' : ` # ${keeperNames[keeper]} keeps this chain and writes it again: this does not last`
}

/** The same state without any rule of iptables. */
export const withoutIptables = (live: LiveState): LiveState => ({
  ...live,
  namespaces: live.namespaces.map((each) => {
    const { listing, ...ruleset } = each.ruleset
    const rest = listing && { listing: { ...listing, iptables: '', ip6tables: '' } }
    return { ...each, ruleset: { ...ruleset, iptables: [], ...rest } }
  }),
})

function chainsOf(all: readonly IptablesRule[]): Map<string, Rules> {
  const chains = new Map<string, Rules>()
  for (const { engine, family, table, chain, rule, policy } of all) {
    const key = [engine, family, table, chain].join(' ')
    const known = chains.get(key) ?? { engine, family, table, chain, policy: null, rules: [] }
    chains.set(key, known)
    if (rule === null) known.policy = policy
    else known.rules.push(rule)
  }
  return chains
}

interface RuleChange {
  readonly op: 'saved-rule-delete' | 'saved-rule-insert'
  readonly rule: string
  /** In its chain, from 1. */
  readonly position: number
}

/** What goes first, then what comes, each at the place that it has in the end. */
function rulesChanged(from: readonly string[], to: readonly string[]): readonly RuleChange[] {
  const stays = common(from, to)
  const [away, added]: [RuleChange[], RuleChange[]] = [[], []]
  let [at, kept] = [0, 0]
  for (const [index, rule] of from.entries())
    if (kept < stays.length && rule === stays[kept]) kept += 1
    else away.push({ op: 'saved-rule-delete', rule, position: index + 1 })
  for (const [index, rule] of to.entries())
    if (at < stays.length && rule === stays[at]) at += 1
    else added.push({ op: 'saved-rule-insert', rule, position: index + 1 })
  return [...away, ...added]
}

/** The longest rules of both that keep their order. */
function common(from: readonly string[], to: readonly string[]): readonly string[] {
  const lengths = Array.from({ length: from.length + 1 }, () => new Array<number>(to.length + 1).fill(0))
  for (let a = from.length - 1; a >= 0; a -= 1)
    for (let b = to.length - 1; b >= 0; b -= 1)
      (lengths[a] as number[])[b] =
        from[a] === to[b]
          ? 1 + (lengths[a + 1]?.[b + 1] ?? 0)
          : Math.max(lengths[a + 1]?.[b] ?? 0, lengths[a]?.[b + 1] ?? 0)
  const found: string[] = []
  for (let [a, b] = [0, 0]; a < from.length && b < to.length;)
    if (from[a] === to[b]) {
      found.push(from[a] as string)
      a += 1
      b += 1
    } else if ((lengths[a + 1]?.[b] ?? 0) >= (lengths[a]?.[b + 1] ?? 0)) a += 1
    else b += 1
  return found
}

const stepFor = (namespace: string, { engine, family, table, chain }: Chain, change: RuleChange): RepairStep => ({
  ...{ namespace, engine, family, table, chain },
  ...change,
})

/** Of a chain as a whole, whose name is anybody's. */
function whole(namespace: string, { engine, family, table }: Chain, ...words: readonly string[]): string {
  const tool = `${family === 'ipv4' ? 'iptables' : 'ip6tables'}${engine === 'legacy' ? '-legacy' : ''}`
  return commandLine([...execWithin(namespace), tool, '-t', table, ...words])
}
