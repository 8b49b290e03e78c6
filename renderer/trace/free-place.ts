/** Finds a place for a callout where it covers nothing that matters, near what it speaks of. All in screen pixels. */
import type { Point, Rect } from '../canvas/drawing.js'

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

export function freePlace(anchor: Point, size: { readonly width: number; readonly height: number }, room: Room): Point {
  let best: Point = { x: margin, y: margin }
  let least = Infinity
  for (let y = margin; y + size.height + margin <= room.height; y += raster)
    for (let x = margin; x + size.width + margin <= room.width; x += raster) {
      const rect = { x, y, ...size }
      const covered = room.taken.reduce((sum, each) => sum + overlap(rect, each), 0)
      const hidden = room.never.reduce((sum, each) => sum + overlap(rect, each), 0)
      const near = { x: clamp(anchor.x, x, x + size.width), y: clamp(anchor.y, y, y + size.height) }
      const away = Math.hypot(anchor.x - near.x, anchor.y - near.y)
      const cost = covered * coverCost + hidden * neverCost + away + (away < clearOf ? 1e6 : 0)
      if (cost < least) {
        least = cost
        best = { x, y }
      }
    }
  return best
}

/** From the thing to the nearest side of its callout, with one corner at most. */
export function leader(anchor: Point, rect: Rect): string {
  const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }
  const across = anchor.x > rect.x && anchor.x < rect.x + rect.width
  const along = anchor.y > rect.y && anchor.y < rect.y + rect.height
  const side = anchor.x < middle.x ? rect.x : rect.x + rect.width
  const edge = anchor.y < middle.y ? rect.y : rect.y + rect.height
  if (across) return `M${anchor.x} ${anchor.y}V${edge}`
  if (along) return `M${anchor.x} ${anchor.y}H${side}`
  return `M${anchor.x} ${anchor.y}V${middle.y}H${side}`
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))
