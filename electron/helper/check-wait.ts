/** Checks begin when the network stands: what it has yet to do is waited for. */
import { setTimeout as pause } from 'node:timers/promises'
import type { LiveState } from '../core/live/state.js'

export interface Waiting {
  /** Namespaces in which something is still to happen. */
  readonly where: (live: LiveState) => readonly string[]
  /** What takes longer will not come (milliseconds). */
  readonly longestMs: number
  /** Between two looks, milliseconds. */
  readonly lookMs: number
}

/** Resolves when nothing is waited for any more, or could come any more. `read` brings `live` up to date. */
export async function untilDone(
  { where, longestMs, lookMs }: Waiting,
  live: () => LiveState,
  read: (namespaces: readonly string[]) => Promise<void>,
): Promise<void> {
  const deadline = performance.now() + longestMs
  for (let waiting = where(live()); waiting.length > 0 && performance.now() < deadline; waiting = where(live())) {
    await pause(lookMs)
    await read([...new Set(waiting)])
  }
}
