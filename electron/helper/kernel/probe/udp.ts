/** One UDP datagram; whatever comes back is a reply. */
import * as libc from '../libc.js'
import type { ProbeReply } from '../protocol.js'
import { EPOLLIN } from '../poller.js'
import { mark } from './icmp.js'
import { errorOutcome, sendFailure } from './outcome.js'
import { type Attempt, connectTo, type Target } from './probe.js'
import { data, localPort, receive, receiveDetails, setDontFragment, setTtl } from './receive.js'

const plain = Buffer.from('vethlab probe\n')
/** Largest payload over IPv4, bytes. */
const maxPayloadBytes = 65_507

export interface Datagram {
  readonly port: number
  readonly ttl?: number | null
  readonly df?: boolean
  /** Bytes of payload. */
  readonly size?: number
  readonly identifier?: number
  /** In base64, in place of a payload of ours. */
  readonly payload?: string
}

/** With an identifier, the payload begins as an echo's does: mark, identifier. */
function payloadOf({ size, identifier, payload: own }: Datagram): Buffer {
  if (own !== undefined) return Buffer.from(own, 'base64').subarray(0, maxPayloadBytes)
  if (identifier === undefined) return plain
  const begin = Buffer.concat([mark, Buffer.alloc(4)])
  begin.writeUInt32BE(identifier >>> 0, mark.length)
  const payload = Buffer.alloc(Math.min(maxPayloadBytes, size ?? begin.length))
  begin.copy(payload)
  return payload
}

export function datagramAttempt(target: Target, datagram: Datagram): Attempt {
  const payload = payloadOf(datagram)
  let sentNs = 0n
  let sourcePort: number | null = null

  const ready = (fd: number): ProbeReply | null => {
    const reply = look(fd)
    return reply && { ...reply, sourcePort }
  }
  const look = (fd: number): ProbeReply | null => {
    const received = receive(fd, false)
    if (received) {
      const rttNs = received.timeNs === null ? null : received.timeNs - sentNs
      return {
        outcome: 'reply',
        rttUs: rttNs === null ? null : Math.max(0, Number(rttNs)) / 1000,
        ttl: received.ttl,
        message: null,
        ...(datagram.payload === undefined ? {} : { data: data.toString('base64', 0, received.length) }),
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
      if (datagram.ttl !== undefined && datagram.ttl !== null) setTtl(fd, target.family, datagram.ttl)
      if (datagram.df) setDontFragment(fd, target.family)
      const refused = connectTo(fd, target, datagram.port)
      if (refused !== null) return sendFailure(refused)
      sourcePort = localPort(fd)
      sentNs = libc.realtimeNs()
      if (libc.send(fd, payload, payload.length, 0) < 0) {
        const errno = libc.lastErrno()
        return ready(fd) ?? sendFailure(errno)
      }
      return ready(fd)
    },
    ready,
    sourcePort: () => sourcePort,
  }
}
