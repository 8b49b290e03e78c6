/**
 * A session: one helper, one connection, one mirrored state. What every shell (window, browser, command line) holds.
 */
import type {
  Capabilities,
  Failure,
  LeftBehind,
  NotificationName,
  Notifications,
  Params,
  RequestName,
  Results,
} from '../core/rpc.js'
import type { LabFile } from '../core/lab/schema.js'
import type { LiveState } from '../core/live/state.js'
import type { Said } from '../core/words/said.js'

/** How a session came to its end. */
export interface SessionEnd {
  /** `closed`: we asked for it. `died`: the helper or its sandbox went away by itself. */
  readonly reason: 'closed' | 'died'
  /** A sentence for people, with the last words of the helper where it left any. */
  readonly message: string
  /** The same for other languages. */
  readonly said: Said
}

export interface Session {
  readonly capabilities: Capabilities
  /** The live state, folded from every change pushed so far. */
  readonly live: LiveState
  /** The lab that stands, if any. */
  readonly lab: LabFile | null
  /** On the real host: what an earlier session had left there when this one was opened. */
  readonly left: LeftBehind | null
  /**
   * A process inside the sandbox, numbered as outside: its namespaces are the lab's host. Null for a session that is
   * relayed by another process.
   */
  readonly anchorPid: number | null
  request<N extends RequestName>(name: N, params: Params<N>): Promise<Results[N]>
  /** Returns a function that stops listening. */
  on<N extends NotificationName>(name: N, listener: (params: Notifications[N]) => void): () => void
  /** For relays: every notification, of whatever name, in order. Returns a function that stops listening. */
  onAny(listener: (name: string, params: object) => void): () => void
  /**
   * Told when the helper does not answer any more, with the time of the question (milliseconds since the epoch), and with
   * null when it answers again. Returns a function that stops listening.
   */
  onSilence(listener: (since: number | null) => void): () => void
  /** Resolves once, when the session is over, for whatever reason. */
  readonly ended: Promise<SessionEnd>
  /** Ends the helper and everything it made; resolves when its processes are gone. */
  close(): Promise<void>
}

/** Starting is expected to fail on some machines: the failure says why and what to do. */
export type SessionStart =
  { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly failure: Failure }
