/** Routes between the live state and the steps of a fix. */
import type { LiveRoute } from '../../live/state.js'
import { listedMetric } from '../../plan/route-metric.js'
import type { StepRoute } from '../../plan/step.js'
import type { Departure } from '../death.js'
import type { Evidence } from '../diagnosis.js'
import { isIpv6 } from '../network.js'
import type { Answer, Question, RouteGet } from '../question.js'
import { counterEvidence } from '../rule.js'
import type { Scene } from '../scene.js'

export const routeOf = ({ family, to, via, dev, metric, type, flags, table, src, mtu }: LiveRoute): StepRoute => ({
  family,
  to,
  via,
  dev,
  metric: metric === listedMetric(family, null) ? null : metric,
  type: type as StepRoute['type'],
  onlink: flags.includes('onlink'),
  table,
  source: src,
  mtu,
})

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
