/**
 * A terminal that is closed while we run. At the very end Node gives each terminal back the settings it found, and is sure
 * that it can: where the terminal has hung up, tcsetattr(2) says EIO and the process dies of it (SIGSEGV or SIGABRT). We
 * change no settings, so there is nothing to give back, and descriptors that are closed by then are left alone.
 */
import { closeSync } from 'node:fs'
import { isatty } from 'node:tty'

const standard = [0, 1, 2] as const

/** From now on, however the process exits. Streams hold descriptors of their own, and have written by then. */
export function surviveLostTerminal(): void {
  // Asked now: of a terminal that has hung up, isatty(3) says that it is none.
  const terminals = standard.filter((fd) => isatty(fd))
  process.on('exit', () => {
    for (const fd of terminals) closeQuietly(fd)
  })
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd)
  } catch {
    // Closed already, which is all that is wanted.
  }
}
