/**
 * Where things are on the drawing, and the way between two of them: what a film needs to move a packet along the real
 * cables. All in canvas units; a path begins and ends exactly at the two stops.
 */
import type { Box, Drawing, InnerPath, Point, Rect } from './drawing.js'
import { markRect } from './label.js'
import { pathData, simplify } from './path.js'
import { namespaceOf } from './scene.js'

export type Stop =
  /** A port; of a bridge, its own interface (the split square). */
  | { readonly at: 'interface'; readonly id: string }
  /** The router circle of a namespace; in one without, its middle. */
  | { readonly at: 'router'; readonly namespace: string }
  /** The hexagon on the path to an interface. */
  | { readonly at: 'nat'; readonly id: string }

export interface Way {
  /** SVG path data. */
  readonly d: string
  readonly points: readonly Point[]
  /** On a cable or a switch a packet is on a wire; elsewhere the kernel is at work on it. */
  readonly medium: 'wire' | 'switch' | 'kernel'
}

export interface Geometry {
  /** Null where the drawing has no such thing. */
  readonly place: (stop: Stop) => Point | null
  readonly bar: (id: string) => Rect | null
  readonly box: (namespace: string) => Rect | null
  /** Null where no cable, switch or layer 3 path joins the two directly. */
  readonly way: (from: Stop, to: Stop) => Way | null
  /** All words that are printed on the drawing. */
  readonly words: () => readonly Rect[]
  /** Where the octagon sits when a packet dies in a namespace. */
  readonly dropMarker: (namespace: string) => Point | null
}

/** The octagon stands this far from the box's right corner, clear of the routes. */
const dropInset = 28
/** What words leave free of it and its casing, from the right border. */
export const dropRoom = dropInset + 20

export function geometryOf(drawing: Drawing): Geometry {
  const boxes = new Map(drawing.boxes.map((box) => [box.id, box]))
  const boxOf = (stop: Stop): Box | undefined => boxes.get(stop.at === 'router' ? stop.namespace : namespaceOf(stop.id))
  const shift = (box: Box, point: Point): Point => ({ x: box.x + point.x, y: box.y + point.y })

  const place = (stop: Stop): Point | null => {
    const box = boxOf(stop)
    if (!box) return null
    if (stop.at === 'router') return shift(box, box.router ?? { x: box.width / 2, y: box.height / 2 })
    if (stop.at === 'nat') {
      const nat = box.nats.find((each) => each.interface === stop.id)
      return nat ? shift(box, nat) : null
    }
    const port = box.ports.find((each) => each.id === stop.id) ?? box.splits.find((each) => each.id === stop.id)
    return port ? shift(box, port) : null
  }

  const way = (from: Stop, to: Stop): Way | null => {
    const points = cableWay(drawing, from, to)
    if (points) return made(points, 'wire')
    const box = boxOf(from)
    if (!box || box !== boxOf(to)) return null
    const inner = switchWay(box, from, to)
    if (inner)
      return made(
        inner.map((point) => shift(box, point)),
        'switch',
      )
    const kernel = kernelWay(box, from, to)
    return kernel
      ? made(
          kernel.map((point) => shift(box, point)),
          'kernel',
        )
      : null
  }

  const words = (): Rect[] => [
    ...drawing.boxes.flatMap((box) => box.marks.map((mark) => ({ ...markRect(mark), ...shift(box, markRect(mark)) }))),
    ...drawing.cables.flatMap(({ labels }) => labels.map(markRect)),
  ]
  return {
    place,
    words,
    bar: (id) => {
      const box = boxes.get(namespaceOf(id))
      const bar = box?.bars.find((each) => each.id === id)
      return box && bar ? { ...shift(box, bar), width: bar.width, height: bar.height } : null
    },
    box: (namespace) => {
      const box = boxes.get(namespace)
      return box ? { x: box.x, y: box.y, width: box.width, height: box.height } : null
    },
    way,
    dropMarker: (namespace) => {
      const box = boxes.get(namespace)
      return box ? { x: box.x + box.width - dropInset, y: box.y + box.height } : null
    },
  }
}

const made = (points: readonly Point[], medium: Way['medium']): Way => {
  const line = simplify(points)
  return { d: pathData(line), points: line, medium }
}

function cableWay(drawing: Drawing, from: Stop, to: Stop): readonly Point[] | null {
  if (from.at !== 'interface' || to.at !== 'interface') return null
  for (const cable of drawing.cables) {
    if (cable.ends[0] === from.id && cable.ends[1] === to.id) return cable.points
    if (cable.ends[0] === to.id && cable.ends[1] === from.id) return [...cable.points].reverse()
  }
  return null
}

/** Through a bridge: from a port up to the middle of the bar, along it, and out at a port or up the stem. */
function switchWay(box: Box, from: Stop, to: Stop): Point[] | null {
  if (from.at !== 'interface' || to.at !== 'interface') return null
  const a = switchEnd(box, from.id)
  const b = switchEnd(box, to.id)
  if (!a || !b || a.bar !== b.bar || from.id === to.id) return null
  return [a.place, { x: a.place.x, y: a.middle }, { x: b.place.x, y: b.middle }, b.place]
}

function switchEnd(box: Box, id: string): { bar: string; place: Point; middle: number } | null {
  const port = box.ports.find((each) => each.id === id && each.bar !== null)
  const split = box.splits.find((each) => each.id === id)
  const bar = box.bars.find((each) => each.id === (port?.bar ?? split?.id))
  const place = port ?? split
  return bar && place ? { bar: bar.id, place: { x: place.x, y: place.y }, middle: bar.y + bar.height / 2 } : null
}

/** Along the layer 3 paths of a box: each leads from somewhere to the router, NAT in between. */
function kernelWay(box: Box, from: Stop, to: Stop): Point[] | null {
  const a = toRouter(box, from)
  const b = toRouter(box, to)
  if (!a || !b) return null
  // Both on one path: the hexagon lies on the way to its port.
  const shared = longestShared(a, b)
  const there = a.slice(0, a.length - shared + 1)
  const back = b.slice(0, b.length - shared + 1).reverse()
  return [...there, ...back]
}

/** The points from a stop to the router, ends included. */
function toRouter(box: Box, stop: Stop): Point[] | null {
  if (!box.router) return null
  const router = { x: box.router.x, y: box.router.y }
  if (stop.at === 'router') return [router]
  const key = stop.at === 'nat' ? `${stop.id}/nat` : stop.id
  const points: Point[] = []
  let next: string | undefined = key
  for (let steps = 0; next !== undefined && next !== 'router' && steps < 4; steps++) {
    const path: InnerPath | undefined =
      box.paths.find((each) => each.to === next) ?? box.paths.find((each) => each.from === next)
    if (!path) return null
    const outwards: boolean = path.to === next
    points.push(...(outwards ? [...path.points].reverse() : path.points))
    next = outwards ? path.from : path.to
  }
  return simplify(points).length > 0
    ? points.filter((point, index) => index === 0 || !same(point, points[index - 1] as Point))
    : null
}

const same = (a: Point, b: Point): boolean => a.x === b.x && a.y === b.y

/** How many points the ends of two lines have in common; at least the router itself. */
function longestShared(a: readonly Point[], b: readonly Point[]): number {
  let count = 0
  while (count < a.length && count < b.length && same(a.at(-1 - count) as Point, b.at(-1 - count) as Point)) count++
  return Math.max(1, count)
}
