/** Typed requests and notifications over one connection: the helper's (`rpc.ts`) and the shell's (`rpc-shell.ts`). */
import { createMessageConnection, ResponseError } from 'vscode-jsonrpc/browser'
import type { MessageConnection } from 'vscode-jsonrpc/browser'
import type { TextChannel } from '../../electron/core/channel.js'
import { answersOf } from '../../electron/core/door/answers.js'
import { maxMessageBytes } from '../../electron/core/rpc.js'
import { failure } from '../../electron/core/failure.js'
import type { Failure, Notifications, Params, RequestName, Results } from '../../electron/core/rpc.js'
import type { Said } from '../../electron/core/words/said.js'
import type { ShellNotifications, ShellParams, ShellRequestName, ShellResults } from '../../electron/core/rpc-shell.js'

/** A window is about a lab: what is asked of a helper that looks at the machine is not among it. */
export type Name = Exclude<RequestName, `machine/${string}`> | ShellRequestName
export type ParamsOf<N extends Name> = N extends RequestName
  ? Params<N>
  : N extends ShellRequestName
    ? ShellParams<N>
    : never
export type ResultOf<N extends Name> = N extends RequestName
  ? Results[N]
  : N extends ShellRequestName
    ? ShellResults[N]
    : never
export type Told = Notifications & ShellNotifications
export type ToldName = keyof Told

/** What the rest of the window sees of the connection. */
export interface Rpc {
  /** Rejects only where the connection is lost or there is a bug; what can be expected to fail answers with a value. */
  request<N extends Name>(name: N, params: ParamsOf<N>): Promise<ResultOf<N>>
  /** Returns a function that stops listening. Listeners outlive a connection that is lost and made again. */
  on<N extends ToldName>(name: N, listener: (params: Told[N]) => void): () => void
}

/** The failure of a request that had no answer, or an error in place of one; the shell's own sentence goes along as data. */
export const lostFailure = (error: unknown): Failure =>
  failure(
    'no-answer',
    (error instanceof ResponseError ? (error as ResponseError<Said | undefined>).data : undefined) ??
      (error instanceof Error ? error.message : String(error)),
  )

/** Turns a request that was not answered into a failure like any other. */
export async function attempt<T>(request: Promise<T>): Promise<T | { readonly ok: false; readonly failure: Failure }> {
  try {
    return await request
  } catch (error) {
    return { ok: false, failure: lostFailure(error) }
  }
}

export function connect(
  channel: TextChannel,
  told: (name: string, params: unknown) => void,
  ended: (error: Error | null) => void,
): MessageConnection {
  const { reader, writer } = answersOf(channel, maxMessageBytes)
  const connection = createMessageConnection(reader, writer)
  connection.onNotification((name, params) => told(name, params))
  channel.onEnd((error) => {
    // Settles what still waits for an answer.
    connection.dispose()
    ended(error)
  })
  connection.listen()
  return connection
}
