import type { Live } from '../state/live.svelte.js'

/** What of the window a guide goes by. */
export interface Circumstances {
  readonly live: Live
  /** The helper answers, and builds nothing right now. */
  readonly idle: () => boolean
  /** The open lab was built by Deploy. */
  readonly isStanding: () => boolean
}
