/** The verdicts of rules about the packet that died: shared by what drops, rejects, and filters bridges. */
import type { Family } from '../../lab/lab.js'
import { innermost } from '../death.js'
import type { Answers, Question } from '../question.js'
import type { Repair, RepairStep } from '../repair.js'
import type { RuleVerdict, Scene } from '../scene.js'
import { isIpv6 } from '../network.js'

export const isReject = ({ rule }: RuleVerdict): boolean => rule !== null && /\breject\b/i.test(rule)

/** Who may have sent an end to the probe: where it died, or who answered with an error. */
function suspects(scene: Scene): ReadonlySet<string> {
  const names = new Set<string>()
  if (scene.death) names.add(scene.death.namespace)
  if (scene.death?.complaint) names.add(scene.death.complaint.namespace)
  const end = scene.hops.find(
    ({ leg, observed, direction, packet }) =>
      observed && direction === 'out' && (leg === 'error' || (packet?.tcp?.flags.includes('RST') ?? false)),
  )
  if (end) names.add(end.namespace)
  return names
}

/** Addresses that packets of the probe had in this namespace. */
function addressesIn(scene: Scene, namespace: string): ReadonlySet<string> {
  const found = new Set<string>([scene.probe.target])
  for (const hop of scene.hops) {
    const ip = hop.namespace === namespace && hop.packet ? innermost(hop.packet).ip : undefined
    if (!ip || hop.leg === 'arp' || hop.leg === 'ndp') continue
    found.add(ip.src)
    found.add(ip.dst)
  }
  return found
}

/** The verdict that ended the probe's packet, where one did. */
export function fatalVerdict(scene: Scene): RuleVerdict | null {
  const { protocol } = scene.probe
  const wanted = protocol === 'icmp' && isIpv6(scene.probe.target) ? 'icmpv6' : protocol
  for (const namespace of suspects(scene)) {
    const addresses = addressesIn(scene, namespace)
    const found = scene.verdicts.find(
      ({ namespace: at, verdict, packet }) =>
        at === namespace &&
        verdict === 'drop' &&
        (packet === null || (packet.protocol === wanted && addresses.has(packet.src) && addresses.has(packet.dst))),
    )
    if (found) return found
    // Rewritten before it was dropped: one of its two addresses is still the old one.
    const rewritten = scene.verdicts.find(
      ({ namespace: at, verdict, packet }) =>
        at === namespace &&
        verdict === 'drop' &&
        packet?.protocol === wanted &&
        (addresses.has(packet.src) || addresses.has(packet.dst)),
    )
    if (rewritten) return rewritten
  }
  return null
}

/** iptables made the table, and its tools show and change it. */
export function ofIptables({ engine, family, table }: RuleVerdict): boolean {
  return (
    engine === 'legacy' ||
    ((family === 'ip' || family === 'ip6') && ['filter', 'nat', 'mangle', 'raw', 'security'].includes(table))
  )
}

export function askChain(verdict: RuleVerdict): Question {
  const { namespace, engine, family, table, chain } = verdict
  return ofIptables(verdict)
    ? { namespace, ask: 'iptables', engine, ipv6: family === 'ip6', table, chain }
    : { namespace, ask: 'chain', family, table, chain }
}

export function chainEvidence(verdict: RuleVerdict, answers: Answers) {
  return answers.evidence(askChain(verdict))
}

/** Takes the rule away; against a policy, lets this conversation through in both directions. */
export function firewallRepair(scene: Scene, verdict: RuleVerdict): Repair | null {
  const { namespace, engine, family, table, chain, rule, handle, position, packet } = verdict
  const ip: Family = family === 'ip6' || (family !== 'ip' && isIpv6(scene.probe.target)) ? 'ipv6' : 'ipv4'
  if (rule !== null && ofIptables(verdict))
    return {
      namespace,
      steps: [{ op: 'saved-rule-delete', namespace, engine, family: ip, table, chain, rule, position: position ?? 1 }],
    }
  if (rule !== null)
    return handle === null
      ? null
      : {
          namespace,
          steps: [{ op: 'nft-rule-delete', namespace, family, table, chain, handle, rule, position: position ?? 1 }],
        }
  const builtIn = { INPUT: 'input', FORWARD: 'forward', OUTPUT: 'output' } as const
  if (!ofIptables(verdict) || table !== 'filter' || !(chain in builtIn)) return null
  const ends = packet ?? endsOf(scene)
  if (!ends) return null
  const length = ip === 'ipv6' ? 128 : 32
  const accept = (where: 'input' | 'forward' | 'output', source: string, destination: string): RepairStep => ({
    op: 'firewall-add',
    namespace,
    rule: {
      chain: where,
      families: [ip],
      source: `${source}/${length}`,
      destination: `${destination}/${length}`,
      action: 'accept',
    },
  })
  const where = builtIn[chain as keyof typeof builtIn]
  const steps =
    where === 'forward'
      ? [accept(where, ends.src, ends.dst), accept(where, ends.dst, ends.src)]
      : [accept(where, ends.src, ends.dst)]
  return { namespace, steps }
}

function endsOf({ death }: Scene): { readonly src: string; readonly dst: string } | null {
  return death?.src ? { src: death.src, dst: death.dst } : null
}
