/** TCP (RFC 9293) with the options that a connect shows. */
import { verifySegment, type Segment } from './checksum.js'
import { closePayload, hex, hex16, HeaderReader, type Draft } from './fields.js'

/** By bit, from the lowest. */
const flagNames = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const

export const tcpFlags = (bits: number): string[] => flagNames.filter((_, bit) => bits & (1 << bit))

export function decodeTcp(draft: Draft, segment: Segment): void {
  const header = new HeaderReader(draft, 'tcp', 'tcp', segment.offset)
  const srcPort = header.number('source', 'srcPort', 0, 2)
  const dstPort = header.number('destination', 'dstPort', 2, 2)
  const seq = header.number('sequence', 'seq', 4, 4)
  const ack = header.number('acknowledgement', 'ack', 8, 4)
  const words = (header.peek(12, 1) ?? 0x50) >> 4
  header.number('header-length', 'headerLength', 12, 1, () => `${words * 4} bytes`)
  const bits = header.number('flags', 'flags', 13, 1, (n) => tcpFlags(n).join(', ') || 'none')
  header.number('window', 'window', 14, 2)
  header.number('checksum', 'checksum', 16, 2, hex16)
  header.number('urgent-pointer', 'urgentPointer', 18, 2)
  if (srcPort !== null && dstPort !== null) draft.ports = { src: srcPort, dst: dstPort }
  draft.sequence = seq

  const length = Math.max(20, words * 4)
  if (srcPort === null || dstPort === null || seq === null || ack === null || bits === null || !header.has(0, 20)) {
    return header.close(length, srcPort !== null && dstPort !== null ? `${srcPort} → ${dstPort}` : '')
  }
  readOptions(header, length)
  const flags = tcpFlags(bits)
  const summary = `${srcPort} → ${dstPort} ${flags.join(', ') || 'no flags'}`
  header.close(length, summary, verifySegment(draft, segment, 16))
  draft.headers.tcp = { srcPort, dstPort, seq, ack, flags }
  if (header.has(0, length)) closePayload(draft, 'tcp', segment.offset + length, Math.max(0, segment.length - length))
}

function readOptions(header: HeaderReader, end: number): void {
  for (let at = 20; at < end;) {
    const kind = header.peek(at, 1)
    if (kind === null) return
    const length = kind < 2 ? 1 : header.peek(at + 1, 1)
    if (length === null || length < 1 || (kind > 1 && length < 2) || at + length > end || !header.has(at, length))
      return
    const data = header.bytes(at + 2, Math.max(0, length - 2))
    header.add('option', `option.${kind}`, at, length, optionText(header, kind, at, length, data), hex(data))
    if (kind === 0) return
    at += length
  }
}

function optionText(header: HeaderReader, kind: number, at: number, length: number, data: Uint8Array): string {
  if (kind === 0) return 'end of options'
  if (kind === 1) return 'no operation'
  if (kind === 2 && length === 4) return `maximum segment size ${header.peek(at + 2, 2)}`
  if (kind === 3 && length === 3) return `window scale ${header.peek(at + 2, 1)}`
  if (kind === 4 && length === 2) return 'SACK permitted'
  if (kind === 5 && length % 8 === 2) {
    const blocks: string[] = []
    for (let i = 2; i < length; i += 8) blocks.push(`${header.peek(at + i, 4)}-${header.peek(at + i + 4, 4)}`)
    return `SACK ${blocks.join(' ')}`
  }
  if (kind === 8 && length === 10) return `timestamps ${header.peek(at + 2, 4)} ${header.peek(at + 6, 4)}`
  return `${kind} ${hex(data)}`.trimEnd()
}
