/** How long a step takes on screen: a linear map of real time, clamped so that no hop flashes by and none drags. */
import type { Film } from './film.js'

/** Real microseconds shown per second of film. */
export const speeds = [1, 2, 6, 20, 60, 200] as const
export type Speed = (typeof speeds)[number]
export const usualSpeed: Speed = 6

/** Bounds of one hop's travel (ms). */
const shortest = 280
const longest = 1200
/** Rest at a routed or NAT hop, to read what changed (ms). */
const pause = 320
/** Octagon and draining at a drop (ms): 140 + 240. */
const dying = 380
/** With reduced motion the film is a row of pictures, one per second (ms). */
export const stillMs = 1000

export interface Pace {
  /** Movement to the step's place (ms). */
  readonly travelMs: number
  /** Rest there before the next step (ms). */
  readonly restMs: number
}

export function paceOf(film: Film, step: number, speed: Speed): Pace {
  const now = film.steps[step]
  if (!now) return { travelMs: 0, restMs: 0 }
  const realNs = now.atNs - (film.steps[step - 1]?.atNs ?? now.atNs)
  const events = now.hops.map((n) => film.byNumber.get(n)?.hop.event)
  const acts = events.some((event) => event === 'routed' || event === 'nat')
  const dies = events.includes('dropped')
  // 1000 ms show `speed` µs, each 1000 ns.
  const msPerNs = 1 / speed
  return {
    // A packet that appears has nowhere to come from.
    travelMs: step === 0 ? shortest : Math.min(longest, Math.max(shortest, realNs * msPerNs)),
    restMs: dies ? dying : acts ? pause : 0,
  }
}
