/** What ended a probe, in the words of ping(8) and of libc. */
import type { ProbeReply } from '../protocol.js'
import { ECONNREFUSED, ENOBUFS, EPERM, errorWords, ETIMEDOUT } from '../errno.js'
import type { SocketError } from './receive.js'

const originIcmp = 2
const originIcmp6 = 3

/** ICMP type 3 by code (RFC 792, 1122, 1812), as iputils prints them. */
const unreachable4 = [
  'Destination Net Unreachable',
  'Destination Host Unreachable',
  'Destination Protocol Unreachable',
  'Destination Port Unreachable',
  'Frag needed and DF set',
  'Source Route Failed',
  'Destination Net Unknown',
  'Destination Host Unknown',
  'Source Host Isolated',
  'Destination Net Prohibited',
  'Destination Host Prohibited',
  'Destination Net Unreachable for Type of Service',
  'Destination Host Unreachable for Type of Service',
  'Packet filtered',
  'Precedence Violation',
  'Precedence Cutoff',
]
/** ICMPv6 type 1 by code (RFC 4443), as iputils prints them. */
const unreachable6 = [
  'Destination unreachable: No route',
  'Destination unreachable: Administratively prohibited',
  'Destination unreachable: Beyond scope of source address',
  'Destination unreachable: Address unreachable',
  'Destination unreachable: Port unreachable',
  'Destination unreachable: Source address failed ingress/egress policy',
  'Destination unreachable: Reject route to destination',
]

export const ended = (outcome: ProbeReply['outcome'], message: string | null): ProbeReply => ({
  outcome,
  rttUs: null,
  ttl: null,
  message,
})

/**
 * A refused `connect` or `send`. What a local firewall drops (EPERM) or a full queue does not take (ENOBUFS) is as lost as
 * it would be further on; TCP, which retransmits, could not even tell. Everything else says there is no way there.
 */
export function sendFailure(errno: number): ProbeReply {
  if (errno === ECONNREFUSED) return ended('refused', errorWords(errno))
  const lost = errno === EPERM || errno === ENOBUFS || errno === ETIMEDOUT
  return ended(lost ? 'lost' : 'unreachable', errorWords(errno))
}

/** What an error of the queue means. `port`: what a closed port answers with refuses the probe; to a ping it is an unreachable. */
export function errorOutcome(error: SocketError, port: boolean): ProbeReply {
  const { offender } = error
  return { ...meaning(error, port), ...(offender === null ? {} : { offender }) }
}

function meaning(error: SocketError, port: boolean): ProbeReply {
  if (error.origin === originIcmp) {
    if (error.type === 3) {
      const words = unreachable4[error.code] ?? `Destination Unreachable, Bad Code: ${error.code}`
      if (error.code === 4) return ended('unreachable', `${words} (mtu = ${error.info})`)
      return ended(port && error.code === 3 ? 'refused' : 'unreachable', words)
    }
    if (error.type === 11)
      return ended('lost', error.code === 0 ? 'Time to live exceeded' : 'Frag reassembly time exceeded')
    if (error.type === 12) return ended('lost', 'Parameter problem')
  }
  if (error.origin === originIcmp6) {
    if (error.type === 1) {
      const words = unreachable6[error.code] ?? `Destination unreachable: Unknown code ${error.code}`
      return ended(port && error.code === 4 ? 'refused' : 'unreachable', words)
    }
    if (error.type === 2) return ended('unreachable', `Packet too big: mtu=${error.info}`)
    if (error.type === 3)
      return ended('lost', error.code === 0 ? 'Time exceeded: Hop limit' : 'Time exceeded: Defragmentation failure')
    if (error.type === 4) return ended('lost', 'Parameter problem')
  }
  return sendFailure(error.errno)
}
