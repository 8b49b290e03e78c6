/** IPv6 (RFC 8200) with its extension headers. */
import { ipv6Text } from './address.js'
import { pseudoSum } from './checksum.js'
import { closePayload, fragmentHeader, hex, HeaderReader, noteMissing, type Draft } from './fields.js'
import { decodeUpperLayer, protocolName, showProtocol } from './upper-layer.js'

/** More extension headers than any sane packet has; bounds the work a hostile one causes. */
const maxExtensions = 16
const extensionNames: Readonly<Record<number, string>> = {
  0: 'hop-by-hop options',
  43: 'routing header',
  44: 'fragment header',
  60: 'destination options',
}

export function decodeIpv6(draft: Draft, offset: number, available: number): void {
  const header = new HeaderReader(draft, 'ipv6', 'ip', offset)
  const first = header.number('version', 'version', 0, 1, (n) => String(n >> 4))
  const word = header.peek(0, 4)
  if (word !== null) {
    header.add('traffic-class', 'trafficClass', 0, 2, String((word >>> 20) & 0xff), (word >>> 20) & 0xff)
    header.add('flow-label', 'flowLabel', 1, 3, `0x${(word & 0xfffff).toString(16).padStart(5, '0')}`, word & 0xfffff)
  }
  const payloadLength = header.number('payload-length', 'payloadLength', 4, 2)
  const nextHeader = header.number('next-header', 'nextHeader', 6, 1, showProtocol)
  const hopLimit = header.number('hop-limit', 'ttl', 7, 1)
  const src = header.text('source', 'src', 8, 16, ipv6Text)
  const dst = header.text('destination', 'dst', 24, 16, ipv6Text)
  const complete = first !== null && first >> 4 === 6 && payloadLength !== null && nextHeader !== null
  if (!complete || hopLimit === null || src === null || dst === null) {
    header.close(40, src !== null && dst !== null ? `${src} → ${dst}` : '')
    return
  }
  header.close(40, `${src} → ${dst}, hop limit ${hopLimit}`)
  // Jumbograms (RFC 2675) and segmentation offload leave the length 0.
  const length = payloadLength === 0 && nextHeader === 0 ? Math.max(0, available - 40) : payloadLength
  if (40 + length > available && draft.within !== 'quoted') {
    const captured = Math.max(0, Math.min(available, draft.end - offset) - 40)
    noteMissing(draft, { layer: 'ipv6', part: 'payload', captured, expected: length })
  }
  const end = offset + 40 + length
  const upper = walkExtensions(draft, offset + 40, end, nextHeader)
  draft.headers.ip = {
    version: 6,
    src,
    dst,
    ttl: hopLimit,
    id: null,
    protocol: protocolName(upper.protocol),
    df: true,
    length: 40 + length,
    ...fragmentHeader(draft.fragment),
  }
  if (upper.cut) return
  const segment = {
    offset: upper.offset,
    length: Math.max(0, end - upper.offset),
    pseudo: pseudoSum(draft.source.bytes, offset + 8, 16, upper.protocol),
    fragmented: draft.fragment !== null,
  }
  if (upper.protocol === 59) closePayload(draft, 'ipv6', segment.offset, segment.length)
  else decodeUpperLayer(draft, 'ipv6', upper.protocol, segment)
}

interface Upper {
  readonly protocol: number
  readonly offset: number
  /** The chain itself is not all there. */
  readonly cut: boolean
}

function walkExtensions(draft: Draft, start: number, end: number, first: number): Upper {
  let offset = start
  let protocol = first
  for (let n = 0; n < maxExtensions && extensionNames[protocol] !== undefined; n++) {
    const header = new HeaderReader(draft, 'ipv6-extension', n === 0 ? 'ipExtension' : `ipExtension${n + 1}`, offset)
    const next = header.number('next-header', 'nextHeader', 0, 1, showProtocol)
    const units = header.peek(1, 1)
    const length = protocol === 44 ? 8 : 8 + 8 * (units ?? 0)
    if (protocol === 44) readFragment(header)
    else {
      header.number('header-length', 'headerLength', 1, 1, () => `${length} bytes`)
      header.text('extension-data', 'data', 2, length - 2, hex)
    }
    header.close(length, extensionNames[protocol] ?? '')
    if (next === null || units === null || offset + length > draft.end || offset + length > end) {
      return { protocol: next ?? protocol, offset, cut: true }
    }
    protocol = next
    offset += length
    // Behind a later fragment's header there is data, not another header.
    if (draft.fragment !== null && draft.fragment.offset > 0) break
  }
  return { protocol, offset, cut: false }
}

function readFragment(header: HeaderReader): void {
  const bits = header.peek(2, 2)
  const id = header.number('identification', 'id', 4, 4, (n) => `0x${n.toString(16).padStart(8, '0')}`)
  if (bits === null || id === null) return
  const more = (bits & 1) !== 0
  header.add('fragment-offset', 'fragmentOffset', 2, 2, String(bits & 0xfff8), bits & 0xfff8)
  header.add('flags', 'flags', 3, 1, more ? 'MF' : 'none', bits & 1)
  // An atomic fragment (RFC 6946) is a whole packet.
  if (more || bits & 0xfff8) header.draft.fragment = { id, offset: bits & 0xfff8, more }
}
