import { innermost } from '../loss.js'
import { isIpv6 } from '../network.js'
import type { Question } from '../question.js'
import type { Finding, Rule } from '../rule.js'
import type { RuleVerdict, Scene } from '../scene.js'
import type { TracedHop } from '../../packet/hop.js'
import { say, type MessageKey } from '../words.js'
import { eventEvidence, metBy, untracks, zoneOf } from './altering.js'
import { askChain, withoutRule } from './firewall.js'
import { comesBy, isSourceNat, leavesBy, liveNat, means, publishedBy } from './nat.js'

/**
 * NAT is done by connection tracking (nf_nat_inet_fn, net/netfilter/nf_nat_core.c): what a rule keeps from it, or puts into
 * another zone than the other direction, is not rewritten, whatever the rules of NAT say.
 */
export const untracked: Rule = {
  code: 'untracked',
  suspect(scene) {
    const found = onTheWayBack(scene) ?? onTheWay(scene)
    if (!found) return null
    const { key, verdict, proved } = found
    const { namespace, iif, table, chain, rule } = verdict
    const nat: Question = { namespace, ask: 'iptables', engine: 'nft', ipv6: isIpv6(scene.probe.target), ...found.nat }
    const step = withoutRule(scene, verdict)
    return {
      ask: [askChain(verdict), ...(found.nat.chain === '' ? [] : [nat])],
      ruledOut: say('not-untracked', { namespace }),
      judge: (answers): Finding => ({
        namespace,
        interface: iif,
        message: say(key, { namespace, table, chain, rule: rule ?? '' }),
        evidence: [
          ...eventEvidence(verdict),
          ...answers.evidence(askChain(verdict), ...(found.nat.chain === '' ? [] : [nat])),
        ],
        repair: step && { namespace, steps: [step] },
        ...(proved ? {} : { onlyIfTried: true }),
      }),
    }
  },
}

interface Apart {
  readonly key: MessageKey
  readonly verdict: RuleVerdict
  /** Where the rule of NAT stands that did not count; no chain where it is not one of iptables. */
  readonly nat: { readonly table: 'nat'; readonly chain: string }
  /** The film and the rules say so themselves. */
  readonly proved: boolean
}

const inNat = (chain: string) => ({ table: 'nat', chain }) as const

type Heard = Pick<Scene, 'hops' | 'verdicts'>

const ofLeg = ({ hops }: Heard, leg: 'request' | 'reply', namespace?: string): TracedHop[] =>
  hops.filter(
    (hop) =>
      hop.leg === leg &&
      hop.observed &&
      hop.packet !== null &&
      (namespace === undefined || hop.namespace === namespace),
  )

/** The request was rewritten, and its answer came back there and is not known for one. */
function onTheWayBack(scene: Heard): Apart | null {
  for (const { namespace, changed } of scene.hops.filter(({ leg, event }) => leg === 'request' && event === 'nat')) {
    const here = ofLeg(scene, 'reply', namespace).filter(({ direction }) => direction === 'in')
    const nat = inNat(changed.includes('ip.dst') ? 'PREROUTING' : 'POSTROUTING')
    const first = (hops: readonly TracedHop[], which: (rule: string) => boolean): RuleVerdict | undefined =>
      hops.flatMap((hop) => metBy(scene, hop, which) ?? [])[0]
    const kept = first(here, untracks)
    if (kept) return { key: 'untracked-reply', verdict: kept, nat, proved: true }
    if (here.length === 0) continue
    const isZoned = (rule: string): boolean => zoneOf(rule) !== null
    const there = first(ofLeg(scene, 'request', namespace), isZoned)
    const back = first(here, isZoned)
    const verdict = there ?? back
    if (verdict && zoneOf(there?.rule ?? '') !== zoneOf(back?.rule ?? ''))
      return { key: 'tracked-apart', verdict, nat, proved: true }
  }
  return null
}

/** Namespaces that have rewritten the request and do not turn its answer back. */
export function unturnedBy(scene: Heard): string[] {
  const found = scene.verdicts.length > 0 ? onTheWayBack(scene) : null
  return found ? [found.verdict.namespace] : []
}

/** The request was not rewritten where a rule of NAT means it. */
function onTheWay(scene: Scene): Apart | null {
  const { hops, probe, network } = scene
  for (const hop of ofLeg(scene, 'request')) {
    const { namespace, interface: name, direction } = hop
    const verdict = metBy(scene, hop, untracks)
    const packet = hop.packet && innermost(hop.packet)
    if (!verdict || !packet?.ip || hops.some((each) => each.event === 'nat' && each.namespace === namespace)) continue
    const { src: source, dst: destination } = packet.ip
    const seen = { source, destination, protocol: probe.protocol, port: probe.port }
    if (direction === 'in' && network.owns(namespace, destination)) {
      const published = publishedBy(scene, namespace).find(
        ({ rule }) => means(rule, seen) && name !== null && comesBy(rule, name),
      )
      if (published) return { key: 'untracked', verdict, nat: inNat(published.chain), proved: true }
    }
    const out = ofLeg(scene, 'request').find((each) => each.namespace === namespace && each.direction === 'out')
    const hidden = liveNat(scene, namespace).some(
      (rule) => isSourceNat(rule) && means(rule, seen) && leavesBy(rule, out?.interface ?? ''),
    )
    if (hidden) return { key: 'untracked', verdict, nat: inNat('POSTROUTING'), proved: true }
    if (hasNat(scene, namespace)) return { key: 'untracked', verdict, nat: inNat(''), proved: false }
  }
  return null
}

/** Some rule there rewrites addresses, in words that are not read here. */
const hasNat = ({ network }: Scene, namespace: string): boolean =>
  network
    .namespace(namespace)
    ?.ruleset.nft.some((entry) =>
      (entry as { readonly rule?: { readonly expr?: readonly object[] } }).rule?.expr?.some((statement) =>
        ['dnat', 'snat', 'masquerade', 'redirect', 'xt'].some((key) => key in statement),
      ),
    ) ?? false
