/** What somebody did while it was recorded, with what the kernel had after each of it. Plain JSON throughout. */
import type { LiveState } from '../live/state.js'
import type { CheckEntry, TraceEntry } from '../lab/schema.js'
import type { Typed } from '../guide/typed-command.js'

export interface TypedCommand extends Typed {
  /** Exit status; null where the shell did not tell. */
  readonly status: number | null
}

export type Act =
  /** Lines of terminals; several, where they ended too quickly after one another to tell what each has done. */
  | { readonly kind: 'typed'; readonly commands: readonly TypedCommand[] }
  /** A change by hand, an edit of the text or a fix, that was carried out in the kernel. */
  | { readonly kind: 'gesture' }
  | { readonly kind: 'trace'; readonly trace: TraceEntry; readonly check: CheckEntry | null }

export interface Recorded {
  readonly act: Act
  readonly after: LiveState
}

export interface Recording {
  /** What the kernel had when it began. */
  readonly start: LiveState
  /** In the order in which they ended. */
  readonly acts: readonly Recorded[]
}
