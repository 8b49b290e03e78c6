/** One ICMP echo, as ping(8) sends it, with a payload that no other packet has. */
import { randomBytes } from 'node:crypto'
import * as libc from '../libc.js'
import { EAGAIN, EINTR } from '../errno.js'
import type { ProbeReply } from '../protocol.js'
import { EPOLLIN } from '../poller.js'
import { hearOnly } from './echo-filter.js'
import { errorOutcome, sendFailure } from './outcome.js'
import { type Attempt, socketAddressOf, type Target } from './probe.js'
import { data, receive, receiveDetails, setDontFragment, setTtl } from './receive.js'

const IPPROTO_ICMP = 1
const IPPROTO_ICMPV6 = 58
const SOL_RAW = 255
const ICMP_FILTER = 1
const ICMP6_FILTER = 1
const echo = { ipv4: { request: 8, reply: 0 }, ipv6: { request: 128, reply: 129 } } as const
/** Type, code, checksum, identifier, sequence number. */
const headerBytes = 8
/** Largest payload of an echo over IPv4, as ping(8) allows. */
const maxPayloadBytes = 65_507
/** Begins every payload that is long enough, so that a capture shows whose packet it is. */
export const mark = Buffer.from('vethlab\0')

const packet = Buffer.allocUnsafeSlow(headerBytes + maxPayloadBytes + 1)

/** The Internet checksum (RFC 1071) of the first `length` bytes. */
export function checksum(bytes: Buffer, length: number): number {
  let sum = 0
  for (let at = 0; at + 1 < length; at += 2) sum += bytes.readUInt16BE(at)
  if (length & 1) sum += (bytes[length - 1] ?? 0) << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Writes an echo request: mark, identifier, random bytes, then a pattern. */
function writeEcho(target: Target, identifier: number, size: number, sequence: number): number {
  const length = headerBytes + Math.min(maxPayloadBytes, Math.max(0, size))
  packet.fill(0, 0, headerBytes)
  packet[0] = echo[target.family].request
  packet.writeUInt16BE(identifier & 0xffff, 4)
  packet.writeUInt16BE(sequence & 0xffff, 6)
  for (let at = headerBytes; at < length; at += 1) packet[at] = at & 0xff
  const unique = Buffer.concat([mark, Buffer.alloc(4), randomBytes(8)])
  unique.writeUInt32BE(identifier >>> 0, mark.length)
  unique.copy(packet, headerBytes, 0, length - headerBytes)
  // The kernel writes the ICMPv6 checksum itself: it covers addresses that it chooses.
  if (target.family === 'ipv4') packet.writeUInt16BE(checksum(packet, length), 2)
  return length
}

function filter(fd: number, target: Target): void {
  if (target.family === 'ipv4') {
    libc.setInt(fd, SOL_RAW, ICMP_FILTER, ~(1 << echo.ipv4.reply))
    return
  }
  // struct icmp6_filter: a bit per type, set to block.
  libc.scratch.fill(0xff, 0, 32)
  const word = (echo.ipv6.reply >> 5) * 4
  libc.scratch.writeInt32LE(~(1 << (echo.ipv6.reply & 31)), word)
  libc.setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, libc.scratch, 32)
}

export interface Echo {
  readonly identifier: number
  /** Bytes of payload. */
  readonly size: number
  readonly ttl: number | null
  readonly sequence?: number
  readonly df?: boolean
}

export function echoAttempt(target: Target, { identifier, size, ttl, sequence = 1, df = false }: Echo): Attempt {
  const v4 = target.family === 'ipv4'
  let sent: Buffer = Buffer.alloc(0)
  let sentNs = 0n

  /** Whether bytes of a received or quoted ICMP message are our echo's: all but type, code and checksum, as far as they go. */
  const isOurs = (at: number, length: number): boolean => {
    const from = 4
    const to = Math.min(length, sent.length)
    return to >= headerBytes && data.compare(sent, from, to, at + from, at + to) === 0
  }

  const readReply = (fd: number): ProbeReply | null => {
    for (;;) {
      const received = receive(fd, false)
      if (!received) return null
      // Raw IPv4 sockets give the IP header too.
      const at = v4 ? ((data[0] ?? 0) & 0xf) * 4 : 0
      if (data[at] !== echo[target.family].reply || !isOurs(at, received.length - at)) continue
      const rttNs = received.timeNs === null ? null : received.timeNs - sentNs
      return {
        outcome: 'reply',
        rttUs: rttNs === null ? null : Math.max(0, Number(rttNs)) / 1000,
        ttl: v4 ? (data[8] ?? null) : received.ttl,
        message: null,
      }
    }
  }

  const readError = (fd: number): ProbeReply | null => {
    for (;;) {
      const received = receive(fd, true)
      if (!received) return null
      // Errors quote at least the first eight bytes of what they are about (RFC 792).
      if (received.error && isOurs(0, Math.max(received.length, headerBytes)))
        return errorOutcome(received.error, false)
    }
  }

  return {
    events: EPOLLIN,
    open: () =>
      libc.socket(
        v4 ? libc.AF_INET : libc.AF_INET6,
        libc.SOCK_RAW | libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK,
        v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
      ),
    start: (fd) => {
      filter(fd, target)
      hearOnly(fd, target, identifier)
      receiveDetails(fd, target.family)
      if (ttl !== null) setTtl(fd, target.family, ttl)
      if (df) setDontFragment(fd, target.family)
      const length = writeEcho(target, identifier, size, sequence)
      sent = Buffer.from(packet.subarray(0, length))
      sentNs = libc.realtimeNs()
      // Not connected: to an anycast address, and to some on several interfaces, the answer comes from another address.
      if (libc.sendto(fd, packet, length, 0, ...socketAddressOf(target, 0)) < 0) {
        const errno = libc.lastErrno()
        if (errno !== EAGAIN && errno !== EINTR) return readError(fd) ?? sendFailure(errno)
      }
      return readReply(fd) ?? readError(fd)
    },
    ready: (fd) => readReply(fd) ?? readError(fd),
  }
}
