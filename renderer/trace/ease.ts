/** `cubic-bezier(.45, 0, .55, 1)`, the curve of everything that moves on a wire, as a function of time. */

const [x1, x2] = [0.45, 0.55]
/** Halvings of the interval: 2^-20 of a step is far below a pixel. */
const halvings = 20

export const wireEasing = 'cubic-bezier(.45, 0, .55, 1)'

export function easeOnWire(time: number): number {
  if (time <= 0) return 0
  if (time >= 1) return 1
  let [low, high] = [0, 1]
  for (let n = 0; n < halvings; n++) {
    const t = (low + high) / 2
    if (3 * x1 * t * (1 - t) ** 2 + 3 * x2 * t ** 2 * (1 - t) + t ** 3 < time) low = t
    else high = t
  }
  // With y1 = 0 and y2 = 1.
  return 3 * low ** 2 * (1 - low) + low ** 3
}
