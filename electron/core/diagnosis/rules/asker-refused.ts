import { bare, isIpv6 } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import { say } from '../words.js'
import { refusalOf } from './refusal.js'
import { noWay } from './routing.js'

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
    const refusal = refusalOf(
      scene,
      { namespace, dst, src: missed.address },
      { rule: 'rule-refuses-asker', route: 'route-refuses-asker' },
    )
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
