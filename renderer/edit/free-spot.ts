/** Where a new box can stand: beside what is there, and over nothing. */
import type { Point, Rect } from '../canvas/drawing.js'
import { meets } from '../canvas/viewport.js'

/** Between a box and its neighbour (canvas units). */
const gap = 64
/** What a new namespace takes up with its first interfaces. */
const size = { width: 208, height: 88 } as const
/** Boxes that are stepped over before the search ends. */
const most = 200

/** @param way which side of the box; one step of it at a time */
export function freeSpot(placed: ReadonlyMap<string, Rect>, from: Rect, way: Point): Point {
  const spot = {
    ...size,
    x: way.x < 0 ? from.x - gap - size.width : way.x > 0 ? from.x + from.width + gap : from.x,
    y: way.y < 0 ? from.y - gap - size.height : way.y > 0 ? from.y + from.height + gap : from.y,
  }
  for (let step = 0; step < most; step += 1) {
    const other = [...placed.values()].find((box) => meets(box, spot))
    if (!other) break
    // Past what is in the way; above and below it goes on to the side, where a row begins.
    spot.x = way.x < 0 ? other.x - gap - size.width : other.x + other.width + gap
  }
  return { x: Math.round(spot.x), y: Math.round(spot.y) }
}
