/** The verdicts of rules about the packet that died: shared by what drops, rejects, and filters bridges. */
import type { Family } from '../../lab/lab.js'
import type { Answers, Question } from '../question.js'
import type { Repair, RepairStep } from '../repair.js'
import type { RulePacket, RuleVerdict, Scene } from '../scene.js'
import { isIpv6 } from '../network.js'
import { isLinkLayer } from '../death.js'
import { chainForOwnRules } from '../../live/rule-keepers.js'
import { keeperOf, mayGoAround, savedRules } from './kept.js'
import { fits, isDiscovery, oneEnd, ownPackets, samePacket } from './own-packets.js'

export const isReject = ({ rule }: RuleVerdict): boolean => rule !== null && /\breject\b/i.test(rule)

/** Who may have sent an end to the probe: where it died, who answered with an error, and who heard a question in vain. */
function suspects(scene: Scene): ReadonlySet<string> {
  const { death, hops } = scene
  const names = new Set<string>()
  if (death) names.add(death.namespace)
  if (death?.complaint) names.add(death.complaint.namespace)
  const end = hops.find(
    ({ leg, observed, direction, packet }) =>
      observed && direction === 'out' && (leg === 'error' || (packet?.tcp?.flags.includes('RST') ?? false)),
  )
  if (end) names.add(end.namespace)
  if (death?.missed) {
    names.add(death.missed.namespace)
    for (const { leg, namespace } of hops) if (leg === 'arp' || leg === 'ndp') names.add(namespace)
  }
  return names
}

/** Verdicts behind which nothing comes: a program that a rule hands packets to has given nothing back. */
const fatal: ReadonlySet<string> = new Set(['drop', 'queue'])

/** The verdict that ended the probe's packet, a question of its neighbour discovery, or the tunnel's packet around it. */
export function fatalVerdict(scene: Scene): RuleVerdict | null {
  for (const namespace of suspects(scene)) {
    const here = scene.verdicts.filter((each) => each.namespace === namespace && fatal.has(each.verdict))
    if (here.length === 0) continue
    const own = ownPackets(scene, namespace)
    const exact = here.find(({ packet }) => packet && own.some((each) => samePacket(packet, each)))
    // Rewritten before it was dropped: one of its two ends is still the old one.
    const rewritten = (): RuleVerdict | undefined =>
      here.find(({ packet }) => packet && own.some((each) => oneEnd(packet, each)))
    // Where rules are counted and not heard, it must be one that the probe's packet fits, or what DNAT has made of it.
    const counted = (): RuleVerdict | undefined => {
      const all = [...own, ...own.flatMap((each) => redirected(scene, namespace, each))]
      return here.find(({ packet, rule, iif, oif, family }) => {
        return packet === null && all.some((each) => fits({ rule, iif, oif }, family, each))
      })
    }
    const found = exact ?? rewritten() ?? counted()
    if (found) return found
  }
  return null
}

/** The packet as rules have it that rewrite where it goes, and counted one meanwhile that it fits. */
function redirected({ verdicts }: Scene, namespace: string, packet: RulePacket): RulePacket[] {
  return verdicts.flatMap(({ namespace: at, packet: heard, rule, iif, oif, family }) => {
    const [, dst, port] = /--to-destination (\d[\d.]+)(?::(\d+))?(?: |$)/.exec(rule ?? '') ?? []
    if (at !== namespace || heard !== null || dst === undefined) return []
    if (!fits({ rule, iif, oif }, family, packet)) return []
    const ports = packet.ports && { ...packet.ports, dst: port === undefined ? packet.ports.dst : Number(port) }
    return [{ ...packet, dst, ports }]
  })
}

/** iptables made the table, and its tools show and change it. */
function ofIptables({ engine, family, table }: RuleVerdict): boolean {
  return (
    engine === 'legacy' ||
    ((family === 'ip' || family === 'ip6') && ['filter', 'nat', 'mangle', 'raw', 'security'].includes(table))
  )
}

/** Takes a rule away; null for one whose number is not known, and for one that a program keeps: that puts it back. */
export function withoutRule(scene: Pick<Scene, 'network'>, verdict: RuleVerdict): RepairStep | null {
  const { namespace, engine, family, table, chain, rule, handle, position } = verdict
  if (rule === null || keeperOf(scene, verdict) !== null) return null
  const at = { namespace, table, chain, rule, position: position ?? 1 }
  if (ofIptables(verdict)) return { op: 'saved-rule-delete', ...at, engine, family: family === 'ip6' ? 'ipv6' : 'ipv4' }
  return handle === null ? null : { op: 'nft-rule-delete', ...at, family, handle }
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

/**
 * Takes the rule away; against a policy, lets this conversation through in both directions. What a program keeps stays as
 * it is: then this conversation is let through where the program leaves room for that, or nowhere.
 */
export function firewallRepair(scene: Scene, verdict: RuleVerdict): Repair | null {
  const { namespace, engine, family, table, chain, rule, position, packet } = verdict
  const ip: Family = family === 'ip6' || (family !== 'ip' && isIpv6(scene.probe.target)) ? 'ipv6' : 'ipv4'
  const keeper = keeperOf(scene, verdict)
  const insert = (where: string, text: string): RepairStep => ({
    op: 'saved-rule-insert',
    namespace,
    engine,
    family: ip,
    table,
    chain: where,
    rule: text,
    position: where === chain ? (position ?? 1) : 1,
  })
  // Without neighbour discovery no IPv6 works: it is let through, and what else the rule is for stays.
  if (keeper === null && isOfDiscovery(scene, packet) && ofIptables(verdict) && !/\bicmp/.test(rule ?? ''))
    return { namespace, steps: [insert(chain, '-p ipv6-icmp -j ACCEPT')] }
  const ends = packet ?? rewritten(scene, namespace) ?? endsOf(scene)
  const length = ip === 'ipv6' ? 128 : 32
  const accepted = (source: string, destination: string): string =>
    `-s ${source}/${length} -d ${destination}/${length} -j ACCEPT`
  const forwards =
    ofIptables(verdict) && table === 'filter' && (keeper !== null || (rule === null && chain === 'FORWARD'))
  const open = forwards ? chainForOwnRules(savedRules(scene, namespace), { family: ip, engine }) : null
  if (open !== null && ends && (keeper === null || mayGoAround(keeper, verdict)))
    return {
      namespace,
      steps: [insert(open, accepted(ends.src, ends.dst)), insert(open, accepted(ends.dst, ends.src))],
    }
  if (keeper !== null) return null
  const accepts = (at: number): Repair | null => {
    const rules = isOfDiscovery(scene, packet) ? [discovery] : ends ? nftAccepts(verdict, ends) : []
    const steps = rules.map(
      (text) => ({ op: 'nft-rule-insert', namespace, family, table, chain, rule: text, position: at }) as const,
    )
    return steps.length > 0 ? { namespace, steps } : null
  }
  if (rule !== null) {
    // What else is in the set or the map stays shut out.
    if (!ofIptables(verdict) && isOfMany.test(rule)) return accepts(position ?? 1)
    const step = withoutRule(scene, verdict)
    return step && { namespace, steps: [step] }
  }
  if (!ofIptables(verdict)) return accepts(1)
  if (!ends) return null
  const builtIn = { INPUT: 'input', FORWARD: 'forward', OUTPUT: 'output' } as const
  if (table !== 'filter' || !(chain in builtIn)) return null
  const accept = (where: 'input' | 'forward' | 'output', source: string, destination: string): RepairStep =>
    engine === 'legacy'
      ? insert(chain, accepted(source, destination))
      : {
          op: 'firewall-add',
          namespace,
          rule: {
            chain: where,
            families: [ip],
            source: `${source}/${length}`,
            destination: `${destination}/${length}`,
            action: 'accept',
          },
        }
  const where = builtIn[chain as keyof typeof builtIn]
  const steps =
    where === 'forward'
      ? [accept(where, ends.src, ends.dst), accept(where, ends.dst, ends.src)]
      : [accept(where, ends.src, ends.dst)]
  return { namespace, steps }
}

/** A rule of nft that looks into a set or a map. */
const isOfMany = /(?:^| )@|\bvmap\b/

/** Without it no IPv6 works (RFC 4861). */
const discovery = 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept'

/** Let this conversation through; a chain that knows both interfaces is on the way of its answers, too. */
function nftAccepts({ iif, oif, packet }: RuleVerdict, { src, dst }: Ends): string[] {
  const ip = isIpv6(src) ? 'ip6' : 'ip'
  const accept = (from: string, to: string): string =>
    packet?.protocol === 'arp'
      ? `arp saddr ip ${from} arp daddr ip ${to} accept`
      : `${ip} saddr ${from} ${ip} daddr ${to} accept`
  return iif !== null && oif !== null ? [accept(src, dst), accept(dst, src)] : [accept(src, dst)]
}

/** The legacy engine names no packets: then it is what was asked in vain. */
function isOfDiscovery({ death }: Scene, packet: RuleVerdict['packet']): boolean {
  if (packet !== null) return isDiscovery(packet)
  return death !== null && death.missed !== null && !isLinkLayer(death.stage) && isIpv6(death.missed.address)
}

interface Ends {
  readonly src: string
  readonly dst: string
}

/** As a chain behind DNAT has it, where rules are counted and not heard. */
const rewritten = (scene: Scene, namespace: string): Ends | null =>
  ownPackets(scene, namespace).flatMap((each) => redirected(scene, namespace, each))[0] ?? null

function endsOf({ death }: Scene): Ends | null {
  return death?.src ? { src: death.src, dst: death.dst } : null
}
