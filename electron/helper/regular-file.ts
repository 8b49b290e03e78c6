/** Files of others, read without being held up by what they are: only what is a regular file, and only so much of it. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** Null: it is not there, not to be read, no regular file, or longer than `mostBytes`. */
export function readRegularFile(path: string, mostBytes: number): string | null {
  let fd: number
  try {
    // Opening a pipe would wait for its writer; a link may lead anywhere.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch {
    return null
  }
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile() || stats.size > mostBytes) return null
    const bytes = Buffer.allocUnsafe(stats.size)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, stats.size, 0))
  } catch {
    return null
  } finally {
    closeSync(fd)
  }
}
