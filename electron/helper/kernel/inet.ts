/** Internet and hardware addresses between text and the bytes of the wire. */
import type { Family } from '../../core/live/state.js'
import { AF_INET, AF_INET6 } from './libc.js'

export interface InetAddress {
  readonly family: Family
  /** 4 or 16 bytes in network order. */
  readonly bytes: Buffer
}

export const familyNumber = (family: Family): number => (family === 'ipv4' ? AF_INET : AF_INET6)
/** Null for address families that are not of the Internet. */
export const familyOf = (number: number): Family | null =>
  number === AF_INET ? 'ipv4' : number === AF_INET6 ? 'ipv6' : null
export const familyBits = (family: Family): number => (family === 'ipv4' ? 32 : 128)

function parseIpv4(text: string): Buffer | null {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  const bytes = Buffer.alloc(4)
  for (const [index, part] of parts.entries()) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null
    bytes[index] = Number(part)
  }
  return bytes
}

function parseIpv6(text: string): Buffer | null {
  let groups = text
  const lastColon = text.lastIndexOf(':')
  if (text.includes('.')) {
    // The dotted tail of `::ffff:192.0.2.1` stands for two groups (RFC 4291, 2.2).
    const tail = parseIpv4(text.slice(lastColon + 1))
    if (!tail) return null
    groups = `${text.slice(0, lastColon + 1)}${tail.readUInt16BE(0).toString(16)}:${tail.readUInt16BE(2).toString(16)}`
  }
  const halves = groups.split('::')
  if (halves.length > 2) return null
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')))
  if (!head) return null
  const missing = 8 - head.length - (tail?.length ?? 0)
  if (tail ? missing < 1 : missing !== 0) return null
  const bytes = Buffer.alloc(16)
  for (const [index, group] of [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])].entries()) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return null
    bytes.writeUInt16BE(parseInt(group, 16), index * 2)
  }
  return bytes
}

/** Reads an IPv4 or IPv6 address without prefix length or zone; null where it is none. */
export function parseAddress(text: string): InetAddress | null {
  const v4 = parseIpv4(text)
  if (v4) return { family: 'ipv4', bytes: v4 }
  const v6 = text.includes(':') ? parseIpv6(text) : null
  return v6 && { family: 'ipv6', bytes: v6 }
}

/** Reads `address/length`, or an address alone as a full-length prefix; null where it is neither. */
export function parsePrefix(text: string): (InetAddress & { readonly length: number }) | null {
  const slash = text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (!address) return null
  const bits = familyBits(address.family)
  if (slash < 0) return { ...address, length: bits }
  const length = text.slice(slash + 1)
  return /^\d{1,3}$/.test(length) && Number(length) <= bits ? { ...address, length: Number(length) } : null
}

/** Text of an address in a buffer; IPv6 by RFC 5952 (lower case, the longest run of zeros shortened, the first of equals). */
export function formatAddress(bytes: Buffer, at: number, length: number): string {
  if (length === 4) return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
  let best = -1
  let bestLength = 1
  let run = 0
  for (let group = 0; group < 8; group += 1) {
    run = bytes.readUInt16BE(at + group * 2) === 0 ? run + 1 : 0
    if (run > bestLength) {
      bestLength = run
      best = group - run + 1
    }
  }
  let text = ''
  for (let group = 0; group < 8; group += 1) {
    if (group === best) {
      text += '::'
      group += bestLength - 1
      continue
    }
    if (text !== '' && !text.endsWith('::')) text += ':'
    text += bytes.readUInt16BE(at + group * 2).toString(16)
  }
  return text
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Hardware address in lower case with colons; null where there is none (length 0). */
export function formatMac(bytes: Buffer, at: number, length: number): string | null {
  if (length === 0) return null
  let text = hex[bytes[at] ?? 0] ?? ''
  for (let index = 1; index < length; index += 1) text += `:${hex[bytes[at + index] ?? 0]}`
  return text
}

/** Six bytes of `02:00:00:00:00:01`; null where it is none. */
export function parseMac(text: string): Buffer | null {
  return /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/.test(text) ? Buffer.from(text.replaceAll(':', ''), 'hex') : null
}
