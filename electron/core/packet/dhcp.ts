/** DHCP for IPv4 (RFC 2131, options of RFC 2132): who asks for an address, and what is offered. */
import { ipv4Text, macText } from './address.js'
import { closeService, hex, hex8, HeaderReader, type Draft, type FieldName } from './fields.js'

/** Bytes of the fixed part, and of the cookie behind it, with which the options begin (RFC 2131, figure 1). */
const fixedBytes = 236
const optionsAt = 240
const magicCookie = 0x63825363

/** Option 53 (RFC 2132, 9.6). */
const messages = ['', 'discover', 'offer', 'request', 'decline', 'ack', 'nak', 'release', 'inform'] as const

/** Options that are addresses, one or several. */
const addressOptions: Readonly<Record<number, FieldName>> = {
  ...{ 1: 'subnet-mask', 3: 'gateway', 6: 'nameserver', 50: 'requested-address', 54: 'server' },
}
const messageType = 53
const leaseTime = 51
const end = 255
/** No message has more; bounds the work that a hostile one causes. */
const maxOptions = 64

/** Whether it is one, by what no other message has at that place. */
export function looksLikeDhcp({ source, end: captured }: Draft, offset: number): boolean {
  if (captured < offset + optionsAt) return false
  const view = new DataView(source.bytes.buffer, source.bytes.byteOffset, source.bytes.byteLength)
  return view.getUint32(offset + fixedBytes) === magicCookie
}

export function decodeDhcp(draft: Draft, offset: number, length: number): void {
  const header = new HeaderReader(draft, 'dhcp', 'dhcp', offset)
  header.number('operation', 'op', 0, 1, (n) => (n === 1 ? '1 request' : n === 2 ? '2 reply' : String(n)))
  const id = header.number('identifier', 'xid', 4, 4, (n) => `0x${n.toString(16).padStart(8, '0')}`)
  header.number('flags', 'flags', 10, 2, (n) => (n & 0x8000 ? 'broadcast' : '0'))
  const address = (name: FieldName, path: string, at: number): string | null => header.text(name, path, at, 4, ipv4Text)
  address('client-address', 'ciaddr', 12)
  const given = address('your-address', 'yiaddr', 16)
  address('gateway', 'giaddr', 24)
  const mac = header.text('sender-mac', 'chaddr', 28, 6, macText)
  const { type, lease, said } = readOptions(header, length)
  const title = messages[type ?? 0] || (type === null ? 'BOOTP' : `type ${type}`)
  // An address is given by the one side and asked for by the other.
  const about = given === null || given === '0.0.0.0' ? said.get('requested-address') : given
  header.close(length, `${title}${about === undefined ? '' : ` ${about}`}${mac === null ? '' : ` for ${mac}`}`)
  draft.headers.dhcp = {
    message: title,
    id: id ?? 0,
    address: about ?? null,
    server: said.get('server') ?? null,
    lease,
  }
  closeService(draft, 'dhcp', offset, length)
}

interface Options {
  readonly type: number | null
  /** Seconds. */
  readonly lease: number | null
  /** Addresses, by the field that shows them. */
  readonly said: ReadonlyMap<FieldName, string>
}

function readOptions(header: HeaderReader, length: number): Options {
  const said = new Map<FieldName, string>()
  let type: number | null = null
  let lease: number | null = null
  let at = optionsAt
  for (let n = 0; n < maxOptions && at < length; n += 1) {
    const code = header.peek(at, 1)
    if (code === 0) {
      at += 1
      continue
    }
    const size = header.peek(at + 1, 1)
    if (code === null || code === end || size === null || !header.has(at, 2 + size)) break
    const bytes = header.bytes(at + 2, size)
    const path = `option.${code}`
    const name = addressOptions[code]
    if (code === messageType && size === 1) {
      type = bytes[0] ?? 0
      header.add('type', path, at, 3, `${type} ${messages[type] ?? ''}`.trim(), type)
    } else if (code === leaseTime && size === 4) {
      lease = header.peek(at + 2, 4) ?? 0
      header.add('lifetime', path, at, 6, `${lease} s`, lease)
    } else if (name && size >= 4 && size % 4 === 0) {
      const text = Array.from({ length: size / 4 }, (_, i) => ipv4Text(bytes.subarray(i * 4, i * 4 + 4))).join(', ')
      header.add(name, path, at, 2 + size, text, text)
      said.set(name, text)
    } else {
      header.add('option', path, at, 2 + size, `${code} ${hex(bytes)}`.trim(), hex(bytes) || hex8(code))
    }
    at += 2 + size
  }
  return { type, lease, said }
}
