/** Tells a slow start from one that has come to a halt: what works uses the processor. */
import { readFileSync } from 'node:fs'

/** How often the processes are looked at, milliseconds. */
const lookEveryMs = 500

/** CPU time of one process, clock ticks (utime and stime of /proc/PID/stat, proc(5)); 0 where it is gone. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything: fields are counted from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(fields[11]) + Number(fields[12])
  } catch {
    return 0
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** CPU time of a process and of all that come from it, clock ticks. */
function ticksOfTree(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + ticksOfTree(child), ticksOf(pid))
}

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
