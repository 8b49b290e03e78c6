/** Edge namespaces in rows under the namespace that they hang on. */
import { snap, snapUp } from './drawing.js'

export const gap = {
  /** Between neighbours in a row. */
  row: 32,
  /** From a box down to the row below: room for a cable's bend and its caption. */
  below: 60,
  /** Between boxes joined side to side: room for the words at the cable. */
  side: 104,
  /** Between rows of one grid: a bend of two radii, and air. */
  grid: 48,
} as const

/** As many fit on a screen at a readable size; more start a grid. */
export const oneRow = 8
/** Distance of the cables that pass between two columns of a grid. */
const laneWidth = 12

export interface Placed {
  readonly id: string
  /** From 0, the nearest to what they hang on. */
  readonly row: number
  readonly x: number
  readonly y: number
}

export interface Sized {
  readonly id: string
  readonly width: number
  readonly height: number
}

export interface Rows {
  /** In the order of the boxes that were given. */
  readonly placed: readonly Placed[]
  readonly width: number
  readonly height: number
}

/**
 * Each group in a grid of its own, side by side, so that every bridge stands over what it switches. As many rows as make
 * the whole about as wide as a screen.
 */
export function placeGroups(groups: readonly (readonly Sized[])[]): Rows {
  const boxes = groups.flat()
  if (groups.length < 2 || boxes.length <= oneRow) return placeRows(boxes)
  const longest = Math.max(...groups.map((group) => group.length))
  return smallest(Array.from({ length: longest }, (_, index) => beside(groups, index + 1)))
}

/** Of what fit leaves free on a canvas of usual proportions. */
export const screenRatio = 1.8
/** What the rows hang on stands above them. */
const aboveRows = 320
const largerSide = ({ width, height }: Rows): number => Math.max(width / screenRatio, height + aboveRows)
const smallest = (all: readonly Rows[]): Rows =>
  all.reduce((best, each) => (largerSide(each) < largerSide(best) ? each : best))

function beside(groups: readonly (readonly Sized[])[], rows: number): Rows {
  const placed: Placed[] = []
  let [x, width, height] = [0, 0, 0]
  for (const group of groups) {
    const grid = placeRows(group, Math.ceil(group.length / rows))
    placed.push(...grid.placed.map((each) => ({ ...each, x: x + each.x })))
    width = x + grid.width
    height = Math.max(height, grid.height)
    x = snapUp(width + 2 * gap.row)
  }
  return { placed, width, height }
}

/** Places boxes in rows, the first at (0, 0): few in one row, more in a grid of the screen's proportions. */
export function placeRows(boxes: readonly Sized[], columns: number | null = null): Rows {
  if (columns !== null || boxes.length <= oneRow) return grid(boxes, columns ?? boxes.length)
  // By the size that most have: a line more in one box may not move all cables into other lanes.
  const usual = { width: median(boxes.map((box) => box.width)), height: median(boxes.map((box) => box.height)) }
  // Columns are as wide as the lanes in them, and those as the rows are many: a few tries around the square.
  const about = Math.round(
    Math.sqrt((boxes.length * (usual.height + gap.grid) * screenRatio) / (usual.width + gap.row)),
  )
  const fewest = Math.max(2, Math.floor(about / 2))
  const tried = Array.from({ length: about + 2 - fewest }, (_, index) => fewest + index).filter(
    (each) => each <= boxes.length,
  )
  const alike = boxes.map(({ id }) => ({ id, ...usual }))
  const sides = tried.map((each) => largerSide(grid(alike, each)))
  return grid(boxes, tried[sides.indexOf(Math.min(...sides))] ?? about)
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** In a grid the columns leave lanes free for the cables of lower rows. */
function grid(boxes: readonly Sized[], columns: number): Rows {
  const rows = Math.ceil(boxes.length / Math.max(1, columns))
  const placed: Placed[] = []
  // The lowest row's lane must still reach the bar, which starts inside of its box.
  let x = rows > 1 ? 40 : 0
  let width = 0
  let height = 0
  const tall = Math.max(0, ...boxes.map((box) => box.height))
  const lanes = rows > 1 ? snapUp((rows - 1) * laneWidth + 8) : 0
  for (let column = 0; column < columns; column++) {
    const members = boxes.filter((_, index) => index % columns === column)
    x += lanes
    for (const [row, box] of members.entries()) {
      placed.push({ id: box.id, row, x, y: row * snapUp(tall + gap.grid) })
      height = Math.max(height, row * snapUp(tall + gap.grid) + box.height)
    }
    width = x + Math.max(...members.map((box) => box.width))
    x = snapUp(width + gap.row)
  }
  const order = new Map(boxes.map((box, index) => [box.id, index]))
  return { placed: placed.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0)), width, height }
}

/** In a grid, the x of the cable that serves a box in a lower row: lower rows pass further left, so that none cross. */
export const laneX = (boxX: number, row: number): number => snap(boxX) - 4 - row * laneWidth
