import type { Rule } from '../rule.js'
import type { Scene } from '../scene.js'
import { arrivals, isSaid, twinSuspicion, type Twins } from './twins.js'

/** Two have the address, far from each other, and the packet came to one that does not answer as hoped. */
export const farTwin: Rule = {
  code: 'duplicate-address',
  suspect(scene) {
    const found = pair(scene)
    return found && twinSuspicion(found, { wrong: found.got, onlyIfTried: true })
  },
}

function pair(scene: Scene): Twins | null {
  const arrived = arrivals(scene).find(({ hop }) => hop.leg === 'request')
  if (!arrived) return null
  const owners = scene.network.owners(arrived.dst)
  const got = owners.find(({ namespace }) => namespace === arrived.hop.namespace)
  const other = owners.find(({ namespace }) => namespace !== arrived.hop.namespace)
  if (!got || !other) return null
  // The lab's own word, where it gives the address to one only.
  return scene.lab && isSaid(scene, got) && !isSaid(scene, other) ? null : { got, other }
}
