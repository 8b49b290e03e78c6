import type { Rule } from '../rule.js'
import { say } from '../words.js'
import { askChain, chainEvidence, fatalVerdict, firewallRepair, isReject } from './firewall.js'
import { keptMessage } from './kept.js'

/** A rule, or a policy where no rule accepts. */
export const firewallDrop: Rule = {
  code: 'firewall-drop',
  suspect(scene) {
    const verdict = fatalVerdict(scene)
    const namespace = verdict?.namespace ?? scene.death?.namespace
    if (namespace === undefined) return null
    return {
      ask: verdict ? [askChain(verdict)] : [],
      ruledOut: say('not-firewall', { namespace }),
      judge(answers) {
        if (verdict === null || isReject(verdict)) return null
        const { table, chain, rule } = verdict
        return {
          namespace,
          interface: verdict.iif ?? verdict.oif,
          message:
            keptMessage(scene, verdict) ??
            say(
              rule === null ? 'firewall-drop-policy' : verdict.verdict === 'queue' ? 'firewall-queue' : 'firewall-drop',
              { namespace, table, chain, rule: rule ?? '' },
            ),
          evidence: chainEvidence(verdict, answers),
          repair: firewallRepair(scene, verdict),
        }
      },
    }
  },
}
