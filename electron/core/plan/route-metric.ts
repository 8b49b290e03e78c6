import type { Family } from '../lab/lab.js'
import type { StepRoute } from './step.js'

/** What ip6_route_add gives a route without a metric, or with 0 (IP6_RT_PRIO_USER, linux/ipv6_route.h). */
const ipv6Metric = 1024

/** The metric that the kernel lists a route with; IPv4 keeps 0. */
export function listedMetric(family: Family, metric: number | null): number {
  return family === 'ipv6' ? metric || ipv6Metric : (metric ?? 0)
}

/**
 * The route as it must be named to delete this one and no other. IPv6 takes a missing metric for any metric, and
 * deletes the first such route (ip6_route_del, net/ipv6/route.c); IPv4's first is the one with 0.
 */
export function namedForDeletion(route: StepRoute): StepRoute {
  return route.family === 'ipv6' ? { ...route, metric: listedMetric('ipv6', route.metric) } : route
}
