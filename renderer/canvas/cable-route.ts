/** The way of a cable: straight where the ports face each other, else with bends, and never through a box. */
import type { Point, Rect, Side } from './drawing.js'
import { crosses, length, outward, simplify } from './path.js'

export interface CableEnd extends Point {
  readonly side: Side
  /** The box that it leaves. */
  readonly box: Rect
}

/** How far a cable runs straight out of its box before it may turn. */
const stub = 24
/** A cable keeps this far from boxes that it passes. */
const clearance = 16

/** `lane` shifts the bend of cables that run side by side, in canvas units. */
export function routeCable(from: CableEnd, to: CableEnd, obstacles: readonly Rect[], lane = 0): Point[] {
  const direct = bend(from, to, lane)
  if (isFree(direct, from, to, obstacles)) return direct
  for (const candidate of offBeat(from, to)) if (isFree(candidate, from, to, obstacles)) return candidate
  let best: Point[] | null = null
  for (const candidate of detours(from, to, obstacles, lane))
    if (isFree(candidate, from, to, obstacles) && (best === null || length(candidate) < length(best))) best = candidate
  // Boxes that lie on each other leave no way around; the straight one is then as good as any.
  return best ?? direct
}

/** Where the cable is clear of its own box: it starts at a bar deep inside, or on the border. */
function exit(end: CableEnd, distance: number): Point {
  const { box, side } = end
  if (side === 'top') return { x: end.x, y: box.y - distance }
  if (side === 'bottom') return { x: end.x, y: box.y + box.height + distance }
  return { x: side === 'left' ? box.x - distance : box.x + box.width + distance, y: end.y }
}

function bend(from: CableEnd, to: CableEnd, lane: number): Point[] {
  const a = exit(from, 0)
  const b = exit(to, 0)
  const vertical = (end: CableEnd): boolean => end.side === 'top' || end.side === 'bottom'
  const facing =
    (a.x - b.x) * outward[to.side].x + (a.y - b.y) * outward[to.side].y > 0 &&
    (b.x - a.x) * outward[from.side].x + (b.y - a.y) * outward[from.side].y > 0
  if (facing && vertical(from) && vertical(to)) {
    const y = Math.round((a.y + b.y) / 2 / 4) * 4 + lane
    return simplify([from, { x: from.x, y }, { x: to.x, y }, to])
  }
  if (facing && !vertical(from) && !vertical(to)) {
    const x = Math.round((a.x + b.x) / 2 / 4) * 4 + lane
    return simplify([from, { x, y: from.y }, { x, y: to.y }, to])
  }
  if (facing && vertical(from) !== vertical(to)) {
    return simplify([from, vertical(from) ? { x: from.x, y: to.y } : { x: to.x, y: from.y }, to])
  }
  const out = exit(from, stub)
  const into = exit(to, stub)
  const corner = vertical(from) ? { x: into.x, y: out.y } : { x: out.x, y: into.y }
  return simplify([from, out, corner, into, to])
}

/** One bend right before the far end, or right after the near one: how cables reach the lower rows of a grid. */
function offBeat(from: CableEnd, to: CableEnd): Point[][] {
  const out = exit(from, stub)
  const into = exit(to, stub)
  const vertical = from.side === 'top' || from.side === 'bottom'
  const late = vertical ? { x: from.x, y: into.y } : { x: into.x, y: from.y }
  const early = vertical ? { x: into.x, y: out.y } : { x: out.x, y: into.y }
  return [
    [from, late, into, to],
    [from, out, early, to],
  ].map(simplify)
}

/** Ways through a free column or row beside some box. */
function detours(from: CableEnd, to: CableEnd, obstacles: readonly Rect[], lane: number): Point[][] {
  const out = exit(from, stub)
  const into = exit(to, stub)
  const columns = new Set<number>()
  const rows = new Set<number>()
  for (const box of nearest(from, to, obstacles)) {
    columns.add(box.x - clearance - lane).add(box.x + box.width + clearance + lane)
    rows.add(box.y - stub - lane).add(box.y + box.height + stub + lane)
  }
  const found: Point[][] = []
  for (const x of columns)
    found.push([from, out, { x, y: out.y }, { x, y: into.y }, into, to].map(({ x, y }) => ({ x, y })))
  for (const y of rows)
    found.push([from, out, { x: out.x, y }, { x: into.x, y }, into, to].map(({ x, y }) => ({ x, y })))
  return found.map(simplify)
}

/** Boxes looked at for a way around; a cable rarely has more in its way. */
const detourBoxes = 24

function nearest(from: Point, to: Point, obstacles: readonly Rect[]): readonly Rect[] {
  if (obstacles.length <= detourBoxes) return obstacles
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  const distance = (box: Rect): number =>
    Math.hypot(box.x + box.width / 2 - middle.x, box.y + box.height / 2 - middle.y)
  return [...obstacles].sort((a, b) => distance(a) - distance(b)).slice(0, detourBoxes)
}

/** Leaves its own boxes only through their borders, and touches no other. */
function isFree(points: readonly Point[], from: CableEnd, to: CableEnd, obstacles: readonly Rect[]): boolean {
  const [left, right] = extent(points.map((point) => point.x))
  const [top, bottom] = extent(points.map((point) => point.y))
  for (const box of obstacles) {
    // Most boxes are nowhere near.
    if (box.x >= right || box.x + box.width <= left || box.y >= bottom || box.y + box.height <= top) continue
    for (let index = 1; index < points.length; index++) {
      if (!crosses(points[index - 1] as Point, points[index] as Point, box)) continue
      if (index === 1 && box === from.box) continue
      if (index === points.length - 1 && box === to.box) continue
      return false
    }
  }
  return true
}

/** A straight line has no width; one unit keeps it from passing between the comparisons. */
const extent = (values: readonly number[]): [number, number] => [Math.min(...values) - 1, Math.max(...values) + 1]
