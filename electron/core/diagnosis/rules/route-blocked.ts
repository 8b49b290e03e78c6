import { departureOf } from '../death.js'
import { missingRoutes, routeAdd } from '../lab-says.js'
import { containsAddress } from '../../lab/address.js'
import type { Finding, Rule } from '../rule.js'
import { deriveRoute } from '../way.js'
import { say } from '../words.js'
import { askRouting, noRouteCounted, noWay, refuses, routeOf } from './routing.js'

/** A route that is there to refuse: blackhole, unreachable, prohibit. */
export const routeBlocked: Rule = {
  code: 'route-blocked',
  suspect(scene) {
    const departure = departureOf(scene.death)
    if (!departure) return null
    const { namespace, dst } = departure
    const route = scene.network.route(namespace, dst)
    if (!route || !refuses(route)) return null
    const [get, table] = askRouting(departure)
    return {
      ask: [get, table],
      ruledOut: say('not-no-route', { namespace, target: dst }),
      judge(answers): Finding | null {
        // A policy rule may lead past this table.
        if (!noWay(answers.of(get))) return null
        const behind = scene.network.routes(namespace, dst).find((each) => !refuses(each))
        const wanted = behind
          ? null
          : (missingRoutes(scene, namespace).find(({ to }) => containsAddress(to, dst)) ??
            deriveRoute(scene.network, namespace, dst))
        return {
          namespace,
          interface: null,
          message: say('route-blocked', { namespace, target: dst, type: route.type, prefix: route.to }),
          evidence: [...answers.evidence(get, table), ...noRouteCounted(scene, namespace)],
          repair: {
            namespace,
            steps: [
              { op: 'route-delete', namespace, route: routeOf(route) },
              ...(wanted ? [routeAdd(namespace, wanted)] : []),
            ],
          },
        }
      },
    }
  },
}
