import { bare, isIpv6 } from '../network.js'
import { policyRuleWords, type Repair } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'
import { blockingRules } from './policy-rule.js'
import { noWay, refuses, routeOf } from './routing.js'
import { leadRight } from './wrong-route.js'

interface Refusal extends Pick<Finding, 'code' | 'interface' | 'message'> {
  readonly shown: 'routes' | 'rules'
  readonly repair: Repair | null
}

/**
 * Who has the address that was asked for has no way back to who asks: the kernel answers no question of somebody to whom it
 * would not send (arp_process, fib_validate_source).
 */
export const askerRefused: Rule = {
  code: 'route-blocked',
  suspect(scene) {
    const { death, network } = scene
    const missed = death?.missed
    const asker = missed && network.addresses(missed.namespace, missed.dev)[0]
    const owner = missed && network.owners(missed.address).find(({ namespace }) => namespace !== missed.namespace)
    if (!missed || !asker || !owner || isIpv6(missed.address)) return null
    const { namespace, dev: iif } = owner
    const dst = bare(asker.address)
    const refusal = whyRefused(scene, namespace, dst, missed.address)
    if (!refusal) return null
    const { shown, ...found } = refusal
    const get = { namespace, ask: 'route-get', to: missed.address, from: dst, iif } as const
    const table = { namespace, ask: shown, ipv6: false } as const
    return {
      ask: [get, table],
      ruledOut: say('not-no-route', { namespace, target: dst }),
      judge: (answers): Finding | null =>
        noWay(answers.of(get)) ? { ...found, namespace, evidence: answers.evidence(get, table) } : null,
    }
  },
}

/** A rule of policy routing, a route that refuses, or one to its own lo, which the reverse path filter takes for none. */
function whyRefused(scene: Scene, namespace: string, dst: string, src: string): Refusal | null {
  const [rule] = blockingRules(scene, { leg: 'reply', namespace, iif: null, src, dst }).filter(
    ({ fwmark }) => fwmark === null,
  )
  if (rule)
    return {
      code: 'no-return-route',
      interface: null,
      shown: 'rules',
      message: say('rule-refuses-asker', { namespace, target: dst, rule: policyRuleWords(rule).slice(2).join(' ') }),
      repair: { namespace, steps: [{ op: 'policy-rule-delete', namespace, rule }] },
    }
  const route = scene.network.route(namespace, dst)
  if (route && refuses(route))
    return {
      interface: null,
      shown: 'routes',
      message: say('route-refuses-asker', { namespace, target: dst, type: route.type, prefix: route.to }),
      repair: { namespace, steps: [{ op: 'route-delete', namespace, route: routeOf(route) }] },
    }
  if (route?.dev === 'lo')
    return {
      code: 'loop',
      interface: 'lo',
      shown: 'routes',
      message: say('route-lo', { namespace, target: dst, prefix: route.to }),
      repair: leadRight(scene, namespace, dst),
    }
  return null
}
