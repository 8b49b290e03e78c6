import { departureOf } from '../death.js'
import { missingRoutes, routeAdd } from '../lab-says.js'
import { containsAddress } from '../../lab/address.js'
import { mainTable } from '../../lab/table.js'
import type { StepRoute } from '../../plan/step.js'
import { isIpv6, networkText, prefixLength, type Network } from '../network.js'
import type { Repair } from '../repair.js'
import { counterEvidence, moved, type Finding, type Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { deriveRoute } from '../way.js'
import { say } from '../words.js'
import { refusalOf } from './refusal.js'
import { askRouting, noRouteCounted, noWay } from './routing.js'

/** No way on: for the request here, for the answer `no-return-route`. */
function rule(code: 'no-route' | 'no-return-route'): Rule {
  return {
    code,
    suspect(scene) {
      const departure = departureOf(scene.death)
      if (!departure || (departure.leg === 'reply') !== (code === 'no-return-route')) return null
      const { namespace, dst } = departure
      const [get, table] = askRouting(departure)
      return {
        ask: [get, table],
        ruledOut: say('not-no-route', { namespace, target: dst }),
        judge(answers): Finding | null {
          // `ip route get` finds the way that the kernel would take, policy rules included.
          if (!noWay(answers.of(get))) return null
          const live = scene.network.route(namespace, dst)
          // It also refuses what a router may not take in (forwarding off): then there is a route.
          if (live && departure.iif !== null) return null
          return {
            namespace,
            interface: null,
            message:
              code === 'no-route'
                ? say('no-route', { namespace, target: dst })
                : say(departure.iif ? 'no-return-route-router' : 'no-return-route', { namespace, target: dst }),
            evidence: [...answers.evidence(get, table), ...noRouteCounted(scene, namespace)],
            repair: repairRoute(scene, namespace, dst),
          }
        },
      }
    },
  }
}

/** Who filters by the reverse path drops what it has no way back to: it is the way that is missing, or refused. */
export const noWayBack: Rule = {
  code: 'no-return-route',
  suspect(scene) {
    const { death } = scene
    if (death === null || death.interface === null || isIpv6(death.dst)) return null
    const { stage, namespace, src, dst, interface: iif } = death
    if ((stage !== 'forward' && stage !== 'target') || src === null) return null
    const back = { namespace, ask: 'route-get', to: src } as const
    const way = { namespace, ask: 'route-get', to: dst, from: src, iif } as const
    const refusal = refusalOf(
      scene,
      { namespace, dst: src, src: dst },
      { rule: 'no-route-rule', route: 'route-blocked' },
    )
    // Where it was to end, a way back that is only missing may be NAT's to spare.
    if (stage === 'target' && !refusal) return null
    const table = refusal && ({ namespace, ask: refusal.shown, ipv6: false } as const)
    return {
      ask: [back, way, ...(table ? [table] : [])],
      ruledOut: say('not-no-route', { namespace, target: src }),
      judge(answers): Finding | null {
        const filtered = moved(scene, namespace, 'TcpExtIPReversePathFilter')
        // A way by lo is one that the filter never takes.
        const without = refusal?.interface === 'lo' || noWay(answers.of(back))
        if (!filtered || !without || !noWay(answers.of(way))) return null
        return {
          ...(refusal ? { code: refusal.code } : {}),
          namespace,
          interface: refusal?.interface ?? null,
          message: refusal?.message ?? say('no-return-route', { namespace, target: src }),
          evidence: [
            ...answers.evidence(back, way, ...(table ? [table] : [])),
            ...counterEvidence(scene, namespace, ['TcpExtIPReversePathFilter']),
          ],
          repair: refusal ? refusal.repair : repairRoute(scene, namespace, src),
        }
      },
    }
  },
}

/** The route of an address, which somebody has taken away while the address stayed. */
function ownSubnet(network: Network, namespace: string, dst: string): StepRoute | null {
  const own = network.connected(namespace, dst)
  if (!own || network.link(namespace, own.dev)?.up !== true) return null
  const { family, dev, address } = own
  return { family, to: networkText(address), via: null, dev, metric: null, type: 'unicast', onlink: false }
}

/** The lab's own route first, then one that an address implies; else one that leads there. */
function repairRoute(scene: Scene, namespace: string, dst: string): Repair | null {
  const { network } = scene
  const byTable = ({ table = mainTable }: StepRoute): number => Number(table !== mainTable)
  const holds = (via: string | null): boolean => via === null || network.connected(namespace, via) !== undefined
  const wanted = missingRoutes(scene, namespace)
    .filter(({ to, via }) => containsAddress(to, dst) && holds(via))
    .sort((a, b) => byTable(a) - byTable(b) || prefixLength(b.to) - prefixLength(a.to))[0]
  const route = wanted ?? ownSubnet(network, namespace, dst) ?? deriveRoute(network, namespace, dst)
  return route ? { namespace, steps: [routeAdd(namespace, route)] } : null
}

export const noRoute = rule('no-route')
export const noReturnRoute = rule('no-return-route')
