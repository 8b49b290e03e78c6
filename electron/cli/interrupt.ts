/** Ctrl-C, kill and hang-up: what was made is taken down first, then the process ends with 128 and the signal's number. */
import { constants } from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
type Interrupt = (typeof signals)[number]

/** A teardown that takes longer is cut off (milliseconds): a sandbox dies with this process in any case. */
const limitMs = 5000

/** What to take down, last made first. */
const owned: (() => Promise<void>)[] = []
const waysThrough: ((signal: Interrupt) => boolean)[] = []
let interrupted = false

export interface Owned {
  /** Frees it in the normal course. */
  free(): Promise<void>
  /** It is nobody's of this process any more. */
  leave(): void
}

/** Registers something to free when the process is interrupted. */
export function own(free: () => Promise<void>): Owned {
  owned.push(free)
  const leave = (): void => {
    const index = owned.indexOf(free)
    if (index >= 0) owned.splice(index, 1)
  }
  return {
    leave,
    free() {
      leave()
      return free()
    },
  }
}

/** While a program has the terminal, some signals are its business: `take` returns true for those. */
export function passSignals(take: (signal: Interrupt) => boolean): () => void {
  waysThrough.push(take)
  return () => void waysThrough.splice(waysThrough.indexOf(take), 1)
}

/** Whether the process is on its way out: failures that follow from it are not worth a word. */
export const isInterrupted = (): boolean => interrupted

export function handleSignals(): void {
  for (const signal of signals) {
    process.on(signal, () => {
      if (waysThrough.at(-1)?.(signal)) return
      const status = 128 + constants.signals[signal]
      // Asked twice: at once.
      if (interrupted) process.exit(status)
      interrupted = true
      setTimeout(() => process.exit(status), limitMs).unref()
      void takeDown().finally(() => process.exit(status))
    })
  }
}

async function takeDown(): Promise<void> {
  for (const free of owned.splice(0).reverse()) await free().catch(() => {})
}
