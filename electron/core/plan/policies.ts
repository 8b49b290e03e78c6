/** Policies of the built-in chains of the packet filter. A chain that nobody speaks of accepts. */
import type { Lab, LabNamespace, LabPolicy } from '../lab/lab.js'
import type { IptablesRule } from '../live/state.js'
import { filterChain } from './parse-rule.js'
import { savedTables, type Filled } from './ruleset-texts.js'
import { formerLab, type Scope } from './scope.js'

const key = ({ family, chain }: Pick<LabPolicy, 'family' | 'chain'>): string => `${family} ${chain}`

/**
 * Policies that are not simply to accept. Where both engines have the chain, what iptables itself shows counts: that is
 * the newer one.
 */
export function livePolicies(rules: readonly IptablesRule[]): readonly LabPolicy[] {
  const found = new Map<string, LabPolicy>()
  for (const engine of ['legacy', 'nft'] as const)
    for (const { family, table, chain: name, policy, engine: own } of rules) {
      const chain = filterChain(name)
      if (own !== engine || table !== 'filter' || policy === null || chain === undefined) continue
      found.set(key({ family, chain }), { family, chain, policy: policy === 'DROP' ? 'drop' : 'accept' })
    }
  return [...found.values()].filter(({ policy }) => policy === 'drop')
}

function policiesIn(family: LabPolicy['family'], text: string | undefined): readonly LabPolicy[] {
  const chains = savedTables(text).find((table) => table.name === 'filter')?.chains ?? new Map<string, string>()
  return [...chains].flatMap(([name, policy]) => {
    const chain = filterChain(name)
    return chain && policy === 'DROP' ? [{ family, chain, policy: 'drop' as const }] : []
  })
}

function policiesOf(lab: Lab | null, name: string): ReadonlyMap<string, LabPolicy> {
  const spoken = lab?.namespaces.get(name)?.policies ?? []
  return new Map(spoken.flatMap((each) => (each.family === 'ipv6' && !lab?.ipv6 ? [] : [[key(each), each]])))
}

export function planPolicies(
  { lab, former, index, draft }: Scope,
  { name, texts }: LabNamespace,
  filled: Filled,
): void {
  const wanted = policiesOf(lab, name)
  const had = policiesOf(formerLab(former), name)
  const live = livePolicies(index.namespaces.get(name)?.live.ruleset.iptables ?? [])
  // A table that is loaded anew has the policies that its text says.
  const drops = [
    ...live.filter(({ family }) => !filled.reloaded.has(`${family} filter`)),
    ...(['ipv4', 'ipv6'] as const)
      .filter((family) => filled.reloaded.has(`${family} filter`))
      .flatMap((family) => policiesIn(family, texts[family === 'ipv4' ? 'iptables' : 'ip6tables'])),
  ]
  for (const { family, chain } of drops) {
    const said = wanted.get(key({ family, chain }))
    if (said === undefined && filled.covered.has(`${family} filter`)) continue
    if (said ? said.policy === 'drop' : former !== 'everything' && had.get(key({ family, chain }))?.policy !== 'drop')
      continue
    const step = { op: 'policy-set', namespace: name, family, chain, policy: 'accept', before: 'drop' } as const
    draft.add('policy-accept', step)
  }
  const dropping = new Set(drops.map(key))
  for (const { family, chain, policy } of wanted.values()) {
    if (policy === 'accept' || dropping.has(key({ family, chain }))) continue
    draft.add('policy-drop', { op: 'policy-set', namespace: name, family, chain, policy, before: 'accept' })
  }
}
