/**
 * From the scene to the drawing: places from the lab's saved layout first, then from the last drawing, then automatic
 * ones; boxes composed around the places of their neighbours; cables last.
 */
import { own } from '../../electron/core/own.js'
import { arrange } from './arrange.js'
import { bandedBox } from './banded-box.js'
import { tagOf, tagPlace } from './box-tag.js'
import { drawCables } from './cables.js'
import { clearWords } from './clear-words.js'
import { snap, type Box, type Drawing, type Point, type Rect, type Side } from './drawing.js'
import { plainBox } from './plain-box.js'
import { air, pushApart, touch } from './push-apart.js'
import { gap, laneX, screenRatio } from './rows.js'
import { namespaceOf, type Scene, type SceneNamespace } from './scene.js'
import { graphOf, type Graph } from './structure.js'
import type { Words } from './words.js'

export type Places = Readonly<Record<string, { readonly x: number; readonly y: number }>>

export interface LayoutOptions {
  readonly words: Words
  /** The lab's `layout`: the top left corner of each namespace's box, in canvas units. */
  readonly saved?: Places
  /** Places of the last drawing: what had one keeps it, so that a new object moves nothing else. */
  readonly previous?: Places
  /** Places that boxes had before something grew into them; they go back there as soon as there is room again. */
  readonly home?: Places
  /** Somebody draws: nothing is arranged anew, and what grows pushes its neighbours aside for as long as it is large. */
  readonly still?: boolean
  /** Boxes under the pointer: they go where it goes, and push nothing. */
  readonly dragged?: ReadonlySet<string>
}

const nothing: ReadonlySet<string> = new Set()
/** A pushed box turns its ports, which can change its size again; so often it is looked at once more. */
const rounds = 3

export function layOut(
  scene: Scene,
  { words, saved = {}, previous = {}, home = {}, still = false, dragged = nothing }: LayoutOptions,
): Drawing {
  const graph = graphOf(scene)
  const compose = (
    id: string,
    sides: ReadonlyMap<string, Side>,
    wishes: ReadonlyMap<string, number>,
    maxWidth: number | null = null,
  ): Box => {
    const each = graph.nodes.get(id)
    if (!each) throw new Error(`no namespace ${id} in the scene`)
    const make = (): Box =>
      each.banded ? bandedBox({ each, sides, words, wishes, maxWidth }) : plainBox(each, sides, words)
    return each.banded && (wishes.size > 0 || maxWidth !== null) ? make() : known(each, sides, make)
  }
  // Arranging asks for the size of the same box many times; only the sides of its ports can change it.
  const composed = new Map<string, { key: string; box: Box }>()
  const known = (each: SceneNamespace, sides: ReadonlyMap<string, Side>, make: () => Box): Box => {
    const key = each.interfaces.map((item) => sides.get(item.id) ?? '').join()
    const last = composed.get(each.id)
    if (last?.key === key) return last.box
    const box = make()
    composed.set(each.id, { key, box })
    return box
  }
  const auto = arrange(graph, compose)
  const kept = Object.keys(previous).filter((id) => graph.nodes.has(id))
  const build = (fixed: Places, pushes: boolean): Drawing => {
    const places = new Map([...auto.places].map(([id, place]) => [id, own(fixed, id) ?? place]))
    // A box of a grid that only kept its place is still reached by its lane; one that was moved by hand is not.
    const moved = new Set(
      Object.keys(fixed).filter(
        (id) => !same(own(fixed, id), auto.places.get(id)) && (own(saved, id) !== undefined || !auto.rows.has(id)),
      ),
    )
    const held = pushes ? dragged : null
    const boxes = composeAll({ graph, places, auto, moved, fixed, compose, held }).map((box) => {
      const tag = tagOf(box.presence, words)
      return clearWords(box, tag === null ? [] : [tagPlace(box, tag)])
    })
    return { boxes, cables: drawCables(scene, boxes, words) }
  }
  if (kept.length === 0) return build(saved, true)
  if (still) return build({ ...previous, ...saved }, true)
  const chosen = new Set(Object.keys(saved))
  for (const places of Object.keys(home).length > 0 ? [{ ...previous, ...home }, previous] : [previous]) {
    const fixed = { ...places, ...saved }
    const drawing = build(fixed, false)
    if (!overlaps(drawing.boxes, chosen)) return overlaps(drawing.boxes, nothing) ? build(fixed, true) : drawing
  }
  // What grew into its neighbour needs new places; those that the user chose stay.
  return build(saved, true)
}

/** Boxes are at home where the drawing has them, as long as none was pushed from where it was before. */
export function homeOf(home: Places, places: Places, saved: Places): Places {
  const pushed = Object.keys(home).some(
    (id) => !own(saved, id) && own(places, id) && !same(own(home, id), own(places, id)),
  )
  return pushed ? home : { ...home, ...places }
}

const same = (a: Places[string] | undefined, b: Places[string] | undefined): boolean => a?.x === b?.x && a?.y === b?.y

export const placesOf = (drawing: Drawing): Places =>
  Object.fromEntries(drawing.boxes.map((box) => [box.id, { x: box.x, y: box.y }]))

/**
 * What the next drawing keeps. A place that the lab gives is not remembered as the box's own: where that is taken back, the
 * box goes to where it was before. Where nothing is arranged anew, neither is a place that a box was pushed to.
 */
export const remembered = (before: Places, drawing: Drawing, saved: Places, still = false): Places =>
  Object.fromEntries(
    drawing.boxes.map(({ id, x, y }) => [
      id,
      still || own(saved, id) !== undefined ? (own(before, id) ?? { x, y }) : { x, y },
    ]),
  )

type Compose = (
  id: string,
  sides: ReadonlyMap<string, Side>,
  wishes: ReadonlyMap<string, number>,
  maxWidth: number | null,
) => Box

interface ComposeInput {
  readonly graph: Graph
  readonly places: Map<string, Point>
  readonly auto: ReturnType<typeof arrange>
  readonly moved: ReadonlySet<string>
  readonly fixed: Places
  readonly compose: Compose
  /** Boxes that neither push nor are pushed; null: none is. */
  readonly held: ReadonlySet<string> | null
}

function composeAll({ graph, places, auto, moved, fixed, compose, held }: ComposeInput): Box[] {
  const sides = new Map(auto.sides)
  const none = new Map<string, number>()
  const plain = (): Map<string, Box> =>
    new Map([...places].map(([id, place]) => [id, { ...compose(id, sides, none, null), ...place }]))
  let boxes = plain()
  if (Object.keys(fixed).length > 0) freeNewcomers(boxes, fixed, places, graph)
  if (moved.size > 0) {
    turnSides(graph, boxes, sides, moved)
    boxes = plain()
  }
  const astray = new Set(moved)
  for (let round = 0; held !== null && round < rounds; round += 1) {
    // By the sizes that boxes have by themselves: one that has room to its right grows into it, which must not push.
    const pushed = pushApart([...boxes.values()].filter(({ id }) => !held.has(id)))
    if (pushed.size === 0) break
    for (const [id, place] of pushed) {
      places.set(id, place)
      astray.add(id)
    }
    boxes = plain()
    // The last push is final: nothing turns after it, so that nothing changes its size.
    if (round === rounds - 1) break
    turnSides(graph, boxes, sides, astray)
    boxes = plain()
  }
  for (const [id, place] of places) {
    const each = graph.nodes.get(id)
    if (!each?.banded) continue
    const wishes = new Map<string, number>()
    for (const cable of graph.neighbours.get(id) ?? []) {
      const other = boxes.get(cable.id) as Box
      const port = other.ports.find((item) => item.id === cable.peer)
      const row = astray.has(cable.id)
        ? 0
        : auto.rows.get(cable.id)?.above === id
          ? (auto.rows.get(cable.id)?.row ?? 0)
          : 0
      if (row > 0) wishes.set(cable.via, laneX(other.x - place.x, row))
      else if (port && port.side === 'top' && other.y > place.y) wishes.set(cable.via, other.x + port.x - place.x)
    }
    const room = astray.size > 0 ? roomToTheRight(id, place, boxes) : null
    const wide = compose(id, sides, wishes, room)
    // Ports that would hang over their peers give way where the box has no room for that.
    boxes.set(id, { ...(room !== null && wide.width > room ? compose(id, sides, none, null) : wide), ...place })
  }
  return [...boxes.values()]
}

/** Free width up to the next box on the right, with room for a cable; null where nothing stands there. */
function roomToTheRight(id: string, place: { x: number; y: number }, boxes: ReadonlyMap<string, Box>): number | null {
  const own = boxes.get(id) as Box
  let room = Infinity
  for (const box of boxes.values())
    if (box.id !== id && box.x > place.x + 40 && box.y < place.y + own.height && box.y + box.height > place.y)
      room = Math.min(room, box.x - place.x - 64)
  return Number.isFinite(room) ? room : null
}

/**
 * Moves boxes without a place of their own off those that have one: to the next free place on the right; what no cable joins
 * to others goes below them, where the whole picture stays the larger on a screen for it.
 */
function freeNewcomers(
  boxes: Map<string, Box>,
  fixed: Places,
  places: Map<string, { x: number; y: number }>,
  graph: Graph,
): void {
  const settled: Rect[] = [...boxes.values()].filter((box) => own(fixed, box.id))
  for (const box of boxes.values()) {
    if (own(fixed, box.id)) continue
    const right = freeOf(box, settled, (hit) => ({ x: snap(hit.x + hit.width + gap.row), y: box.y }))
    const below = freeOf(box, settled, (hit) => ({ x: box.x, y: snap(hit.y + hit.height + gap.below) }))
    const joined = (graph.neighbours.get(box.id) ?? []).some(({ id }) => id !== box.id)
    const place = !joined && shrunkBy([...settled, below]) < shrunkBy([...settled, right]) ? below : right
    boxes.set(box.id, { ...box, x: place.x, y: place.y })
    places.set(box.id, { x: place.x, y: place.y })
    settled.push(place)
  }
}

/** `next` is asked for another place as long as the box lies on another one. */
function freeOf(box: Rect, settled: readonly Rect[], next: (hit: Rect) => Point): Rect {
  let at: Rect = { x: box.x, y: box.y, width: box.width, height: box.height }
  for (let tries = 0; tries <= settled.length; tries++) {
    const hit = settled.find((other) => touch(at, other))
    if (!hit) break
    at = { ...at, ...next(hit) }
  }
  return at
}

/** How far a picture of these boxes is shrunk to be shown whole, as a height. */
function shrunkBy(boxes: readonly Rect[]): number {
  const ends = (from: 'x' | 'y', size: 'width' | 'height'): number =>
    Math.max(...boxes.map((box) => box[from] + box[size])) - Math.min(...boxes.map((box) => box[from]))
  return Math.max(ends('x', 'width') / screenRatio, ends('y', 'height'))
}

function overlaps(boxes: readonly Box[], saved: ReadonlySet<string>): boolean {
  const sorted = [...boxes].sort((a, b) => a.x - b.x)
  for (const [index, a] of sorted.entries())
    for (let next = index + 1; next < sorted.length; next++) {
      const b = sorted[next] as Box
      if (b.x >= a.x + a.width + air) break
      if (touch(a, b) && !(saved.has(a.id) && saved.has(b.id))) return true
    }
  return false
}

/** Ports of a moved box go to the border that faces their peer. Bridge ports stay on their bar. */
function turnSides(
  graph: Graph,
  boxes: ReadonlyMap<string, Box>,
  sides: Map<string, Side>,
  moved: ReadonlySet<string>,
): void {
  for (const [id, cables] of graph.neighbours)
    for (const cable of cables) {
      if (namespaceOf(cable.peer) < id || (!moved.has(id) && !moved.has(cable.id))) continue
      const a = boxes.get(id) as Box
      const b = boxes.get(cable.id) as Box
      const facing = facingSides(a, b)
      if (!facing) continue
      sides.set(cable.via, facing[0])
      sides.set(cable.peer, facing[1])
    }
}

function facingSides(a: Rect, b: Rect): [Side, Side] | null {
  if (b.y >= a.y + a.height + air) return ['bottom', 'top']
  if (a.y >= b.y + b.height + air) return ['top', 'bottom']
  if (b.x >= a.x + a.width + air) return ['right', 'left']
  if (a.x >= b.x + b.width + air) return ['left', 'right']
  return null
}
