/** Tells a slow start from one that has come to a halt: what works uses the processor. */
import { descendantsOf } from './running/descendants.js'
import { processFields } from './running/process-identity.js'

/** How often the processes are looked at, milliseconds. */
const lookEveryMs = 500

/** CPU time of one process (utime and stime, fields 14 and 15 of /proc/PID/stat), clock ticks; 0 where it is gone. */
function ticksOf(pid: number): number {
  const fields = processFields(pid)
  return fields === null ? 0 : Number(fields[11]) + Number(fields[12])
}

const ticksOfTree = (pid: number): number =>
  descendantsOf(pid).reduce((sum, child) => sum + ticksOf(child.pid), ticksOf(pid))

export interface Patience {
  /** Given up when no process of the tree used the processor for this long, milliseconds. */
  readonly idleMs: number
  /** And after this long in any case, milliseconds. */
  readonly mostMs: number
}

/**
 * For a helper that is started. A refused one ends at once; a kernel that is freeing some thousand namespaces keeps a new
 * one waiting for seconds, in which it does nothing.
 */
export const startPatience: Patience = { idleMs: 15_000, mostMs: 120_000 }

/**
 * Resolves when the processes that come from `pid` have stopped working, or have worked for too long. A busy or slow machine
 * (an emulated one takes twenty times as long to start Node) thus gets the time it needs, and a halt is still noticed soon.
 */
export function stoppedWorking(
  pid: number,
  { idleMs, mostMs }: Patience,
): { readonly stopped: Promise<void>; end(): void } {
  const begun = performance.now()
  let [seen, seenAt] = [ticksOfTree(pid), begun]
  let timer: NodeJS.Timeout | undefined
  const stopped = new Promise<void>((resolve) => {
    timer = setInterval(() => {
      const [now, ticks] = [performance.now(), ticksOfTree(pid)]
      if (ticks !== seen) [seen, seenAt] = [ticks, now]
      if (now - seenAt >= idleMs || now - begun >= mostMs) {
        clearInterval(timer)
        resolve()
      }
    }, lookEveryMs)
    timer.unref()
  })
  return { stopped, end: () => clearInterval(timer) }
}
