/** Where a dragged box comes to rest: on the grid, in line with others, at the usual distance from its neighbour. */
import { snap, type Rect } from '../drawing.js'
import { gap } from '../rows.js'

export interface Guide {
  readonly axis: 'x' | 'y'
  /** Where the line stands on its axis, and how far it reaches on the other. */
  readonly at: number
  readonly from: number
  readonly to: number
}

export interface Spacing {
  readonly axis: 'x' | 'y'
  readonly from: number
  readonly to: number
  /** Place on the other axis. */
  readonly at: number
}

export interface Rest {
  readonly x: number
  readonly y: number
  readonly guides: readonly Guide[]
  readonly spacing: readonly Spacing[]
}

/** `reach`: how near, in canvas units, an alignment pulls. */
export function restingPlace(moving: Rect, others: readonly Rect[], reach = 6): Rest {
  const x = align(moving, others, 'x', reach)
  const y = align(moving, others, 'y', reach)
  const placed = { ...moving, x: x ?? snap(moving.x), y: y ?? snap(moving.y) }
  const near = nearestInRow(placed, others)
  if (x === null && near) {
    const wished = near.x < placed.x ? near.x + near.width + gap.row : near.x - gap.row - placed.width
    if (Math.abs(wished - placed.x) <= reach) placed.x = wished
  }
  return { x: placed.x, y: placed.y, guides: guidesOf(placed, others), spacing: near ? [spacingOf(placed, near)] : [] }
}

const edges = (rect: Rect, axis: 'x' | 'y'): readonly [number, number, number] => {
  const size = axis === 'x' ? rect.width : rect.height
  return [rect[axis], rect[axis] + size / 2, rect[axis] + size]
}

/** The nearest place on one axis where an edge or the middle meets the same of another box. */
function align(moving: Rect, others: readonly Rect[], axis: 'x' | 'y', reach: number): number | null {
  let best: number | null = null
  let least = reach
  for (const other of others)
    for (const index of [0, 1, 2] as const) {
      const offset = edges(other, axis)[index] - edges(moving, axis)[index]
      if (Math.abs(offset) > least || (best !== null && Math.abs(offset) === least)) continue
      least = Math.abs(offset)
      best = moving[axis] + offset
    }
  return best
}

/** One line per axis: at the near edges if they meet, else at the far ones, else through the middles. */
function guidesOf(rect: Rect, others: readonly Rect[]): Guide[] {
  const found: Guide[] = []
  for (const axis of ['x', 'y'] as const) {
    const across = axis === 'x' ? 'y' : 'x'
    for (const index of [0, 2, 1] as const) {
      const at = edges(rect, axis)[index]
      const met = others.filter((other) => edges(other, axis)[index] === at)
      if (met.length === 0) continue
      const from = Math.min(...[rect, ...met].map((each) => each[across]))
      const to = Math.max(...[rect, ...met].map((each) => edges(each, across)[2]))
      found.push({ axis, at, from, to })
      break
    }
  }
  return found
}

function nearestInRow(rect: Rect, others: readonly Rect[]): Rect | null {
  let best: Rect | null = null
  let least = 200
  for (const other of others) {
    if (other.y >= rect.y + rect.height || rect.y >= other.y + other.height) continue
    const distance = other.x < rect.x ? rect.x - other.x - other.width : other.x - rect.x - rect.width
    if (distance < 0 || distance >= least) continue
    least = distance
    best = other
  }
  return best
}

function spacingOf(rect: Rect, near: Rect): Spacing {
  const [left, right] = near.x < rect.x ? [near, rect] : [rect, near]
  const top = Math.max(rect.y, near.y)
  const bottom = Math.min(rect.y + rect.height, near.y + near.height)
  return { axis: 'x', from: left.x + left.width, to: right.x, at: (top + bottom) / 2 }
}
