/** Geneve (RFC 8926): a frame, or a packet, within a UDP packet, with options. */
import { hex, hex16, HeaderReader, type Draft } from './fields.js'
import { carriedBy, decodeInner, showProtocolType } from './inner.js'

const showFlags = (flags: number): string =>
  [flags & 0x80 && 'control', flags & 0x40 && 'critical options'].filter(Boolean).join(', ') || 'none'

export function decodeGeneve(draft: Draft, offset: number, length: number): void {
  const header = new HeaderReader(draft, 'geneve', 'geneve', offset)
  const first = header.number('version', 'version', 0, 1, (n) => String(n >> 6))
  const optionBytes = ((first ?? 0) & 0x3f) * 4
  header.add('header-length', 'headerLength', 0, 1, `${8 + optionBytes} bytes`, 8 + optionBytes)
  header.number('flags', 'flags', 1, 1, showFlags)
  const type = header.number('protocol-type', 'protocol', 2, 2, showProtocolType)
  const vni = header.number('vni', 'vni', 4, 3)
  header.number('reserved', 'reserved', 7, 1)
  readOptions(header, 8 + optionBytes)
  header.close(8 + optionBytes, vni === null ? '' : `VNI ${vni}`)
  if (first === null || type === null || vni === null || !header.has(0, 8 + optionBytes)) return
  draft.headers.geneve = { vni }
  const carried = Math.max(0, length - 8 - optionBytes)
  decodeInner(draft, 'geneve', first >> 6 === 0 ? carriedBy(type) : null, offset + 8 + optionBytes, carried)
}

/** Class, type, three reserved bits and a length in words (RFC 8926, 3.5). */
function readOptions(header: HeaderReader, end: number): void {
  for (let at = 8; at + 4 <= end;) {
    const kind = header.peek(at, 3)
    const words = header.peek(at + 3, 1)
    if (kind === null || words === null) return
    const length = 4 + (words & 0x1f) * 4
    if (at + length > end) return
    const data = hex(header.bytes(at + 4, length - 4))
    const name = `class ${hex16(kind >> 8)} type ${kind & 0xff}`
    header.add('option', `option.${kind}`, at, length, data === '' ? name : `${name} ${data}`, data)
    at += length
  }
}
