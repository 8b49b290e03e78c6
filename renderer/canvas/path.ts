/** Orthogonal lines: as points, as SVG paths with rounded corners, and around boxes. */
import { cornerRadius, type Point, type Rect, type Side } from './drawing.js'

const format = (value: number): string => String(Math.round(value * 100) / 100)

/** An SVG path through the points; corners are rounded by at most `radius` and half of the shorter side. */
export function pathData(points: readonly Point[], radius: number = cornerRadius): string {
  const [first, ...rest] = points
  if (!first) return ''
  const at = (point: Point): string => `${format(point.x)} ${format(point.y)}`
  let data = `M${at(first)}`
  let from = first
  for (const [index, corner] of rest.entries()) {
    const to = rest[index + 1]
    if (!to) {
      data += `L${at(corner)}`
      break
    }
    const before = Math.hypot(corner.x - from.x, corner.y - from.y)
    const after = Math.hypot(to.x - corner.x, to.y - corner.y)
    // A corner shares each of its sides with the next corner, except at the two ends of the line.
    const room = Math.min(index === 0 ? before : before / 2, index === rest.length - 2 ? after : after / 2)
    const bend = Math.min(radius, room)
    if (bend > 0.5) {
      const entry = {
        x: corner.x - ((corner.x - from.x) / before) * bend,
        y: corner.y - ((corner.y - from.y) / before) * bend,
      }
      const exit = {
        x: corner.x + ((to.x - corner.x) / after) * bend,
        y: corner.y + ((to.y - corner.y) / after) * bend,
      }
      data += `L${at(entry)}Q${at(corner)} ${at(exit)}`
    } else data += `L${at(corner)}`
    from = corner
  }
  return data
}

/** Removes points that lie on the straight line between their neighbours, and doubles. */
export function simplify(points: readonly Point[]): Point[] {
  const kept: Point[] = []
  for (const point of points) {
    const last = kept.at(-1)
    if (last && last.x === point.x && last.y === point.y) continue
    const before = kept.at(-2)
    if (last && before && ((before.x === last.x && last.x === point.x) || (before.y === last.y && last.y === point.y)))
      kept.pop()
    kept.push(point)
  }
  return kept
}

/** From a point to the nearest place of a line, in the line's own units; of no line it is endless. */
export const distanceTo = (points: readonly Point[], { x, y }: Point): number =>
  Math.min(
    ...points.slice(1).map((to, index) => {
      const from = points[index] as Point
      const [along, across] = [to.x - from.x, to.y - from.y]
      const squared = along ** 2 + across ** 2
      const part = squared === 0 ? 0 : ((x - from.x) * along + (y - from.y) * across) / squared
      const at = Math.max(0, Math.min(1, part))
      return Math.hypot(x - from.x - at * along, y - from.y - at * across)
    }),
  )

export const length = (points: readonly Point[]): number =>
  points
    .slice(1)
    .reduce(
      (sum, point, index) =>
        sum + Math.hypot(point.x - (points[index] as Point).x, point.y - (points[index] as Point).y),
      0,
    )

/** Whether an axis-parallel stretch runs through the inside of a rectangle. */
export function crosses(a: Point, b: Point, rect: Rect): boolean {
  return (
    Math.max(a.x, b.x) > rect.x + 1 &&
    Math.min(a.x, b.x) < rect.x + rect.width - 1 &&
    Math.max(a.y, b.y) > rect.y + 1 &&
    Math.min(a.y, b.y) < rect.y + rect.height - 1
  )
}

export const outward: Record<Side, Point> = {
  top: { x: 0, y: -1 },
  right: { x: 1, y: 0 },
  bottom: { x: 0, y: 1 },
  left: { x: -1, y: 0 },
}
