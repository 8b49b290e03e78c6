import { containsAddress } from '../../lab/address.js'
import type { LabNat } from '../../lab/lab.js'
import { departureOf } from '../death.js'
import { missingRoutes } from '../lab-says.js'
import { isIpv6 } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'
import { isSourceNat, lastCrossing, leavesBy, liveNat, means, type TargetNat } from './nat.js'

interface Wrong {
  readonly namespace: string
  readonly rule: LabNat
  readonly better: LabNat
  readonly wrong: string
  readonly right: string
  readonly passes: 'leaves' | 'comes in'
}

/** The rule is there, and for another interface than the packet takes. */
export const natWrongInterface: Rule = {
  code: 'nat-wrong-interface',
  suspect(scene) {
    const found = wrongSource(scene) ?? wrongDestination(scene)
    if (!found) return null
    const { namespace, rule, better, wrong, right, passes } = found
    const question = {
      namespace,
      ask: 'iptables',
      engine: 'nft',
      ipv6: isIpv6(scene.probe.target),
      table: 'nat',
      chain: rule.kind === 'dnat' ? 'PREROUTING' : 'POSTROUTING',
    } as const
    return {
      ask: [question],
      ruledOut: say('not-nat', { namespace }),
      judge: (answers): Finding => ({
        namespace,
        interface: right,
        message: say('nat-wrong-interface', {
          namespace,
          kind: rule.kind === 'masquerade' ? 'MASQUERADE' : rule.kind.toUpperCase(),
          wrong,
          right,
          passes,
        }),
        evidence: answers.evidence(question),
        repair: {
          namespace,
          // The rule that is there may serve others: it stays.
          steps: [{ op: 'nat-add', namespace, rule: better }],
        },
      }),
    }
  },
}

function wrongSource(scene: Scene): Wrong | null {
  const departure = departureOf(scene.death)
  const crossing = lastCrossing(scene)
  if (!departure || departure.leg !== 'reply' || !crossing) return null
  const { namespace, oif, src } = crossing
  // Rewritten all the same, or there is a way back: then it is not for want of NAT.
  if (src !== departure.dst || scene.network.route(departure.namespace, src)) return null
  // The lab means that one to have a way back itself.
  if (missingRoutes(scene, departure.namespace).some(({ to }) => containsAddress(to, src))) return null
  const { protocol, port } = scene.probe
  const seen = { source: src, destination: crossing.dst, protocol, port }
  const all = liveNat(scene, namespace).filter(isSourceNat)
  // That one is inside as well, and is meant to answer by this router.
  if (all.some((each) => means(each, { ...seen, source: crossing.dst, destination: null }))) return null
  const rules = all.filter((each) => means(each, seen))
  if (rules.some((each) => leavesBy(each, oif))) return null
  // One that is for all but this interface means what it says.
  const rule = rules.find((each) => !each.not?.includes('out'))
  if (!rule || rule.out === null) return null
  return { namespace, rule, better: { ...rule, out: oif }, wrong: rule.out, right: oif, passes: 'leaves' }
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
  const rule = liveNat(scene, namespace).find(
    (each): each is TargetNat => each.kind === 'dnat' && each.chain !== 'output' && means(each, seen),
  )
  if (!rule || rule.in === null || rule.in === came.interface || rule.not?.includes('in')) return null
  const right = came.interface
  return { namespace, rule, better: { ...rule, in: right }, wrong: rule.in, right, passes: 'comes in' }
}
