/** The processes of a terminal's session (setsid(2)): every job of its shell, in the foreground or not. */
import { readdirSync, readFileSync } from 'node:fs'
import { plainLine } from '../core/lab/plain-text.js'

/** After SIGHUP, a program has this long to put its things in order (milliseconds). */
const orderlyMs = 300
/** After SIGKILL nothing can refuse; a process in an uninterruptible wait is not waited for longer (milliseconds). */
const killedMs = 1000
/** How often the processes are looked at meanwhile (milliseconds). */
const lookEveryMs = 10

/** Of a process, in the words of proc(5). */
interface Stat {
  readonly state: string
  readonly group: number
  readonly session: number
  /** The group that has the process's terminal: what is typed goes to it. */
  readonly foreground: number
}

/** Null where it is gone. */
function look(pid: number): Stat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything: fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state = 'X', , group, session, , foreground] = fields
    return { state, group: Number(group), session: Number(session), foreground: Number(foreground) }
  } catch {
    return null
  }
}

/** Whether a process has ended; its remains may be there still. */
export function hasEnded(pid: number): boolean {
  const state = look(pid)?.state
  return state === undefined || state === 'Z' || state === 'X'
}

/**
 * The program that has the terminal of a shell, by its name; null where it is the shell itself.
 * The kernel's own word (tcgetpgrp(3)), which no program can imitate by what it prints.
 */
export function foregroundProgram(shell: number): string | null {
  const stat = look(shell)
  if (stat === null || stat.foreground === stat.group) return null
  return nameOf(stat.foreground) ?? nameOf(shell)
}

/** A name is what a program calls itself: anything, so that only what is text of it is passed on. */
export function nameOf(pid: number): string | null {
  try {
    return plainLine(readFileSync(`/proc/${pid}/comm`, 'utf8'))
  } catch {
    return null
  }
}

function processesOf(session: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid))
    .filter((pid) => {
      const found = look(pid)
      return found?.session === session && found.state !== 'Z' && found.state !== 'X'
    })
}

function signal(pids: readonly number[], ...signals: readonly NodeJS.Signals[]): void {
  for (const pid of pids)
    for (const name of signals)
      try {
        process.kill(pid, name)
      } catch {
        // Gone meanwhile.
      }
}

async function waitForNone(session: number, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs
  while (processesOf(session).length > 0) {
    if (Date.now() >= deadline) return false
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
  return true
}

/**
 * Ends every process of a session, politely first. Resolves when they are gone.
 * @param leaderEnded the shell is known to be gone: a leader with its number now is another session's
 */
export async function endSession(session: number, leaderEnded: boolean): Promise<void> {
  const pids = processesOf(session)
  if (leaderEnded && pids.includes(session)) return
  // A stopped process takes the hang-up only when it goes on.
  signal(pids, 'SIGHUP', 'SIGCONT')
  if (await waitForNone(session, orderlyMs)) return
  const deadline = Date.now() + killedMs
  do signal(processesOf(session), 'SIGKILL')
  while (!(await waitForNone(session, lookEveryMs)) && Date.now() < deadline)
}
