/** Whether the shell is still at work: a stopped or hanging one must not leave a root process and its network behind. */
import { heartbeat } from '../../core/rpc.js'

/**
 * Looked at once a second (milliseconds). Seconds are counted, not a clock compared: where this process itself was held
 * up, or the machine slept, the beats that came meanwhile are still to be read.
 */
const lookEveryMs = 1000

/** Calls `silent` once, when there was no beat for too long. Returns the function that is a beat. */
export function watchHeartbeat(silent: () => void): () => void {
  let looks = 0
  const timer = setInterval(() => {
    looks += 1
    if (looks * lookEveryMs < heartbeat.endAfterMs) return
    clearInterval(timer)
    silent()
  }, lookEveryMs)
  timer.unref()
  return () => void (looks = 0)
}
