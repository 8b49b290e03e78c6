/** What is selected, and where a cable can be plugged in. */
import type { Place } from '../../electron/core/change/building.js'
import type { Point } from '../../electron/core/change/lab-change.js'
import type { Target } from '../canvas/selection.js'

export const nameOf = ({ namespace, bridge }: Place): string =>
  bridge === undefined ? namespace : `${namespace}:${bridge}`

export const targetOf = (place: Place): Exclude<Target, { kind: 'cable' }> => ({
  kind: place.bridge === undefined ? 'namespace' : 'interface',
  id: nameOf(place),
})

/** A cable that was let go of over nothing: what is to be at its other end? */
export interface Loose {
  readonly from: Place
  /** In canvas units, and in CSS pixels of the canvas. */
  readonly at: Point
  readonly screen: Point
}
