/** One lock per process, on a file: flock(2) ends with the process, however it ends. */
import * as libc from './libc.js'
import { EAGAIN, type Refusal } from './errno.js'

let held = -1

/** Whether we have the lock now; false where another process has it. */
export function holdLock(path: string): boolean | Refusal {
  if (held >= 0) return true
  const fd = libc.open(path, libc.O_RDWR | libc.O_CREAT | libc.O_CLOEXEC | libc.O_NOFOLLOW, 0o600)
  if (fd < 0) return libc.lastRefusal().about(path)
  if (libc.flock(fd, libc.LOCK_EX | libc.LOCK_NB) === 0) {
    held = fd
    return true
  }
  const refusal = libc.lastRefusal()
  libc.close(fd)
  return refusal.errno === EAGAIN ? false : refusal.about(path)
}

export function releaseLock(): false {
  if (held >= 0) libc.close(held)
  held = -1
  return false
}
