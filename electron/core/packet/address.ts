/** Addresses as the kernel and iproute2 print them. */
import ipaddr from 'ipaddr.js'
import { hex } from './fields.js'

export const macText = (bytes: Uint8Array): string => hex(bytes).replace(/..(?=.)/g, '$&:')

export const ipv4Text = (bytes: Uint8Array): string => bytes.join('.')

/** RFC 5952: the longest run of at least two zero groups, the first of equals, becomes `::`. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups: number[] = []
  for (let i = 0; i + 1 < bytes.length; i += 2) groups.push(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0))
  let bestStart = 0
  let bestLength = 1
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > bestLength) [bestStart, bestLength] = [start, length]
  }
  const text = (from: number, to?: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  if (bestLength < 2) return text(0)
  return `${text(0, bestStart)}::${text(bestStart + bestLength)}`
}

/** The canonical spelling that decoded packets use, or null where the text is no address. Prefix length and zone fall away. */
export function canonicalAddress(text: string): string | null {
  const bare = text.replace(/[/%].*$/, '')
  if (!ipaddr.isValid(bare)) return null
  const bytes = Uint8Array.from(ipaddr.parse(bare).toByteArray())
  return bytes.length === 4 ? ipv4Text(bytes) : ipv6Text(bytes)
}
