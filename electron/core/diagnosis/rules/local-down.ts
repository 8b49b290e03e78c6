import type { Rule } from '../rule.js'
import { say } from '../words.js'

/** A namespace's own addresses are reached by lo, whatever interface they are on. */
export const localDown: Rule = {
  code: 'local-down',
  suspect({ probe, network }) {
    const { from: namespace, target } = probe
    if (!network.owns(namespace, target)) return null
    const question = { namespace, ask: 'link', dev: 'lo' } as const
    return {
      ask: [question],
      ruledOut: say('not-local-down', { namespace }),
      judge(answers) {
        if (network.link(namespace, 'lo')?.up !== false) return null
        return {
          namespace,
          interface: 'lo',
          message: say('local-down', { namespace }),
          evidence: answers.evidence(question),
          repair: { namespace, steps: [{ op: 'link-up', namespace, name: 'lo' }] },
        }
      },
    }
  },
}
