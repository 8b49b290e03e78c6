import type { Rule } from '../rule.js'
import { isIpv6 } from '../network.js'
import { say } from '../words.js'
import { askChain, chainEvidence, fatalVerdict, firewallRepair } from './firewall.js'
import { isKeptBridge, keeperOf } from './kept.js'

/** br_netfilter sends what only passes a bridge through the namespace's FORWARD chain (the Docker trap). */
export const bridgeNetfilter: Rule = {
  code: 'bridge-netfilter',
  suspect(scene) {
    const { death, network } = scene
    if (death?.stage !== 'bridge') return null
    const { namespace } = death
    const key = `net.bridge.bridge-nf-call-${isIpv6(death.dst) ? 'ip6tables' : 'iptables'}`
    const sysctl = { namespace, ask: 'sysctl', keys: [key] } as const
    const verdict = fatalVerdict(scene)
    // Who keeps the rule wants frames of the bridge to meet it: then it is that rule which is the cause.
    if (verdict && keeperOf(scene, verdict) !== null) return null
    const bridge = network.link(namespace, death.interface)?.master ?? ''
    return {
      ask: [sysctl, ...(verdict ? [askChain(verdict)] : [])],
      ruledOut: say('not-bridge-netfilter', { namespace }),
      judge(answers) {
        if (network.sysctl(namespace, key) !== '1' || verdict === null || verdict.family === 'bridge') return null
        return {
          namespace,
          interface: death.interface,
          message: say('bridge-netfilter', {
            namespace,
            key,
            bridge,
            chain: verdict.chain,
            rule: verdict.rule ?? `policy ${verdict.verdict}`,
          }),
          evidence: [...answers.evidence(sysctl), ...chainEvidence(verdict, answers)],
          // An engine of containers has switched it on itself, and relies on it.
          repair: isKeptBridge(scene, namespace, bridge)
            ? firewallRepair(scene, verdict)
            : { namespace, steps: [{ op: 'sysctl-set', namespace, key, value: '0', before: '1' }] },
        }
      },
    }
  },
}
