/** Files of others, read without being held up by what they are: only what is a regular file, and only so much of it. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** A container's state is some kilobytes, a list of hundreds of containers a megabyte (bytes). */
const mostBytes = 8 * 1024 * 1024

/** Null: it is not there, not to be read, or no such file. */
export function readStateFile(path: string): string | null {
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
