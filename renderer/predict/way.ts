/** Where the places that somebody pointed at are on the drawing, and the line through them. */
import type { Place } from '../../electron/core/predict/mark.js'
import type { Point } from '../canvas/drawing.js'
import type { Geometry } from '../canvas/geometry.js'
import { interfaceId } from '../canvas/scene.js'

interface DrawnWay {
  readonly start: Point | null
  /** Of each place, in order. */
  readonly points: readonly Point[]
  /** SVG path data; null where there is nothing to join. */
  readonly line: string | null
}

/** From the right corner of a box, and between two numbers at one place (canvas units). */
const inset = 22
const apart = 24
/** Beside a port, whose name is on its right; beside the sign of a bridge's own interface, whose name is on its left (canvas units). */
const beside = { port: -22, bar: 30 }

export function drawWay(geometry: Geometry, from: string, places: readonly Place[]): DrawnWay {
  const taken = new Map<string, number>()
  const pointOf = (place: Place): Point => {
    const at = anchor(geometry, place)
    const key = `${at.x} ${at.y}`
    const nth = taken.get(key) ?? 0
    taken.set(key, nth + 1)
    return { x: at.x - nth * apart, y: at.y }
  }
  const isFromDrawn = places[0]?.namespace === from && places[0].interface === null
  const start = geometry.box(from) && !isFromDrawn ? pointOf({ namespace: from, interface: null }) : null
  const points = places.map(pointOf)
  const all = [...(start ? [start] : []), ...points]
  const line = all.length < 2 ? null : `M${all.map(({ x, y }) => `${x} ${y}`).join('L')}`
  return { start, points, line }
}

function anchor(geometry: Geometry, { namespace, interface: name }: Place): Point {
  const id = name === null ? null : interfaceId(namespace, name)
  const sign = id === null ? null : geometry.place({ at: 'interface', id })
  if (id !== null && sign) return { x: sign.x + (geometry.bar(id) ? beside.bar : beside.port), y: sign.y }
  const box = geometry.box(namespace)
  return box ? { x: box.x + box.width - inset, y: box.y } : { x: 0, y: 0 }
}
