/** The gestures that a press begins, by what is pressed and in which mode: one is under way at most. */
import type { Drawing, Point, Rect } from '../drawing.js'
import type { Geometry } from '../geometry.js'
import type { Places } from '../layout.js'
import { sameTarget, type Mode, type Target } from '../selection.js'
import { noteKey, type DrawnNote } from '../notes.js'
import { BoxDrag } from './box-drag.svelte.js'
import { DrawnCable } from './drawn-cable.svelte.js'
import { beginningAt, cableEndAt, freePortAt, snappedTo, type CableEnd } from './free-port.js'
import type { Gesture, Moment } from './gesture.js'

export interface GestureEvents {
  readonly drawing: () => Drawing
  readonly notes: () => readonly DrawnNote[]
  readonly shape: () => Geometry
  readonly zoom: () => number
  readonly mode: () => Mode
  readonly selected: () => readonly Target[]
  /** A key is held that turns every drag into panning. */
  readonly pans: () => boolean
  /** Where a cable was begun with a click; it goes to the pointer. */
  readonly begun: () => Target | null
  readonly move: (places: Places) => void
  readonly drop: (places: Places | null) => void
  /** What a cable would be plugged into if it were let go of now; null: none is in the air. */
  readonly aim: (from: Target | null, over: Target | null, end: string | null) => void
  readonly plug: (from: Target, over: Target | null, at: Moment) => void
  readonly replug: (end: string, over: Target | null) => void
  readonly marquee: (targets: readonly Target[], more: boolean) => void
}

export class Gestures {
  readonly boxes: BoxDrag
  readonly cable = new DrawnCable()
  /** Drawn around what is to be selected, in canvas units. */
  frame = $state.raw<Rect | null>(null)
  /** Where the end of a cable is taken hold of, if it is pointed at. */
  grip = $state.raw<Point | null>(null)
  /** The next port of the box whose edge is pointed at. */
  free = $state.raw<Point | null>(null)

  /** Of the pointer, in canvas units. */
  pointer: Point | null = null

  constructor(private readonly events: GestureEvents) {
    this.boxes = new BoxDrag(events)
  }

  /** Null: the picture is panned. */
  begin(at: Moment): Gesture | null {
    const { events } = this
    this.free = null
    this.grip = null
    const mode = events.mode()
    if (mode === 'replay' || events.pans()) return null
    if (mode === 'edit') {
      const zoom = events.zoom()
      const end = cableEndAt(at.over, at.at, events.drawing(), zoom)
      if (end) return this.replugging(end)
      const from = beginningAt(at.over, at.at, events.shape(), zoom)
      if (from) return this.connecting(from)
      if (at.over === null && !at.touch) return this.framing(at)
    }
    return at.over?.kind === 'namespace' || at.over?.kind === 'note'
      ? this.boxes.begin(this.group(at.over), at.at)
      : null
  }

  /** The pointer is there and nothing is pressed. */
  hover(at: Moment): void {
    const { events } = this
    const begun = events.begun()
    const inside = at.screen.x >= 0
    this.pointer = inside ? at.at : null
    if (begun && inside) this.aim(begun, at.at, at.over && at.over.kind !== 'cable' ? at.over : null)
    else if (this.cable.from) this.letGo()
    this.free = begun || !inside ? null : this.freeAt(at)
    const end = events.mode() === 'edit' && !begun ? cableEndAt(at.over, at.at, events.drawing(), events.zoom()) : null
    this.grip = end && events.shape().place({ at: 'interface', id: end.end })
  }

  /** The next port of a box, where its edge is. */
  freeAt({ over, at }: Moment): Point | null {
    const { mode, shape, zoom } = this.events
    return mode() === 'edit' ? freePortAt(over, at, shape(), zoom()) : null
  }

  letGo(): void {
    this.cable.letGo()
    this.events.aim(null, null, null)
  }

  /** What moves with a box: all that is selected, where it is among it. */
  private group(over: Target): ReadonlySet<string> {
    const selected = this.events.selected()
    const moving = selected.some((each) => sameTarget(each, over)) ? selected : [over]
    return new Set(
      moving.flatMap(({ kind, id }) => (kind === 'namespace' ? [id] : kind === 'note' ? [noteKey(id)] : [])),
    )
  }

  private connecting(from: Target): Gesture {
    return {
      move: (to) => this.aim(from, to.at, this.snapped(to)),
      end: (at) => {
        this.letGo()
        this.events.plug(from, this.snapped(at), at)
      },
      cancel: () => this.letGo(),
    }
  }

  private replugging({ end, other }: CableEnd): Gesture {
    const from: Target = { kind: 'interface', id: other }
    return {
      move: (to) => this.aim(from, to.at, this.snapped(to), end),
      end: (at) => {
        this.letGo()
        this.events.replug(end, this.snapped(at))
      },
      cancel: () => this.letGo(),
    }
  }

  private framing(from: Moment): Gesture {
    return {
      move: (to) => (this.frame = between(from.at, to.at)),
      end: (at) => {
        const { frame } = this
        this.frame = null
        if (!frame) return
        const inside = this.events.drawing().boxes.filter((box) => box.role !== 'outside' && holdsMiddle(frame, box))
        const notes = this.events.notes().filter((note) => holdsMiddle(frame, note))
        this.events.marquee(
          [
            ...inside.map(({ id }) => ({ kind: 'namespace', id }) as const),
            ...notes.map(({ id }) => ({ kind: 'note', id }) as const),
          ],
          from.shift || at.shift,
        )
      },
      cancel: () => (this.frame = null),
    }
  }

  private snapped({ over, at }: Moment): Target | null {
    return snappedTo(over, at, this.events.drawing(), this.events.zoom())
  }

  private aim(from: Target, to: Point, over: Target | null, end: string | null = null): void {
    const before = this.cable.over
    const isNew = this.cable.from === null
    this.cable.draw(from, to, over)
    if (isNew || !sameTarget(before, this.cable.over)) this.events.aim(from, this.cable.over, end)
  }
}

const between = (a: Point, b: Point): Rect => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
})

const holdsMiddle = (frame: Rect, box: Rect): boolean => {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  return x >= frame.x && y >= frame.y && x <= frame.x + frame.width && y <= frame.y + frame.height
}
