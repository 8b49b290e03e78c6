/** Where cables run already: two on one line read as one that goes elsewhere. */
import type { Point } from './drawing.js'

/** Cables closer than this to each other look like one (canvas units). */
const apart = 6

interface Span {
  readonly from: number
  readonly to: number
}

export class TakenWays {
  /** By the coordinate that a stretch keeps: rows of horizontal ones, columns of vertical ones. */
  private readonly rows = new Map<number, Span[]>()
  private readonly columns = new Map<number, Span[]>()

  /** Returns what frees it again. */
  add(points: readonly Point[]): () => void {
    const stretches = this.stretches(points)
    for (const { lines, at, span } of stretches) {
      const there = lines.get(at)
      if (there) there.push(span)
      else lines.set(at, [span])
    }
    return () => {
      for (const { lines, at, span } of stretches)
        lines.set(
          at,
          (lines.get(at) ?? []).filter((each) => each !== span),
        )
    }
  }

  /** How much of a way lies on others (canvas units). */
  shared(points: readonly Point[]): number {
    let sum = 0
    for (const { lines, at, span } of this.stretches(points))
      for (let near = at - apart + 1; near < at + apart; near++)
        for (const other of lines.get(near) ?? [])
          sum += Math.max(0, Math.min(span.to, other.to) - Math.max(span.from, other.from))
    return sum
  }

  private stretches(points: readonly Point[]): { lines: Map<number, Span[]>; at: number; span: Span }[] {
    return points.slice(1).map((to, index) => {
      const from = points[index] as Point
      const upright = from.x === to.x
      const [a, b] = upright ? [from.y, to.y] : [from.x, to.x]
      return {
        lines: upright ? this.columns : this.rows,
        at: Math.round(upright ? from.x : from.y),
        span: { from: Math.min(a, b), to: Math.max(a, b) },
      }
    })
  }
}
