/** One UDP datagram; whatever comes back is a reply. */
import * as libc from '../libc.js'
import type { ProbeReply } from '../protocol.js'
import { EPOLLIN } from '../poller.js'
import { errorOutcome, sendFailure } from './outcome.js'
import { type Attempt, connectTo, type Target } from './probe.js'
import { receive, receiveDetails } from './receive.js'

const payload = Buffer.from('vethlab probe\n')

export function datagramAttempt(target: Target, port: number): Attempt {
  let sentNs = 0n

  const ready = (fd: number): ProbeReply | null => {
    const received = receive(fd, false)
    if (received) {
      const rttNs = received.timeNs === null ? null : received.timeNs - sentNs
      return {
        outcome: 'reply',
        rttUs: rttNs === null ? null : Math.max(0, Number(rttNs)) / 1000,
        ttl: received.ttl,
        message: null,
      }
    }
    const error = receive(fd, true)?.error
    return error ? errorOutcome(error, true) : null
  }

  return {
    events: EPOLLIN,
    open: () =>
      libc.socket(
        target.family === 'ipv4' ? libc.AF_INET : libc.AF_INET6,
        libc.SOCK_DGRAM | libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK,
        0,
      ),
    start: (fd) => {
      receiveDetails(fd, target.family)
      const refused = connectTo(fd, target, port)
      if (refused !== null) return sendFailure(refused)
      sentNs = libc.realtimeNs()
      if (libc.send(fd, payload, payload.length, 0) < 0) {
        const errno = libc.lastErrno()
        return ready(fd) ?? sendFailure(errno)
      }
      return ready(fd)
    },
    ready,
  }
}
