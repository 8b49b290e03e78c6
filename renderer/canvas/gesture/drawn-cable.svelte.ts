/** A cable that a hand draws: from what, to where, and what it would be plugged into. */
import type { Point, Rect } from '../drawing.js'
import type { Geometry } from '../geometry.js'
import { namespaceOf } from '../scene.js'
import { sameTarget, type Target } from '../selection.js'

export class DrawnCable {
  from = $state.raw<Target | null>(null)
  to = $state.raw<Point | null>(null)
  over = $state.raw<Target | null>(null)

  draw(from: Target, to: Point, over: Target | null): void {
    this.from = from
    this.to = to
    this.over = over && !sameTarget(over, from) ? over : null
  }

  letGo(): void {
    this.from = null
    this.to = null
    this.over = null
  }

  /** SVG path data; null where none is drawn. */
  path(shape: Geometry): string | null {
    const { from, to } = this
    if (!from || !to) return null
    const start =
      (from.kind === 'interface'
        ? (shape.place({ at: 'interface', id: from.id }) ?? middle(shape.bar(from.id)))
        : null) ?? nearest(shape.box(from.kind === 'namespace' ? from.id : namespaceOf(from.id)), to)
    return start ? `M${start.x} ${start.y}L${to.x} ${to.y}` : null
  }
}

const middle = (rect: Rect | null): Point | null => rect && { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }

/** The point of a box's border that is nearest. */
function nearest(box: Rect | null, to: Point): Point | null {
  if (!box) return null
  const x = Math.min(Math.max(to.x, box.x), box.x + box.width)
  const y = Math.min(Math.max(to.y, box.y), box.y + box.height)
  return { x, y }
}
