import type { Point } from './drawing.js'

/** Shortens a line at its ends, in canvas units; a stretch shorter than that is dropped. */
export function trim(points: readonly Point[], start: number, end: number): Point[] {
  return cut(cut([...points], start).reverse(), end).reverse()
}

function cut(points: Point[], distance: number): Point[] {
  let left = distance
  while (points.length > 1 && left > 0) {
    const [a, b] = points as [Point, Point, ...Point[]]
    const size = Math.hypot(b.x - a.x, b.y - a.y)
    if (size > left) {
      points[0] = { x: a.x + ((b.x - a.x) / size) * left, y: a.y + ((b.y - a.y) / size) * left }
      return points
    }
    left -= size
    points.shift()
  }
  return points
}
