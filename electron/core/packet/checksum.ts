/** The Internet checksum (RFC 1071), and what it proves about a captured packet. */
import type { Checksum } from './packet.js'
import type { Draft } from './fields.js'

/** One's complement sum of big-endian 16-bit words, folded to 16 bits; an odd last byte is padded with zero. */
export function foldedSum(bytes: Uint8Array, from: number, to: number, start = 0): number {
  let sum = start
  let i = from
  for (; i + 1 < to; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)
  if (i < to) sum += (bytes[i] ?? 0) << 8
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return sum
}

/** Where an upper layer lies within its IP packet, as its checksum sees it. */
export interface Segment {
  /** First byte of the upper layer, and its length on the wire. */
  readonly offset: number
  readonly length: number
  /** Sum of the pseudo header without the length word(s), or null where the protocol has none (ICMP for IPv4). */
  readonly pseudo: number | null
  /** The packet is a fragment: only some of what the checksum covers is here. */
  readonly fragmented: boolean
}

/** Addresses and protocol of the pseudo header (RFC 793, RFC 8200 section 8.1). */
export function pseudoSum(bytes: Uint8Array, addresses: number, size: 4 | 16, protocol: number): number {
  return foldedSum(bytes, addresses, addresses + 2 * size, protocol)
}

const unverified = (reason: Checksum['reason']): Checksum => ({ status: 'unverified', reason })

/** Judges a TCP, UDP, ICMP or ICMPv6 checksum whose field lies `at` bytes into the segment. */
export function verifySegment(draft: Draft, segment: Segment, at: number): Checksum {
  const { bytes } = draft.source
  const { offset, length, pseudo, fragmented } = segment
  if (offset + at + 2 > draft.end) return unverified('cut')
  // What an error quotes was cut by its sender, and routers on the way had changed it.
  if (draft.within === 'quoted') return unverified('cut')
  if (fragmented) return unverified('fragment')
  const start = pseudo === null ? 0 : foldedSum(bytes, 0, 0, pseudo + (length & 0xffff) + (length >>> 16))
  if (pseudo !== null) {
    // CHECKSUM_PARTIAL (Linux skbuff.h): the stack leaves the pseudo header's sum for the device to complete.
    const field = ((bytes[offset + at] ?? 0) << 8) | (bytes[offset + at + 1] ?? 0)
    if (field === start) return unverified('offloaded')
  }
  if (offset + length > draft.end) return unverified('cut')
  return { status: foldedSum(bytes, offset, offset + length, start) === 0xffff ? 'valid' : 'invalid', reason: null }
}
