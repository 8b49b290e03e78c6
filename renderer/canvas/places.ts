/** What is taken on a drawing, in buckets, so that a thousand rectangles are not each held against a thousand others. */
import type { Rect } from './drawing.js'
import { meets } from './viewport.js'

/** Side of a bucket, in canvas units: about a box. */
const bucket = 256

export class Places {
  private readonly buckets = new Map<string, Rect[]>()

  add(rect: Rect): void {
    for (const key of keysOf(rect)) {
      const known = this.buckets.get(key)
      if (known) known.push(rect)
      else this.buckets.set(key, [rect])
    }
  }

  meets(rect: Rect): boolean {
    return keysOf(rect).some((key) => this.buckets.get(key)?.some((other) => meets(rect, other)))
  }
}

function keysOf({ x, y, width, height }: Rect): string[] {
  const keys: string[] = []
  for (let column = Math.floor(x / bucket); column * bucket <= x + width; column++)
    for (let row = Math.floor(y / bucket); row * bucket <= y + height; row++) keys.push(`${column} ${row}`)
  return keys
}
