/** The drawing as graph elements: what Cytoscape draws, hits and keeps together. */
import type { Box, Cable, Drawing, Layer, Point } from './drawing.js'
import { trim } from './trim.js'

export interface NodeElement {
  readonly id: string
  readonly group: 'nodes'
  readonly kind: 'namespace' | 'bar' | 'split' | 'router' | 'nat' | 'port'
  /** What pointing at it means: an interface id, or the namespace. */
  readonly target: string
  readonly namespace: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly classes: string
  readonly layer: Layer
}

export interface EdgeElement {
  readonly id: string
  readonly group: 'edges'
  readonly kind: 'cable' | 'path' | 'stem'
  readonly target: string
  readonly namespace: string | null
  readonly from: string
  readonly to: string
  readonly points: readonly Point[]
  readonly classes: string
  readonly layer: Layer
}

export type Element = NodeElement | EdgeElement

export const nodeId = {
  namespace: (id: string): string => `namespace ${id}`,
  bar: (id: string): string => `bar ${id}`,
  split: (id: string): string => `split ${id}`,
  router: (id: string): string => `router ${id}`,
  nat: (id: string): string => `nat ${id}`,
  port: (id: string): string => `port ${id}`,
}

/** How far a dotted path stays clear of what it joins. */
const clear = { router: 20, nat: 20, split: 16, port: 10 }

/** Elements of one box; a box that is the same object gives the same elements. */
export function boxElements(box: Box): Element[] {
  const inside = { group: 'nodes' as const, namespace: box.id }
  const found: Element[] = [
    {
      ...inside,
      id: nodeId.namespace(box.id),
      kind: 'namespace',
      target: box.id,
      layer: null,
      x: box.x + box.width / 2,
      y: box.y + box.height / 2,
      width: box.width,
      height: box.height,
      classes: box.presence,
    },
  ]
  for (const bar of box.bars)
    found.push({
      ...inside,
      id: nodeId.bar(bar.id),
      kind: 'bar',
      target: bar.id,
      x: box.x + bar.x + bar.width / 2,
      y: box.y + bar.y + bar.height / 2,
      width: bar.width,
      height: bar.height,
      classes: `${bar.presence} ${bar.state}`,
      layer: 2,
    })
  for (const split of box.splits)
    found.push({
      ...inside,
      id: nodeId.split(split.id),
      kind: 'split',
      target: split.id,
      x: box.x + split.x,
      y: box.y + split.y,
      width: 30,
      height: 28,
      classes: '',
      layer: null,
    })
  if (box.router)
    found.push({
      ...inside,
      id: nodeId.router(box.id),
      kind: 'router',
      target: box.id,
      x: box.x + box.router.x,
      y: box.y + box.router.y,
      width: 33,
      height: 33,
      classes: box.router.on ? 'on' : 'off',
      layer: 3,
    })
  for (const nat of box.nats)
    found.push({
      ...inside,
      id: nodeId.nat(nat.id),
      kind: 'nat',
      target: nat.interface ?? box.id,
      x: box.x + nat.x,
      y: box.y + nat.y,
      width: 33,
      height: 28.6,
      classes: nat.presence,
      layer: 3,
    })
  for (const port of box.ports)
    found.push({
      ...inside,
      id: nodeId.port(port.id),
      kind: 'port',
      target: port.id,
      x: box.x + port.x,
      y: box.y + port.y,
      width: port.size,
      height: port.size,
      classes: `${port.state} ${port.presence} ${port.ground}${port.tunnel ? ' tunnel' : ''}`,
      layer: 2,
    })
  found.push(...boxEdges(box))
  return found
}

function boxEdges(box: Box): EdgeElement[] {
  const absolute = (points: readonly Point[]): Point[] => points.map(({ x, y }) => ({ x: box.x + x, y: box.y + y }))
  const places = new Map<string, { node: string; clear: number }>([
    ['router', { node: nodeId.router(box.id), clear: clear.router }],
  ])
  for (const nat of box.nats) places.set(nat.id, { node: nodeId.nat(nat.id), clear: clear.nat })
  for (const split of box.splits) places.set(split.id, { node: nodeId.split(split.id), clear: clear.split })
  for (const port of box.ports) places.set(port.id, { node: nodeId.port(port.id), clear: clear.port })
  const edges: EdgeElement[] = []
  for (const bar of box.bars) {
    const split = box.splits.find((each) => each.id === bar.id)
    if (!split) continue
    edges.push({
      id: `stem ${bar.id}`,
      group: 'edges',
      kind: 'stem',
      target: bar.id,
      namespace: box.id,
      from: nodeId.split(bar.id),
      to: nodeId.bar(bar.id),
      points: absolute([
        { x: bar.stemX, y: split.y + 13 },
        { x: bar.stemX, y: bar.y },
      ]),
      classes: bar.presence,
      layer: 2,
    })
  }
  for (const path of box.paths) {
    const from = places.get(path.from)
    const to = places.get(path.to)
    if (!from || !to) continue
    const points = trim(absolute(path.points), from.clear, to.clear)
    if (points.length < 2) continue
    edges.push({
      id: `path ${path.id}`,
      group: 'edges',
      kind: 'path',
      target: box.id,
      namespace: box.id,
      from: from.node,
      to: to.node,
      points,
      classes: '',
      layer: 3,
    })
  }
  return edges
}

export const cableElement = (cable: Cable): EdgeElement => ({
  id: `cable ${cable.id}`,
  group: 'edges',
  kind: 'cable',
  target: cable.id,
  namespace: null,
  from: nodeId.port(cable.ends[0]),
  to: nodeId.port(cable.ends[1]),
  points: cable.points,
  classes: `${cable.presence} ${cable.kind} ${cable.carries ? '' : 'silent'}`,
  layer: 2,
})

/** Bounds of everything drawn, selection rings included. */
/** @param more what else is drawn */
export function bounds(
  drawing: Drawing,
  more: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[] = [],
): { x: number; y: number; width: number; height: number } {
  const xs: number[] = []
  const ys: number[] = []
  for (const box of [...drawing.boxes, ...more]) {
    xs.push(box.x, box.x + box.width)
    ys.push(box.y, box.y + box.height)
  }
  for (const cable of drawing.cables)
    for (const point of cable.points) {
      xs.push(point.x)
      ys.push(point.y)
    }
  if (xs.length === 0) return { x: 0, y: 0, width: 0, height: 0 }
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}
