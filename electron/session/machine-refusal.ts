/** What the machine refuses any program: no room, no descriptors, no processes. Never a bug, so it is said with a way out. */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { failure } from '../core/failure.js'
import type { Failure } from '../core/rpc.js'

/** What a person can do, by errno(3); else the system's own words must do. */
const ways: Readonly<Record<string, (path: string | undefined) => string>> = {
  EMFILE: () =>
    `This process may have ${openFilesLimit()} files open, and has. Allow more in this shell, then try again: sudo prlimit --pid $$ --nofile=65536:65536`,
  ENFILE: () =>
    'This machine has as many files open as it allows. Close programs, or allow more: sudo sysctl fs.file-max=1000000',
  ENOSPC: (path) =>
    `The disk${path === undefined ? '' : ` of ${dirname(path)}`} is full. Free some space, then try again.`,
  EDQUOT: () => 'Your disk quota is used up. Free some space, then try again.',
  ENOMEM: () => 'The machine has no memory left. End other programs, then try again.',
  EAGAIN: () =>
    'The machine starts no more processes for you. End other programs, or allow more in this shell: ulimit -u unlimited',
  EROFS: () => 'The file system is read-only.',
  EIO: () => 'The disk or the terminal reports an error.',
  EACCES: () => 'You have no permission.',
  EPERM: () => 'The system does not permit it.',
}

/** The soft limit, to which Node has raised itself as far as it may (proc_pid_limits(5)). */
function openFilesLimit(): string {
  try {
    return /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 'no more'
  } catch {
    return 'no more'
  }
}

/** An exception of the system as a failure; null where it is none of the system's, and so a bug of ours. */
export function machineRefusal(error: unknown): Failure | null {
  if (!(error instanceof Error)) return null
  const { code, syscall, path } = error as NodeJS.ErrnoException
  if (code === undefined || syscall === undefined) return null
  const way = ways[code]?.(path) ?? 'The system refused it.'
  return failure(code, `${way}`, path ?? null, error.message)
}
