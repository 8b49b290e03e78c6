/** Boxes that lie on each other, moved aside: the left one stays, and the order from left to right with it. */
import { snap, type Rect } from './drawing.js'

interface Standing extends Rect {
  readonly id: string
}

/** Between a box and the one that it pushed (canvas units). */
const gap = 40

/** @param air nearer than this, two boxes count as lying on each other */
export function pushApart(
  boxes: readonly Standing[],
  air: number,
): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const sorted = boxes.map((box) => ({ ...box })).toSorted((a, b) => a.x - b.x || a.y - b.y)
  const pushed = new Map<string, { readonly x: number; readonly y: number }>()
  for (const [index, box] of sorted.entries()) {
    const left = sorted.slice(0, index)
    // Past one it may lie on the next.
    for (let tries = 0; tries < left.length; tries += 1) {
      const hit = left.find((other) => touch(box, other, air))
      if (!hit) break
      box.x = snap(hit.x + hit.width + gap)
      pushed.set(box.id, { x: box.x, y: box.y })
    }
  }
  return pushed
}

export const touch = (a: Rect, b: Rect, air: number): boolean =>
  a.x < b.x + b.width + air && b.x < a.x + a.width + air && a.y < b.y + b.height + air && b.y < a.y + a.height + air
