/** What a variant is known by. */

/** Faults at once. */
export const mostFaults = 3
/** Seeds are whole numbers from 0 on, as many as 32 bits hold. */
export const mostSeed = 0xffffffff

/** `vary` of a variant's file: what it was made of, so that it can be made again. */
export interface VaryKey {
  /** Name of the lab it is a variant of. */
  readonly of: string
  readonly seed: number
  readonly faults: number
  /** Which choice of faults, from 0: the first that was proved. */
  readonly choice: number
}
