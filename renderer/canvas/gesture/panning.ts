/**
 * The picture under wheel, trackpad, fingers, middle button and space bar: two fingers pan, a pinch (which the browser reports as
 * Ctrl and wheel) zooms about the pointer.
 */
import type { Core } from 'cytoscape'
import { watchFingers } from './fingers.js'

/** CSS pixels of a wheel that counts lines. */
const line = 16
/** A pinch of this many pixels doubles or halves. */
const doubling = 240

export interface Panning {
  /** The space bar is held. */
  readonly held: () => boolean
  readonly end: () => void
}

/** @param moved somebody looks elsewhere */
export function watchPanning(root: HTMLElement, cy: Core, moved: () => void): Panning {
  let held = false
  let middle: { x: number; y: number } | null = null

  function wheel(event: WheelEvent): void {
    // Before Cytoscape sees it, whose wheel zooms.
    event.preventDefault()
    event.stopPropagation()
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? line : 1
    const [x, y] = [event.deltaX * unit, event.deltaY * unit]
    if (event.ctrlKey || event.metaKey) {
      const { left, top } = root.getBoundingClientRect()
      cy.zoom({
        level: cy.zoom() * 2 ** (-y / doubling),
        renderedPosition: { x: event.clientX - left, y: event.clientY - top },
      })
    } else if (event.shiftKey && x === 0) cy.panBy({ x: -y, y: 0 })
    else cy.panBy({ x: -x, y: -y })
    moved()
  }
  function down(event: PointerEvent): void {
    if (event.button !== 1) return
    event.preventDefault()
    middle = { x: event.clientX, y: event.clientY }
    root.setPointerCapture(event.pointerId)
    root.style.cursor = 'grabbing'
  }
  function move(event: PointerEvent): void {
    if (!middle) return
    cy.panBy({ x: event.clientX - middle.x, y: event.clientY - middle.y })
    middle = { x: event.clientX, y: event.clientY }
    moved()
  }
  function up(): void {
    if (!middle) return
    middle = null
    root.style.cursor = ''
  }
  /** Space in a field, a terminal or on a button is theirs. */
  function key(event: KeyboardEvent): void {
    if (event.code !== 'Space') return
    const on = event.target instanceof Element ? event.target : null
    held = event.type === 'keydown' && !on?.closest('input, textarea, button, select, a, [contenteditable]')
  }
  const blur = (): void => void (held = false)

  const noFingers = watchFingers(root, cy, moved)
  root.addEventListener('wheel', wheel, { capture: true, passive: false })
  root.addEventListener('pointerdown', down, true)
  root.addEventListener('pointermove', move, true)
  root.addEventListener('pointerup', up, true)
  root.addEventListener('pointercancel', up, true)
  window.addEventListener('keydown', key)
  window.addEventListener('keyup', key)
  window.addEventListener('blur', blur)
  return {
    held: () => held,
    end: () => {
      noFingers()
      root.removeEventListener('wheel', wheel, true)
      root.removeEventListener('pointerdown', down, true)
      root.removeEventListener('pointermove', move, true)
      root.removeEventListener('pointerup', up, true)
      root.removeEventListener('pointercancel', up, true)
      window.removeEventListener('keydown', key)
      window.removeEventListener('keyup', key)
      window.removeEventListener('blur', blur)
    },
  }
}
