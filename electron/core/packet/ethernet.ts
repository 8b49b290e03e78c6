/** Ethernet II and IEEE 802.1Q tags. */
import { macText } from './address.js'
import { decodeArp } from './arp.js'
import { closePayload, hex16, HeaderReader, type Draft } from './fields.js'
import { decodeIpv4 } from './ipv4.js'
import { decodeIpv6 } from './ipv6.js'
import type { VlanHeader } from './packet.js'

const etherTypes: Readonly<Record<number, string>> = {
  0x0800: 'IPv4',
  0x0806: 'ARP',
  0x86dd: 'IPv6',
  0x8100: '802.1Q',
  0x88a8: '802.1ad',
  0x88cc: 'LLDP',
}
/** Tags stacked deeper than this are shown as payload: 802.1ad needs two. */
const maxTags = 4

const showType = (type: number): string => {
  if (type < 0x0600) return `${type} 802.3 length`
  const name = etherTypes[type]
  return name === undefined ? hex16(type) : `${hex16(type)} ${name}`
}

function outerTag(type: number, tci: number): VlanHeader {
  const priority = tci >> 13
  return {
    id: tci & 0x0fff,
    ...(type === 0x88a8 ? { protocol: '802.1ad' as const } : {}),
    ...(priority === 0 ? {} : { priority }),
  }
}

/** `length`: bytes of the frame on the wire, from the draft's offset. */
export function decodeEthernet(draft: Draft, length: number): void {
  const header = new HeaderReader(draft, 'ethernet', 'eth', draft.offset)
  const dst = header.text('destination', 'dst', 0, 6, macText)
  const src = header.text('source', 'src', 6, 6, macText)
  const tags = new HeaderReader(draft, 'ethernet', 'vlan', draft.offset)
  let vlan: VlanHeader | undefined
  let at = 12
  let type = header.peek(at, 2)
  for (let tag = 0; tag < maxTags && (type === 0x8100 || type === 0x88a8) && header.has(at, 6); tag++) {
    const path = tag === 0 ? 'id' : tag === 1 ? 'inner' : `inner-${tag}`
    const value = tags.number('vlan', path, at + 2, 2, (tci) => `${tci & 0x0fff}, priority ${tci >> 13}`) ?? 0
    if (tag === 0) vlan = outerTag(type, value)
    else if (tag === 1) vlan = { ...(vlan ?? { id: 0 }), inner: value & 0x0fff }
    at += 4
    type = header.peek(at, 2)
  }
  header.fields.push(...tags.fields)
  header.number('ethertype', 'type', at, 2, showType)
  header.close(at + 2, dst !== null && src !== null ? `${src} → ${dst}` : '')
  if (dst === null || src === null || type === null) return
  draft.headers.eth = { src, dst, type: hex16(type) }
  if (vlan) draft.headers.vlan = vlan

  const next = draft.offset + at + 2
  const rest = Math.max(0, length - at - 2)
  if (type === 0x0800) decodeIpv4(draft, next, rest)
  else if (type === 0x86dd) decodeIpv6(draft, next, rest)
  else if (type === 0x0806) decodeArp(draft, next, src)
  else closePayload(draft, 'ethernet', next, type < 0x0600 ? Math.min(type, rest) : rest)
}
