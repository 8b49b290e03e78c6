/** IPv4 (RFC 791) with options and fragments. */
import { ipv4Text } from './address.js'
import { foldedSum, pseudoSum } from './checksum.js'
import { closePayload, fragmentHeader, hex, hex16, HeaderReader, noteMissing, type Draft } from './fields.js'
import type { Checksum } from './packet.js'
import { decodeUpperLayer, protocolName, showProtocol } from './upper-layer.js'

const optionNames: Readonly<Record<number, string>> = {
  0: 'end of options',
  1: 'no operation',
  7: 'record route',
  68: 'time stamp',
  130: 'security',
  131: 'loose source route',
  137: 'strict source route',
  148: 'router alert',
}

const showFlags = (bits: number): string => {
  const names = [bits & 0x8000 && 'reserved', bits & 0x4000 && 'DF', bits & 0x2000 && 'MF'].filter(Boolean)
  return names.join(', ') || 'none'
}

/** `available`: bytes of the frame behind the Ethernet header, on the wire; the packet may be shorter (padding). */
export function decodeIpv4(draft: Draft, offset: number, available: number): void {
  const header = new HeaderReader(draft, 'ipv4', 'ip', offset)
  const first = header.number('version', 'version', 0, 1, (n) => String(n >> 4))
  const words = (first ?? 0x45) & 0x0f
  header.add('header-length', 'headerLength', 0, 1, `${words * 4} bytes`, words * 4)
  header.number('dscp', 'dscp', 1, 1, (n) => String(n >> 2))
  header.number('ecn', 'ecn', 1, 1, (n) => String(n & 3))
  const length = header.number('total-length', 'length', 2, 2)
  const id = header.number('identification', 'id', 4, 2, hex16)
  const flags = header.peek(6, 2)
  if (flags !== null) {
    header.add('flags', 'flags', 6, 1, showFlags(flags), flags >> 13)
    header.add('fragment-offset', 'fragmentOffset', 6, 2, String((flags & 0x1fff) * 8), (flags & 0x1fff) * 8)
  }
  const ttl = header.number('ttl', 'ttl', 8, 1)
  const protocol = header.number('protocol', 'protocol', 9, 1, showProtocol)
  header.number('checksum', 'checksum', 10, 2, hex16)
  const src = header.text('source', 'src', 12, 4, ipv4Text)
  const dst = header.text('destination', 'dst', 16, 4, ipv4Text)

  const headerLength = words * 4
  const complete = length !== null && id !== null && flags !== null && ttl !== null && protocol !== null
  if (!complete || src === null || dst === null || headerLength < 20 || first === null || first >> 4 !== 4) {
    header.close(Math.max(20, headerLength), src !== null && dst !== null ? `${src} → ${dst}` : '')
    return
  }
  readOptions(header, headerLength)
  header.close(headerLength, `${src} → ${dst}, TTL ${ttl}`, headerChecksum(draft, offset, headerLength))
  const fragmentOffset = (flags & 0x1fff) * 8
  const more = (flags & 0x2000) !== 0
  if (fragmentOffset > 0 || more) draft.fragment = { id, offset: fragmentOffset, more }
  draft.headers.ip = {
    version: 4,
    src,
    dst,
    ttl,
    id,
    protocol: protocolName(protocol),
    df: (flags & 0x4000) !== 0,
    length,
    ...fragmentHeader(draft.fragment),
  }
  if (offset + headerLength > draft.end) return

  // Segmentation offload: a packet above 65535 bytes carries the length 0 (Linux BIG TCP).
  const total = length === 0 ? available : length
  const carried = Math.max(0, total - headerLength)
  if (total > available && draft.within !== 'quoted') {
    noteMissing(draft, {
      layer: 'ipv4',
      part: 'payload',
      captured: Math.max(0, Math.min(available, draft.end - offset) - headerLength),
      expected: carried,
    })
  }
  if (total < headerLength) return closePayload(draft, 'ipv4', offset + headerLength, 0)
  decodeUpperLayer(draft, 'ipv4', protocol, {
    offset: offset + headerLength,
    length: carried,
    pseudo: protocol === 1 ? null : pseudoSum(draft.source.bytes, offset + 12, 4, protocol),
    fragmented: draft.fragment !== null,
  })
}

function headerChecksum(draft: Draft, offset: number, length: number): Checksum {
  if (offset + length > draft.end) return { status: 'unverified', reason: 'cut' }
  const sum = foldedSum(draft.source.bytes, offset, offset + length)
  // A quoted header may have been changed (TTL, NAT) after its sum was made; that says nothing about this packet.
  if (sum !== 0xffff && draft.within === 'quoted') return { status: 'unverified', reason: 'cut' }
  return { status: sum === 0xffff ? 'valid' : 'invalid', reason: null }
}

function readOptions(header: HeaderReader, headerLength: number): void {
  for (let at = 20; at < headerLength;) {
    const kind = header.peek(at, 1)
    if (kind === null) return
    const length = kind < 2 ? 1 : header.peek(at + 1, 1)
    if (length === null || length < 1 || (kind > 1 && length < 2) || at + length > headerLength) return
    const data = hex(header.bytes(at + 2, length - 2))
    const name = optionNames[kind] ?? String(kind)
    header.add('option', `option.${kind}`, at, length, length > 2 ? `${name} ${data}` : name, data)
    if (kind === 0) return
    at += length
  }
}
