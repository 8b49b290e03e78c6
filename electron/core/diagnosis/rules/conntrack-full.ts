import { hostNamespace } from '../../lab/lab.js'
import { execWithin } from '../../plan/exec-within.js'
import { commandLine } from '../../plan/shell-quote.js'
import { untrackedDrops } from '../counters.js'
import { duringProbe, type Finding, type Rule } from '../rule.js'
import { say } from '../words.js'
import { valueOf } from './sysctl.js'

const [countKey, mostKey] = ['net.netfilter.nf_conntrack_count', 'net.netfilter.nf_conntrack_max']
const limit = { op: 'sysctl-set', namespace: hostNamespace, key: mostKey } as const
/** Of its size; connections that end while the probe waits make room again. */
const full = 0.95

/**
 * The table of connections is full, and none of them may be forgotten for a new one: its first packet is dropped
 * (nf_conntrack_in, net/netfilter/nf_conntrack_core.c). Packets of known connections still pass.
 */
export const conntrackFull: Rule = {
  code: 'conntrack-full',
  suspect({ death, counters }) {
    const drops = death ? (counters[death.namespace]?.[untrackedDrops] ?? 0) : 0
    if (!death || drops === 0) return null
    const { namespace } = death
    const sysctl = { namespace, ask: 'sysctl', keys: [countKey, mostKey] } as const
    return {
      ask: [sysctl],
      ruledOut: say('not-conntrack-full', { namespace }),
      judge(answers): Finding | null {
        const [count, most] = [countKey, mostKey].map((key) => Number(valueOf(answers.of(sysctl).output, key)))
        // Packets that fit no connection are counted as well, at any fill.
        if (!count || !most || count < most * full) return null
        return {
          namespace,
          interface: death.interface,
          message: say('conntrack-full', { namespace, count, most, drops }),
          evidence: [
            ...answers.evidence(sysctl),
            {
              command: commandLine([...execWithin(namespace), 'cat', '/proc/net/stat/nf_conntrack']),
              output: `drop +${drops}${duringProbe}`,
            },
          ],
          // One limit for the whole machine: only its first namespace may change it.
          repair: {
            namespace: hostNamespace,
            steps: [{ ...limit, value: String(2 * Math.max(count, most)), before: String(most) }],
          },
        }
      },
    }
  },
}
