import { containsAddress } from '../../lab/address.js'
import type { LabNat } from '../../lab/lab.js'
import { keeperOfChain } from '../../live/rule-keepers.js'
import { departureOf } from '../death.js'
import { missingRoutes } from '../lab-says.js'
import { isIpv6, networkText } from '../network.js'
import type { Question } from '../question.js'
import type { RepairStep } from '../repair.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say, type Message } from '../words.js'
import {
  comesBy,
  crossings,
  isSourceNat,
  leavesBy,
  liveNat,
  means,
  publishedBy,
  type Crossing,
  type SourceNat,
} from './nat.js'
import { nftSourceNat, nftSourceNatText, type NftSourceNat } from './nft-nat.js'

interface Wrong {
  readonly namespace: string
  /** The interface that the packet passes. */
  readonly interface: string
  readonly message: Message
  /** Shows the rule where it stands. */
  readonly shown: Question
  /** Adds rules that would do it; the one that is there may serve others, and stays. */
  readonly steps: readonly RepairStep[]
}

/** The rule is there, and for another interface than the packet takes. */
export const natWrongInterface: Rule = {
  code: 'nat-wrong-interface',
  suspect(scene) {
    const found = wrongSource(scene) ?? wrongDestination(scene)
    if (!found) return null
    const { namespace, message, shown, steps } = found
    return {
      ask: [shown],
      ruledOut: say('not-nat', { namespace }),
      judge: (answers): Finding => ({
        namespace,
        interface: found.interface,
        message,
        evidence: answers.evidence(shown),
        repair: { namespace, steps },
      }),
    }
  },
}

const named = (namespace: string, { kind }: LabNat, wrong: string, right: string, passes: string): Message =>
  say('nat-wrong-interface', {
    ...{ namespace, wrong, right, passes },
    kind: kind === 'masquerade' ? 'MASQUERADE' : kind.toUpperCase(),
  })

/** At the last router that could turn the answer back: one that knows no way to the source itself hides nobody behind it. */
function wrongSource(scene: Scene): Wrong | null {
  const departure = departureOf(scene.death)
  if (!departure || departure.leg !== 'reply') return null
  for (const crossing of crossings(scene)) {
    // Rewritten all the same, or there is a way back: then it is not for want of NAT.
    if (crossing?.src !== departure.dst || scene.network.route(departure.namespace, crossing.src)) return null
    // The lab means that one to have a way back itself.
    if (missingRoutes(scene, departure.namespace).some(({ to }) => containsAddress(to, crossing.src))) return null
    const wrong = wrongAt(scene, crossing)
    if (wrong || scene.network.route(crossing.namespace, crossing.src)) return wrong
  }
  return null
}

function wrongAt(scene: Scene, { namespace, oif, src, dst }: Crossing): Wrong | null {
  const { protocol, port } = scene.probe
  const seen = { source: src, destination: dst, protocol, port }
  const native = nftSourceNat(scene, namespace)
  const all = [...liveNat(scene, namespace).filter(isSourceNat), ...native.map(({ rule }) => rule)]
  // That one is inside as well, and is meant to answer by this router.
  if (all.some((each) => means(each, { ...seen, source: dst, destination: null }))) return null
  const rules = all.filter((each) => means(each, seen))
  if (rules.some((each) => leavesBy(each, oif))) return null
  // One that is for all but this interface means what it says.
  const rule = rules.find((each) => !each.not?.includes('out'))
  if (!rule || rule.out === null) return null
  const better = { ...rule, out: oif }
  const found = native.find((each) => each.rule === rule)
  return {
    ...{ namespace, interface: oif, message: named(namespace, rule, rule.out, oif, 'leaves') },
    ...(found ? besideNative(namespace, found, better) : inIptables(scene, namespace, 'POSTROUTING', 'nft', [better])),
  }
}

const inIptables = (
  { probe }: Scene,
  namespace: string,
  chain: string,
  engine: 'nft' | 'legacy',
  better: readonly LabNat[],
): Pick<Wrong, 'shown' | 'steps'> => ({
  shown: { namespace, ask: 'iptables', engine, ipv6: isIpv6(probe.target), table: 'nat', chain },
  steps: better.map((rule) => ({ op: 'nat-add', namespace, rule })),
})

/** Behind the rule that is there; a table that a program keeps is left alone, and the rule stands beside it. */
function besideNative(
  namespace: string,
  { family, table, chain, position }: NftSourceNat,
  better: SourceNat,
): Pick<Wrong, 'shown' | 'steps'> {
  const at = { namespace, family, table, chain }
  const shown: Question = { ask: 'chain', ...at }
  if (keeperOfChain({ table, chain }) !== null) return { shown, steps: [{ op: 'nat-add', namespace, rule: better }] }
  return {
    shown,
    steps: [{ op: 'nft-rule-insert', ...at, position: position + 1, rule: nftSourceNatText(better) }],
  }
}

/** The host itself answered that the port is closed, although a rule would have sent the connection on. */
function wrongDestination(scene: Scene): Wrong | null {
  const { probe, hops } = scene
  if (probe.protocol === 'icmp' || probe.outcome === 'connected') return null
  const end = hops.find(({ leg, event }) => leg === 'request' && (event === 'delivered' || event === 'dropped'))
  const came = hops.findLast(
    ({ n, namespace, direction, leg }) =>
      n < (end?.n ?? 0) && namespace === end?.namespace && direction === 'in' && leg === 'request',
  )
  if (!end || !came || came.interface === null) return null
  const { namespace } = end
  // A packet that only passes is for somebody else.
  if (!scene.network.owns(namespace, came.packet?.ip?.dst ?? '')) return null
  const { src: source = null, dst: destination = null } = came.packet?.ip ?? {}
  const seen = { source, destination, protocol: probe.protocol, port: probe.port }
  const all = publishedBy(scene, namespace).filter(({ rule }) => means(rule, seen))
  const right = came.interface
  const found = all.find(({ rule }) => rule.in !== null)
  if (!found || found.rule.in === null || all.some(({ rule }) => comesBy(rule, right))) return null
  const { rule, chain, engine } = found
  const { not = [], ...published } = rule
  const others = not.filter((part) => part !== 'in')
  const better: LabNat = { ...published, in: right, ...(others.length > 0 ? { not: others } : {}) }
  return {
    ...{ namespace, interface: right },
    message: not.includes('in')
      ? say('nat-but-interface', { namespace, kind: 'DNAT', right })
      : named(namespace, rule, found.rule.in, right, 'comes in'),
    ...inIptables(scene, namespace, chain, engine, [
      better,
      ...throughTheRouter(scene, namespace, right, source, rule.toAddress),
    ]),
  }
}

/** Who is asked in the subnet of who asks would answer directly, and not by the router that has rewritten the address. */
function throughTheRouter(
  scene: Scene,
  namespace: string,
  dev: string,
  source: string | null,
  server: string,
): LabNat[] {
  if (source === null) return []
  const shared = scene.network
    .addresses(namespace, dev)
    .find(({ address }) => containsAddress(address, source) && containsAddress(address, server))
  if (!shared) return []
  const seen = { source, destination: server, protocol: scene.probe.protocol, port: null }
  const hidden = liveNat(scene, namespace).some((rule) => isSourceNat(rule) && means(rule, seen) && leavesBy(rule, dev))
  return hidden ? [] : [{ kind: 'masquerade', family: shared.family, source: networkText(shared.address), out: dev }]
}
