/** VXLAN (RFC 7348): a frame within a UDP packet. */
import { closePayload, finish, hex8, HeaderReader, newDraft, type Draft } from './fields.js'

/** Tunnels within tunnels: deeper ones are shown as payload. */
const maxDepth = 4

export function decodeVxlan(draft: Draft, offset: number, length: number): void {
  const header = new HeaderReader(draft, 'vxlan', 'vxlan', offset)
  header.number('flags', 'flags', 0, 1, (n) => (n & 0x08 ? `${hex8(n)} VNI valid` : hex8(n)))
  header.number('reserved', 'reserved', 1, 3, String)
  const vni = header.number('vni', 'vni', 4, 3)
  header.close(8, vni === null ? '' : `VNI ${vni}`)
  if (vni === null || !header.has(0, 8)) return
  draft.headers.vxlan = { vni }

  const rest = offset + 8
  const carried = Math.max(0, length - 8)
  if (draft.depth >= maxDepth || carried === 0) return closePayload(draft, 'vxlan', rest, carried)
  const inner = newDraft(draft.source, 'inner', `${draft.prefix}inner.`, rest, draft.depth + 1)
  inner.end = Math.min(draft.end, rest + carried)
  draft.source.nested.ethernet(inner, carried)
  draft.inner = finish(inner)
  draft.headers.inner = inner.headers
  draft.layers.push(...inner.layers)
  draft.missing ??= inner.missing
}
