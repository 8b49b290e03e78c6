/** What a challenge has come to, where a reload does not lose it. */
import type { Broken } from '../../electron/core/challenge/broken.js'

/** What was told so far: nothing, what to look at, the cause, the fix. */
export type HintLevel = 0 | 1 | 2 | 3

export interface Kept extends Broken {
  /** Id of the document. */
  readonly lab: string
  /** Milliseconds since the epoch. */
  readonly since: number
  /** The last of what was typed, and how much it was. */
  readonly typed: readonly string[]
  readonly commands: number
  readonly traces: number
  readonly hint: HintLevel
  /** Sequence numbers of the commands that broke it: after the first, up to the second. */
  readonly hidden: readonly [number, number]
}

/** Lines that are kept of what was typed. */
export const mostTyped = 200

/** Points of 100 that are left: to be told what to look at is free, the cause and its fix are not. */
export const pointsLeft = (hint: HintLevel): number => [100, 100, 75, 40][hint] ?? 0

export const challengeKey = 'vethlab.challenge'
