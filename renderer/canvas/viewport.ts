/** Where the canvas looks: fit, zoom about a point, and the words that are left out far away. */
import type { Point, Rect } from './drawing.js'

export interface Viewport {
  readonly pan: Point
  readonly zoom: number
}

/** Room that fit leaves around the drawing, in CSS pixels; above and below, the tools stand in it. */
export const fitMargin = { x: 32, top: 52, bottom: 52 } as const
/** One press of + or −. */
export const zoomStep = 1.25

/** Shows the whole drawing, never larger than life. */
export function fitted(bounds: Rect, width: number, height: number): Viewport {
  if (bounds.width === 0 || bounds.height === 0 || width === 0 || height === 0)
    return { pan: { x: fitMargin.x, y: fitMargin.top }, zoom: 1 }
  const free = { x: Math.max(1, width - 2 * fitMargin.x), y: Math.max(1, height - fitMargin.top - fitMargin.bottom) }
  const zoom = Math.min(1, free.x / bounds.width, free.y / bounds.height)
  return {
    pan: {
      x: Math.round(fitMargin.x + (free.x - bounds.width * zoom) / 2 - bounds.x * zoom),
      y: Math.round(fitMargin.top + (free.y - bounds.height * zoom) / 2 - bounds.y * zoom),
    },
    zoom,
  }
}

/** From here on nothing is left out: captions, addresses and names can be read. */
export const readableZoom = 0.7

/** CSS classes that hide what would be too small to read: captions below 70%, addresses below 50%. */
export function distanceClasses(zoom: number): string {
  if (zoom < 0.25) return 'no-captions no-addresses no-interfaces'
  if (zoom < 0.5) return 'no-captions no-addresses'
  return zoom < readableZoom ? 'no-captions' : ''
}

export const toScreen = ({ pan, zoom }: Viewport, point: Point): Point => ({
  x: point.x * zoom + pan.x,
  y: point.y * zoom + pan.y,
})
export const toCanvas = ({ pan, zoom }: Viewport, point: Point): Point => ({
  x: (point.x - pan.x) / zoom,
  y: (point.y - pan.y) / zoom,
})

/** Labs up to this many boxes are always drawn whole. */
export const cullAbove = 60

/** The part of the canvas that is drawn: what is in view and half a view around it, so that a short pan changes nothing. */
export function drawnArea({ pan, zoom }: Viewport, width: number, height: number): Rect {
  const margin = { x: width / 2, y: height / 2 }
  return {
    x: (-pan.x - margin.x) / zoom,
    y: (-pan.y - margin.y) / zoom,
    width: (width + 2 * margin.x) / zoom,
    height: (height + 2 * margin.y) / zoom,
  }
}

/** Whether all that is in view is drawn, and not much more. */
export function stillCovers(area: Rect, { pan, zoom }: Viewport, width: number, height: number): boolean {
  const view = { x: -pan.x / zoom, y: -pan.y / zoom, width: width / zoom, height: height / zoom }
  const inside =
    view.x >= area.x &&
    view.y >= area.y &&
    view.x + view.width <= area.x + area.width &&
    view.y + view.height <= area.y + area.height
  return inside && area.width <= view.width * 4
}

export const meets = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
