/** Room for descriptors, made once and ahead of time. */
import * as libc from './libc.js'

/**
 * Largest room asked for, descriptors: a lab of 1000 namespaces takes about 5000 with its sockets and a capture. The
 * kernel's table of them grows by doubling, and while threads share it each growth waits for all readers
 * (`synchronize_rcu` in `expand_fdtable`, fs/file.c): 10 to 20 ms in the middle of a deploy.
 */
const mostRoom = 8192
const leastRoom = 256

/** Lets the process's table of descriptors grow to its working size. Never throws; a process with a low limit gets less. */
export function makeRoomForDescriptors(): void {
  for (let room = mostRoom; room >= leastRoom; room /= 2) {
    const fd = libc.fcntlInt(0, libc.F_DUPFD_CLOEXEC, room - 1)
    if (fd < 0) continue
    libc.close(fd)
    return
  }
}
