import { containsAddress } from '../../lab/address.js'
import type { LabNat } from '../../lab/lab.js'
import { departureOf, type Departure } from '../death.js'
import { missingRoutes } from '../lab-says.js'
import { isIpv6, isPrivate, networkText } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { say } from '../words.js'
import { hidesOthers, type Shown } from './nat-hides.js'
import { crossings, isSourceNat, lastCrossing, leavesBy, liveNat, means, type Crossing } from './nat.js'
import { askWay, noWay } from './routing.js'

/** Where the source should have been rewritten. */
interface Unhidden {
  readonly crossing: Crossing
  /** The rule that the lab has for it. */
  readonly wanted: LabNat | undefined
  /** What else of the router's shows that it hides such sources. */
  readonly shown: Shown | null
}

/**
 * A private source that went out as it was: the far side has no route back to it, and should have none. Where the lab has
 * the rule, that is proof; where the address asked is public, the far side is outside; else the router itself must show
 * that it hides what is behind it (`hidesOthers`), for otherwise it is the route that is missing.
 */
export const natMissing: Rule = {
  code: 'nat-missing',
  suspect(scene) {
    const { network } = scene
    const departure = departureOf(scene.death)
    const found = departure && unhidden(scene, departure)
    if (!departure || !found) return null
    const { crossing, wanted, shown } = found
    const { namespace, dst: source } = departure
    const back = askWay(departure)
    const chain = ({ table, chain: name }: Shown) =>
      ({
        namespace: crossing.namespace,
        ask: 'iptables',
        engine: 'nft',
        ipv6: isIpv6(source),
        table,
        chain: name,
      }) as const
    const rules = chain({ table: 'nat', chain: 'POSTROUTING' })
    const questions = [rules, ...(shown && shown.chain !== rules.chain ? [chain(shown)] : []), back]
    return {
      ask: questions,
      ruledOut: say('not-nat', { namespace: crossing.namespace }),
      judge(answers): Finding | null {
        if (!noWay(answers.of(back))) return null
        const subnet = network.owners(source)[0]?.address
        const rule: LabNat = wanted ?? {
          kind: 'masquerade',
          family: isIpv6(source) ? 'ipv6' : 'ipv4',
          source: networkText(subnet ?? source),
          out: crossing.oif,
        }
        return {
          namespace: crossing.namespace,
          interface: crossing.oif,
          message: say('nat-missing', { router: crossing.namespace, source, namespace }),
          evidence: answers.evidence(...questions),
          repair: {
            namespace: crossing.namespace,
            steps: [{ op: 'nat-add', namespace: crossing.namespace, rule }],
          },
        }
      },
    }
  },
}

function unhidden(scene: Scene, departure: Departure): Unhidden | null {
  const { network, lab, probe } = scene
  const { leg, namespace, iif, dst: source } = departure
  if (leg !== 'reply' || !isPrivate(source)) return null
  // `ip route get` refuses also what a router may not take in: then there is a route.
  if (iif !== null && network.route(namespace, source)) return null
  const rewrites =
    ({ oif, dst }: Crossing) =>
    (rule: LabNat): boolean =>
      isSourceNat(rule) &&
      means(rule, { source, destination: dst, protocol: probe.protocol, port: probe.port }) &&
      leavesBy(rule, oif)
  const last = lastCrossing(scene)
  const wanted = last && lab?.namespaces.get(last.namespace)?.nat.find(rewrites(last))
  if (last && wanted)
    return liveNat(scene, last.namespace).some(rewrites(last)) ? null : { crossing: last, wanted, shown: null }
  // The lab means that one to have a way back itself.
  if (missingRoutes(scene, namespace).some(({ to }) => containsAddress(to, source))) return null
  for (const crossing of crossings(scene)) {
    if (crossing?.src !== source || liveNat(scene, crossing.namespace).some(rewrites(crossing))) continue
    const shown = hidesOthers(scene, crossing, departure.src ?? probe.target)
    if (shown) return { crossing, wanted: undefined, shown }
  }
  const isOutside = !isPrivate(probe.target) && last !== null && !liveNat(scene, last.namespace).some(rewrites(last))
  return isOutside ? { crossing: last, wanted: undefined, shown: null } : null
}
