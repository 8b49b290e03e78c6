/** A box on its way: where it would rest, and what it is aligned to. */
import type { Box, Drawing, Point } from '../drawing.js'
import type { Places } from '../layout.js'
import { restingPlace, type Rest } from './snap-guides.js'

/** An alignment pulls from this far, in CSS pixels. */
const pull = 6

export class BoxDrag {
  rest = $state.raw<Rest | null>(null)
  #start: Point | null = null

  /** `by`: the way since the drag began, in canvas units. Returns the place to draw it at; null where it cannot move. */
  move(drawing: Drawing, id: string, by: Point, zoom: number): Places | null {
    const own: Box | undefined = drawing.boxes.find((box) => box.id === id)
    if (!own || own.role === 'outside') return null
    this.#start ??= { x: own.x, y: own.y }
    const moving = { x: this.#start.x + by.x, y: this.#start.y + by.y, width: own.width, height: own.height }
    this.rest = restingPlace(
      moving,
      drawing.boxes.filter((box) => box.id !== id),
      pull / zoom,
    )
    return { [id]: { x: this.rest.x, y: this.rest.y } }
  }

  /** Ends the drag; returns where the box came to rest, or null if it never moved. */
  end(): Point | null {
    const place = this.rest && { x: this.rest.x, y: this.rest.y }
    this.#start = null
    this.rest = null
    return place
  }
}
