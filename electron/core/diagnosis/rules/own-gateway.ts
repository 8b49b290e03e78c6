import { departureOf } from '../death.js'
import { isIpv6 } from '../network.js'
import type { Finding, Rule } from '../rule.js'
import { deriveRoute } from '../way.js'
import { say } from '../words.js'
import { askWay, takeWay } from './routing.js'

/** A route by an address of one's own: the kernel takes it for "on this wire", and asks there for everybody. */
export const ownGateway: Rule = {
  code: 'own-gateway',
  suspect({ death, network }) {
    const departure = departureOf(death)
    if (!departure) return null
    const { namespace, dst } = departure
    const route = network.route(namespace, dst)
    if (!route?.via || !network.owns(namespace, route.via)) return null
    const { via } = route
    const table = { namespace, ask: 'routes', ipv6: isIpv6(dst) } as const
    const way = askWay(departure)
    return {
      ask: [table, way],
      ruledOut: say('not-own-gateway', { namespace }),
      judge(answers): Finding | null {
        // The kernel's own lookup names no gateway then.
        if (answers.of(way).output.includes(` via ${via} `)) return null
        const better = deriveRoute(network, namespace, dst)
        return {
          namespace,
          interface: route.dev,
          message: say('own-gateway', { namespace, target: dst, gateway: via, interface: route.dev ?? '' }),
          evidence: answers.evidence(table, way),
          repair: better && {
            namespace,
            steps: takeWay(network, namespace, route, { ...better, to: route.to }),
          },
        }
      },
    }
  },
}
