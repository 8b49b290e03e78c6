/** ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861). */
import { ipv6Text, macText } from './address.js'
import { verifySegment, type Segment } from './checksum.js'
import { closePayload, hex, hex16, HeaderReader, type Draft } from './fields.js'
import { decodeQuoted } from './quoted.js'

const typeNames: Readonly<Record<number, string>> = {
  1: 'destination unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo request',
  129: 'echo reply',
  130: 'multicast listener query',
  131: 'multicast listener report',
  132: 'multicast listener done',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbour solicitation',
  136: 'neighbour advertisement',
  137: 'redirect',
  143: 'multicast listener report v2',
}
const codeNames: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  1: {
    0: 'no route',
    1: 'communication prohibited',
    2: 'beyond scope of source',
    3: 'address unreachable',
    4: 'port unreachable',
    5: 'source address failed policy',
    6: 'route rejected',
  },
  3: { 0: 'hop limit exceeded', 1: 'reassembly time exceeded' },
}
/** Bytes before the options of each neighbour discovery message. */
const discoveryLengths: Readonly<Record<number, number>> = { 133: 8, 134: 16, 135: 24, 136: 24, 137: 40 }
/** No message has more; bounds the work a hostile one causes. */
const maxOptions = 64

const named = (value: number, name: string | undefined): string =>
  name === undefined ? `${value}` : `${value} ${name}`

export function decodeIcmpv6(draft: Draft, segment: Segment): void {
  const header = new HeaderReader(draft, 'icmpv6', 'icmp', segment.offset)
  const type = header.number('type', 'type', 0, 1, (n) => named(n, typeNames[n]))
  const code = header.number('code', 'code', 1, 1, (n) => named(n, codeNames[type ?? -1]?.[n]))
  header.number('checksum', 'checksum', 2, 2, hex16)
  if (type === null || code === null) return header.close(8, '')
  const checksum = verifySegment(draft, segment, 2)
  const title = codeNames[type]?.[code] ?? typeNames[type] ?? `type ${type}`

  const discovery = discoveryLengths[type]
  if (discovery !== undefined) {
    draft.headers.icmp = { type, code, id: null, seq: null }
    const target = readDiscovery(header, type)
    const linkLayer = readOptions(header, discovery, segment.length)
    header.close(Math.max(discovery, segment.length), target === null ? title : `${title} for ${target}`, checksum)
    if (target !== null) noteNeighbour(draft, type, target, linkLayer)
    return
  }
  let id: number | null = null
  let seq: number | null = null
  let summary = title
  if (type === 128 || type === 129) {
    id = header.number('identifier', 'id', 4, 2)
    seq = header.number('sequence', 'seq', 6, 2)
    if (id !== null && seq !== null) summary = `${title}, id ${id}, seq ${seq}`
  } else if (type === 2) {
    const mtu = header.number('mtu', 'mtu', 4, 4)
    if (mtu !== null) summary = `${title}, MTU ${mtu}`
  } else if (type === 4) header.number('pointer', 'pointer', 4, 4)
  header.close(8, summary, checksum)
  if (!header.has(0, 8)) return
  draft.headers.icmp = { type, code, id, seq }
  const rest = segment.offset + 8
  const length = Math.max(0, segment.length - 8)
  if (type < 128) decodeQuoted(draft, 'icmpv6', rest, length)
  else closePayload(draft, 'icmpv6', rest, length)
}

/** The fixed part behind the checksum; returns the target of NS, NA and redirects. */
function readDiscovery(header: HeaderReader, type: number): string | null {
  if (type === 134) {
    header.number('hop-limit', 'hopLimit', 4, 1)
    header.number('flags', 'flags', 5, 1, (n) =>
      [n & 0x80 && 'managed', n & 0x40 && 'other'].filter(Boolean).join(', '),
    )
    header.number('lifetime', 'lifetime', 6, 2, (n) => `${n} s`)
    return null
  }
  if (type === 133) return null
  if (type === 136) {
    header.number('flags', 'flags', 4, 1, (n) =>
      [n & 0x80 && 'router', n & 0x40 && 'solicited', n & 0x20 && 'override'].filter(Boolean).join(', '),
    )
  }
  const target = header.text('target', 'target', 8, 16, ipv6Text)
  if (type === 137) header.text('destination', 'destination', 24, 16, ipv6Text)
  return target
}

/** Returns the link-layer address that the sender gives: source (1) or target (2). */
function readOptions(header: HeaderReader, start: number, length: number): string | null {
  let linkLayer: string | null = null
  let at = start
  for (let n = 0; n < maxOptions && at + 2 <= length; n++) {
    const kind = header.peek(at, 1)
    const size = (header.peek(at + 1, 1) ?? 0) * 8
    if (kind === null || size === 0 || at + size > length || !header.has(at, size)) break
    const bytes = header.bytes(at, size)
    const path = `option.${kind}`
    if (kind === 1 || kind === 2) {
      const mac = macText(bytes.subarray(2, 8))
      header.add('link-layer-address', path, at, size, `${kind === 1 ? 'source' : 'target'} ${mac}`, mac)
      linkLayer ??= mac
    } else if (kind === 3 && size === 32) {
      const prefix = `${ipv6Text(bytes.subarray(16, 32))}/${bytes[2] ?? 0}`
      header.add('prefix', path, at, size, prefix, prefix)
    } else if (kind === 5 && size === 8) {
      const mtu = header.peek(at + 4, 4) ?? 0
      header.add('mtu', path, at, size, String(mtu), mtu)
    } else header.add('option', path, at, size, `${kind} ${hex(bytes.subarray(2))}`, hex(bytes.subarray(2)))
    at += size
  }
  return linkLayer
}

function noteNeighbour(draft: Draft, type: number, target: string, linkLayer: string | null): void {
  const sender = ipv6Source(draft)
  const receiver = ipv6Destination(draft)
  const frameSource = draft.headers.eth?.src
  if (sender === null || receiver === null || frameSource === undefined || type === 137) return
  const op = type === 135 ? 'request' : 'reply'
  const targetIp = op === 'request' ? target : receiver
  draft.neighbour = {
    protocol: 'ndp',
    op,
    senderIp: sender,
    senderMac: linkLayer ?? frameSource,
    subjectIp: target,
    targetIp,
  }
}

/** The IPv6 layer has been written to `layers` by now, its addresses last. */
function ipv6Field(draft: Draft, path: string): string | null {
  const layer = draft.layers.findLast((candidate) => candidate.layer === 'ipv6')
  const field = layer?.fields.find((candidate) => candidate.path === `${draft.prefix}ip.${path}`)
  return typeof field?.raw === 'string' ? field.raw : null
}
const ipv6Source = (draft: Draft): string | null => ipv6Field(draft, 'src')
const ipv6Destination = (draft: Draft): string | null => ipv6Field(draft, 'dst')
