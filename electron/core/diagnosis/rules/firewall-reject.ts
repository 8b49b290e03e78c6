import { counterEvidence, type Rule } from '../rule.js'
import { say } from '../words.js'
import { askChain, chainEvidence, fatalVerdict, firewallRepair, isReject } from './firewall.js'
import { keptMessage } from './kept.js'

/** A rule that says no: an ICMP error, or a reset. */
export const firewallReject: Rule = {
  code: 'firewall-reject',
  suspect(scene) {
    const verdict = fatalVerdict(scene)
    if (verdict === null || !isReject(verdict)) return null
    const { namespace, table, chain, rule } = verdict
    return {
      ask: [askChain(verdict)],
      ruledOut: say('not-firewall', { namespace }),
      judge: (answers) => ({
        namespace,
        interface: verdict.iif ?? verdict.oif,
        message: keptMessage(scene, verdict) ?? say('firewall-reject', { namespace, table, chain, rule: rule ?? '' }),
        evidence: [
          ...chainEvidence(verdict, answers),
          ...counterEvidence(scene, namespace, ['IcmpOutDestUnreachs', 'Icmp6OutDestUnreachs', 'TcpOutRsts']),
        ],
        repair: firewallRepair(scene, verdict),
      }),
    }
  },
}
