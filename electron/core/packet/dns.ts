/** Messages of DNS (RFC 1035, section 4), as far as a question for addresses and its answer need them. */

export type DnsType = 'A' | 'AAAA'
/** RFC 1035, 3.2.2; RFC 3596, 2.1. */
const typeNumbers: Readonly<Record<DnsType, number>> = { A: 1, AAAA: 28 }
const otherTypes: Readonly<Record<number, string>> = {
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  33: 'SRV',
}

/** RFC 1035, 4.1.1, in the words of dig(1). */
const codes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const

/** Where it stands in the message, bytes. */
interface Placed {
  readonly offset: number
  readonly length: number
}

export interface DnsRecord extends Placed {
  readonly name: string
  /** `A`, `AAAA`, `CNAME`, ...; a number in words where it has no name here. */
  readonly type: string
  /** Of A and AAAA: the bytes of the address; else none is read. */
  readonly address: Uint8Array | null
}

export interface DnsMessage {
  readonly id: number
  readonly response: boolean
  /** `NOERROR`, `NXDOMAIN`, ... */
  readonly code: string
  /** Null where it asks nothing, or could not be read. */
  readonly question: (Placed & { readonly name: string; readonly type: string }) | null
  readonly answers: readonly DnsRecord[]
}

const headerBytes = 12
/** Jumps of compressed names (4.1.4): more than a message of any length makes sense of. */
const mostJumps = 32
/** Answers that are read of one message. */
const mostAnswers = 64

const typeName = (number: number): string =>
  Object.entries(typeNumbers).find(([, value]) => value === number)?.[0] ?? otherTypes[number] ?? `TYPE${number}`

/** OPT (RFC 6891): fixed part of the record, and the head of one option. */
const optBytes = 11
const optionHead = 4
/** Of the codes for local use (RFC 6891, 9): what no server knows is passed over. */
const localOption = 65_001

/**
 * A question that wants recursion.
 * @param name without a dot at the end, labels of at most 63 bytes
 * @param mark carried along, by which the packet is known again
 */
export function dnsQuery(id: number, name: string, type: DnsType, mark: Uint8Array | null = null): Uint8Array {
  const labels = name.split('.').map((label) => Uint8Array.from(label, (letter) => letter.charCodeAt(0) & 0x7f))
  const length = headerBytes + labels.reduce((sum, label) => sum + 1 + label.length, 0) + 1 + 4
  const end = mark ? length + optBytes + optionHead + mark.length : length
  const bytes = new Uint8Array(end)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, id & 0xffff)
  view.setUint16(2, 0x0100)
  view.setUint16(4, 1)
  let at = headerBytes
  for (const label of labels) {
    bytes[at] = label.length
    bytes.set(label, at + 1)
    at += 1 + label.length
  }
  view.setUint16(at + 1, typeNumbers[type])
  view.setUint16(at + 3, 1)
  if (!mark) return bytes
  view.setUint16(10, 1)
  view.setUint16(length + 1, 41)
  // Bytes that an answer over UDP may have.
  view.setUint16(length + 3, 1232)
  view.setUint16(length + 9, optionHead + mark.length)
  view.setUint16(length + optBytes, localOption)
  view.setUint16(length + optBytes + 2, mark.length)
  bytes.set(mark, length + optBytes + optionHead)
  return bytes
}

/** Null where it is none. What is cut off is left out. */
export function decodeDns(bytes: Uint8Array): DnsMessage | null {
  if (bytes.length < headerBytes) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flags = view.getUint16(2)
  const [questions, answerCount] = [view.getUint16(4), view.getUint16(6)]
  // Opcodes beyond QUERY, and a bit that must be zero: something else that came by this port.
  if (((flags >> 11) & 15) !== 0 || (flags & 0x40) !== 0 || questions > 1) return null
  let at = headerBytes
  let question: DnsMessage['question'] = null
  if (questions === 1) {
    const name = readName(bytes, at)
    if (!name || name.end + 4 > bytes.length) return null
    const type = typeName(view.getUint16(name.end))
    question = { name: name.text, type, offset: at, length: name.end + 4 - at }
    at = name.end + 4
  }
  const answers: DnsRecord[] = []
  for (let n = 0; n < Math.min(answerCount, mostAnswers); n += 1) {
    const name = readName(bytes, at)
    if (!name || name.end + 10 > bytes.length) break
    const type = view.getUint16(name.end)
    const size = view.getUint16(name.end + 8)
    const data = name.end + 10
    if (data + size > bytes.length) break
    const isAddress = (type === 1 && size === 4) || (type === 28 && size === 16)
    answers.push({
      name: name.text,
      type: typeName(type),
      address: isAddress ? bytes.subarray(data, data + size) : null,
      ...{ offset: at, length: data + size - at },
    })
    at = data + size
  }
  return {
    id: view.getUint16(0),
    response: (flags & 0x8000) !== 0,
    code: codes[flags & 15] ?? `RCODE${flags & 15}`,
    question,
    answers,
  }
}

/** What is no letter, digit, dash or underscore is a question mark: names are shown to people. */
function readName(bytes: Uint8Array, from: number): { readonly text: string; readonly end: number } | null {
  const labels: string[] = []
  let at = from
  let end: number | null = null
  for (let jumps = 0; jumps < mostJumps;) {
    const length = bytes[at]
    if (length === undefined) return null
    if (length === 0) return { text: labels.join('.') || '.', end: end ?? at + 1 }
    if (length >= 0xc0) {
      const low = bytes[at + 1]
      if (low === undefined) return null
      end ??= at + 2
      at = ((length & 0x3f) << 8) | low
      jumps += 1
      continue
    }
    if (length > 63 || at + 1 + length > bytes.length || labels.length > 127) return null
    labels.push(
      [...bytes.subarray(at + 1, at + 1 + length)]
        .map((byte) => String.fromCharCode(byte))
        .join('')
        .replace(/[^A-Za-z0-9_-]/g, '?'),
    )
    at += 1 + length
  }
  return null
}
