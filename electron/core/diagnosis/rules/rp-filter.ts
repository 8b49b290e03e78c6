import type { RepairStep } from '../repair.js'
import { counterEvidence, moved, type Rule } from '../rule.js'
import { say } from '../words.js'

/** Reverse path filtering (RFC 3704): the larger of `all` and the interface's own value counts. */
export const rpFilter: Rule = {
  code: 'rp-filter',
  suspect({ death, network, counters, ...rest }) {
    if (!death || death.interface === null || death.src === null || death.dst.includes(':')) return null
    if (death.stage === 'bridge' || death.stage === 'cable' || death.stage === 'stranger') return null
    const { namespace, interface: name, src, dst } = death
    const keys = ['all', name].map((each) => `net.ipv4.conf.${each.replaceAll('.', '/')}.rp_filter`)
    const sysctl = { namespace, ask: 'sysctl', keys } as const
    const back = { namespace, ask: 'route-get', to: src } as const
    const check = { namespace, ask: 'route-get', to: dst, from: src, iif: name } as const
    const scene = { death, network, counters, ...rest }
    return {
      ask: [sysctl, back, check],
      ruledOut: say('not-rp-filter', { namespace }),
      judge(answers) {
        if (!moved(scene, namespace, 'TcpExtIPReversePathFilter')) return null
        const values = keys.map((key) => network.sysctl(namespace, key) ?? '0')
        // Loose filtering is the strongest of the two settings and enough, unless there is no way back at all.
        const loose = answers.of(back).status === 0
        const steps: RepairStep[] = loose
          ? [{ op: 'sysctl-set', namespace, key: keys[1] ?? '', value: '2', before: values[1] ?? '0' }]
          : keys.flatMap((key, index): RepairStep[] =>
              values[index] === '0'
                ? []
                : [{ op: 'sysctl-set', namespace, key, value: '0', before: values[index] ?? '0' }],
            )
        return {
          namespace,
          interface: name,
          message: say('rp-filter', {
            namespace,
            interface: name,
            source: src,
            value: Math.max(...values.map(Number)),
          }),
          evidence: [
            ...counterEvidence(scene, namespace, ['TcpExtIPReversePathFilter']),
            ...answers.evidence(sysctl, check, back),
          ],
          repair: { namespace, steps },
        }
      },
    }
  },
}
