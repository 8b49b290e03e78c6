/** What lies inside a tunnel: a whole frame, or a packet of IP. */
import { closePayload, finish, newDraft, type Draft } from './fields.js'
import type { LayerName } from './packet.js'

/** Tunnels within tunnels: deeper ones are shown as payload. */
const maxDepth = 4

export type Carried = 'ethernet' | 'ipv4' | 'ipv6'

/** `length`: bytes behind the header of the tunnel `of`, on the wire. Null: what is carried is not known here. */
export function decodeInner(draft: Draft, of: LayerName, kind: Carried | null, offset: number, length: number): void {
  if (kind === null || draft.depth >= maxDepth || length === 0) return closePayload(draft, of, offset, length)
  const inner = newDraft(draft.source, 'inner', `${draft.prefix}inner.`, offset, draft.depth + 1)
  inner.end = Math.min(draft.end, offset + length)
  const { nested } = draft.source
  if (kind === 'ethernet') nested.ethernet(inner, length)
  else nested[kind](inner, offset, length)
  draft.inner = finish(inner)
  draft.headers.inner = inner.headers
  draft.layers.push(...inner.layers)
  draft.missing ??= inner.missing
}

/** By EtherType, as tunnels name what they carry (RFC 2784, 4; RFC 8926, 3.4). */
export const carriedBy = (etherType: number): Carried | null =>
  etherType === 0x0800 ? 'ipv4' : etherType === 0x86dd ? 'ipv6' : etherType === 0x6558 ? 'ethernet' : null

const protocolTypes: Readonly<Record<number, string>> = {
  0x0800: 'IPv4',
  0x86dd: 'IPv6',
  0x6558: 'Ethernet',
  0x8847: 'MPLS',
  0x880b: 'PPP',
  0x88be: 'ERSPAN',
}

export const showProtocolType = (type: number): string => {
  const number = `0x${type.toString(16).padStart(4, '0')}`
  return protocolTypes[type] ? `${number} ${protocolTypes[type]}` : number
}
