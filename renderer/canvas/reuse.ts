/** Structural sharing: parts of `next` that equal their old selves are the old objects, so `===` tells what changed. */
import type { Drawing } from './drawing.js'

export function reuse(previous: Drawing | null, next: Drawing): Drawing {
  if (!previous) return next
  const boxes = new Map(previous.boxes.map((box) => [box.id, box]))
  const cables = new Map(previous.cables.map((cable) => [cable.id, cable]))
  return {
    boxes: next.boxes.map((box) => keep(boxes.get(box.id), box)),
    cables: next.cables.map((cable) => keep(cables.get(cable.id), cable)),
  }
}

function keep<Value>(before: Value | undefined, after: Value): Value {
  return before !== undefined && equal(before, after) ? before : after
}

/** Deep equality of plain data: no cycles, no class instances. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}
