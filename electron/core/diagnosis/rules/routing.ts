/** Routes between the live state and the steps of a fix. */
import type { LiveRoute } from '../../live/state.js'
import { listedMetric } from '../../plan/route-metric.js'
import type { StepRoute } from '../../plan/step.js'

export const routeOf = ({ family, to, via, dev, metric, type, flags }: LiveRoute): StepRoute => ({
  family,
  to,
  via,
  dev,
  metric: metric === listedMetric(family, null) ? null : metric,
  type: type as StepRoute['type'],
  onlink: flags.includes('onlink'),
})

/** Types that refuse what they match (rtnetlink(7)). */
export const refuses = ({ type }: Pick<LiveRoute, 'type'>): boolean =>
  type === 'blackhole' || type === 'unreachable' || type === 'prohibit'

/** What `ip route get` says where there is no way: "Network is unreachable", "Invalid argument", "No route to host". */
export const noWay = (status: number): boolean => status !== 0
