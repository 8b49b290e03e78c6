/** ICMP (RFC 792): echo, and the errors with the packet they quote. */
import { ipv4Text } from './address.js'
import { verifySegment, type Segment } from './checksum.js'
import { closePayload, hex16, HeaderReader, type Draft } from './fields.js'
import { decodeQuoted } from './quoted.js'

const typeNames: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'destination unreachable',
  4: 'source quench',
  5: 'redirect',
  8: 'echo request',
  9: 'router advertisement',
  10: 'router solicitation',
  11: 'time exceeded',
  12: 'parameter problem',
  13: 'timestamp request',
  14: 'timestamp reply',
}
const codeNames: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  3: {
    0: 'network unreachable',
    1: 'host unreachable',
    2: 'protocol unreachable',
    3: 'port unreachable',
    4: 'fragmentation needed',
    5: 'source route failed',
    9: 'network prohibited',
    10: 'host prohibited',
    13: 'communication prohibited',
  },
  5: { 0: 'for the network', 1: 'for the host' },
  11: { 0: 'TTL exceeded in transit', 1: 'reassembly time exceeded' },
}
/** Types that quote the packet they are about. */
const errorTypes = new Set([3, 4, 5, 11, 12])

const named = (value: number, name: string | undefined): string =>
  name === undefined ? `${value}` : `${value} ${name}`

export function decodeIcmp(draft: Draft, segment: Segment): void {
  const header = new HeaderReader(draft, 'icmp', 'icmp', segment.offset)
  const type = header.number('type', 'type', 0, 1, (n) => named(n, typeNames[n]))
  const code = header.number('code', 'code', 1, 1, (n) => named(n, codeNames[type ?? -1]?.[n]))
  header.number('checksum', 'checksum', 2, 2, hex16)
  if (type === null || code === null) return header.close(8, '')

  const title = codeNames[type]?.[code] ?? typeNames[type] ?? `type ${type}`
  let id: number | null = null
  let seq: number | null = null
  let summary = title
  if (type === 0 || type === 8) {
    id = header.number('identifier', 'id', 4, 2)
    seq = header.number('sequence', 'seq', 6, 2)
    if (id !== null && seq !== null) summary = `${title}, id ${id}, seq ${seq}`
  } else if (type === 3 && code === 4) {
    const mtu = header.number('mtu', 'mtu', 6, 2)
    if (mtu !== null) summary = `${title}, MTU ${mtu}`
  } else if (type === 5) header.text('gateway', 'gateway', 4, 4, ipv4Text)
  else if (type === 12) header.number('pointer', 'pointer', 4, 1)
  header.close(8, summary, verifySegment(draft, segment, 2))
  if (!header.has(0, 8)) return
  draft.headers.icmp = { type, code, id, seq }

  const rest = segment.offset + 8
  const length = Math.max(0, segment.length - 8)
  if (errorTypes.has(type)) decodeQuoted(draft, 'icmp', rest, length)
  else closePayload(draft, 'icmp', rest, length)
}
