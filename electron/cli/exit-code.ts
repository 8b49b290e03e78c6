/** Exit codes of every command. */
export const exitCode = {
  /** Done, and all checks as expected. */
  ok: 0,
  /** A check failed. */
  failed: 1,
  /** Wrong usage, or an invalid lab. */
  usage: 2,
  /** This machine cannot do it; the message says what is missing. */
  machine: 3,
  /** The kernel refused a step; everything before it was undone. */
  refused: 4,
  /** A bug of ours (EX_SOFTWARE, sysexits.h): outside the contract, so that scripts do not take it for an answer. */
  bug: 70,
} as const

export type ExitCode = number
