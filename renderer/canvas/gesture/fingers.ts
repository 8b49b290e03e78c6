/**
 * Two fingers on the picture: what is between them stays between them, as they move and as they spread. Cytoscape takes two
 * that are near each other for a request for a menu, and moves nothing then, so it sees none of it.
 */
import type { Core } from 'cytoscape'

interface Pair {
  readonly x: number
  readonly y: number
  readonly apart: number
}

/**
 * @param moved somebody looks elsewhere
 * @returns ends it
 */
export function watchFingers(root: HTMLElement, cy: Core, moved: () => void): () => void {
  /** Where two fingers were last; null: there are not two. */
  let last: Pair | null = null
  /** There were two: what remains of them is no drag and no tap. */
  let held = false

  const pairOf = ({ touches: [a, b] }: TouchEvent): Pair | null => {
    if (!a || !b) return null
    const { left, top } = root.getBoundingClientRect()
    return {
      x: (a.clientX + b.clientX) / 2 - left,
      y: (a.clientY + b.clientY) / 2 - top,
      apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
    }
  }
  function start(event: TouchEvent): void {
    if (event.touches.length < 2) return void (held = false)
    // What the first finger began is over.
    if (!held) window.dispatchEvent(new Event('touchcancel'))
    held = true
    last = pairOf(event)
    event.stopPropagation()
    event.preventDefault()
  }
  function move(event: TouchEvent): void {
    if (!held) return
    event.stopPropagation()
    event.preventDefault()
    const now = pairOf(event)
    if (now && last) {
      cy.panBy({ x: now.x - last.x, y: now.y - last.y })
      if (last.apart > 0)
        cy.zoom({ level: (cy.zoom() * now.apart) / last.apart, renderedPosition: { x: now.x, y: now.y } })
      moved()
    }
    last = now
  }
  function end(event: TouchEvent): void {
    if (!held) return
    event.stopPropagation()
    last = pairOf(event)
  }

  const options = { capture: true, passive: false }
  root.addEventListener('touchstart', start, options)
  root.addEventListener('touchmove', move, options)
  root.addEventListener('touchend', end, options)
  root.addEventListener('touchcancel', end, options)
  return () => {
    root.removeEventListener('touchstart', start, options)
    root.removeEventListener('touchmove', move, options)
    root.removeEventListener('touchend', end, options)
    root.removeEventListener('touchcancel', end, options)
  }
}
