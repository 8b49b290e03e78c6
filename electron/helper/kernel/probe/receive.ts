/** `recvmsg` with its control messages: time of arrival, TTL, and ICMP errors from a socket's error queue. */
import { formatAddress } from '../inet.js'
import * as libc from '../libc.js'

const IPPROTO_IP = 0
const IPPROTO_IPV6 = 41
const IP_TTL = 2
const IP_RECVERR = 11
const IPV6_RECVERR = 25
const IPV6_HOPLIMIT = 52

/** The longest datagram of IP. */
export const data = Buffer.allocUnsafeSlow(65_536)
const control = Buffer.allocUnsafeSlow(1024)
const vector = Buffer.allocUnsafeSlow(4096)
const header = Buffer.allocUnsafeSlow(4096)

export interface Received {
  /** Bytes in `data`, valid until the next call. */
  readonly length: number
  /** Kernel time of arrival, nanoseconds of the wall clock, where SO_TIMESTAMPNS is on. */
  readonly timeNs: bigint | null
  readonly ttl: number | null
  readonly error: SocketError | null
}

/** struct sock_extended_err (linux/errqueue.h). */
export interface SocketError {
  readonly errno: number
  /** SO_EE_ORIGIN_*: 1 this socket's own host, 2 ICMP, 3 ICMPv6. */
  readonly origin: number
  readonly type: number
  readonly code: number
  /** MTU of a "frag needed". */
  readonly info: number
  /** Who sent the ICMP error (SO_EE_OFFENDER), where anybody did. */
  readonly offender: string | null
}

/** Receives one datagram without waiting; null where there is none (or an error, which the caller asks for). */
export function receive(fd: number, fromErrorQueue: boolean): Received | null {
  vector.writeBigUInt64LE(libc.addressOf(data), 0)
  vector.writeBigUInt64LE(BigInt(data.length), 8)
  header.fill(0, 0, 56)
  header.writeBigUInt64LE(libc.addressOf(vector), 16)
  header.writeBigUInt64LE(1n, 24)
  header.writeBigUInt64LE(libc.addressOf(control), 32)
  header.writeBigUInt64LE(BigInt(control.length), 40)
  const length = libc.recvmsg(fd, header, libc.MSG_DONTWAIT | (fromErrorQueue ? libc.MSG_ERRQUEUE : 0))
  if (length < 0) return null
  let timeNs: bigint | null = null
  let ttl: number | null = null
  let error: SocketError | null = null
  const end = Number(header.readBigUInt64LE(40))
  for (let at = 0; at + 16 <= end;) {
    const size = Number(control.readBigUInt64LE(at))
    if (size < 16) break
    const level = control.readInt32LE(at + 8)
    const type = control.readInt32LE(at + 12)
    const body = at + 16
    if (level === libc.SOL_SOCKET && type === libc.SO_TIMESTAMPNS)
      timeNs = control.readBigInt64LE(body) * 1_000_000_000n + control.readBigInt64LE(body + 8)
    else if ((level === IPPROTO_IP && type === IP_TTL) || (level === IPPROTO_IPV6 && type === IPV6_HOPLIMIT))
      ttl = control.readInt32LE(body)
    else if ((level === IPPROTO_IP && type === IP_RECVERR) || (level === IPPROTO_IPV6 && type === IPV6_RECVERR))
      error = {
        errno: control.readUInt32LE(body),
        origin: control[body + 4] ?? 0,
        type: control[body + 5] ?? 0,
        code: control[body + 6] ?? 0,
        info: control.readUInt32LE(body + 8),
        offender: offenderAt(body + 16, at + size),
      }
    at += (size + 7) & ~7
  }
  return { length, timeNs, ttl, error }
}

/** The sockaddr behind a sock_extended_err. */
function offenderAt(from: number, end: number): string | null {
  const family = end - from >= 8 ? control.readUInt16LE(from) : 0
  if (family === libc.AF_INET) return formatAddress(control, from + 4, 4)
  return family === libc.AF_INET6 && end - from >= 24 ? formatAddress(control, from + 8, 16) : null
}

/** Local port of an IP socket, or null before it has one. */
export function localPort(fd: number): number | null {
  libc.scratch.writeUInt32LE(28, 64)
  if (libc.getsockname(fd, libc.scratch, libc.scratch.subarray(64, 68)) !== 0) return null
  return libc.scratch.readUInt16BE(2) || null
}

/** Asks for ICMP errors, TTL and time of arrival with what is received. */
export function receiveDetails(fd: number, family: 'ipv4' | 'ipv6'): void {
  const IP_RECVTTL = 12
  const IPV6_RECVHOPLIMIT = 51
  if (family === 'ipv4') {
    libc.setInt(fd, IPPROTO_IP, IP_RECVERR, 1)
    libc.setInt(fd, IPPROTO_IP, IP_RECVTTL, 1)
  } else {
    libc.setInt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1)
    libc.setInt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)
  }
  libc.setInt(fd, libc.SOL_SOCKET, libc.SO_TIMESTAMPNS, 1)
}

/** Sets "don't fragment" and ignores what path MTU the kernel remembers (IP_PMTUDISC_PROBE, ip(7)). */
export function setDontFragment(fd: number, family: 'ipv4' | 'ipv6'): void {
  const IP_MTU_DISCOVER = 10
  const IPV6_MTU_DISCOVER = 23
  const probe = 3
  if (family === 'ipv4') libc.setInt(fd, IPPROTO_IP, IP_MTU_DISCOVER, probe)
  else libc.setInt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, probe)
}

/** How many hops the packet may travel. */
export function setTtl(fd: number, family: 'ipv4' | 'ipv6', ttl: number): void {
  const IPV6_UNICAST_HOPS = 16
  if (family === 'ipv4') libc.setInt(fd, IPPROTO_IP, IP_TTL, ttl)
  else libc.setInt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl)
}
