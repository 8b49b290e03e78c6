/** Macvlans and ipvlans of the live state, in the words of a lab. */
import type { LabShare } from '../lab/lab.js'
import { ipvlanModes, macvlanModes } from '../lab/schema.js'
import type { LinkRef, LiveIndex } from './live-index.js'

/** How a macvlan or an ipvlan shares its parent, in the words of the lab; null where it is none, or its parent is unknown. */
export function liveShare(index: LiveIndex, ref: LinkRef): LabShare | null {
  const { kind, share } = ref.link
  const there = index.parent(ref)
  if (!share || !there) return null
  const parent = { namespace: there.namespace, interface: there.link.name }
  const [macvlan, ipvlan] = [
    macvlanModes.find((mode) => mode === share.mode),
    ipvlanModes.find((mode) => mode === share.mode),
  ]
  if (kind === 'macvlan' && macvlan !== undefined) return { kind, parent, mode: macvlan }
  return kind === 'ipvlan' && ipvlan !== undefined ? { kind, parent, mode: ipvlan } : null
}
