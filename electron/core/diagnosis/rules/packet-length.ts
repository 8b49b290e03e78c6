/** How large a probe is as an IP packet. */
import { isIpv6 } from '../network.js'
import type { ProbeFacts } from '../scene.js'

/** Bytes of headers without options (RFC 791, 8200, 792, 768, 9293). */
const ipHeader = { ipv4: 20, ipv6: 40 } as const
const upperHeader = { icmp: 8, udp: 8, tcp: 40 } as const
/** The payload of a plain `ping`. */
const pingSize = 56

export function packetLength({ target, protocol, size }: ProbeFacts): number {
  const payload = size ?? (protocol === 'icmp' ? pingSize : 0)
  return ipHeader[isIpv6(target) ? 'ipv6' : 'ipv4'] + upperHeader[protocol] + payload
}
