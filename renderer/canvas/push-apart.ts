/** Boxes that lie on each other, moved aside: what is more to the top left stays, the other goes the shorter way past it. */
import { snap, type Point, type Rect } from './drawing.js'

interface Standing extends Rect {
  readonly id: string
}

/** Nearer than this, two boxes count as lying on each other (canvas units). */
export const air = 8
/** Between a box and the one that it pushed: a cable fits in. */
const gap = 64

/** New places of what had to go; depends on nothing but what is given, and moves nothing twice where it is given that. */
export function pushApart(boxes: readonly Standing[]): ReadonlyMap<string, Point> {
  const settled: Rect[] = []
  const pushed = new Map<string, Point>()
  for (const box of boxes.toSorted((a, b) => a.x + a.y - b.x - b.y || a.x - b.x)) {
    const at = { x: box.x, y: box.y, width: box.width, height: box.height }
    // Past one it may lie on the next; it only ever goes right or down, so that this ends.
    for (let tries = 0; tries < settled.length; tries += 1) {
      const hit = settled.find((other) => touch(at, other))
      if (!hit) break
      const right = snap(hit.x + hit.width + gap)
      const down = snap(hit.y + hit.height + gap)
      if (down - at.y < right - at.x) at.y = down
      else at.x = right
      pushed.set(box.id, { x: at.x, y: at.y })
    }
    settled.push(at)
  }
  return pushed
}

export const touch = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width + air && b.x < a.x + a.width + air && a.y < b.y + b.height + air && b.y < a.y + a.height + air
