import type { Finding, Rule } from '../rule.js'
import { say } from '../words.js'
import { rewriting } from './rewriting.js'
import { noWay } from './routing.js'
import { valueOf } from './sysctl.js'
import { askChain } from './firewall.js'

/** DNAT to 127.0.0.0/8: what came in from outside may not go there, unless the interface lets it (route_localnet). */
export const dnatLoopback: Rule = {
  code: 'dnat-loopback',
  suspect(scene) {
    const { death } = scene
    if (!death || death.interface === null || death.src === null) return null
    const { namespace, interface: name, src } = death
    const verdict = rewriting(scene, namespace)
    const to = /--to-destination (127\.[\d.]+)|dnat (?:ip )?to (127\.[\d.]+)/.exec(verdict?.rule ?? '')
    const address = to?.[1] ?? to?.[2]
    if (!verdict || address === undefined) return null
    const keys = ['all', name].map((each) => `net.ipv4.conf.${each.replaceAll('.', '/')}.route_localnet`)
    const sysctl = { namespace, ask: 'sysctl', keys } as const
    const way = { namespace, ask: 'route-get', to: address, from: src, iif: name } as const
    const chain = askChain(verdict)
    return {
      ask: [sysctl, way, chain],
      ruledOut: say('not-dnat-loopback', { namespace }),
      judge(answers): Finding | null {
        const on = keys.some((key) => valueOf(answers.of(sysctl).output, key) === '1')
        if (on || !noWay(answers.of(way))) return null
        const key = keys[1] ?? ''
        return {
          namespace,
          interface: name,
          message: say('dnat-loopback', { namespace, address, key }),
          evidence: answers.evidence(sysctl, way, chain),
          repair: { namespace, steps: [{ op: 'sysctl-set', namespace, key, value: '1', before: '0' }] },
        }
      },
    }
  },
}
