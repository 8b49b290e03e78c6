import { departureOf } from '../death.js'
import { isIpv6, isPrivate, networkText } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import { say } from '../words.js'
import { isSourceNat, lastCrossing, leavesBy, liveNat, means } from './nat.js'
import { noWay } from './routing.js'
import type { LabNat } from '../../lab/lab.js'

/**
 * A private source that went out as it was: the far side has no route back to it, and should have none. Where the lab has
 * the rule, that is proof; else only an address that is public may say that the far side is outside.
 */
export const natMissing: Rule = {
  code: 'nat-missing',
  suspect(scene) {
    const { network, lab, probe } = scene
    const departure = departureOf(scene.death)
    const crossing = lastCrossing(scene)
    if (!departure || departure.leg !== 'reply' || departure.iif !== null || !crossing) return null
    const { namespace, dst: source } = departure
    const seen = { source, destination: crossing.dst, protocol: probe.protocol, port: probe.port }
    const rewrites = (rule: LabNat): boolean => isSourceNat(rule) && means(rule, seen) && leavesBy(rule, crossing.oif)
    const wanted = lab?.namespaces.get(crossing.namespace)?.nat.find(rewrites)
    if (!isPrivate(source) || (wanted === undefined && isPrivate(probe.target))) return null
    const back = { namespace, ask: 'route-get', to: source } as const
    const rules = {
      namespace: crossing.namespace,
      ask: 'iptables',
      engine: 'nft',
      ipv6: isIpv6(source),
      table: 'nat',
      chain: 'POSTROUTING',
    } as const
    return {
      ask: [back, rules],
      ruledOut: say('not-nat', { namespace: crossing.namespace }),
      judge(answers): Finding | null {
        if (!noWay(answers.of(back))) return null
        if (liveNat(scene, crossing.namespace).some(rewrites)) return null
        const subnet = network.owners(source)[0]?.address
        const rule: LabNat = wanted ?? {
          kind: 'masquerade',
          family: isIpv6(source) ? 'ipv6' : 'ipv4',
          source: networkText(subnet ?? source),
          out: crossing.oif,
        }
        return {
          namespace: crossing.namespace,
          interface: crossing.oif,
          message: say('nat-missing', { router: crossing.namespace, source, namespace }),
          evidence: answers.evidence(rules, back),
          repair: {
            namespace: crossing.namespace,
            steps: [{ op: 'nat-add', namespace: crossing.namespace, rule }],
          },
        }
      },
    }
  },
}
