/** Tells a process from another one that later got its number. */
import { readFileSync, readlinkSync } from 'node:fs'

/** A process: its number, and when it started in clock ticks since boot (field 22 of /proc/PID/stat, proc(5)). */
export interface ProcessIdentity {
  readonly pid: number
  readonly startTicks: number
}

/** What /proc/PID/stat says behind the name, state first (field 3, proc(5)); null where there is no such process. */
export function processFields(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything, parentheses and spaces too: fields are counted from the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

/** The process that has this number now; null where there is none, or only its remains (a zombie). */
export function identify(pid: number): ProcessIdentity | null {
  const fields = processFields(pid)
  const [state, startTicks] = [fields?.[0], Number(fields?.[19])]
  if (state === 'Z' || state === 'X' || !Number.isSafeInteger(startTicks)) return null
  return { pid, startTicks }
}

export function isAlive({ pid, startTicks }: ProcessIdentity): boolean {
  return identify(pid)?.startTicks === startTicks
}

/** Who has given out the numbers and ticks: in another container the same ones are another process, or none. */
export interface Numbering {
  /** Of the kernel that runs. */
  readonly boot: string
  /** The namespaces that number processes, and move the clock since boot (pid_namespaces(7), time_namespaces(7)). */
  readonly namespaces: string
}

export function ownNumbering(): Numbering {
  return {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    namespaces: ['pid', 'time'].map(namespaceOf).join(' '),
  }
}

/** Empty where the kernel has none of the kind (time: since Linux 5.6). */
function namespaceOf(kind: string): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`)
  } catch {
    return ''
  }
}

/** How often a process is looked at that is about to end (milliseconds): teardown takes 40-120 ms at 100 namespaces. */
const lookEveryMs = 15

/** Resolves true when the process is gone, false when it is still there after `limitMs`. */
export async function waitForEnd(process: ProcessIdentity, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs
  while (isAlive(process)) {
    if (Date.now() >= deadline) return false
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
  return true
}
