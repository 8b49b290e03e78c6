/** A program in a running lab that has the caller's terminal. */
import { enter, type Inside, type Place } from '../session/running/enter.js'
import { passSignals } from './interrupt.js'

/**
 * Runs a command, or the user's shell where it is empty, and resolves with its exit code.
 *
 * Ctrl-C on a terminal reaches the program directly, as part of its process group; we only must not die of it. Where
 * there is no terminal, and for the other signals, somebody meant us, and the program is told.
 */
export function runInside(place: Place, command: readonly string[], takeAll = false): Promise<number> {
  return runShell(enter(place, command), takeAll)
}

/** Signals that mean to a program whatever it makes of them. */
const programs = ['SIGUSR1', 'SIGUSR2'] as const

/** The same for a program that has been started. */
export async function runShell(inside: Inside, takeAll = false): Promise<number> {
  const release = passSignals((signal) => {
    const keyboard = signal === 'SIGINT' || signal === 'SIGQUIT'
    if (!keyboard && !takeAll) return false
    if (!(keyboard && process.stdin.isTTY)) inside.signal(signal)
    return true
  })
  const pass = (signal: NodeJS.Signals): void => inside.signal(signal)
  if (takeAll) for (const signal of programs) process.on(signal, pass)
  try {
    return await inside.ended
  } finally {
    release()
    for (const signal of programs) process.off(signal, pass)
  }
}
