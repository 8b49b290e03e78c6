import type { DiagnosisCode } from '../diagnosis.js'
import { departureOf } from '../death.js'
import { missingRoutes, routeAdd } from '../lab-says.js'
import { containsAddress } from '../../lab/address.js'
import { isIpv6, prefixLength } from '../network.js'
import type { Repair } from '../repair.js'
import { counterEvidence, type Finding, type Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { deriveRoute } from '../way.js'
import { say, type Message } from '../words.js'
import { noWay, refuses, routeOf } from './routing.js'

/** No way on: for the request here, for the answer `no-return-route`. */
function rule(code: 'no-route' | 'no-return-route'): Rule {
  return {
    code,
    suspect(scene) {
      const departure = departureOf(scene.death)
      if (!departure || (departure.leg === 'reply') !== (code === 'no-return-route')) return null
      const { namespace, dst, src, iif } = departure
      const get = {
        namespace,
        ask: 'route-get',
        to: dst,
        ...(iif !== null && src !== null ? { from: src, iif } : {}),
      } as const
      const table = { namespace, ask: 'routes', ipv6: isIpv6(dst) } as const
      return {
        ask: [get, table],
        ruledOut: say('not-no-route', { namespace, target: dst }),
        judge(answers): Finding | null {
          const live = scene.network.route(namespace, dst)
          const refused = live !== undefined && refuses(live)
          // `ip route get` finds the way that the kernel would take, policy rules included.
          if (!noWay(answers.of(get).status) && !refused) return null
          // It also refuses what a router may not take in (forwarding off): then there is a route.
          if (live && !refused && iif !== null) return null
          return {
            code: code as DiagnosisCode,
            namespace,
            interface: null,
            message: sentence(scene, code, refused),
            evidence: [
              ...answers.evidence(get, table),
              ...counterEvidence(scene, namespace, [
                'IpOutNoRoutes',
                'IpExtInNoRoutes',
                'Ip6OutNoRoutes',
                'Ip6InNoRoutes',
              ]),
            ],
            repair: repairRoute(scene),
          }
        },
      }
    },
  }
}

function sentence(scene: Scene, code: string, refused: boolean): Message {
  const departure = departureOf(scene.death)
  const namespace = departure?.namespace ?? ''
  const target = departure?.dst ?? ''
  const route = scene.network.route(namespace, target)
  if (refused && route) return say('no-route-type', { namespace, target, type: route.type, prefix: route.to })
  if (code === 'no-route') return say('no-route', { namespace, target })
  return say(departure?.iif ? 'no-return-route-router' : 'no-return-route', { namespace, target })
}

/** The lab's own route first; else one that leads there. A route that refuses goes, if it stood in the way. */
export function repairRoute(scene: Scene): Repair | null {
  const departure = departureOf(scene.death)
  if (!departure) return null
  const { network } = scene
  const { namespace, dst } = departure
  const now = network.route(namespace, dst)
  const steps: Repair['steps'][number][] = []
  if (now && refuses(now)) {
    steps.push({ op: 'route-delete', namespace, route: routeOf(now) })
    const rest = network.routes(namespace, dst).filter((route) => route !== now)
    if (rest[0] && !refuses(rest[0])) return { namespace, steps }
  }
  const holds = (via: string | null): boolean => via === null || network.connected(namespace, via) !== undefined
  const wanted = missingRoutes(scene, namespace)
    .filter(({ to, via }) => containsAddress(to, dst) && holds(via))
    .sort((a, b) => prefixLength(b.to) - prefixLength(a.to))[0]
  const route = wanted ?? deriveRoute(network, namespace, dst)
  if (route) steps.push(routeAdd(namespace, route))
  return steps.length > 0 ? { namespace, steps } : null
}

export const noRoute = rule('no-route')
export const noReturnRoute = rule('no-return-route')
