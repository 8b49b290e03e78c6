/** Networks as iproute2 and iptables take them, which is more than a lab file does. */
import { parsePrefixOrAddress, type Prefix } from '../../lab/address.js'
import { maskLength } from './net-tools/mask.js'

/**
 * `10.0.0.0/8`, and the same as `10/8` (get_addr_ipv4, lib/utils.c of iproute2) or with its mask written out; an address
 * alone is all of its bits. Null: it is neither.
 */
export function givenPrefix(text: string): Prefix | null {
  const [address = '', length, ...more] = text.split('/')
  if (length === undefined || more.length > 0) return parsePrefixOrAddress(text)
  const isShort = /^\d{1,3}(?:\.\d{1,3}){0,2}$/.test(address)
  const whole = isShort ? [...address.split('.'), '0', '0', '0'].slice(0, 4).join('.') : address
  return parsePrefixOrAddress(`${whole}/${maskLength(length) ?? length}`)
}
