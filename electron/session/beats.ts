/**
 * Whether the helper is there and answers. It is asked all the time, which also tells an elevated one that its shell is
 * still there; a helper that hangs is noticed within three seconds, and so is that it answers again.
 */
import type { MessageConnection } from 'vscode-jsonrpc/node'
import { heartbeat } from '../core/rpc.js'

/**
 * From now on, until the connection has ended.
 * @param told since when there is no answer (milliseconds since the epoch); null: there is one again
 */
export function watchAnswers(
  connection: MessageConnection,
  ended: Promise<unknown>,
  told: (since: number | null) => void,
): () => void {
  let asked: { readonly since: number; readonly clock: number } | null = null
  let isSilent = false
  const answered = (): void => {
    asked = null
    if (!isSilent) return
    isSilent = false
    told(null)
  }
  const timer = setInterval(() => {
    if (asked !== null) {
      if (isSilent || performance.now() - asked.clock < heartbeat.silentAfterMs) return
      isSilent = true
      return told(asked.since)
    }
    asked = { since: Date.now(), clock: performance.now() }
    const ask = async (): Promise<unknown> => connection.sendRequest('session/beat', {})
    // An error is an answer too; of a connection that is closed nobody wants to know.
    void ask().then(answered, answered)
  }, heartbeat.everyMs)
  timer.unref()
  const stop = (): void => clearInterval(timer)
  void ended.then(stop)
  return stop
}
