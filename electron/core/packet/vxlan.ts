/** VXLAN (RFC 7348): a frame within a UDP packet. */
import { hex8, HeaderReader, type Draft } from './fields.js'
import { decodeInner } from './inner.js'

export function decodeVxlan(draft: Draft, offset: number, length: number): void {
  const header = new HeaderReader(draft, 'vxlan', 'vxlan', offset)
  header.number('flags', 'flags', 0, 1, (n) => (n & 0x08 ? `${hex8(n)} VNI valid` : hex8(n)))
  header.number('reserved', 'reserved', 1, 3, String)
  const vni = header.number('vni', 'vni', 4, 3)
  header.close(8, vni === null ? '' : `VNI ${vni}`)
  if (vni === null || !header.has(0, 8)) return
  draft.headers.vxlan = { vni }
  decodeInner(draft, 'vxlan', 'ethernet', offset + 8, Math.max(0, length - 8))
}
