import { randomInt } from 'node:crypto'

/**
 * Numbers that tell the probes of this process apart; ICMP carries the lower 16 bits as its identifier. They begin anywhere:
 * a probe of the process before with the same one would be the same connection to the kernel, for 30 s (nf_conntrack_proto_icmp),
 * with the NAT of that time.
 */
let last = randomInt(0x10000)

export const nextIdentifier = (): number => (last = (last + 1) & 0xffff)

/** How the probes of `kernel/probe/` begin the payload of the one with this identifier. */
export function probeMark(identifier: number): Uint8Array {
  const mark = Buffer.from('vethlab\0....')
  mark.writeUInt32BE(identifier, 8)
  return mark
}
