/**
 * What the caller has open stays ours alone. A program that inherits it holds a lock for as long as it runs, and a script
 * of a stranger leaves its jail through a directory. Node marks descriptors close-on-exec as it starts, but ends at the
 * first gap above 15 (uv_disable_stdio_inheritance, libuv src/unix/core.c).
 */
import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** asm-generic/fcntl.h */
const [setFlags, closeOnExec, openedCloseOnExec] = [2, 1, 0o2000000]

/**
 * Called once, before a program is started: none inherits anything but what it is given. They stay open here, for what is
 * named by them (`/dev/fd/63`). Never throws.
 */
export async function keepDescriptors(): Promise<void> {
  const inherited = listed().filter((fd) => fd > 2 && isInherited(fd))
  if (inherited.length === 0) return
  const mark = await markWith()
  for (const fd of inherited) if (mark?.(fd) !== 0) closeQuietly(fd)
}

function listed(): readonly number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    // No /proc: then no sandbox and no terminal can be made either.
    return []
  }
}

function isInherited(fd: number): boolean {
  try {
    const [, flags = ''] = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? []
    return (Number.parseInt(flags, 8) & openedCloseOnExec) === 0
  } catch {
    // The one by which the directory was read.
    return false
  }
}

/** Loaded when it is needed, which is seldom: loading takes longer than some commands. */
async function markWith(): Promise<((fd: number) => number) | null> {
  try {
    const { default: koffi } = await import('koffi')
    const fcntl = koffi.load(null).func('int fcntl(int, int, ...)') as unknown as (
      ...words: [fd: number, command: number, type: 'int', flags: number]
    ) => number
    return (fd) => fcntl(fd, setFlags, 'int', closeOnExec)
  } catch {
    return null
  }
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd)
  } catch {
    // Closed already, which is all that is wanted.
  }
}
