/** Messages of WireGuard (its protocol paper, section 5.4; drivers/net/wireguard/messages.h). What they carry is sealed. */
import { closePayload, HeaderReader, type Draft } from './fields.js'
import type { WireguardHeader } from './packet.js'

const messages: Readonly<Record<number, WireguardHeader['message']>> = {
  1: 'initiation',
  2: 'response',
  3: 'cookie',
  4: 'data',
}

const messageName = (type: number): string => (messages[type] ? `${type} ${messages[type]}` : String(type))

/** Its numbers are little-endian. */
const little = (bytes: Uint8Array): string =>
  `0x${[...bytes]
    .toReversed()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')}`

const decimal = (bytes: Uint8Array): string =>
  [...bytes].reduceRight((value, byte) => value * 256n + BigInt(byte), 0n).toString()

/** Whether the payload of a UDP packet begins like one: a type and three bytes of zero. */
export const looksLikeWireguard = ({ source, end }: Draft, offset: number): boolean =>
  offset + 4 <= end &&
  messages[source.bytes[offset] ?? 0] !== undefined &&
  source.bytes.subarray(offset + 1, offset + 4).every((byte) => byte === 0)

export function decodeWireguard(draft: Draft, offset: number, length: number): void {
  const header = new HeaderReader(draft, 'wireguard', 'wireguard', offset)
  const type = header.number('type', 'type', 0, 1, messageName) ?? 0
  header.number('reserved', 'reserved', 1, 3)
  const message = messages[type] ?? 'data'
  const hasSender = message === 'initiation' || message === 'response'
  const sender = hasSender ? header.text('sender', 'sender', 4, 4, little) : null
  const receiverAt = message === 'response' ? 8 : 4
  const receiver = message === 'initiation' ? null : header.text('receiver', 'receiver', receiverAt, 4, little)
  const counter = message === 'data' ? header.text('counter', 'counter', 8, 8, decimal) : null
  const size = message === 'initiation' ? 8 : message === 'cookie' ? 8 : message === 'response' ? 12 : 16
  header.close(size, counter === null ? message : `${message} ${counter}`)
  if (!header.has(0, size)) return
  draft.headers.wireguard = {
    message,
    ...(sender === null ? {} : { sender }),
    ...(receiver === null ? {} : { receiver }),
    ...(counter === null ? {} : { counter: Number(counter) }),
  }
  closePayload(draft, 'wireguard', offset + size, Math.max(0, length - size))
}
