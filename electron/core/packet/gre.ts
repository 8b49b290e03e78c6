/** GRE (RFC 2784) with key and sequence number (RFC 2890). */
import { foldedSum } from './checksum.js'
import { closePayload, hex16, HeaderReader, type Draft } from './fields.js'
import { carriedBy, decodeInner, showProtocolType } from './inner.js'
import type { Checksum } from './packet.js'

const withChecksum = 0x8000
const withKey = 0x2000
const withSequence = 0x1000

const showFlags = (flags: number): string => {
  const names = [flags & withChecksum && 'checksum', flags & withKey && 'key', flags & withSequence && 'sequence']
  return names.filter(Boolean).join(', ') || 'none'
}

/** `length`: bytes of the GRE packet on the wire, its header included. */
export function decodeGre(draft: Draft, offset: number, length: number): void {
  const header = new HeaderReader(draft, 'gre', 'gre', offset)
  const flags = header.number('flags', 'flags', 0, 2, showFlags)
  if (flags !== null) header.add('version', 'version', 1, 1, String(flags & 7), flags & 7)
  const type = header.number('protocol-type', 'protocol', 2, 2, showProtocolType)
  if (flags === null || type === null) return header.close(4, '')
  // Version 1 is PPTP's, whose key is another thing (RFC 2637).
  const isPlain = (flags & 7) === 0
  let at = 4
  if (flags & withChecksum) {
    header.number('checksum', 'checksum', at, 2, hex16)
    at += 4
  }
  const key = flags & withKey ? header.number('key', 'key', at, 4) : undefined
  if (flags & withKey) at += 4
  const sequence = flags & withSequence ? header.number('sequence', 'seq', at, 4) : undefined
  if (flags & withSequence) at += 4
  const summary = key === undefined || key === null ? showProtocolType(type) : `${showProtocolType(type)}, key ${key}`
  header.close(at, summary, flags & withChecksum ? checksum(draft, offset, length) : null)
  if (!header.has(0, at)) return
  draft.headers.gre = {
    protocol: hex16(type),
    ...(typeof key === 'number' ? { key } : {}),
    ...(typeof sequence === 'number' ? { seq: sequence } : {}),
  }
  const carried = Math.max(0, length - at)
  if (isPlain) decodeInner(draft, 'gre', carriedBy(type), offset + at, carried)
  else closePayload(draft, 'gre', offset + at, carried)
}

/** Over its header and all that it carries (RFC 2784, 2.5). */
function checksum(draft: Draft, offset: number, length: number): Checksum {
  if (draft.fragment !== null) return { status: 'unverified', reason: 'fragment' }
  if (offset + length > draft.end) return { status: 'unverified', reason: 'cut' }
  const isRight = foldedSum(draft.source.bytes, offset, offset + length) === 0xffff
  return { status: isRight ? 'valid' : 'invalid', reason: null }
}
