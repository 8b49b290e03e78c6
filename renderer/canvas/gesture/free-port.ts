/** Where a cable can be taken hold of: a port, a bar, the edge of a box, and the end of one that is plugged in. */
import type { Drawing, Point, Rect } from '../drawing.js'
import type { Geometry } from '../geometry.js'
import type { Target } from '../selection.js'

/** A box is taken by its edge this far inside of it (CSS pixels). */
const edge = 10
/** The end of a cable is taken this near to it, beside its port (CSS pixels). */
const endReach = 44
/** A cable that is let go of is plugged into what is this near (CSS pixels). */
const snapReach = 24

/** Where a cable may begin at a place: at a port or a bar, and at the edge of a box. */
export function beginningAt(target: Target | null, at: Point, shape: Geometry, zoom: number): Target | null {
  if (target?.kind === 'interface') return target
  return freePortAt(target, at, shape, zoom) ? target : null
}

/** The place of the next port of a box whose edge is pointed at. */
export function freePortAt(target: Target | null, at: Point, shape: Geometry, zoom: number): Point | null {
  const box = target?.kind === 'namespace' ? shape.box(target.id) : null
  if (!box) return null
  const sides: readonly (readonly [number, Point])[] = [
    [at.x - box.x, { x: box.x, y: at.y }],
    [box.x + box.width - at.x, { x: box.x + box.width, y: at.y }],
    [at.y - box.y, { x: at.x, y: box.y }],
    [box.y + box.height - at.y, { x: at.x, y: box.y + box.height }],
  ]
  const [[inside, place]] = sides.toSorted(([a], [b]) => a - b) as [(typeof sides)[number]]
  return inside <= edge / zoom ? place : null
}

/** An end of a cable, and the other one, that stays where it is. */
export interface CableEnd {
  readonly end: string
  readonly other: string
}

export function cableEndAt(target: Target | null, at: Point, drawing: Drawing, zoom: number): CableEnd | null {
  const cable = target?.kind === 'cable' ? drawing.cables.find(({ id }) => id === target.id) : undefined
  if (!cable || cable.points.length < 2) return null
  const [first, last] = [cable.points[0] as Point, cable.points.at(-1) as Point]
  const [toFirst, toLast] = [Math.hypot(at.x - first.x, at.y - first.y), Math.hypot(at.x - last.x, at.y - last.y)]
  if (Math.min(toFirst, toLast) > endReach / zoom) return null
  const [end, other] = toFirst <= toLast ? cable.ends : [cable.ends[1], cable.ends[0]]
  return { end, other }
}

/** What a cable is plugged into when it is let go of there: what is under it, else the nearest box within reach. */
export function snappedTo(over: Target | null, at: Point, drawing: Drawing, zoom: number): Target | null {
  if (over && over.kind !== 'cable') return over
  let best: { id: string; far: number } | null = null
  for (const box of drawing.boxes) {
    if (box.role === 'outside') continue
    const far = distance(box, at)
    if (far <= snapReach / zoom && (best === null || far < best.far)) best = { id: box.id, far }
  }
  return best && { kind: 'namespace', id: best.id }
}

const distance = ({ x, y, width, height }: Rect, at: Point): number =>
  Math.hypot(Math.max(x - at.x, 0, at.x - x - width), Math.max(y - at.y, 0, at.y - y - height))
