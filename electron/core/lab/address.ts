/**
 * Addresses and prefixes as the kernel takes and prints them: dotted-quad IPv4 without short, octal or hex forms,
 * IPv6 in RFC 5952 form. Everything that compares addresses as text must pass them through here first.
 */
import ipaddr from 'ipaddr.js'
import type { Family } from './lab.js'

export interface Address {
  readonly family: Family
  /** Network byte order: 4 bytes or 16. */
  readonly bytes: readonly number[]
  /** Canonical spelling. */
  readonly text: string
}

export interface Prefix extends Address {
  /** Bits, 0..32 or 0..128. */
  readonly length: number
}

/** Bits in an address of the family. */
export const addressBits = (family: Family): number => (family === 'ipv4' ? 32 : 128)

// inet_aton reads 010 as eight and 10.1 as 10.0.0.1; a lab must not depend on which parser a tool uses.
const octet = '(?:0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])'
const ipv4Pattern = new RegExp(`^${octet}(?:\\.${octet}){3}$`)
const ipv6Pattern = /^(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F]{0,4}|[0-9.]{7,15})$/
const lengthPattern = /^(?:0|[1-9][0-9]{0,2})$/

/** Spells 4 or 16 bytes. IPv4-mapped addresses keep their dotted end, as inet_ntop(3) prints them. */
export function formatAddress(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.')
  const address = new ipaddr.IPv6([...bytes])
  return address.isIPv4MappedAddress() ? `::ffff:${bytes.slice(12).join('.')}` : address.toRFC5952String()
}

/** Reads one address, or gives null. Zone identifiers (`%eth0`) are not addresses. */
export function parseAddress(text: string): Address | null {
  if (ipv4Pattern.test(text)) return { family: 'ipv4', bytes: text.split('.').map(Number), text }
  if (!ipv6Pattern.test(text)) return null
  const tail = text.slice(text.lastIndexOf(':') + 1)
  if (tail.includes('.') && !ipv4Pattern.test(tail)) return null
  if (!ipaddr.IPv6.isValid(text)) return null
  const bytes = ipaddr.IPv6.parse(text).toByteArray()
  return { family: 'ipv6', bytes, text: formatAddress(bytes) }
}

/** Reads `ADDRESS/LENGTH`, or gives null. Host bits stay in `bytes` and `text`; `text` is the address alone. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/')
  if (slash < 0) return null
  const address = parseAddress(text.slice(0, slash))
  const digits = text.slice(slash + 1)
  if (!address || !lengthPattern.test(digits)) return null
  const length = Number(digits)
  return length <= addressBits(address.family) ? { ...address, length } : null
}

/** As `parsePrefix`; one address without a length counts as the prefix that holds it alone. */
export function parsePrefixOrAddress(text: string): Prefix | null {
  const address = parseAddress(text)
  return address ? { ...address, length: addressBits(address.family) } : parsePrefix(text)
}

export const canonicalAddress = (text: string): string | null => parseAddress(text)?.text ?? null

/** `ADDRESS/LENGTH` in canonical spelling with its host bits kept, or null. */
export function canonicalPrefix(text: string): string | null {
  const prefix = parsePrefix(text)
  return prefix && formatPrefix(prefix)
}

export const formatPrefix = (prefix: Prefix): string => `${prefix.text}/${prefix.length}`

/** The prefix with its host bits cleared. */
export function networkPrefix(prefix: Prefix): Prefix {
  const bytes = maskBytes(prefix.bytes, prefix.length)
  return { ...prefix, bytes, text: formatAddress(bytes) }
}

/** `192.168.1.7/24` -> `192.168.1.0/24`; a bare address -> itself with full length; null if it is neither. */
export function networkOf(text: string): string | null {
  const prefix = parsePrefixOrAddress(text)
  return prefix && formatPrefix(networkPrefix(prefix))
}

/** The family of an address or a prefix, or null. */
export const familyOf = (text: string): Family | null => parsePrefixOrAddress(text)?.family ?? null

/** Whether the address (any length of its own is ignored) lies in the prefix. Families never mix. False for bad text. */
export function containsAddress(prefix: string | Prefix, address: string | Address): boolean {
  const net = typeof prefix === 'string' ? parsePrefixOrAddress(prefix) : prefix
  const host = typeof address === 'string' ? parsePrefixOrAddress(address) : address
  if (!net || !host || net.family !== host.family) return false
  const [a, b] = [maskBytes(net.bytes, net.length), maskBytes(host.bytes, net.length)]
  return a.every((byte, i) => byte === b[i])
}

/** Of one family, by their numbers: negative where `a` is the smaller one. */
export function compareAddresses(a: Address, b: Address): number {
  const at = a.bytes.findIndex((byte, i) => byte !== b.bytes[i])
  return at < 0 ? 0 : (a.bytes[at] ?? 0) - (b.bytes[at] ?? 0)
}

/** Whether two prefixes share an address. */
export function overlaps(a: Prefix, b: Prefix): boolean {
  return a.length <= b.length ? containsAddress(a, b) : containsAddress(b, a)
}

/** The all-ones host address of an IPv4 prefix, or null where there is none (IPv6, /31, /32: RFC 3021). */
export function broadcastOf(prefix: Prefix): string | null {
  if (prefix.family === 'ipv6' || prefix.length >= 31) return null
  return formatAddress(prefix.bytes.map((byte, i) => byte | (255 & ~maskByte(i, prefix.length))))
}

export const isMulticast = (address: Address): boolean =>
  address.family === 'ipv4' ? (address.bytes[0] ?? 0) >> 4 === 14 : address.bytes[0] === 255

/** fe80::/10: valid on one link only (RFC 4291 2.5.6). */
export const isLinkLocalIpv6 = (address: Address): boolean =>
  address.family === 'ipv6' && address.bytes[0] === 0xfe && ((address.bytes[1] ?? 0) & 0xc0) === 0x80

/** The group of all whose addresses end alike, which a question for one of them goes to (RFC 4291, 2.7.1). */
export const solicitedNode = (address: string): string =>
  formatAddress([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...(parseAddress(address)?.bytes.slice(13) ?? [])])

/** Reads `ADDRESS:PORT` or `[IPV6]:PORT`; a bare address has port null. Null if it is none of these. */
export function parseAddressPort(text: string): { readonly address: Address; readonly port: number | null } | null {
  const bare = parseAddress(text)
  if (bare) return { address: bare, port: null }
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):([1-9][0-9]{0,4})$/.exec(text)
  const address = match && parseAddress(match[1] ?? match[2] ?? '')
  if (!match || !address || (match[1] !== undefined) !== (address.family === 'ipv6')) return null
  const port = Number(match[3])
  return port <= 65535 ? { address, port } : null
}

export const maskByte = (index: number, length: number): number => {
  const bits = Math.min(8, Math.max(0, length - index * 8))
  return (0xff00 >> bits) & 0xff
}

export const maskBytes = (bytes: readonly number[], length: number): number[] =>
  bytes.map((byte, i) => byte & maskByte(i, length))
