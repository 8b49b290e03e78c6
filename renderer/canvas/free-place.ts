/** Finds a place for a callout where it covers nothing that matters, near what it speaks of. All in screen pixels. */
import type { Point, Rect } from './drawing.js'

/** Distance to the edge of the canvas, and between tried places (px). */
const margin = 12
const raster = 20
/** Cost of a square pixel that is covered, in pixels of distance: words are worth a longer line. */
const coverCost = 0.12
/** Cost of a square pixel of what must not be covered: only where nothing else is left. */
const neverCost = 40
/** What it speaks of stays visible (px). */
const clearOf = 28

export interface Room {
  readonly width: number
  readonly height: number
  /** What should stay visible: boxes whole, and things in them that count more. */
  readonly taken: readonly Rect[]
  /** What nothing may be laid over: words, the legend, the canvas's own buttons, passing messages. */
  readonly never: readonly Rect[]
}

const overlap = (a: Rect, b: Rect): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y))

export interface Size {
  readonly width: number
  readonly height: number
}

export const freePlace = (anchor: Point, size: Size, room: Room): Point => cheapest(anchor, size, room).at

/** The same words can be set wide or narrow: which of the sizes finds the best place, and where. The first is liked best. */
export function freeShape(
  anchor: Point,
  sizes: readonly Size[],
  room: Room,
): { readonly index: number; readonly at: Point } {
  const tried = sizes.map((size, index) => ({ index, ...cheapest(anchor, size, room) }))
  return tried.reduce((best, each) => (each.cost + narrowerCost < best.cost ? each : best), tried[0] ?? nowhere)
}

/** What a narrower shape must save to be taken (px of distance). */
const narrowerCost = 40
const nowhere = { index: 0, at: { x: margin, y: margin }, cost: Infinity } as const

function cheapest(anchor: Point, size: Size, room: Room): { readonly at: Point; readonly cost: number } {
  let best: Point = { x: margin, y: margin }
  let least = Infinity
  for (let y = margin; y + size.height + margin <= room.height; y += raster)
    for (let x = margin; x + size.width + margin <= room.width; x += raster) {
      const rect = { x, y, ...size }
      const covered = room.taken.reduce((sum, each) => sum + overlap(rect, each), 0)
      const hidden = room.never.reduce((sum, each) => sum + overlap(rect, each), 0)
      const near = { x: clamp(anchor.x, x, x + size.width), y: clamp(anchor.y, y, y + size.height) }
      const away = Math.hypot(anchor.x - near.x, anchor.y - near.y)
      const crossed = legs(anchor, rect).reduce((sum, leg) => sum + crossing(leg, room.never), 0)
      const cost = covered * coverCost + hidden * neverCost + away + crossed + (away < clearOf ? 1e6 : 0)
      if (cost < least) {
        least = cost
        best = { x, y }
      }
    }
  return { at: best, cost: least }
}

/** Cost of a pixel of the line that runs through words. */
const crossCost = 2
const crossing = (leg: Rect, never: readonly Rect[]): number =>
  never.reduce((sum, each) => sum + overlap(leg, each), 0) * crossCost

/** The corners of the line from the thing to the nearest side of its callout: one turn at most. */
function corners(anchor: Point, rect: Rect): readonly Point[] {
  const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }
  const side = anchor.x < middle.x ? rect.x : rect.x + rect.width
  const edge = anchor.y < middle.y ? rect.y : rect.y + rect.height
  if (anchor.x > rect.x && anchor.x < rect.x + rect.width) return [anchor, { x: anchor.x, y: edge }]
  if (anchor.y > rect.y && anchor.y < rect.y + rect.height) return [anchor, { x: side, y: anchor.y }]
  return [anchor, { x: anchor.x, y: middle.y }, { x: side, y: middle.y }]
}

export const leader = (anchor: Point, rect: Rect): string =>
  `M${corners(anchor, rect)
    .map(({ x, y }) => `${x} ${y}`)
    .join('L')}`

/** Its straight parts, a pixel thick. */
function legs(anchor: Point, rect: Rect): readonly Rect[] {
  const points = corners(anchor, rect)
  return points.slice(1).map((to, index) => {
    const from = points[index] ?? to
    return {
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.max(1, Math.abs(from.x - to.x)),
      height: Math.max(1, Math.abs(from.y - to.y)),
    }
  })
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))
