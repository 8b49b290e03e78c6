/** Every fault that is known, and all places of a lab where one of them can be put. */
import type { Lab } from '../lab/lab.js'
import type { LabFile } from '../lab/schema.js'
import type { Fault, Healthy, Injection } from './fault.js'
import { addressFaults } from './faults/addresses.js'
import { filterFaults } from './faults/filters.js'
import { linkFaults } from './faults/links.js'
import { routeFaults } from './faults/routes.js'
import { waysOf } from './way.js'

export const catalogue: readonly Fault[] = [...linkFaults, ...addressFaults, ...routeFaults, ...filterFaults]

export const healthyOf = (file: LabFile, lab: Lab): Healthy => ({ file, lab, ways: waysOf(file, lab) })

/** Each place once, however many ways lead over it; in the order of the catalogue. */
export function injectionsOf(healthy: Healthy): readonly Injection[] {
  const seen = new Set<string>()
  return catalogue.flatMap(({ id, places }) =>
    healthy.ways.flatMap((way) =>
      places(healthy, way).flatMap((place): Injection[] => {
        const key = JSON.stringify([id, place.changes])
        if (seen.has(key)) return []
        seen.add(key)
        return [{ fault: id, interface: null, ...place }]
      }),
    ),
  )
}
