import { containsAddress } from '../../lab/address.js'
import type { LiveRule } from '../../live/state.js'
import { departureOf, type Departure } from '../death.js'
import { isIpv6 } from '../network.js'
import { isOwnRule, stepRule } from '../../plan/policy-rules.js'
import { policyRuleWords } from '../../plan/text.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'
import { askWay, noWay, refuses } from './routing.js'

/** `ip rule` numbers the main table's own rule so (RT_TABLE_MAIN). */
const mainPriority = 32766

/** A rule of policy routing that refuses, or leads to a table that does, although the main table has a way. */
export const policyRule: Rule = {
  code: 'no-route',
  suspect(scene) {
    const departure = departureOf(scene.death)
    if (!departure) return null
    const { namespace, dst } = departure
    const blocking = blockingRules(scene, departure)
    const plain = blocking.find(({ fwmark }) => fwmark === null)
    const marked = blocking.find(({ fwmark }) => fwmark !== null)
    const rule = plain ?? marked
    if (!rule) return null
    const get = askWay(departure)
    const getMarked = rule.fwmark === null ? get : ({ ...get, ask: 'route-get', to: dst, mark: rule.fwmark } as const)
    const rules = { namespace, ask: 'rules', ipv6: isIpv6(dst) } as const
    return {
      ask: [getMarked, rules],
      ruledOut: say('not-policy-rule', { namespace }),
      judge(answers): Finding | null {
        if (!noWay(answers.of(getMarked))) return null
        return {
          // Whether this packet has the mark cannot be asked: only that all goes well without the rule.
          ...(rule.fwmark === null ? {} : { onlyIfTried: true as const }),
          ...(departure.leg === 'reply' ? { code: 'no-return-route' as const } : {}),
          namespace,
          interface: null,
          message: say('no-route-rule', { namespace, target: dst, rule: policyRuleWords(rule).slice(2).join(' ') }),
          evidence: answers.evidence(getMarked, rules),
          repair: { namespace, steps: [{ op: 'policy-rule-delete', namespace, rule: stepRule(rule) }] },
        }
      },
    }
  },
}

/** Rules of policy routing that refuse it, or lead to a table that does; the first that would be taken first. */
export function blockingRules({ network }: Scene, { namespace, dst, src, iif }: Departure): LiveRule[] {
  const live = network.namespace(namespace)
  const family = isIpv6(dst) ? 'ipv6' : 'ipv4'
  const within = (prefix: string | null, address: string | null): boolean =>
    prefix === null ||
    (address !== null &&
      containsAddress(prefix.includes('/') ? prefix : `${prefix}/${isIpv6(prefix) ? 128 : 32}`, address))
  return (live?.rules ?? [])
    .filter(
      (rule) =>
        rule.family === family &&
        rule.priority < mainPriority &&
        // What else it says may be why this packet is not meant, and could not be put back.
        isOwnRule(rule) &&
        !rule.not &&
        within(rule.to, dst) &&
        within(rule.from, src) &&
        (rule.iif === null || rule.iif === iif || (rule.iif === 'lo' && iif === null)),
    )
    .filter(({ action, table }) => {
      if (action === 'blackhole' || action === 'unreachable' || action === 'prohibit') return true
      return (
        action === 'to-table' &&
        (live?.routes ?? []).some((route) => route.table === table && refuses(route) && containsAddress(route.to, dst))
      )
    })
    .sort((a, b) => a.priority - b.priority)
}
