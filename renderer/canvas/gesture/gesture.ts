/** One gesture of a pointer that is pressed and moved: what it does on its way, and at its end. */
import type { Point } from '../drawing.js'
import type { Target } from '../selection.js'

/** Where the pointer is. */
export interface Moment {
  /** In canvas units, and in CSS pixels of the canvas. */
  readonly at: Point
  readonly screen: Point
  readonly over: Target | null
  /** Beside what is selected already. */
  readonly shift: boolean
  /** Free of what pulls it. */
  readonly alt: boolean
  readonly touch: boolean
}

export interface Gesture {
  move(to: Moment): void
  end(at: Moment): void
  /** Everything is as it was. */
  cancel(): void
}
