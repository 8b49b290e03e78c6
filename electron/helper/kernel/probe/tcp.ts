/** One TCP connect, closed at once. */
import * as libc from '../libc.js'
import { EINPROGRESS } from '../errno.js'
import type { ProbeReply } from '../protocol.js'
import { EPOLLOUT } from '../poller.js'
import { errorOutcome, sendFailure } from './outcome.js'
import { type Attempt, connectTo, type Target } from './probe.js'
import { localPort, receive, receiveDetails, setTtl } from './receive.js'

const IPPROTO_TCP = 6
const TCP_INFO = 11
/** Offset of tcpi_rtt in struct tcp_info (linux/tcp.h): the kernel's own measure from SYN to SYN-ACK, microseconds. */
const rttOffset = 68
const tcpInfoBytes = 104
/** The handshake is done: TCP_ESTABLISHED, and TCP_CLOSE_WAIT where the other side has said its word and gone by now. */
const connectedStates: ReadonlySet<number> = new Set([1, 8])
const infoLength = Buffer.allocUnsafeSlow(4096)

export function connectAttempt(target: Target, port: number, ttl: number | null = null): Attempt {
  let begin = 0n
  let sourcePort: number | null = null

  const ready = (fd: number): ProbeReply | null => {
    const reply = look(fd)
    return reply && { ...reply, sourcePort }
  }
  const look = (fd: number): ProbeReply | null => {
    const elapsedUs = Number(process.hrtime.bigint() - begin) / 1000
    const errno = libc.getInt(fd, libc.SOL_SOCKET, libc.SO_ERROR) ?? 0
    // The ICMP message behind the error says more than its errno.
    const error = receive(fd, true)?.error
    if (error) return errorOutcome(error, true)
    if (errno !== 0) return sendFailure(errno)
    infoLength.writeUInt32LE(tcpInfoBytes, 0)
    if (libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, libc.scratch, infoLength) !== 0) return null
    if (!connectedStates.has(libc.scratch[0] ?? 0)) return null
    return { outcome: 'connected', rttUs: libc.scratch.readUInt32LE(rttOffset) || elapsedUs, ttl: null, message: null }
  }

  return {
    events: EPOLLOUT,
    open: () =>
      libc.socket(
        target.family === 'ipv4' ? libc.AF_INET : libc.AF_INET6,
        libc.SOCK_STREAM | libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK,
        0,
      ),
    start: (fd) => {
      receiveDetails(fd, target.family)
      if (ttl !== null) setTtl(fd, target.family, ttl)
      begin = process.hrtime.bigint()
      const refused = connectTo(fd, target, port)
      if (refused !== null && refused !== EINPROGRESS) return sendFailure(refused)
      sourcePort = localPort(fd)
      return ready(fd)
    },
    ready,
    sourcePort: () => sourcePort,
  }
}
