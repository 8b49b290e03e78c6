/** How a value that has just changed shows it: the new one over a tint that fades. */
import { prefersReducedMotion } from 'svelte/motion'

/** Fade of the tint behind a new value (ms). */
const tintMs = 1200
const removalMs = 120

interface Motion {
  readonly duration: number
  readonly css?: (t: number) => string
}

/** For `in:`; `hue` is the name of a tint token. Local to its block, so that only what comes later is tinted. */
export function tint(_node: Element, { hue = 'l3t' }: { hue?: 'l2t' | 'l3t' | 'natt' | 'okt' | 'badt' } = {}): Motion {
  if (prefersReducedMotion.current) return { duration: 0 }
  return {
    duration: tintMs,
    // The words are there within 160 ms, the tint goes over the whole time.
    css: (t) =>
      `opacity: ${Math.min(1, t * (tintMs / 160))}; background-color: color-mix(in srgb, var(--${hue}) ${Math.round((1 - t) * 100)}%, transparent)`,
  }
}

export function leave(_node: Element): Motion {
  return prefersReducedMotion.current ? { duration: 0 } : { duration: removalMs, css: (t) => `opacity: ${t}` }
}

/** Panels come with 8 px of slide and a fade (160 ms). */
export function panel(_node: Element, { x = -8 }: { x?: number } = {}): Motion {
  if (prefersReducedMotion.current) return { duration: 0 }
  return { duration: 160, css: (t) => `opacity: ${t}; transform: translateX(${(1 - t) * x}px)` }
}
