/** Masks of IPv4 networks, as the tools before iproute2 have them. */
import { parseAddress, type Address, type Prefix } from '../../../lab/address.js'

/** Bits of `255.255.255.0` or `0xffffff00`; null for what is no mask. */
export function maskLength(text: string): number | null {
  const bytes = /^0x[\da-f]{8}$/i.test(text)
    ? [2, 4, 6, 8].map((at) => Number.parseInt(text.slice(at, at + 2), 16))
    : parseAddress(text)?.bytes
  if (bytes?.length !== 4) return null
  const bits = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : null
}

/** What the kernel takes where nobody says a mask (inet_abc_len, net/ipv4/devinet.c); null for multicast groups. */
export function classLength({ bytes: [first = 0] }: Address): number | null {
  if (first === 0) return 0
  if (first < 128) return 8
  if (first < 192) return 16
  if (first < 224) return 24
  return first < 240 ? null : 32
}

export const withLength = (address: Address, length: number): Prefix => ({ ...address, length })
