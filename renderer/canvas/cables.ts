/** Cables between placed boxes, the words along them, and the openings in the borders that they pass. */
import type { Impair } from '../../electron/core/lab/lab.js'
import { sameImpair } from '../../electron/core/plan/qdisc.js'
import type { Box, Cable, Mark, Point, Port } from './drawing.js'
import { routeCable, wayOut, type CableEnd } from './cable-route.js'
import { mark, markRect } from './label.js'
import { Places } from './places.js'
import { TakenWays } from './taken-ways.js'
import { namespaceOf, type Scene, type SceneCable } from './scene.js'
import type { Words } from './words.js'

/** More cables than this on one bar are told by the bar's own words. */
const labelledPerBar = 12
/** In a picture of more cables nobody follows a single one by eye, and ways of their own would take long to find. */
const followed = 120
/** Bends of neighbouring cables in one corridor are this far apart. */
const laneStep = 8

/** Adds gaps to `boxes` in place of the old ones and returns the cables. */
export function drawCables(scene: Scene, boxes: Box[], words: Words): Cable[] {
  const byId = new Map(boxes.map((box) => [box.id, box]))
  const ports = new Map(boxes.flatMap((box) => box.ports.map((port) => [port.id, port] as const)))
  const perBar = new Map<string, number>()
  for (const port of ports.values()) if (port.bar) perBar.set(port.bar, (perBar.get(port.bar) ?? 0) + 1)
  const gaps = new Map<string, Box['gaps'][number][]>()
  const lanes = new Lanes()
  const taken = scene.cables.length <= followed ? new TakenWays() : undefined
  const cables: Cable[] = []
  const plugged = scene.cables.flatMap((cable) => {
    const [a, b] = cable.ends.map((id) => ({ port: ports.get(id), box: byId.get(namespaceOf(id)) }))
    if (!a?.port || !a.box || !b?.port || !b.box) return []
    const [from, to] = [cableEnd(a.port, a.box), cableEnd(b.port, b.box)]
    // Where one leaves its box no other passes, whichever is drawn first.
    const free = taken && [from, to].map((end) => taken.add(wayOut(end)))
    return [{ cable, a: { port: a.port, box: a.box }, b: { port: b.port, box: b.box }, from, to, free }]
  })
  for (const { cable, a, b, from, to, free } of plugged) {
    for (const each of free ?? []) each()
    const straight = from.x === to.x || from.y === to.y
    const points = routeCable(from, to, boxes, straight ? 0 : lanes.take(from, to), taken)
    taken?.add(points)
    for (const [end, box, port, towards] of [
      [from, a.box, a.port, points[1]],
      [to, b.box, b.port, points.at(-2)],
    ] as const) {
      if (!port.bar || !towards) continue
      const gap = { x: end.x - box.x, y: box.height, side: 'bottom' as const }
      const known = gaps.get(box.id)
      if (known) known.push(gap)
      else gaps.set(box.id, [gap])
    }
    const crowded = [a.port, b.port].some((port) => port.bar && (perBar.get(port.bar) ?? 0) > labelledPerBar)
    cables.push({
      id: cable.id,
      kind: cable.kind,
      ends: cable.ends,
      presence: cable.presence,
      carries: cable.carries,
      points: points.map(({ x, y }) => ({ x, y })),
      labels: crowded ? [] : labels(cable, points, a.box, b.box, words),
    })
  }
  for (const [index, box] of boxes.entries()) boxes[index] = { ...box, gaps: gaps.get(box.id) ?? [] }
  return withRoom(cables, boxes)
}

/** Words of a cable stand where they have room; a picture with fewer of them is better than one with words on words. */
function withRoom(cables: readonly Cable[], boxes: readonly Box[]): Cable[] {
  const taken = new Places()
  for (const box of boxes) taken.add({ ...box, height: box.height + (box.banded ? 0 : tagReach) })
  return cables.map((cable) => {
    const labels = cable.labels.filter((label) => {
      const at = markRect(label)
      if (taken.meets(at)) return false
      taken.add(at)
      return true
    })
    return labels.length === cable.labels.length ? cable : { ...cable, labels }
  })
}

/** A tag hangs this far below a box. */
const tagReach = 12

/** Keeps bends apart that would lie on each other: cables out of one row of boxes, over the same stretch. */
class Lanes {
  private readonly taken = new Map<number, { lane: number; from: number; to: number }[]>()

  take(from: CableEnd, to: CableEnd): number {
    const across = from.side === 'left' || from.side === 'right'
    const row = across ? from.box.x + from.box.width : from.box.y + from.box.height
    const [a, b] = across ? [from.y, to.y] : [from.x, to.x]
    const span = { from: Math.min(a, b) - laneStep, to: Math.max(a, b) + laneStep }
    const inRow = this.taken.get(row) ?? []
    const others = inRow.filter((each) => each.from < span.to && span.from < each.to)
    let lane = 0
    while (lane < maxLanes && others.some((each) => each.lane === lane)) lane++
    inRow.push({ lane, ...span })
    this.taken.set(row, inRow)
    return (lane % 2 === 0 ? 1 : -1) * Math.ceil(lane / 2) * laneStep
  }
}

/** More do not fit between two rows; further cables share. */
const maxLanes = 5

const cableEnd = (port: Port, box: Box): CableEnd => ({ x: box.x + port.x, y: box.y + port.y, side: port.side, box })

/** The same in both directions once, else with an arrow by the end that sends. */
function impairText({ impair: [a, b], ends }: SceneCable): string {
  if (!a && !b) return ''
  if (sameImpair(a, b)) return ` · ${partsOf(a)}`
  const of = (impair: Impair | null, end: string): string[] =>
    impair ? [`${endName(end, ends)} → ${partsOf(impair)}`] : []
  return ` · ${[...of(a, ends[0]), ...of(b, ends[1])].join(' · ')}`
}

/** Of two ends that are called alike, with its namespace. */
function endName(end: string, ends: readonly [string, string]): string {
  const [a, b] = ends.map(bareName)
  return a === b ? end : bareName(end)
}

const bareName = (end: string): string => end.slice(end.lastIndexOf(':') + 1)

function partsOf(impair: Impair | null): string {
  if (!impair) return ''
  const time = (us: number): string => (us >= 1000 ? `${us / 1000} ms` : `${us} µs`)
  const parts: string[] = []
  if (impair.delayUs) parts.push(time(impair.delayUs) + (impair.jitterUs ? ` ± ${time(impair.jitterUs)}` : ''))
  if (impair.lossPercent) parts.push(`${impair.lossPercent}%`)
  for (const [sign, share] of [
    ['×2', impair.duplicatePercent],
    ['≠', impair.corruptPercent],
    ['⇄', impair.reorderPercent],
  ] as const)
    if (share) parts.push(`${sign} ${share}%`)
  if (impair.rateBit)
    parts.push(impair.rateBit >= 1e6 ? `${impair.rateBit / 1e6} Mbit/s` : `${impair.rateBit / 1e3} kbit/s`)
  return parts.join(', ')
}

/** Words at the longest stretch outside of both boxes: beside a vertical one, over and under a horizontal one. */
function labels(cable: SceneCable, points: readonly Point[], a: Box, b: Box, words: Words): Mark[] {
  const text =
    cable.kind === 'tunnel'
      ? words.tunnel(cable.tunnelLabel ?? '', null)
      : cable.kind === 'share'
        ? ''
        : cable.kind === 'uplink'
          ? words.uplink
          : cable.unplugged === null
            ? words.vethPair + impairText(cable)
            : words.unplugged(endName(cable.unplugged, cable.ends))
  const stretch = longest(points, [a, b])
  // What shares a cable says so itself.
  if (!stretch || text === '') return []
  const [from, to] = stretch
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  const key = `${cable.id}/label/${text}`
  const style = { layer: 2, tone: 'text3' } as const
  if (from.x === to.x) return [mark(key, text, 'cp', { x: middle.x + 12, y: middle.y + 5 }, style)]
  // Less has no room for the shortest of these words.
  if (Math.abs(to.x - from.x) < 56) return []
  const far = [a, b].some((box) => box.role === 'far') && [a, b].some((box) => box.role === 'host')
  const under = mark(key, text, 'cp', { x: middle.x, y: middle.y + 19 }, { ...style, anchor: 'middle' })
  if (!far) return [under]
  return [
    mark(
      `${cable.id}/uplink`,
      words.uplink,
      'cp',
      { x: middle.x, y: middle.y - 10 },
      { layer: 2, tone: 'text2', anchor: 'middle' },
    ),
    under,
  ]
}

function longest(points: readonly Point[], boxes: readonly Box[]): [Point, Point] | null {
  let best: [Point, Point] | null = null
  let most = 24
  for (let index = 1; index < points.length; index++) {
    const stretch = outside(points[index - 1] as Point, points[index] as Point, boxes)
    const size = Math.abs(stretch[1].x - stretch[0].x) + Math.abs(stretch[1].y - stretch[0].y)
    if (size <= most) continue
    most = size
    best = stretch
  }
  return best
}

/** The part of a vertical stretch that is below or above the boxes; a bridge's cable starts inside of its box. */
function outside(from: Point, to: Point, boxes: readonly Box[]): [Point, Point] {
  if (from.x !== to.x) return [from, to]
  let [top, bottom] = from.y < to.y ? [from.y, to.y] : [to.y, from.y]
  for (const box of boxes) {
    if (from.x < box.x || from.x > box.x + box.width) continue
    if (top >= box.y && top < box.y + box.height) top = box.y + box.height
    if (bottom > box.y && bottom <= box.y + box.height) bottom = box.y
  }
  return bottom > top
    ? [
        { x: from.x, y: top },
        { x: from.x, y: bottom },
      ]
    : [from, from]
}
