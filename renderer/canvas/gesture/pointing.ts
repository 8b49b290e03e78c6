/** What the pointer does on the graph: point, choose, open, drag a box. Panning and zooming are Cytoscape's own. */
import type { Core, EventObject } from 'cytoscape'
import type { Point } from '../drawing.js'
import type { GraphView } from '../graph-view.js'
import { sameTarget, type Target } from '../selection.js'

export interface PointingEvents {
  readonly hover: (target: Target | null) => void
  readonly select: (target: Target | null) => void
  readonly open: (target: Target) => void
  readonly context: (target: Target | null, at: Point) => void
  readonly canDrag: () => boolean
  /** `by` is the way since the drag began, in canvas units. */
  readonly drag: (namespace: string, by: Point) => void
  readonly drop: (namespace: string, by: Point | null) => void
  /** Where a cable begins, if one may be drawn: a port, a bar, or a box whose edge is pressed. */
  readonly cableFrom: (target: Target | null, at: Point) => Target | null
  /** A cable on its way to there, in canvas units; null: it was given up. */
  readonly cable: (from: Target, to: Point | null, over: Target | null) => void
  /** Let go of there. */
  readonly plug: (from: Target, over: Target | null, at: Point, rendered: Point) => void
}

/** Half of the 24 by 24 target that every port has. */
const portReach = 12
/** A press that moves less than this, in CSS pixels, is a click. */
const dragThreshold = 4

/** Milliseconds between two clicks that are one double click. */
const doubleClick = 400

interface Drag {
  readonly namespace: string
  /** Not null: what moves is the end of a cable that begins there. */
  readonly cable: Target | null
  readonly from: Point
  moved: boolean
}

/** Returns a function that ends all of it. */
export function watchPointer(view: GraphView, events: PointingEvents): () => void {
  const { cy } = view
  let drag: Drag | null = null
  let hovered: Target | null = null
  let last: { target: Target | null; at: number } | null = null

  const targetOf = (event: EventObject): Target | null => {
    const port = view.portNear(event.position, portReach / Math.min(1, cy.zoom()))
    if (port) return { kind: 'interface', id: port.target }
    if (event.target === cy) return null
    const element = view.element((event.target as { id: () => string }).id())
    if (!element) return null
    if (element.kind === 'cable') return { kind: 'cable', id: element.target }
    if (element.kind === 'bar' || element.kind === 'split' || element.kind === 'stem' || element.kind === 'nat')
      return element.target === element.namespace
        ? { kind: 'namespace', id: element.target }
        : { kind: 'interface', id: element.target }
    return element.namespace === null ? null : { kind: 'namespace', id: element.namespace }
  }
  const hover = (target: Target | null): void => {
    if (target?.id === hovered?.id && target?.kind === hovered?.kind) return
    hovered = target
    events.hover(target)
  }
  const by = (from: Point, to: Point): Point => ({ x: to.x - from.x, y: to.y - from.y })
  const cancel = (): void => {
    if (drag?.moved && drag.cable) events.cable(drag.cable, null, null)
    else if (drag?.moved) events.drop(drag.namespace, null)
    drag = null
    cy.userPanningEnabled(true)
  }

  const listeners: [string, (event: EventObject) => void][] = [
    [
      'tap',
      (event) => {
        const target = targetOf(event)
        // Two quick clicks on two objects are two choices; Cytoscape's own double tap does not tell them apart.
        const again =
          target !== null &&
          last !== null &&
          sameTarget(target, last.target) &&
          event.timeStamp - last.at <= doubleClick
        last = again ? null : { target, at: event.timeStamp }
        if (again) events.open(target)
        else events.select(target)
      },
    ],
    ['cxttap', (event) => events.context(targetOf(event), event.renderedPosition)],
    ['mousemove', (event) => hover(drag?.moved ? hovered : targetOf(event))],
    [
      'tapstart',
      (event) => {
        const target = targetOf(event)
        const cable = events.cableFrom(target, event.position)
        if (!cable && (target?.kind !== 'namespace' || !events.canDrag())) return
        drag = { namespace: target?.id ?? '', cable, from: { ...event.position }, moved: false }
        cy.userPanningEnabled(false)
      },
    ],
    [
      'tapdrag',
      (event) => {
        if (!drag) return
        const way = by(drag.from, event.position)
        drag.moved ||= Math.hypot(way.x, way.y) * cy.zoom() >= dragThreshold
        if (!drag.moved) return
        if (drag.cable) events.cable(drag.cable, event.position, targetOf(event))
        else events.drag(drag.namespace, way)
      },
    ],
    [
      'tapend',
      (event) => {
        if (drag?.moved && drag.cable) {
          events.cable(drag.cable, null, null)
          events.plug(drag.cable, targetOf(event), { ...event.position }, { ...event.renderedPosition })
        } else if (drag?.moved) events.drop(drag.namespace, by(drag.from, event.position))
        drag = null
        cy.userPanningEnabled(true)
      },
    ],
  ]
  for (const [name, listener] of listeners) (cy as Core).on(name, listener as never)
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !drag) return
    // It ends the drag, and nothing else.
    event.preventDefault()
    event.stopPropagation()
    cancel()
  }
  const leave = (): void => hover(null)
  window.addEventListener('keydown', escape, true)
  cy.container()?.addEventListener('mouseleave', leave)
  return () => {
    for (const [name, listener] of listeners) (cy as Core).off(name, listener as never)
    window.removeEventListener('keydown', escape, true)
    cy.container()?.removeEventListener('mouseleave', leave)
  }
}
