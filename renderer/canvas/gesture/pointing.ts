/**
 * What the pointer does on the graph: point, choose, open, ask for a menu, and the gestures that begin with a press.
 * Panning with one pointer is Cytoscape's own; two fingers are watched in fingers.ts.
 */
import type { Core, EventObject } from 'cytoscape'
import type { GraphView } from '../graph-view.js'
import { distanceTo } from '../path.js'
import { sameTarget, type Target } from '../selection.js'
import type { Point } from '../drawing.js'
import type { Gesture, Moment } from './gesture.js'

export interface PointingEvents {
  /** The note that is drawn there, under everything else. */
  readonly noteAt: (at: Point) => Target | null
  readonly hover: (target: Target | null, at: Moment) => void
  readonly select: (at: Moment) => void
  /** @returns whether a third quick click belongs to the two, and means nothing */
  readonly open: (target: Target, at: Moment) => boolean
  readonly context: (target: Target | null, at: Point) => void
  /** What a press there begins; null: the picture is panned. */
  readonly begin: (at: Moment) => Gesture | null
}

/** Half of the 24 by 24 target that every port has. */
const portReach = 12
/** So near to a port (CSS pixels), what is beside the line of a cable is the port's: a new cable is begun there. */
const besideReach = 24
/** What is farther from the middle of a cable is beside it (CSS pixels). */
const lineReach = 4
/** A press that moves less than this, in CSS pixels, is a click. */
const dragThreshold = 4

/** Milliseconds between two clicks that are one double click. */
const doubleClick = 400

interface Press {
  readonly gesture: Gesture
  readonly from: Point
  moved: boolean
}

/** Returns a function that ends all of it. */
export function watchPointer(view: GraphView, events: PointingEvents): () => void {
  const { cy } = view
  let press: Press | null = null
  let hovered: Target | null = null
  /** More than one finger is down, or was with the one that is. */
  let several = false
  let last: { target: Target | null; at: number; done: boolean } | null = null

  const targetOf = (event: EventObject): Target | null => {
    const port = view.portNear(event.position, portReach / Math.min(1, cy.zoom()))
    if (port) return { kind: 'interface', id: port.target }
    if (event.target === cy) return events.noteAt(event.position)
    const element = view.element((event.target as { id: () => string }).id())
    if (!element) return null
    if (element.kind === 'cable') {
      const beside = distanceTo(element.points, event.position) > lineReach / cy.zoom()
      const near = beside ? view.portNear(event.position, besideReach / cy.zoom()) : null
      return near ? { kind: 'interface', id: near.target } : { kind: 'cable', id: element.target }
    }
    if (element.kind === 'nat' && element.target !== element.namespace) return { kind: 'nat', id: element.target }
    if (element.kind === 'bar' || element.kind === 'split' || element.kind === 'stem' || element.kind === 'nat')
      return element.target === element.namespace
        ? { kind: 'namespace', id: element.target }
        : { kind: 'interface', id: element.target }
    return element.namespace === null ? null : { kind: 'namespace', id: element.namespace }
  }
  const isTouch = (event: EventObject): boolean => event.originalEvent?.type.startsWith('touch') ?? false
  const momentOf = (event: EventObject): Moment => ({
    at: { ...event.position },
    screen: { ...event.renderedPosition },
    over: targetOf(event),
    shift: event.originalEvent?.shiftKey ?? false,
    alt: event.originalEvent?.altKey ?? false,
    touch: isTouch(event),
  })
  const cancel = (): void => {
    if (press?.moved) press.gesture.cancel()
    press = null
    cy.userPanningEnabled(true)
  }

  const listeners: [string, (event: EventObject) => void][] = [
    [
      'tap',
      (event) => {
        const moment = momentOf(event)
        const target = moment.over
        // Two quick clicks on two objects are two choices; Cytoscape's own double tap does not tell them apart.
        const again =
          target !== null &&
          last !== null &&
          sameTarget(target, last.target) &&
          event.timeStamp - last.at <= doubleClick
        if (again && !moment.shift) {
          const done = (last?.done ?? false) || events.open(target, moment)
          last = done ? { target, at: event.timeStamp, done } : null
        } else {
          last = { target, at: event.timeStamp, done: false }
          events.select(moment)
        }
      },
    ],
    ['cxttap', (event) => events.context(targetOf(event), event.renderedPosition)],
    [
      'taphold',
      (event) => {
        if (isTouch(event) && !several && !press?.moved) events.context(targetOf(event), event.renderedPosition)
      },
    ],
    [
      'mousemove',
      (event) => {
        const moment = momentOf(event)
        const over = press?.moved ? hovered : moment.over
        hovered = over
        events.hover(over, moment)
      },
    ],
    [
      'tapstart',
      (event) => {
        const gesture = events.begin(momentOf(event))
        if (!gesture) return
        press = { gesture, from: { ...event.renderedPosition }, moved: false }
        cy.userPanningEnabled(false)
      },
    ],
    [
      'tapdrag',
      (event) => {
        if (!press) return
        const { x, y } = event.renderedPosition
        press.moved ||= Math.hypot(x - press.from.x, y - press.from.y) >= dragThreshold
        if (press.moved) press.gesture.move(momentOf(event))
      },
    ],
    [
      'tapend',
      (event) => {
        const ended = press
        press = null
        cy.userPanningEnabled(true)
        if (ended?.moved) ended.gesture.end(momentOf(event))
      },
    ],
  ]
  for (const [name, listener] of listeners) (cy as Core).on(name, listener as never)
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !press) return
    // It ends the gesture, and nothing else.
    event.preventDefault()
    event.stopPropagation()
    cancel()
  }
  /** What one finger began is no gesture of two. */
  const fingers = ({ touches }: TouchEvent): void => {
    several = touches.length > 1
    if (several) cancel()
  }
  const leave = (): void => {
    hovered = null
    const nowhere = { x: -1, y: -1 }
    events.hover(null, { at: nowhere, screen: nowhere, over: null, shift: false, alt: false, touch: false })
  }
  window.addEventListener('keydown', escape, true)
  window.addEventListener('touchstart', fingers, true)
  cy.container()?.addEventListener('mouseleave', leave)
  return () => {
    for (const [name, listener] of listeners) (cy as Core).off(name, listener as never)
    window.removeEventListener('keydown', escape, true)
    window.removeEventListener('touchstart', fingers, true)
    cy.container()?.removeEventListener('mouseleave', leave)
  }
}
