/** A cable that a hand draws: from what, to where, and what it would be plugged into. */
import type { Point, Rect } from '../drawing.js'
import type { Geometry } from '../geometry.js'
import { namespaceOf } from '../scene.js'
import { sameTarget, type Target } from '../selection.js'

/** A box is taken by its edge this far inside of it (CSS pixels). */
const edge = 10

export class DrawnCable {
  from = $state.raw<Target | null>(null)
  to = $state.raw<Point | null>(null)
  over = $state.raw<Target | null>(null)

  draw(from: Target, to: Point | null, over: Target | null): void {
    this.from = to ? from : null
    this.to = to
    this.over = over && !sameTarget(over, from) ? over : null
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

/** Where a cable may begin at a place: at a port or a bar, and at the edge of a box. */
export function beginningAt(target: Target | null, at: Point, shape: Geometry, zoom: number): Target | null {
  if (target?.kind === 'interface') return target
  if (target?.kind !== 'namespace') return null
  const box = shape.box(target.id)
  if (!box) return null
  const inside = Math.min(at.x - box.x, box.x + box.width - at.x, at.y - box.y, box.y + box.height - at.y)
  return inside <= edge / zoom ? target : null
}

const middle = (rect: Rect | null): Point | null => rect && { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }

/** The point of a box's border that is nearest. */
function nearest(box: Rect | null, to: Point): Point | null {
  if (!box) return null
  const x = Math.min(Math.max(to.x, box.x), box.x + box.width)
  const y = Math.min(Math.max(to.y, box.y), box.y + box.height)
  return { x, y }
}
