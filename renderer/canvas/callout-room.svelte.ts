/** The room of the canvas for callouts: what they leave in sight, and what nothing is laid over. All in CSS pixels of the canvas. */
import type { Point, Rect } from './drawing.js'
import type { Room } from './free-place.js'
import type { Geometry } from './geometry.js'

/** Short words that come and go pass here, at the top of the window's middle (px). */
const passing = { width: 400, height: 76 }
/** Left free around boxes and tools (px). */
const clear = 6

export interface Surroundings {
  readonly geometry: Geometry
  readonly toScreen: (point: Point) => Point
  /** Namespaces whose boxes should stay visible. */
  readonly namespaces: readonly string[]
}

export class CalloutRoom implements Room {
  width = $state(0)
  height = $state(0)
  windowWidth = $state(0)
  private origin = $state(0)
  /** What floats in the corners of the canvas, as it is drawn: it has other words in another language. */
  private tools: readonly Rect[] = $state.raw([])

  constructor(private readonly around: () => Surroundings) {}

  readonly taken: readonly Rect[] = $derived.by(() => {
    const { geometry, namespaces } = this.around()
    return namespaces.flatMap((name) => {
      const box = geometry.box(name)
      return box ? [grown(this.onScreen(box), clear)] : []
    })
  })

  readonly never: readonly Rect[] = $derived.by(() => [
    ...this.tools,
    { x: this.windowWidth / 2 - this.origin - passing.width / 2, y: 0, ...passing },
    ...this.around()
      .geometry.words()
      .map((rect) => this.onScreen(rect)),
  ])

  /** @param space what fills the canvas and holds the callouts */
  measure(space: HTMLElement): void {
    const { left, top } = space.getBoundingClientRect()
    this.origin = left
    this.tools = [...(space.closest('.canvas')?.querySelectorAll('.tools, .legend li') ?? [])].map((each) => {
      const { x, y, width, height } = each.getBoundingClientRect()
      return grown({ x: x - left, y: y - top, width, height }, clear)
    })
  }

  private onScreen(rect: Rect): Rect {
    const { toScreen } = this.around()
    const [from, to] = [toScreen(rect), toScreen({ x: rect.x + rect.width, y: rect.y + rect.height })]
    return { x: from.x, y: from.y, width: to.x - from.x, height: to.y - from.y }
  }
}

const grown = ({ x, y, width, height }: Rect, by: number): Rect => ({
  x: x - by,
  y: y - by,
  width: width + 2 * by,
  height: height + 2 * by,
})
