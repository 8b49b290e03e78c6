/**
 * Keeps a Cytoscape graph equal to the drawing. A change touches only the elements that changed, in one batch;
 * Cytoscape draws shapes and lines, finds what the pointer is on, and owns pan and zoom.
 */
import cytoscape, { type Core, type CollectionReturnValue, type ElementDefinition } from 'cytoscape'
import type { Drawing, Point } from './drawing.js'
import { boxElements, cableElement, nodeId, type EdgeElement, type Element, type NodeElement } from './elements.js'
import { graphStyle, readTokens } from './graph-style.js'

/** Zoom as a factor; far out enough for a thousand namespaces in a small window, near enough to read from across a room. */
export const zoomRange = { min: 0.02, max: 4 }

/** What an element belongs to decides whether its hue is drained. */
export type IsDrained = (element: Element) => boolean

interface Source {
  readonly source: object
  readonly elements: readonly Element[]
}

export class GraphView {
  readonly cy: Core
  private shown: Map<string, Element> = new Map()
  /** The data that each edge was last placed with. */
  private readonly ways = new Map<string, string>()
  /** What each box and each cable became: the same one gives the same elements. */
  private sources: ReadonlyMap<string, Source> = new Map()
  private isDrained: IsDrained | null = null

  constructor(private readonly container: HTMLElement) {
    this.cy = cytoscape({
      container,
      layout: { name: 'preset' },
      style: graphStyle(readTokens(container)),
      minZoom: zoomRange.min,
      maxZoom: zoomRange.max,
      autoungrabify: true,
      autounselectify: true,
      boxSelectionEnabled: false,
      // Cables that vanish while panning would tell a lie; drawing them is cheap enough (see the frame-rate test).
      hideEdgesOnViewport: false,
      textureOnViewport: false,
    })
  }

  /** After a change of theme: the same elements in other colours. */
  restyle(): void {
    this.cy.style(graphStyle(readTokens(this.container)) as never)
  }

  sync(drawing: Drawing, isDrained: IsDrained): void {
    const next = new Map<string, Element>()
    const sources = new Map<string, Source>()
    const take = (id: string, source: object, make: () => readonly Element[]): void => {
      const known = this.sources.get(id)
      const taken = known?.source === source ? known : { source, elements: make() }
      sources.set(id, taken)
      for (const element of taken.elements) next.set(element.id, element)
    }
    for (const box of drawing.boxes) take(nodeId.namespace(box.id), box, () => boxElements(box))
    for (const cable of drawing.cables) take(`cable ${cable.id}`, cable, () => [cableElement(cable)])
    const hasMoved = (id: string): boolean => this.shown.get(id) !== next.get(id)
    this.cy.batch(() => {
      // Edges first: they cannot outlive the nodes at their ends.
      for (const [id, element] of this.shown)
        if (!next.has(id) || this.ends(element) !== this.ends(next.get(id))) {
          this.cy.getElementById(id).remove()
          this.shown.delete(id)
          this.ways.delete(id)
        }
      const changed = [...next.values()].filter((element) => hasMoved(element.id))
      const added = changed.filter((element) => !this.shown.has(element.id))
      if (added.length > 0) this.cy.add(added.map(definition))
      // Places of nodes, then lines: a line's bends are told relative to its ends.
      for (const element of changed) if (element.group === 'nodes') this.placeNode(element, !this.shown.has(element.id))
      for (const element of next.values())
        if (element.group === 'edges' && [element.id, element.from, element.to].some(hasMoved))
          this.placeEdge(element, next)
      const drawnAnew = isDrained === this.isDrained ? changed : next.values()
      for (const element of drawnAnew) {
        const item = this.cy.getElementById(element.id)
        const drained = isDrained(element)
        if (drained !== item.hasClass('drained')) item.toggleClass('drained', drained)
      }
    })
    this.shown = next
    this.sources = sources
    this.isDrained = isDrained
  }

  /** The element at a place, by its graph id. */
  element(id: string): Element | undefined {
    return this.shown.get(id)
  }

  /** The port within `radius` canvas units; ports are smaller than a fingertip. */
  portNear(point: Point, radius: number): NodeElement | null {
    let best: NodeElement | null = null
    let least = radius
    for (const element of this.shown.values()) {
      if (element.kind !== 'port') continue
      const distance = Math.max(Math.abs(element.x - point.x), Math.abs(element.y - point.y))
      if (distance > least) continue
      least = distance
      best = element
    }
    return best
  }

  destroy(): void {
    this.cy.destroy()
  }

  private ends(element: Element | undefined): string {
    return element?.group === 'edges' ? `${element.from}|${element.to}` : ''
  }

  private placeNode(element: NodeElement, isNew: boolean): void {
    const before = this.shown.get(element.id)
    if (before === element) return
    const item = this.cy.getElementById(element.id)
    if (!isNew) this.renew(item, element, before)
    if (before?.group === 'nodes' && (before.width !== element.width || before.height !== element.height))
      item.data({ width: element.width, height: element.height })
    const position = item.position()
    if (position.x !== element.x || position.y !== element.y) item.position({ x: element.x, y: element.y })
  }

  private placeEdge(element: EdgeElement, nodes: ReadonlyMap<string, Element>): void {
    const from = nodes.get(element.from)
    const to = nodes.get(element.to)
    if (from?.group !== 'nodes' || to?.group !== 'nodes') return
    const before = this.shown.get(element.id)
    const { points } = element
    const [start, end] = [points[0] as Point, points.at(-1) as Point]
    const bent = points.length > 2
    // Told relative to the middle of the nodes: a bar that grows changes the ends of its stem, though they stay in place.
    const placed = {
      source_endpoint: `${start.x - from.x}px ${start.y - from.y}px`,
      target_endpoint: `${end.x - to.x}px ${end.y - to.y}px`,
      ...(bent ? segments(points) : {}),
    }
    const key = JSON.stringify(placed)
    if (before && before.classes === element.classes && this.ways.get(element.id) === key) return
    this.ways.set(element.id, key)
    const item = this.cy.getElementById(element.id)
    if (before) this.renew(item, element, before)
    item.data(placed)
    if (bent !== item.hasClass('bent')) item.toggleClass('bent', bent)
  }

  private renew(item: CollectionReturnValue, element: Element, before: Element | undefined): void {
    if (before?.classes === element.classes) return
    const kept = ['drained', 'bent'].filter((name) => item.hasClass(name))
    item.classes([element.kind, ...element.classes.split(' '), ...kept].filter(Boolean))
  }
}

function definition(element: Element): ElementDefinition {
  const classes = [element.kind, ...element.classes.split(' ')].filter(Boolean)
  if (element.group === 'edges')
    return {
      group: 'edges',
      classes,
      data: {
        id: element.id,
        source: element.from,
        target: element.to,
        source_endpoint: '0px 0px',
        target_endpoint: '0px 0px',
        weights: '0.5',
        distances: '0',
      },
    }
  return {
    group: 'nodes',
    classes,
    position: { x: element.x, y: element.y },
    data: {
      id: element.id,
      width: element.width,
      height: element.height,
    },
  }
}

/** Bends as Cytoscape wants them: how far along the straight line from end to end, and how far to its side. */
function segments(points: readonly Point[]): { weights: string; distances: string } {
  const [start, end] = [points[0] as Point, points.at(-1) as Point]
  const along = { x: end.x - start.x, y: end.y - start.y }
  const size = Math.hypot(along.x, along.y) || 1
  const weights: number[] = []
  const distances: number[] = []
  for (const point of points.slice(1, -1)) {
    const offset = { x: point.x - start.x, y: point.y - start.y }
    weights.push((offset.x * along.x + offset.y * along.y) / (size * size))
    distances.push((-offset.x * along.y + offset.y * along.x) / size)
  }
  return { weights: weights.join(' '), distances: distances.join(' ') }
}

export { nodeId }
