/**
 * Waiting for many descriptors at once. One epoll set holds them; the set's own descriptor is watched by the thread's
 * event loop (`koffi.node.poll`, libuv's uv_poll), so that nothing blocks, no pool thread is spent, and none can be
 * created while the thread is in another namespace.
 */
import koffi from 'koffi'
import * as libc from './libc.js'
import type { Refusal } from './errno.js'

const EPOLL_CLOEXEC = 0o2000000
const EPOLL_CTL_ADD = 1
const EPOLL_CTL_DEL = 2
export const EPOLLIN = 0x001
const EPOLLPRI = 0x002
export const EPOLLOUT = 0x004
const EPOLLERR = 0x008
/** struct epoll_event is packed on x86 only (sys/epoll.h). */
const packed = process.arch === 'x64' || process.arch === 'ia32'
const eventBytes = packed ? 12 : 16
const dataOffset = packed ? 4 : 8
/** Descriptors served per wake; more of them wake the loop again. */
const batch = 128

const events = Buffer.allocUnsafeSlow(batch * 16)

type Ready = (events: number) => void

function control(epoll: number, op: number, fd: number, mask: number): Refusal | null {
  libc.scratch.writeUInt32LE(mask, 0)
  libc.scratch.fill(0, dataOffset, dataOffset + 8)
  libc.scratch.writeInt32LE(fd, dataOffset)
  return libc.epollCtl(epoll, op, fd, libc.scratch) === 0 ? null : libc.lastRefusal()
}

interface Handle {
  close(): void
}

/** Calls back in a turn of its own: what poll handles call directly runs without promises being served after it. */
const watch = (epoll: number, callback: () => void): Handle =>
  koffi.node.poll(epoll, { readable: true }, () => setImmediate(callback))

export class Poller {
  readonly #epoll: number
  readonly #handle: Handle
  readonly #ready = new Map<number, Ready>()
  readonly #mounts: { readonly epoll: number; readonly fd: number; readonly handle: Handle }
  #closed = false

  private constructor(epoll: number, mounts: { readonly epoll: number; readonly fd: number }, onMounts: () => void) {
    this.#epoll = epoll
    this.#handle = watch(epoll, () => this.#serve())
    this.#mounts = {
      ...mounts,
      handle: watch(mounts.epoll, () => {
        if (!this.#closed) onMounts()
      }),
    }
  }

  /**
   * `onMounts` is called after any change of the mount namespace.
   *
   * The mount table has an epoll set of its own because to poll it is to take the event (`mounts_poll` in fs/namespace.c):
   * the outer poll of libuv takes it, and a look into a common set would not find it any more. Alone in its set, the
   * wake itself is the event.
   */
  static open(onMounts: () => void): Poller | Refusal {
    const epoll = libc.epollCreate1(EPOLL_CLOEXEC)
    if (epoll < 0) return libc.lastRefusal()
    const mountEpoll = libc.epollCreate1(EPOLL_CLOEXEC)
    const fd = libc.open('/proc/thread-self/mountinfo', libc.O_RDONLY | libc.O_CLOEXEC, 0)
    const refusal =
      mountEpoll < 0 || fd < 0 ? libc.lastRefusal() : control(mountEpoll, EPOLL_CTL_ADD, fd, EPOLLPRI | EPOLLERR)
    if (refusal) {
      for (const opened of [epoll, mountEpoll, fd]) if (opened >= 0) libc.close(opened)
      return refusal
    }
    return new Poller(epoll, { epoll: mountEpoll, fd }, onMounts)
  }

  /** `ready` is told the events (EPOLL*) that came, as long as any remain. */
  add(fd: number, mask: number, ready: Ready): Refusal | null {
    const refusal = control(this.#epoll, EPOLL_CTL_ADD, fd, mask)
    if (!refusal) this.#ready.set(fd, ready)
    return refusal
  }

  /** Before the descriptor is closed: its number may be used again at once. */
  remove(fd: number): void {
    if (this.#ready.delete(fd)) control(this.#epoll, EPOLL_CTL_DEL, fd, 0)
  }

  #serve(): void {
    if (this.#closed) return
    const count = libc.epollWait(this.#epoll, events, batch, 0)
    // Copied out first: what is called back may close and open descriptors.
    const ready: (readonly [Ready, number, number])[] = []
    for (let index = 0; index < count; index += 1) {
      const fd = events.readInt32LE(index * eventBytes + dataOffset)
      const callback = this.#ready.get(fd)
      if (callback) ready.push([callback, fd, events.readUInt32LE(index * eventBytes)])
    }
    for (const [callback, fd, mask] of ready) if (this.#ready.get(fd) === callback) callback(mask)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#handle.close()
    this.#mounts.handle.close()
    this.#ready.clear()
    libc.close(this.#epoll)
    libc.close(this.#mounts.epoll)
    libc.close(this.#mounts.fd)
  }
}
