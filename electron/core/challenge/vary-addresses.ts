/**
 * Other subnets that relate as the old ones did: an address is mapped bit by bit, and whether a bit flips depends on the
 * bits before it alone. So two addresses share as long a prefix as before, and every subnet, route and gateway fits.
 * Only private ranges move, within themselves; of the three for documentation (RFC 5737) one becomes another. The last
 * eight bits stay, for `.1` is a gateway to people.
 */
import { formatAddress, parseAddress, parsePrefix } from '../lab/address.js'
import { hashOf } from './random.js'

const documentation = ['192.0.2', '198.51.100', '203.0.113'] as const

/** First bit that may move, from 0; null: the address stays. */
function firstBit([a = 0, b = 0]: readonly number[]): number | null {
  if (a === 10) return 8
  if (a === 172 && b >= 16 && b < 32) return 12
  return a === 192 && b === 168 ? 16 : null
}

/** This bit always moves, so that no subnet stays what it was. */
const surely = 20
const lastBit = 24

function movedIpv4(bytes: readonly number[], length: number, seed: number): readonly number[] {
  const range = documentation.indexOf(bytes.slice(0, 3).join('.') as (typeof documentation)[number])
  if (range >= 0) {
    const other = documentation[(range + 1 + (seed % 2)) % documentation.length] ?? ''
    return [...other.split('.').map(Number), bytes[3] ?? 0]
  }
  const from = firstBit(bytes)
  return from === null ? bytes : flipped(bytes, from, Math.min(lastBit, length), surely, seed)
}

/** Unique local addresses (RFC 4193): the 40 bits behind fd. */
const movedIpv6 = (bytes: readonly number[], length: number, seed: number): readonly number[] =>
  bytes[0] === 0xfd ? flipped(bytes, 8, Math.min(48, length), 15, seed) : bytes

function flipped(bytes: readonly number[], from: number, to: number, always: number, seed: number): readonly number[] {
  const out = [...bytes]
  let before = ''
  for (let bit = 0; bit < to; bit++) {
    const mask = 0x80 >> (bit & 7)
    const at = bit >> 3
    const value = ((bytes[at] ?? 0) & mask) !== 0
    if (bit >= from && (bit === always || hashOf(`${seed} ${before}`) & 0x10000)) out[at] = (out[at] ?? 0) ^ mask
    before += value ? '1' : '0'
  }
  return out
}

/** An address or a prefix, as text; anything else comes back as it is. Of a network, the bits behind its length stay. */
export function movedAddress(text: string, seed: number): string {
  const prefix = text.includes('/') ? parsePrefix(text) : null
  const address = prefix ?? parseAddress(text)
  if (!address) return text
  const whole = address.family === 'ipv4' ? 32 : 128
  const length = prefix && isNetwork(address.bytes, prefix.length) ? prefix.length : whole
  const bytes = (address.family === 'ipv4' ? movedIpv4 : movedIpv6)(address.bytes, length, seed)
  const moved = formatAddress(bytes)
  return prefix ? `${moved}/${prefix.length}` : moved
}

const isNetwork = (bytes: readonly number[], length: number): boolean =>
  bytes.every((byte, at) => {
    const kept = Math.min(8, Math.max(0, length - at * 8))
    return (byte & (0xff >> kept)) === 0
  })

/** Every address that stands in a text: alone, with a length, a port, or in brackets. */
export function moveAddresses(text: string, seed: number): string {
  const alone = movedAddress(text, seed)
  if (alone !== text || /^[0-9a-f:]+(\/\d+)?$/i.test(text)) return alone
  return text
    .replace(/\[([0-9a-f:]+)\]/gi, (_, address: string) => `[${movedAddress(address, seed)}]`)
    .replace(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![\d.])/g, (address) => movedAddress(address, seed))
}
