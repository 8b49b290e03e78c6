/** Lines made of short straight pieces: what a packet travels along. Rounded corners are part of them. */
import type { Point } from '../canvas/drawing.js'
import { cornerRadius } from '../canvas/drawing.js'

export type Line = readonly Point[]

/** Straight pieces per rounded corner: at 16 px radius they are 3 px long. */
const piecesPerCorner = 8

/** The line through the points as the canvas draws it: corners rounded by at most 16 and half of the shorter side. */
export function rounded(points: readonly Point[], radius: number = cornerRadius): Line {
  const line: Point[] = []
  for (const [index, corner] of points.entries()) {
    const from = points[index - 1]
    const to = points[index + 1]
    if (!from || !to) {
      line.push(corner)
      continue
    }
    const before = distance(from, corner)
    const after = distance(corner, to)
    // As in the canvas's own path: a corner shares its sides with its neighbours, except at the ends.
    const room = Math.min(index === 1 ? before : before / 2, index === points.length - 2 ? after : after / 2)
    const bend = Math.min(radius, room)
    if (bend <= 0.5) {
      line.push(corner)
      continue
    }
    const entry = towards(corner, from, bend / before)
    const exit = towards(corner, to, bend / after)
    for (let piece = 0; piece <= piecesPerCorner; piece++) {
      const t = piece / piecesPerCorner
      line.push(towards(towards(entry, corner, t), towards(corner, exit, t), t))
    }
  }
  return line
}

export const distance = (a: Point, b: Point): number => Math.hypot(b.x - a.x, b.y - a.y)
const towards = (a: Point, b: Point, part: number): Point => ({
  x: a.x + (b.x - a.x) * part,
  y: a.y + (b.y - a.y) * part,
})

export const lengthOf = (line: Line): number =>
  line.slice(1).reduce((sum, point, index) => sum + distance(line[index] as Point, point), 0)

/** The part of a line between two distances from its start. */
export function slice(line: Line, from: number, to: number): Line {
  const part: Point[] = []
  let done = 0
  for (const [index, point] of line.entries()) {
    const before = line[index - 1]
    if (!before) continue
    const length = distance(before, point)
    const [a, b] = [from - done, to - done]
    done += length
    if (length === 0 || b < 0 || a > length) continue
    if (part.length === 0) part.push(towards(before, point, Math.max(0, a) / length))
    part.push(b < length ? towards(before, point, b / length) : point)
    if (b <= length) break
  }
  return part
}

/** Lines one after the other; where one begins at the end of the one before, the point stands once. */
export function join(lines: readonly Line[]): Line {
  const joined: Point[] = []
  for (const line of lines)
    for (const point of line) {
      const last = joined.at(-1)
      if (!last || last.x !== point.x || last.y !== point.y) joined.push(point)
    }
  return joined
}

/** Circles that a line is not drawn in: the ports and signs it passes stay visible. */
export interface Hole extends Point {
  readonly radius: number
}

const format = (value: number): string => String(Math.round(value * 100) / 100)

/** SVG path data of a line, open where it passes a hole. */
export function lineData(line: Line, holes: readonly Hole[] = []): string {
  let data = ''
  let pen = false
  const move = (point: Point): void => {
    data += `${pen ? 'L' : 'M'}${format(point.x)} ${format(point.y)}`
    pen = true
  }
  for (const [index, point] of line.entries()) {
    const before = line[index - 1]
    if (!before) continue
    let from = 0
    for (const [enter, leave] of covered(before, point, holes)) {
      if (enter > from) {
        if (!pen) move(towards(before, point, from))
        move(towards(before, point, enter))
      }
      pen = false
      from = Math.max(from, leave)
    }
    if (from >= 1) continue
    if (!pen) move(towards(before, point, from))
    move(point)
  }
  return data
}

/** The parts of a straight piece that lie in a hole, in order; 0 is its start, 1 its end. */
function covered(a: Point, b: Point, holes: readonly Hole[]): (readonly [number, number])[] {
  const length = distance(a, b)
  if (length === 0) return []
  const found: (readonly [number, number])[] = []
  for (const hole of holes) {
    const along = ((hole.x - a.x) * (b.x - a.x) + (hole.y - a.y) * (b.y - a.y)) / length
    const aside = Math.abs((hole.x - a.x) * (b.y - a.y) - (hole.y - a.y) * (b.x - a.x)) / length
    if (aside >= hole.radius) continue
    const half = Math.sqrt(hole.radius ** 2 - aside ** 2)
    const [enter, leave] = [(along - half) / length, (along + half) / length]
    if (leave > 0 && enter < 1) found.push([Math.max(0, enter), Math.min(1, leave)])
  }
  return found.sort((x, y) => x[0] - y[0])
}
