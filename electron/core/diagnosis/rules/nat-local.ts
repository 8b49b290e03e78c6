import type { IptablesRule } from '../../live/state.js'
import { parseRule } from '../../plan/parse-rule.js'
import { spellNat } from '../../plan/rules.js'
import { isIpv6 } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import { say } from '../words.js'
import { means } from './nat.js'

/** What a namespace sends itself goes through OUTPUT, not PREROUTING: its own published ports are not published to itself. */
export const natLocal: Rule = {
  code: 'nat-missing',
  suspect({ probe, network }) {
    const { from: namespace, target, protocol, port } = probe
    if (protocol === 'icmp' || port === null || !network.owns(namespace, target)) return null
    const rules = network.namespace(namespace)?.ruleset.iptables ?? []
    const published = rules.find((rule) => {
      const parsed = rule.table === 'nat' ? parseRule(rule) : null
      const seen = { source: null, destination: target, protocol, port }
      return (
        parsed?.kind === 'nat' &&
        parsed.rule.kind === 'dnat' &&
        parsed.rule.chain !== 'output' &&
        means(parsed.rule, seen)
      )
    })
    const rule = published && localRule(published, target)
    if (!published || !rule) return null
    const { engine, family } = published
    const chain = (name: string) =>
      ({ namespace, ask: 'iptables', engine, ipv6: family === 'ipv6', table: 'nat', chain: name }) as const
    const questions = [chain('PREROUTING'), chain('OUTPUT')] as const
    return {
      ask: questions,
      ruledOut: say('not-nat', { namespace }),
      judge(answers): Finding | null {
        if (answers.of(questions[1]).output.includes(`--dport ${port} `)) return null
        return {
          namespace,
          interface: null,
          message: say('nat-local', { namespace, port }),
          evidence: answers.evidence(...questions),
          repair: {
            namespace,
            steps: [
              { op: 'saved-rule-insert', namespace, engine, family, table: 'nat', chain: 'OUTPUT', rule, position: 1 },
            ],
          },
        }
      },
    }
  },
}

/** The same rule for what is sent to that address from here; a local packet comes in by no interface. */
function localRule(rule: IptablesRule, target: string): string | null {
  const parsed = parseRule(rule)
  if (parsed?.kind !== 'nat' || parsed.rule.kind !== 'dnat') return null
  const { not = [], ...published } = parsed.rule
  const others = not.filter((part) => part !== 'destination' && part !== 'in')
  const destination = `${target}/${isIpv6(target) ? 128 : 32}`
  const chain = 'output' as const
  return spellNat({ ...published, in: null, destination, not: others, chain }).saved
}
