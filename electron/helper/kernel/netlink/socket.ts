/** A netlink socket: one request and its answer at a time, or events. Stays in the namespace it was opened in. */
import * as libc from '../libc.js'
import { EAGAIN, EBUSY, EINTR, ENOBUFS, Refusal } from '../errno.js'
import { Answer, type Visit } from './answer.js'
import { eachMessage, MessageWriter, NLM_F_ACK, NLM_F_DUMP } from './message.js'

export const NETLINK_ROUTE = 0
export const NETLINK_NETFILTER = 12
export const NETLINK_GENERIC = 16
const SOL_NETLINK = 270
const NETLINK_CAP_ACK = 10
const NETLINK_EXT_ACK = 11
const NETLINK_GET_STRICT_CHK = 12

/** The kernel fills at most 32 KiB per answer of a dump (`netlink_recvmsg`); single messages are smaller still. */
const receiveBytes = 131_072
/** Bytes of events a namespace may have waiting: a storm of 5000 route changes of ~200 bytes each, doubled by the kernel. */
const eventQueueBytes = 4 * 1024 * 1024
/** How often an answer is read before it is given up that it comes whole. */
const readAttempts = 8
/** Datagrams of an answer that was given up, thrown away before the next is asked for. The kernel's longest dump has fewer. */
const leftOver = 16_384
/** Seconds to wait for an answer that the kernel gives at once. Only a kernel bug reaches it. */
const answerSeconds = 5
/** Datagrams of events taken before other work gets its turn. */
const eventsPerTurn = 512

/** What passes by itself: no room for the answer in the socket, an earlier dump still under way, a change while reading. */
const passing: ReadonlySet<number> = new Set([ENOBUFS, EBUSY, EINTR])

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
    const found = this.#readWhole<T>(request, (values, type, at, end) => {
      const value = decode(incoming, at, end, type)
      if (value !== null) values.push(value)
      return true
    })
    if (found instanceof Refusal) return found
    const [first] = found
    return first === undefined ? Refusal.of(EAGAIN, 'The kernel gave no answer') : first
  }

  /** Sends a request for all objects of a kind. The answer is all of them, as they were at one time, or a refusal. */
  dump<T>(request: MessageWriter, decode: Decode<T>): T[] | Refusal {
    request.flag(NLM_F_DUMP)
    return this.#readWhole<T>(request, (values, type, at, end) => {
      const value = decode(incoming, at, end, type)
      if (value !== null) values.push(value)
      return false
    })
  }

  /** Reads until an answer comes whole, a bounded number of times. */
  #readWhole<T>(
    request: MessageWriter,
    take: (values: T[], type: number, at: number, end: number) => boolean,
  ): T[] | Refusal {
    for (let attempt = 1; attempt <= readAttempts; attempt += 1) {
      const values: T[] = []
      const answer = this.#exchange(request, (type, at, end) => take(values, type, at, end))
      if (answer.whole && !answer.refusal) return values
      if (answer.refusal && !passing.has(answer.refusal.errno)) return answer.refusal
      if (!answer.whole) this.#throwAwayRest()
    }
    return Refusal.of(EAGAIN, `The kernel's answer did not come whole in ${readAttempts} attempts`)
  }

  /** Sends, and reads until the acknowledgement, the dump's end, or until `visit` has what it wants. */
  #exchange(request: MessageWriter, visit: Visit): Answer {
    const answer = new Answer(sequence, visit)
    sequence = (sequence + 1) >>> 0
    const length = request.finish(answer.sequence)
    if (libc.send(this.fd, request.bytes, length, 0) < 0) {
      answer.refusal = libc.lastRefusal()
      return answer
    }
    while (!answer.done) {
      const received = libc.recv(this.fd, incoming, receiveBytes, libc.MSG_TRUNC)
      if (received >= 0) answer.take(incoming, received)
      else if (libc.lastErrno() !== EINTR) {
        answer.refusal = libc.lastRefusal()
        return answer
      }
    }
    return answer
  }

  /** What of an answer has not been fetched would keep the kernel from beginning another dump (EBUSY). */
  #throwAwayRest(): void {
    for (let turn = 0; turn < leftOver; turn += 1) {
      if (libc.recv(this.fd, incoming, receiveBytes, libc.MSG_DONTWAIT) >= 0) continue
      const errno = libc.lastErrno()
      if (errno !== EINTR && errno !== ENOBUFS) return
    }
  }

  /**
   * Takes the events that wait, a bounded number of them; what is left wakes the loop again.
   * Returns true where some were lost (ENOBUFS, or one larger than the buffer): everything must be read again.
   */
  drain(visit: (type: number, bytes: Buffer, at: number, end: number) => void): boolean {
    let lost = false
    for (let turn = 0; turn < eventsPerTurn; turn += 1) {
      const received = libc.recv(this.fd, incoming, receiveBytes, libc.MSG_DONTWAIT | libc.MSG_TRUNC)
      if (received < 0) {
        const errno = libc.lastErrno()
        if (errno === EINTR) continue
        return lost || errno === ENOBUFS
      }
      const complete = eachMessage(incoming, Math.min(received, receiveBytes), (type, _flags, _sequence, at, end) =>
        visit(type, incoming, at, end),
      )
      if (!complete || received > receiveBytes) lost = true
    }
    return lost
  }
}
