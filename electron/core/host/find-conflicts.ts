/** Everything that a preflight looks for, in the order in which a person should read it: what blocks comes first. */
import { daemons } from './conflicts/daemons.js'
import { foreignObjects } from './conflicts/foreign.js'
import { bridgeNetfilter, forwardPolicy } from './conflicts/forward.js'
import { takenNames } from './conflicts/names.js'
import { overlappingSubnets, takenRoutes } from './conflicts/subnets.js'
import { hostSysctls } from './conflicts/sysctls.js'
import { uplinkProblems } from './conflicts/uplink.js'
import type { Finder, Finding, HostFacts } from './facts.js'

const finders: readonly Finder[] = [
  takenNames,
  uplinkProblems,
  overlappingSubnets,
  takenRoutes,
  hostSysctls,
  foreignObjects,
  forwardPolicy,
  bridgeNetfilter,
  daemons,
]

export function findConflicts(facts: HostFacts): readonly Finding[] {
  const found = finders.flatMap((finder) => [...finder(facts)])
  return found.toSorted((a, b) => Number(a.severity === 'warns') - Number(b.severity === 'warns'))
}
