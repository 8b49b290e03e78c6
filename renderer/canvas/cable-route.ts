/** The way of a cable: straight where the ports face each other, else with bends, and never through a box. */
import type { Point, Rect, Side } from './drawing.js'
import { crosses, length, outward, simplify } from './path.js'
import { TakenWays } from './taken-ways.js'

export interface CableEnd extends Point {
  readonly side: Side
  /** The box that it leaves. */
  readonly box: Rect
}

/** How far a cable runs straight out of its box before it may turn. */
const stub = 24
/** A cable keeps this far from boxes that it passes. */
const clearance = 16

/** A way along another cable is taken where each other one is longer by more than this times the shared stretch. */
const sharedCost = 12
/** A way around boxes keeps this much more away from them where another cable runs along them (canvas units). */
const besides = [0, 8, 16]

/**
 * @param lane shifts the bend of cables that run side by side, in canvas units
 * @param taken where other cables run already
 */
export function routeCable(
  from: CableEnd,
  to: CableEnd,
  obstacles: readonly Rect[],
  lane = 0,
  taken: TakenWays = new TakenWays(),
): Point[] {
  const direct = bend(from, to, lane)
  const free: Point[][] = []
  for (const candidate of [direct, ...offBeat(from, to)]) {
    if (!isFree(candidate, from, to, obstacles)) continue
    if (taken.shared(candidate) === 0) return candidate
    free.push(candidate)
  }
  const cost = (points: readonly Point[]): number => length(points) + sharedCost * taken.shared(points)
  let best: Point[] | null = null
  for (const candidates of [detours, doubleDetours]) {
    for (const candidate of [...free, ...candidates(from, to, obstacles, lane)])
      if ((best === null || cost(candidate) < cost(best)) && isFree(candidate, from, to, obstacles)) best = candidate
    if (best && taken.shared(best) === 0) return best
  }
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

/** The straight stretch by which every way of a cable begins. */
export const wayOut = (end: CableEnd): Point[] => [{ x: end.x, y: end.y }, exit(end, stub)]

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
function offBeat(from: CableEnd, to: CableEnd, distance = stub): Point[][] {
  const out = exit(from, distance)
  const into = exit(to, distance)
  const vertical = from.side === 'top' || from.side === 'bottom'
  const late = vertical ? { x: from.x, y: into.y } : { x: into.x, y: from.y }
  const early = vertical ? { x: into.x, y: out.y } : { x: out.x, y: into.y }
  return [
    [from, late, into, to],
    [from, out, early, to],
  ].map(simplify)
}

/** Free columns and rows beside boxes. */
function besideBoxes(
  boxes: readonly Rect[],
  lanes: readonly number[],
): { readonly columns: ReadonlySet<number>; readonly rows: ReadonlySet<number> } {
  const columns = new Set<number>()
  const rows = new Set<number>()
  for (const box of boxes)
    for (const lane of lanes) {
      columns.add(box.x - clearance - lane).add(box.x + box.width + clearance + lane)
      rows.add(box.y - stub - lane).add(box.y + box.height + stub + lane)
    }
  return { columns, rows }
}

/** Ways along a column and a row, for where one of them is not enough. */
function doubleDetours(from: CableEnd, to: CableEnd, obstacles: readonly Rect[], lane: number): Point[][] {
  const out = exit(from, stub)
  const into = exit(to, stub)
  const { columns, rows } = besideBoxes(nearest(from, to, obstacles, doubleDetourBoxes), [lane])
  const found: Point[][] = []
  for (const x of columns)
    for (const y of rows) {
      found.push([from, out, { x, y: out.y }, { x, y }, { x: into.x, y }, into, to])
      found.push([from, out, { x: out.x, y }, { x, y }, { x, y: into.y }, into, to])
    }
  return found.map((points) => simplify(points.map(bare)))
}

/** Ways through a free column or row beside some box. */
function detours(from: CableEnd, to: CableEnd, obstacles: readonly Rect[], lane: number): Point[][] {
  const { columns, rows } = besideBoxes(
    nearest(from, to, obstacles, detourBoxes),
    besides.map((more) => lane + more),
  )
  return besides.flatMap((more) => {
    const out = exit(from, stub + more)
    const into = exit(to, stub + more)
    return [
      ...offBeat(from, to, stub + more),
      ...[...columns].map((x) => simplify([from, out, { x, y: out.y }, { x, y: into.y }, into, to].map(bare))),
      ...[...rows].map((y) => simplify([from, out, { x: out.x, y }, { x: into.x, y }, into, to].map(bare))),
    ]
  })
}

const bare = ({ x, y }: Point): Point => ({ x, y })

/** Boxes looked at for a way around; a cable rarely has more in its way. */
const detourBoxes = 24
const doubleDetourBoxes = 12

function nearest(from: Point, to: Point, obstacles: readonly Rect[], most: number): readonly Rect[] {
  if (obstacles.length <= most) return obstacles
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  const distance = (box: Rect): number =>
    Math.hypot(box.x + box.width / 2 - middle.x, box.y + box.height / 2 - middle.y)
  return [...obstacles].sort((a, b) => distance(a) - distance(b)).slice(0, most)
}

/** Whether a way begins towards the side that its end is on, and not back through its box. */
const leaves = ({ side, x, y }: CableEnd, next: Point | undefined): boolean =>
  next !== undefined && (next.x - x) * outward[side].x + (next.y - y) * outward[side].y > 0

/** Leaves its own boxes only through their borders, and touches no other. */
function isFree(points: readonly Point[], from: CableEnd, to: CableEnd, obstacles: readonly Rect[]): boolean {
  if (!leaves(from, points[1]) || !leaves(to, points.at(-2))) return false
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
