/** What hangs on the pointer on its way from the palette to the canvas. */
import type { ObjectKind } from '../../electron/core/change/gestures.js'
import type { CanvasCommands } from '../state/actions.js'

type Drop = NonNullable<ReturnType<CanvasCommands['at']>>

export interface Carried {
  readonly glyph: ObjectKind | 'nat' | 'note' | 'stamp'
  /** Said beside the pointer; `over` is the namespace below it. */
  readonly hint: (over: string | null) => string
  readonly drop: (at: Drop) => void
}

/** A press that moves less than this is a click (CSS pixels). */
const threshold = 4

export class Carry {
  /** In CSS pixels of the window. */
  now = $state.raw<{
    readonly what: Carried
    readonly x: number
    readonly y: number
    readonly over: string | null
  } | null>(null)

  constructor(
    private readonly canvas: () => CanvasCommands | null,
    /** Told when a press has become a drag. */
    private readonly begun: () => void,
  ) {}

  begin(what: Carried, event: PointerEvent): void {
    if (event.button !== 0) return
    const from = { x: event.clientX, y: event.clientY }
    const done = new AbortController()
    const { signal } = done
    const end = (): void => {
      done.abort()
      this.now = null
    }
    addEventListener(
      'pointermove',
      ({ clientX: x, clientY: y }) => {
        if (!this.now && Math.hypot(x - from.x, y - from.y) < threshold) return
        if (!this.now) this.begun()
        this.now = { what, x, y, over: this.canvas()?.at(x, y)?.over ?? null }
      },
      { signal },
    )
    addEventListener(
      'pointerup',
      ({ clientX, clientY }) => {
        const drop = this.now && this.canvas()?.at(clientX, clientY)
        if (drop) what.drop(drop)
        end()
      },
      { signal },
    )
    addEventListener('pointercancel', end, { signal })
    addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Escape') return
        // It ends the drag, and nothing else.
        event.preventDefault()
        event.stopPropagation()
        end()
      },
      { signal, capture: true },
    )
  }
}
