/** Moves the SVG layers and the dot grid with the graph, in the same frame in which the graph is drawn. */
import type { GraphView } from './graph-view.js'
import type { Viewport } from './viewport.js'

export interface MovedLayers {
  readonly under: HTMLElement
  readonly over: HTMLElement
  readonly dots: HTMLElement
}

/** Milliseconds without a change of zoom after which the layers are painted sharp again. */
const sharpenAfter = 120
/** CSS pixels between two dots at 100%. */
const dotPitch = 20

/** Calls `moved` after every frame. Returns a function that ends it. */
export function moveLayers(
  view: GraphView,
  { under, over, dots }: MovedLayers,
  moved: (viewport: Viewport) => void,
): () => void {
  let sharpAt = 1
  let resting: ReturnType<typeof setTimeout> | undefined

  // A layer of its own (`will-change`) is only moved, not painted, while panning; but it keeps the resolution that it was
  // painted in. Without the hint for two frames it is painted anew.
  const sharpen = (): void => {
    for (const layer of [under, over]) layer.style.willChange = 'auto'
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        for (const layer of [under, over]) layer.style.willChange = ''
      }),
    )
  }

  const place = (): void => {
    const pan = view.cy.pan()
    const zoom = view.cy.zoom()
    for (const layer of [under, over]) layer.style.transform = `translate3d(${pan.x}px, ${pan.y}px, 0) scale(${zoom})`
    if (zoom !== sharpAt) {
      sharpAt = zoom
      clearTimeout(resting)
      resting = setTimeout(sharpen, sharpenAfter)
    }
    // The dots move along; far out every second one is left out, again and again.
    const pitch = dotPitch * zoom * 2 ** Math.max(0, Math.ceil(-Math.log2(zoom * 1.4)))
    const offset = (distance: number): number => ((distance - pitch / 2) % pitch) - pitch
    dots.style.backgroundSize = `${pitch}px ${pitch}px`
    dots.style.transform = `translate3d(${offset(pan.x)}px, ${offset(pan.y)}px, 0)`
    moved({ pan: { ...pan }, zoom })
  }

  view.cy.on('render', place)
  return () => {
    clearTimeout(resting)
    view.cy.off('render', place)
  }
}
