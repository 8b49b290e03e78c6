/** Where each hop of a film is on the canvas, and the line its packet moves along to get there. */
import type { Point, Rect } from '../canvas/drawing.js'
import type { Geometry, Stop, Way } from '../canvas/geometry.js'
import { interfaceId } from '../canvas/scene.js'
import type { Film, FilmHop } from './film.js'
import { join, lengthOf, rounded, slice, type Hole, type Line } from './line.js'

export type Medium = Way['medium']

export interface PlacedHop {
  readonly film: FilmHop
  /** The port, circle or hexagon it happened at. */
  readonly at: Point
  readonly stop: Stop
  /** Where the packet waits while this hop is the current one. */
  readonly rest: Point
  /** From where the packet rested before; null where it appears. */
  readonly travel: Line | null
  readonly medium: Medium
  /** From place to place, for the track in the background; null where it appears. */
  readonly way: Line | null
  readonly badge: Point
}

export interface PlacedFilm {
  readonly hops: ReadonlyMap<number, PlacedHop>
  /** What no line is drawn over. */
  readonly holes: readonly Hole[]
}

/** Half of the capsule, and air between it and what it stands beside (px). */
const capsule = { halfWidth: 19, halfHeight: 11, air: 4 } as const
/** Radii of signs as drawn, with their casing (px). */
const radii = { port: 9.5, split: 17, router: 19.5, nat: 19.5 } as const

export function placeFilm(film: Film, geometry: Geometry): PlacedFilm {
  const stops = new Map(film.hops.map((each) => [each.hop.n, stopOf(film, each, geometry)]))
  const points = new Map([...stops].map(([n, stop]) => [n, pointOf(geometry, stop)]))
  const ways = new Map<number, { readonly line: Line; readonly medium: Medium } | null>()
  for (const { hop, from } of film.hops)
    ways.set(hop.n, from === null ? null : wayBetween(geometry, stops.get(from) as Stop, stops.get(hop.n) as Stop))

  /** How far past its place (positive) or before it (negative) the packet of a hop rests. */
  const restOf = ({ hop, next }: FilmHop): number => {
    const stop = stops.get(hop.n) as Stop
    const own = ways.get(hop.n)
    const onward = next.length === 1 ? ways.get(next[0] ?? -1) : null
    const leaves = hop.direction === 'out' || hop.event === 'routed' || hop.event === 'nat'
    if (leaves && onward) return Math.min(clearance(onward.line, stop, geometry, false), lengthOf(onward.line) / 2)
    if (!leaves && own && own.line.length > 1 && hop.observed)
      return -Math.min(clearance(own.line, stop, geometry, true), lengthOf(own.line) / 2)
    return 0
  }
  const rests = new Map(film.hops.map((each) => [each.hop.n, restOf(each)]))

  const hops = new Map<number, PlacedHop>()
  const crowd = new Map<string, number>()
  for (const each of film.hops) {
    const { hop, from, next } = each
    const at = points.get(hop.n) as Point
    const stop = stops.get(hop.n) as Stop
    const own = ways.get(hop.n) ?? null
    const rest = rests.get(hop.n) ?? 0
    const parts: Line[] = []
    if (own) {
      const before = from === null ? 0 : (rests.get(from) ?? 0)
      const arrived = from === null ? null : (ways.get(from) ?? null)
      // Where it rested before its last place, it first comes in there.
      if (before < 0 && arrived) parts.push(slice(arrived.line, lengthOf(arrived.line) + before, Infinity))
      parts.push(slice(own.line, Math.max(0, before), lengthOf(own.line) + Math.min(0, rest)))
    }
    const onward = rest > 0 ? (ways.get(next[0] ?? -1)?.line ?? null) : null
    if (onward) parts.push(slice(onward, 0, rest))
    const travel = join(parts.filter((part) => part.length > 1))
    // What ends where it was captured does not move again.
    const stays = own !== null && lengthOf(own.line) === 0 && from !== null && rest === 0
    const key = `${each.journey} ${at.x} ${at.y}`
    const nth = crowd.get(key) ?? 0
    crowd.set(key, nth + 1)
    hops.set(hop.n, {
      film: each,
      at,
      stop,
      rest: (stays ? hops.get(from)?.rest : rest === 0 ? at : travel.at(-1)) ?? at,
      travel: own && !stays && travel.length > 1 ? travel : null,
      medium: own?.medium ?? 'kernel',
      way: own?.line ?? null,
      badge: badgeOf(at, stop, geometry, nth),
    })
  }
  const holes = new Map<string, Hole>()
  for (const { at, stop } of hops.values())
    holes.set(`${at.x} ${at.y}`, { ...at, radius: radii[signOf(stop, geometry)] })
  return { hops, holes: [...holes.values()] }
}

/** The thing on the canvas where a hop happened. */
function stopOf(film: Film, { hop, from, next }: FilmHop, geometry: Geometry): Stop {
  const { namespace } = hop
  const port = (name: string | null | undefined): Stop => ({ at: 'interface', id: interfaceId(namespace, name ?? '') })
  const router: Stop = { at: 'router', namespace }
  if (hop.event === 'routed') return router
  if (hop.event === 'nat') {
    // The hexagon of the interface it came in by rewrites destinations, that of the way out rewrites sources.
    const cause = film.byNumber.get(hop.comparedWith ?? -1)?.hop.interface
    const out = leavingBy(film, next)
    const rewrites = {
      in: hop.changed.some((path) => /(^|\.)ip\.dst$/.test(path)),
      out: hop.changed.some((path) => /(^|\.)ip\.src$/.test(path)),
    }
    const order = rewrites.in && !rewrites.out ? [cause, out] : [out, cause]
    for (const name of order) {
      const stop: Stop = { at: 'nat', id: interfaceId(namespace, name ?? '') }
      if (name && geometry.place(stop)) return stop
    }
    return router
  }
  if (hop.interface === null) return router
  // A packet that layer 3 drops has come as far as the router, where there is one.
  const neighbours = hop.leg === 'arp' || hop.leg === 'ndp'
  if (hop.event === 'dropped' && from !== null && !neighbours && geometry.way(port(hop.interface), router))
    return router
  return port(hop.interface)
}

/** The interface by which what follows leaves. */
function leavingBy(film: Film, next: readonly number[]): string | null {
  let numbers = next
  for (let steps = 0; steps < 3; steps++) {
    const following = film.byNumber.get(numbers[0] ?? -1)
    if (!following) return null
    if (following.hop.observed) return following.hop.interface
    numbers = following.next
  }
  return null
}

/** An interface without a sign of its own (lo) is on the left border, above the box's last line (px from the top). */
const withoutSign = 44

/** The corner of the drawing for what is not drawn at all. */
function pointOf(geometry: Geometry, stop: Stop): Point {
  const place = geometry.place(stop)
  if (place) return place
  const box = geometry.box(stop.at === 'router' ? stop.namespace : stop.id.slice(0, stop.id.lastIndexOf(':')))
  if (!box) return { x: 0, y: 0 }
  return stop.at === 'interface'
    ? { x: box.x, y: box.y + Math.min(withoutSign, box.height / 2) }
    : { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

function wayBetween(geometry: Geometry, from: Stop, to: Stop): { readonly line: Line; readonly medium: Medium } {
  const way = geometry.way(from, to)
  if (way)
    return {
      line: rounded(way.medium === 'switch' ? belowName(way.points, to, from, geometry) : way.points),
      medium: way.medium,
    }
  const [a, b] = [pointOf(geometry, from), pointOf(geometry, to)]
  if (a.x === b.x && a.y === b.y) return { line: [a, b], medium: 'kernel' }
  // Nothing on the canvas joins them (a tunnel and the interface it leaves by): an elbow through the box.
  const corners = a.x === b.x || a.y === b.y ? [a, b] : [a, { x: b.x, y: a.y }, b]
  return { line: rounded(corners), medium: 'kernel' }
}

/** From port to port the way runs below the bridge's name; to its own interface it ends before the name. */
function belowName(points: readonly Point[], from: Stop, to: Stop, geometry: Geometry): readonly Point[] {
  const own = [from, to].some((stop) => stop.at === 'interface' && geometry.bar(stop.id))
  return own
    ? points
    : points.map((point, index) =>
        index === 0 || index === points.length - 1 ? point : { x: point.x, y: point.y + 8 },
      )
}

function signOf(stop: Stop, geometry: Geometry): keyof typeof radii {
  if (stop.at !== 'interface') return stop.at === 'router' && !geometry.place(stop) ? 'port' : stop.at
  return geometry.bar(stop.id) ? 'split' : 'port'
}

/** How far from a place the capsule must stand not to cover its sign. */
function clearance(line: Line, stop: Stop, geometry: Geometry, atEnd: boolean): number {
  const [a, b] = atEnd ? [line.at(-2), line.at(-1)] : [line[0], line[1]]
  const upright = a !== undefined && b !== undefined && Math.abs(b.y - a.y) > Math.abs(b.x - a.x)
  const half = upright ? capsule.halfHeight : capsule.halfWidth
  return half + radii[signOf(stop, geometry)] + capsule.air + (stop.at === 'interface' && !upright && !atEnd ? 11 : 0)
}

/** Beside its place, where the canvas has no words; further ones at the same place go outwards. */
function badgeOf(at: Point, stop: Stop, geometry: Geometry, nth: number): Point {
  const step = 23 * nth
  if (stop.at === 'router' && geometry.place(stop)) return { x: at.x - 26 - step, y: at.y - 24 }
  // Above and below a hexagon stand the address and the rules of its interface.
  if (stop.at === 'nat') return { x: at.x - 66 - step, y: at.y - 20 }
  if (stop.at === 'interface' && geometry.bar(stop.id)) return { x: at.x + 30 + step, y: at.y }
  const namespace = stop.at === 'router' ? stop.namespace : stop.id.slice(0, stop.id.lastIndexOf(':'))
  const box = geometry.box(namespace)
  // Below the box they stay within its width, however many there are: beside it the canvas may end.
  if (box && stop.at === 'interface' && !geometry.place(stop))
    return { x: box.x + 14 + step, y: box.y + box.height + 18 }
  const side = box ? sideOf(at, box) : null
  if (side === 'right') return { x: at.x + 24 + step, y: at.y - 30 }
  if (side === 'left') return { x: at.x - 18 - step, y: at.y - 24 }
  if (side === 'top') return { x: at.x - 26 - step, y: at.y - 14 }
  return { x: at.x - 26 - step, y: at.y + 16 }
}

function sideOf(at: Point, box: Rect): 'left' | 'right' | 'top' | 'bottom' | null {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 2
  if (near(at.x, box.x)) return 'left'
  if (near(at.x, box.x + box.width)) return 'right'
  if (near(at.y, box.y)) return 'top'
  return near(at.y, box.y + box.height) ? 'bottom' : null
}
