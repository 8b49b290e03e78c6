/** The packet inside an ICMP error: the first bytes of what could not be delivered. */
import { closePayload, finish, newDraft, noteMissing, type Draft } from './fields.js'

/** Errors about errors are forbidden (RFC 1122, 3.2.2), so one quote within a tunnel is as deep as real packets go. */
const maxDepth = 4

/** `length`: bytes that the error carries behind its own header, on the wire. */
export function decodeQuoted(draft: Draft, of: 'icmp' | 'icmpv6', offset: number, length: number): void {
  const end = Math.min(draft.end, offset + length)
  if (end < offset + length) {
    noteMissing(draft, { layer: of, part: 'payload', captured: Math.max(0, end - offset), expected: length })
  }
  if (end <= offset) return
  if (draft.depth >= maxDepth) return closePayload(draft, of, offset, length)
  const quoted = newDraft(draft.source, 'quoted', `${draft.prefix}quoted.`, offset, draft.depth + 1)
  quoted.end = end
  const { ipv4, ipv6 } = draft.source.nested
  if (of === 'icmp') ipv4(quoted, offset, length)
  else ipv6(quoted, offset, length)
  draft.quoted = finish(quoted)
  draft.layers.push(...quoted.layers)
}
