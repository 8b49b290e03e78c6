/** Routes between the live state and the steps of a fix. */
import type { NextHop } from '../../lab/lab.js'
import type { LiveRoute } from '../../live/state.js'
import { stepRoute } from '../../plan/restore.js'
import { namedForDeletion } from '../../plan/route-metric.js'
import type { Step, StepRoute } from '../../plan/step.js'
import { wholeRoutes, type WholeRoute } from '../../plan/whole-routes.js'
import type { Departure } from '../death.js'
import type { Evidence } from '../diagnosis.js'
import { routeAdd } from '../lab-says.js'
import { isIpv6, type Network } from '../network.js'
import type { Answer, Question, RouteGet } from '../question.js'
import { counterEvidence } from '../rule.js'
import type { Scene } from '../scene.js'

const sameWay = (a: Pick<LiveRoute, 'via' | 'dev'>, b: Pick<LiveRoute, 'via' | 'dev'>): boolean =>
  a.via === b.via && a.dev === b.dev

/** The route that this is a way of. */
export const wholeOf = (network: Network, namespace: string, route: LiveRoute): WholeRoute =>
  wholeRoutes(network.namespace(namespace)?.routes ?? []).find(
    ({ to, table, metric, type, nexthops }) =>
      to === route.to &&
      table === route.table &&
      metric === route.metric &&
      type === route.type &&
      nexthops.some((hop) => sameWay(hop, route)),
  ) ?? { ...route, nexthops: [] }

/** The route as a step states it, as if it were the only way. */
export const routeOf = (route: LiveRoute): StepRoute => stepRoute({ ...route, nexthops: [] })

export const routeDelete = (namespace: string, route: WholeRoute): Step => ({
  op: 'route-delete',
  namespace,
  route: namedForDeletion(stepRoute(route)),
})

/** A route whose ways are these; with a single one it has no next hops. */
function withWays(whole: WholeRoute, ways: readonly NextHop[]): StepRoute {
  const [first, second] = ways
  return stepRoute(
    first && !second ? { ...whole, via: first.via, dev: first.dev, nexthops: [] } : { ...whole, nexthops: ways },
  )
}

/**
 * Takes a way away. Where its route has others, the whole of it goes and comes back without this one: IPv4 takes a deletion
 * that names the first of several next hops for all of them (fib_nh_match, net/ipv4/fib_semantics.c).
 * @param instead the route in its place, where it was the only way
 */
export function takeWay(network: Network, namespace: string, route: LiveRoute, instead?: StepRoute): Step[] {
  const whole = wholeOf(network, namespace, route)
  const others = whole.nexthops.filter((hop) => !sameWay(hop, route))
  const rest = others.length > 0 ? withWays(whole, others) : instead
  return [routeDelete(namespace, whole), ...(rest ? [routeAdd(namespace, rest)] : [])]
}

/** The same route by another gateway; its other ways stay. */
export function leadWay(network: Network, namespace: string, route: LiveRoute, via: string): Step[] {
  const whole = wholeOf(network, namespace, route)
  const ways = whole.nexthops.map((hop) => (sameWay(hop, route) ? { ...hop, via } : hop))
  const led = ways.length > 0 ? withWays(whole, ways) : { ...routeOf(route), via }
  return [routeDelete(namespace, whole), routeAdd(namespace, led)]
}

/** Types that refuse what they match (rtnetlink(7)). */
export const refuses = ({ type }: Pick<LiveRoute, 'type'>): boolean =>
  type === 'blackhole' || type === 'unreachable' || type === 'prohibit'

/** What `ip route get` says where there is no way: "Network is unreachable", "Invalid argument", "No route to host". */
export const noWay = ({ status, output }: Pick<Answer, 'status' | 'output'>): boolean =>
  // IPv6 says it within the route that it prints.
  status !== 0 || /\berror -\d+/.test(output)

/** What to ask of the kernel for the way on from a departure: as the packet itself, so that policy rules count. */
export function askWay({ namespace, dst, src, iif, vrf }: Departure): RouteGet {
  const inside = vrf === undefined ? {} : { vrf }
  return {
    namespace,
    ask: 'route-get',
    to: dst,
    ...inside,
    ...(iif !== null && src !== null ? { from: src, iif } : {}),
  }
}

/** What the kernel counts where a packet has no way. */
export const noRouteCounted = (scene: Scene, namespace: string): Evidence[] =>
  counterEvidence(scene, namespace, ['IpOutNoRoutes', 'IpExtInNoRoutes', 'Ip6OutNoRoutes', 'Ip6InNoRoutes'])

/** The kernel's decision, and the table that it is made from. */
export const askRouting = (departure: Departure): readonly [get: Question, table: Question] => [
  askWay(departure),
  { namespace: departure.namespace, ask: 'routes', ipv6: isIpv6(departure.dst) },
]

/** The interface by which the kernel would send, as it says itself; null where it would not. */
export function wayOut(answer: Answer): string | null {
  return noWay(answer) ? null : (/\bdev (\S+)/.exec(answer.output)?.[1] ?? null)
}
