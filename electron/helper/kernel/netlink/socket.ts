/** A netlink socket: one request and its answer at a time, or events. Stays in the namespace it was opened in. */
import * as libc from '../libc.js'
import { EAGAIN, EINTR, ENOBUFS, Refusal } from '../errno.js'
import {
  eachMessage,
  MessageWriter,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  readError,
} from './message.js'

export const NETLINK_ROUTE = 0
export const NETLINK_NETFILTER = 12
const SOL_NETLINK = 270
const NETLINK_CAP_ACK = 10
const NETLINK_EXT_ACK = 11
const NETLINK_GET_STRICT_CHK = 12

/** The kernel fills at most 32 KiB per answer of a dump (`netlink_recvmsg`); single messages are smaller still. */
const receiveBytes = 131_072
/** Bytes of events a namespace may have waiting: a storm of 5000 route changes of ~200 bytes each, doubled by the kernel. */
const eventQueueBytes = 4 * 1024 * 1024
/** How often a dump that was interrupted by a change is read again before its last answer is taken. The change's own event follows. */
const dumpAttempts = 4
/** Seconds to wait for an answer that the kernel gives at once. Only a kernel bug reaches it. */
const answerSeconds = 5
/** Datagrams of events taken before other work gets its turn. */
const eventsPerTurn = 512

const incoming = Buffer.allocUnsafeSlow(receiveBytes)
const writer = new MessageWriter()
let sequence = 1

/** Starts a request in the one shared buffer: finish and send it before the next is begun. */
export const message = (type: number, flags = 0): MessageWriter => writer.begin(type, flags)

/** Turns a message's payload `bytes[at, end)` into a value, or null for one to be left out. */
export type Decode<T> = (bytes: Buffer, at: number, end: number, type: number) => T | null

export class NetlinkSocket {
  /** @param fd of a netlink socket, which is this object's to close from now on */
  constructor(readonly fd: number) {}

  /** For requests. Opens in the thread's current namespace. */
  static open(protocol: number): NetlinkSocket | Refusal {
    const fd = libc.socket(libc.AF_NETLINK, libc.SOCK_RAW | libc.SOCK_CLOEXEC, protocol)
    if (fd < 0) return libc.lastRefusal()
    libc.setInt(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1)
    libc.setInt(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1)
    libc.setInt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
    libc.scratch.writeBigInt64LE(BigInt(answerSeconds), 0)
    libc.scratch.writeBigInt64LE(0n, 8)
    libc.setsockopt(fd, libc.SOL_SOCKET, libc.SO_RCVTIMEO, libc.scratch, 16)
    return new NetlinkSocket(fd)
  }

  /** For events, of which none come before `subscribe`. Opens in the thread's current namespace. */
  static openEvents(protocol: number): NetlinkSocket | Refusal {
    const fd = libc.socket(libc.AF_NETLINK, libc.SOCK_RAW | libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK, protocol)
    if (fd < 0) return libc.lastRefusal()
    // The forced size needs CAP_NET_ADMIN in the first user namespace; elsewhere rmem_max bounds it.
    if (!libc.setInt(fd, libc.SOL_SOCKET, libc.SO_RCVBUFFORCE, eventQueueBytes))
      libc.setInt(fd, libc.SOL_SOCKET, libc.SO_RCVBUF, eventQueueBytes)
    return new NetlinkSocket(fd)
  }

  /** For events of these groups, from now on; see `subscribe`. */
  static openSubscribed(protocol: number, groups: number): NetlinkSocket | Refusal {
    const socket = NetlinkSocket.openEvents(protocol)
    if (socket instanceof Refusal) return socket
    const refusal = socket.subscribe(groups)
    if (refusal) socket.close()
    return refusal ?? socket
  }

  /** Events of these groups wait in the socket from now on. `groups` is the bit mask of `nl_groups`: groups 1..32. */
  subscribe(groups: number): Refusal | null {
    const address = libc.scratch
    address.fill(0, 0, 12)
    address.writeUInt16LE(libc.AF_NETLINK, 0)
    address.writeUInt32LE(groups >>> 0, 8)
    return libc.bind(this.fd, address, 12) === 0 ? null : libc.lastRefusal()
  }

  close(): void {
    libc.close(this.fd)
  }

  /** Sends a request that changes something; null where the kernel did it. */
  change(request: MessageWriter): Refusal | null {
    request.flag(NLM_F_ACK)
    return this.#exchange(request, () => false).refusal
  }

  /** Sends a request with one message as answer. */
  get<T>(request: MessageWriter, decode: Decode<T>): T | Refusal {
    let found: T | null = null
    const answer = (type: number, at: number, end: number): boolean => {
      found = decode(incoming, at, end, type)
      return true
    }
    const { refusal } = this.#exchange(request, answer)
    return refusal ?? found ?? Refusal.of(EAGAIN, 'The kernel gave no answer')
  }

  /** Sends a request for all objects of a kind. Read again where objects changed meanwhile. */
  dump<T>(request: MessageWriter, decode: Decode<T>): T[] | Refusal {
    request.flag(NLM_F_DUMP)
    for (let attempt = 1; ; attempt += 1) {
      const values: T[] = []
      const { refusal, interrupted } = this.#exchange(request, (type, at, end) => {
        const value = decode(incoming, at, end, type)
        if (value !== null) values.push(value)
        return false
      })
      if (refusal) return refusal
      if (!interrupted || attempt === dumpAttempts) return values
    }
  }

  /** Sends, and reads until the acknowledgement, the dump's end, or until `visit` has what it wants. */
  #exchange(
    request: MessageWriter,
    visit: (type: number, at: number, end: number) => boolean,
  ): { readonly refusal: Refusal | null; readonly interrupted: boolean } {
    const mine = sequence
    sequence = (sequence + 1) >>> 0
    const length = request.finish(mine)
    if (libc.send(this.fd, request.bytes, length, 0) < 0) return { refusal: libc.lastRefusal(), interrupted: false }
    let done = false
    let refusal: Refusal | null = null
    let interrupted = false
    while (!done) {
      const received = libc.recv(this.fd, incoming, receiveBytes, 0)
      if (received < 0) {
        if (libc.lastErrno() === EINTR) continue
        return { refusal: libc.lastRefusal(), interrupted }
      }
      eachMessage(incoming, received, (type, flags, answers, at, end) => {
        if (answers !== mine) return true
        if (flags & NLM_F_DUMP_INTR) interrupted = true
        if (type !== NLMSG_ERROR && type !== NLMSG_DONE) {
          done = visit(type, at, end)
          return !done
        }
        const { errno, words } = readError(incoming, type, flags, at, end)
        if (errno !== 0) refusal = Refusal.of(errno, words ?? undefined)
        done = true
        return false
      })
    }
    return { refusal, interrupted }
  }

  /**
   * Takes the events that wait, a bounded number of them; what is left wakes the loop again.
   * Returns true where some were lost (ENOBUFS): everything must be read again.
   */
  drain(visit: (type: number, bytes: Buffer, at: number, end: number) => void): boolean {
    for (let turn = 0; turn < eventsPerTurn; turn += 1) {
      const received = libc.recv(this.fd, incoming, receiveBytes, libc.MSG_DONTWAIT)
      if (received < 0) {
        const errno = libc.lastErrno()
        if (errno === EINTR) continue
        return errno === ENOBUFS
      }
      eachMessage(incoming, received, (type, _flags, _sequence, at, end) => visit(type, incoming, at, end))
    }
    return false
  }
}
