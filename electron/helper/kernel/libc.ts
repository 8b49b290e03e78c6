/**
 * The few libc calls that the worker makes, through koffi. Thin on purpose: each returns what C returns, and
 * `lastRefusal` tells what errno said. Buffers are passed as they are, so a call allocates nothing.
 *
 * All of them block the calling thread at most as long as the kernel takes; none is called from a pool thread.
 */
import koffi from 'koffi'
import { Refusal } from './errno.js'

// musl has no libc.so.6; there the symbols are found through the program itself.
const libc = (() => {
  try {
    return koffi.load('libc.so.6')
  } catch {
    return koffi.load(null)
  }
})()

const declare = <F>(definition: string): F => libc.func(definition) as unknown as F

type Bytes = Buffer | null

export const socket = declare<(domain: number, type: number, protocol: number) => number>('int socket(int, int, int)')
export const bind = declare<(fd: number, address: Buffer, length: number) => number>(
  'int bind(int, const void *, uint)',
)
export const connect = declare<(fd: number, address: Buffer, length: number) => number>(
  'int connect(int, const void *, uint)',
)
export const listen = declare<(fd: number, backlog: number) => number>('int listen(int, int)')
export const send = declare<(fd: number, bytes: Buffer, length: number, flags: number) => number>(
  'long send(int, const void *, size_t, int)',
)
export const sendto = declare<
  (fd: number, bytes: Buffer, length: number, flags: number, address: Buffer, addressLength: number) => number
>('long sendto(int, const void *, size_t, int, const void *, uint)')
export const recv = declare<(fd: number, bytes: Bytes, length: number, flags: number) => number>(
  'long recv(int, void *, size_t, int)',
)
export const recvmsg = declare<(fd: number, header: Buffer, flags: number) => number>('long recvmsg(int, void *, int)')
export const recvmmsg = declare<(fd: number, headers: Buffer, count: number, flags: number, timeout: null) => number>(
  'int recvmmsg(int, void *, uint, int, void *)',
)
export const getsockname = declare<(fd: number, address: Buffer, length: Buffer) => number>(
  'int getsockname(int, void *, void *)',
)
export const setsockopt = declare<(fd: number, level: number, name: number, value: Buffer, length: number) => number>(
  'int setsockopt(int, int, int, const void *, uint)',
)
export const getsockopt = declare<(fd: number, level: number, name: number, value: Buffer, length: Buffer) => number>(
  'int getsockopt(int, int, int, void *, void *)',
)

export const open = declare<(path: string, flags: number, mode: number) => number>('int open(const char *, int, int)')
export const read = declare<(fd: number, bytes: Buffer, length: number) => number>('long read(int, void *, size_t)')
export const write = declare<(fd: number, bytes: Buffer, length: number) => number>(
  'long write(int, const void *, size_t)',
)
const fcntl =
  declare<(fd: number, command: number, type: 'int', argument: number) => number>('int fcntl(int, int, ...)')
/** `fcntl(2)` for the commands that take an int. */
export const fcntlInt = (fd: number, command: number, argument: number): number => fcntl(fd, command, 'int', argument)
const closeFunction = libc.func('int close(int)')
export const close = closeFunction as unknown as (fd: number) => number
let closing: Promise<void> = Promise.resolve()
/**
 * Closes on a thread of libuv's pool, one descriptor after the other. For packet sockets: the kernel waits for all readers
 * (synchronize_net in packet_release, net/packet/af_packet.c), 10-15 ms for each. Closing does not ask for the namespace
 * of the thread, so it does not matter whose the pool thread is.
 */
export function closeLater(fd: number): void {
  closing = closing.then(() => new Promise((resolve) => closeFunction.async(fd, () => resolve())))
}
export const unlink = declare<(path: string) => number>('int unlink(const char *)')
export const mkdir = declare<(path: string, mode: number) => number>('int mkdir(const char *, uint)')

export const unshare = declare<(flags: number) => number>('int unshare(int)')
export const setns = declare<(fd: number, type: number) => number>('int setns(int, int)')
export const mount = declare<
  (source: string, target: string, type: string, flags: number, data: string | null) => number
>('int mount(const char *, const char *, const char *, ulong, const char *)')
export const umount2 = declare<(target: string, flags: number) => number>('int umount2(const char *, int)')

export const epollCreate1 = declare<(flags: number) => number>('int epoll_create1(int)')
export const epollCtl = declare<(epoll: number, op: number, fd: number, event: Buffer) => number>(
  'int epoll_ctl(int, int, int, void *)',
)
export const epollWait = declare<(epoll: number, events: Buffer, count: number, timeoutMs: number) => number>(
  'int epoll_wait(int, void *, int, int)',
)

export const flock = declare<(fd: number, operation: number) => number>('int flock(int, int)')
export const ioctl = declare<(fd: number, request: number, argument: Buffer) => number>('int ioctl(int, ulong, void *)')
export const clockGettime = declare<(clock: number, time: Buffer) => number>('int clock_gettime(int, void *)')

/** Address of a buffer's first byte, for the pointers inside `msghdr` and `iovec`. Valid while the buffer is kept. */
export const addressOf = (bytes: Buffer): bigint => koffi.address(bytes)

/** What the last call that returned -1 was refused with. Ask at once: the next call overwrites it. */
export const lastRefusal = (): Refusal => Refusal.of(koffi.errno())
export const lastErrno = (): number => koffi.errno()

/** Out-parameters of calls that are read back at once. */
export const scratch = Buffer.allocUnsafeSlow(4096)

/** Sets an `int` socket option; false where the kernel refused. */
export function setInt(fd: number, level: number, name: number, value: number): boolean {
  scratch.writeInt32LE(value, 0)
  return setsockopt(fd, level, name, scratch, 4) === 0
}

/** Reads an `int` socket option, or null. */
export function getInt(fd: number, level: number, name: number): number | null {
  scratch.writeUInt32LE(4, 8)
  if (getsockopt(fd, level, name, scratch, scratch.subarray(8, 12)) !== 0) return null
  return scratch.readInt32LE(0)
}

/** Reads a 64-bit socket option, or null. */
export function getU64(fd: number, level: number, name: number): bigint | null {
  scratch.writeUInt32LE(8, 8)
  if (getsockopt(fd, level, name, scratch, scratch.subarray(8, 12)) !== 0) return null
  return scratch.readBigUInt64LE(0)
}

/** Wall-clock time in nanoseconds: the clock of SO_TIMESTAMPNS. */
export function realtimeNs(): bigint {
  clockGettime(0, scratch)
  return scratch.readBigInt64LE(0) * 1_000_000_000n + scratch.readBigInt64LE(8)
}

// asm-generic values; x86-64 and arm64 agree on all of these (linux/fcntl.h, linux/sched.h, linux/mount.h, bits/socket.h).
export const O_RDONLY = 0
export const O_WRONLY = 1
export const O_RDWR = 2
export const O_CREAT = 0o100
export const O_EXCL = 0o200
export const O_NOFOLLOW = 0o400000
export const O_CLOEXEC = 0o2000000
export const O_PATH = 0o10000000
export const F_DUPFD_CLOEXEC = 1030
export const CLONE_NEWNET = 0x40000000
export const MS_BIND = 0x1000
export const MS_REC = 0x4000
export const MS_SHARED = 0x100000
export const MNT_DETACH = 2
export const AF_INET = 2
export const AF_INET6 = 10
export const AF_NETLINK = 16
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
export const SOCK_NONBLOCK = 0o4000
export const SOCK_CLOEXEC = 0o2000000
export const MSG_TRUNC = 0x20
export const MSG_DONTWAIT = 0x40
export const MSG_NOSIGNAL = 0x4000
export const MSG_ERRQUEUE = 0x2000
export const SOL_SOCKET = 1
export const SO_REUSEADDR = 2
export const SO_ERROR = 4
export const SO_RCVBUF = 8
export const SO_RCVTIMEO = 20
export const SO_RCVBUFFORCE = 33
export const SO_TIMESTAMPNS = 35
export const SO_NETNS_COOKIE = 71
export const LOCK_EX = 2
export const LOCK_NB = 4
