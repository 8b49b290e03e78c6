/** Order among boxes that are selected: in line, at equal distances, or laid out anew among themselves. */
import type { Lab } from '../../electron/core/lab/lab.js'
import type { Language } from '../i18n/catalogue.js'
import { buildScene } from './build-scene.js'
import { canvasWords } from './canvas-words.js'
import type { Point, Rect } from './drawing.js'
import { layOut } from './layout.js'
import { air, pushApart, touch } from './push-apart.js'

/** Edges and middles that boxes can have in common. */
export const lines = ['left', 'centre', 'right', 'top', 'middle', 'bottom'] as const
export type Line = (typeof lines)[number]
export type Boxes = ReadonlyMap<string, Rect>
export type NewPlaces = ReadonlyMap<string, Point>

/** All of them with that line of the frame around them. */
export function aligned(boxes: Boxes, line: Line): NewPlaces {
  const frame = around([...boxes.values()])
  const across = line === 'left' || line === 'centre' || line === 'right'
  const share = line === 'left' || line === 'top' ? 0 : line === 'centre' || line === 'middle' ? 0.5 : 1
  return places(boxes, (box) =>
    across
      ? { x: Math.round(frame.x + (frame.width - box.width) * share), y: box.y }
      : { x: box.x, y: Math.round(frame.y + (frame.height - box.height) * share) },
  )
}

/** The outermost stay, and between each and the next is the same room; where they lie on each other, as little as a cable needs. */
export function distributed(boxes: Boxes, axis: 'x' | 'y'): NewPlaces {
  const size = axis === 'x' ? 'width' : 'height'
  const inOrder = [...boxes].toSorted(([, a], [, b]) => a[axis] + a[size] / 2 - b[axis] - b[size] / 2)
  const frame = around([...boxes.values()])
  const filled = inOrder.reduce((sum, [, box]) => sum + box[size], 0)
  const room = Math.max((frame[size] - filled) / Math.max(1, inOrder.length - 1), air)
  let at = frame[axis]
  const found = new Map<string, Point>()
  for (const [id, box] of inOrder) {
    found.set(id, axis === 'x' ? { x: Math.round(at), y: box.y } : { x: box.x, y: Math.round(at) })
    at += box[size] + room
  }
  return found
}

/**
 * As a lab of their own would be drawn, at the top left corner of where they were; below what is in the way there.
 * @param parts the lab of them alone
 * @param others boxes that stay
 */
export function tidied(boxes: Boxes, others: readonly Rect[], parts: Lab, language: Language): NewPlaces {
  const scene = buildScene({ lab: { ...parts, layout: {} }, live: null, standing: null })
  const drawn = layOut(scene, { words: canvasWords(language, false) }).boxes.filter(({ id }) => boxes.has(id))
  if (drawn.length === 0) return new Map()
  const [from, to] = [around(drawn), around([...boxes.values()])]
  // As they are drawn, with all of their ports, they may be larger.
  const sizeOf = (id: string, box: Rect): Pick<Rect, 'width' | 'height'> => {
    const { width, height } = boxes.get(id) ?? box
    return { width, height }
  }
  const placed = drawn.map((box) => ({ id: box.id, x: box.x - from.x, y: box.y - from.y, ...sizeOf(box.id, box) }))
  const pushed = pushApart(placed)
  const moved = placed.map((box) => ({ ...box, ...pushed.get(box.id) }))
  let top = to.y
  for (let tries = 0; tries <= others.length; tries += 1) {
    const hit = others.filter((other) => moved.some((box) => touch({ ...box, x: box.x + to.x, y: box.y + top }, other)))
    if (hit.length === 0) break
    top = Math.max(...hit.map(({ y, height }) => y + height)) + below
  }
  return new Map(moved.map(({ id, x, y }) => [id, { x: Math.round(x + to.x), y: Math.round(y + top) }]))
}

/** Below a box that stays, a cable fits in (canvas units). */
const below = 64

const places = (boxes: Boxes, place: (box: Rect) => Point): NewPlaces =>
  new Map([...boxes].map(([id, box]) => [id, place(box)]))

/** The frame around boxes, of which there is at least one. */
export function around(boxes: readonly Rect[]): Rect {
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))]
  const right = Math.max(...boxes.map((box) => box.x + box.width))
  const bottom = Math.max(...boxes.map((box) => box.y + box.height))
  return { x, y, width: right - x, height: bottom - y }
}
