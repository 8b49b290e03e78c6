/** Boxes on their way, one or several that are selected: where they would rest, and what they are aligned to. */
import type { Drawing, Point, Rect } from '../drawing.js'
import type { Places } from '../layout.js'
import type { Gesture, Moment } from './gesture.js'
import { around } from '../align.js'
import { noteKey, type DrawnNote } from '../notes.js'
import { restingPlace, type Rest } from './snap-guides.js'

/** An alignment pulls from this far, in CSS pixels. */
const pull = 6

export interface BoxDragEvents {
  readonly drawing: () => Drawing
  readonly notes: () => readonly DrawnNote[]
  readonly zoom: () => number
  /** They are to be drawn there for now. */
  readonly move: (places: Places) => void
  /** They stay there; null: they go back. */
  readonly drop: (places: Places | null) => void
}

export class BoxDrag {
  rest = $state.raw<Rest | null>(null)
  /** On their way, or about to be. */
  private places: Places | null = null

  constructor(private readonly events: BoxDragEvents) {}

  /** @param ids boxes that move as one; null where none of them can move */
  begin(ids: ReadonlySet<string>, from: Point): Gesture | null {
    const notes = this.events.notes().map((note) => ({ ...note, id: noteKey(note.id) }))
    const own: readonly (Rect & { readonly id: string })[] = [
      ...this.events.drawing().boxes.filter((box) => ids.has(box.id) && box.role !== 'outside'),
      ...notes.filter(({ id }) => ids.has(id)),
    ]
    const start = own.map(({ id, x, y }) => ({ id, x, y }))
    if (start.length === 0) return null
    const frame = around(own)
    return {
      move: (to) => this.move(start, frame, from, to),
      end: () => this.end(true),
      cancel: () => this.end(false),
    }
  }

  private move(start: readonly ({ readonly id: string } & Point)[], frame: Rect, from: Point, to: Moment): void {
    const by = { x: to.at.x - from.x, y: to.at.y - from.y }
    const moving = { ...frame, x: frame.x + by.x, y: frame.y + by.y }
    const ids = new Set(start.map(({ id }) => id))
    const others = this.events.drawing().boxes.filter((box) => !ids.has(box.id))
    this.rest = to.alt
      ? { x: Math.round(moving.x), y: Math.round(moving.y), guides: [], spacing: [] }
      : restingPlace(moving, others, pull / this.events.zoom())
    const way = { x: this.rest.x - frame.x, y: this.rest.y - frame.y }
    this.places = Object.fromEntries(start.map(({ id, x, y }) => [id, { x: x + way.x, y: y + way.y }]))
    this.events.move(this.places)
  }

  private end(stays: boolean): void {
    const { places } = this
    this.places = null
    this.rest = null
    this.events.drop(stays ? places : null)
  }
}
