/** What is told of faults when they are found, or somebody gives up. */
import { differences, type Difference } from '../change/difference.js'
import type { Lab } from '../lab/lab.js'
import type { LiveState } from '../live/state.js'
import type { Injection } from './fault.js'

export interface Broken {
  readonly faults: readonly Pick<Injection, 'code' | 'namespace' | 'interface'>[]
  /** What the kernel had, and the lab did not. */
  readonly differs: readonly Pick<Difference, 'kind' | 'namespace' | 'what'>[]
  /** Commands; run in this order they put it back. */
  readonly repair: readonly string[]
}

/**
 * @param lab as it is without them
 * @param live the network with them in it
 */
export function brokenBy(injections: readonly Injection[], lab: Lab, live: LiveState): Broken {
  const differs = differences(lab, lab, live)
  return {
    faults: injections.map(({ code, namespace, interface: at }) => ({ code, namespace, interface: at })),
    differs: differs.map(({ kind, namespace, what }) => ({ kind, namespace, what })),
    repair: differs.flatMap(({ steps }) => steps.map(({ text }) => text)),
  }
}
