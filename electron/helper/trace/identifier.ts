/** Numbers that tell the probes of this process apart; ICMP carries the lower 16 bits as its identifier. */
let last = 0

export const nextIdentifier = (): number => (last = (last + 1) & 0xffff)

/** How the probes of `kernel/probe/` begin the payload of the one with this identifier. */
export function probeMark(identifier: number): Uint8Array {
  const mark = Buffer.from('vethlab\0....')
  mark.writeUInt32BE(identifier, 8)
  return mark
}
