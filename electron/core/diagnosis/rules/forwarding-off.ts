import { isIpv6 } from '../network.js'
import { counterEvidence, moved, type Rule } from '../rule.js'
import { say } from '../words.js'
import { standsIn } from './lost-way.js'
import { askWay, noWay } from './routing.js'
import { astray } from './wrong-route.js'

/** A namespace forwards only when told to; per interface since `conf.all` sets them all. */
export const forwardingOff: Rule = {
  code: 'forwarding-off',
  suspect(scene) {
    const { death, network } = scene
    if (death?.stage !== 'forward' || death.interface === null || astray(scene)) return null
    const { namespace, interface: name, dst } = death
    // Sent by another's wrong route, it was not meant to pass here.
    if ((standsIn(scene)?.namespace ?? namespace) !== namespace) return null
    const ipv6 = isIpv6(dst)
    const all = ipv6 ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward'
    const own = `net.${ipv6 ? 'ipv6' : 'ipv4'}.conf.${name.replaceAll('.', '/')}.forwarding`
    const sysctl = { namespace, ask: 'sysctl', keys: [all, own] } as const
    const way = askWay({ leg: death.leg, namespace, iif: name, src: death.src, dst })
    const counter = ipv6 ? 'Ip6InAddrErrors' : 'IpInAddrErrors'
    return {
      ask: [sysctl, way],
      ruledOut: say(network.sysctl(namespace, all) === '0' ? 'not-forwarding-counted' : 'not-forwarding-off', {
        namespace,
      }),
      judge(answers) {
        const off = network.sysctl(namespace, all) === '0'
        const ownOff = /forwarding = 0$/m.test(answers.of(sysctl).output.split('\n')[1] ?? '')
        // IPv4's own lookup refuses this packet, too; IPv6's takes no notice of forwarding.
        const refused = ipv6 || noWay(answers.of(way))
        if (!moved(scene, namespace, counter) || !(off || ownOff) || !refused) return null
        const key = off ? all : own
        return {
          namespace,
          interface: name,
          message: say('forwarding-off', { namespace, target: dst, key }),
          evidence: [...answers.evidence(sysctl), ...counterEvidence(scene, namespace, [counter])],
          repair: { namespace, steps: [{ op: 'sysctl-set', namespace, key, value: '1', before: '0' }] },
        }
      },
    }
  },
}
