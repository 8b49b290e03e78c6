/** Addresses: RTM_*ADDR (linux/if_addr.h), with the requests that `ip addr` sends. */
import { familyNumber, familyOf, formatAddress, parsePrefix } from '../inet.js'
import { EINVAL, Refusal } from '../errno.js'
import { broadcastOf, parsePrefix as readPrefix } from '../../../core/lab/address.js'
import type { LiveAddress } from '../../../core/live/state.js'
import { eachAttribute, NLM_F_CREATE, NLM_F_EXCL, readString } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { scopeName } from './words.js'

const RTM_NEWADDR = 20
const RTM_DELADDR = 21
const RTM_GETADDR = 22
const IFA_ADDRESS = 1
const IFA_LOCAL = 2
const IFA_LABEL = 3
const IFA_BROADCAST = 4
const IFA_FLAGS = 8
const IFA_RT_PRIORITY = 9
const IFA_F_NODAD = 0x02
const RT_SCOPE_HOST = 254

/** IFA_F_* from bit 0 on, as `ip addr` spells them. Bit 0 is `temporary` for IPv6. */
const flagNames = [
  'secondary',
  'nodad',
  'optimistic',
  'dadfailed',
  'home',
  'deprecated',
  'tentative',
  'permanent',
  'mngtmpaddr',
  'noprefixroute',
  'autojoin',
  'stable-privacy',
]

function changeAddress(socket: NetlinkSocket, type: number, index: number, address: string): Refusal | null {
  const prefix = parsePrefix(address)
  if (!prefix) return Refusal.of(EINVAL, `any valid prefix is expected rather than "${address}"`)
  const add = type === RTM_NEWADDR
  // `ip` gives 127/8 host scope, and everything else global scope unless told otherwise.
  const scope = add && prefix.family === 'ipv4' && prefix.bytes[0] === 127 ? RT_SCOPE_HOST : 0
  // IPv6 addresses of a lab are unique by construction; two seconds of duplicate address detection would only hide them.
  const flags = add && prefix.family === 'ipv6' ? IFA_F_NODAD : 0
  const request = message(type, add ? NLM_F_CREATE | NLM_F_EXCL : 0)
    .u8(familyNumber(prefix.family))
    .u8(prefix.length)
    .u8(flags)
    .u8(scope)
    .u32(index)
    .attributeBytes(IFA_LOCAL, prefix.bytes)
    .attributeBytes(IFA_ADDRESS, prefix.bytes)
  return socket.change(request)
}

/** `ip addr add ADDRESS dev DEV`: no broadcast address, as there; IPv6 with `nodad`. `address` is `address/prefix-length`. */
export const addAddress = (socket: NetlinkSocket, index: number, address: string): Refusal | null =>
  changeAddress(socket, RTM_NEWADDR, index, address)

export const deleteAddress = (socket: NetlinkSocket, index: number, address: string): Refusal | null =>
  changeAddress(socket, RTM_DELADDR, index, address)

export interface DumpedAddress extends Omit<LiveAddress, 'dev'> {
  readonly index: number
  /** What `ifconfig` lists it by: the name of its interface, unless somebody chose another. Of IPv4 alone. */
  readonly label?: string
}

/**
 * One without a label, or with that of its interface, has nothing to say about it; nor has one that `ifconfig` lists by a
 * number (`eth0:1`), as it must for every further address.
 */
export function withLabel({ label, ...address }: Omit<DumpedAddress, 'index'> & { readonly dev: string }): LiveAddress {
  const isChosen = label !== undefined && label !== address.dev && !/^:\d+$/.test(label.slice(address.dev.length))
  return isChosen ? { ...address, others: [...(address.others ?? []), `label ${label}`] } : address
}

/** One RTM_NEWADDR payload. */
export function decodeAddress(bytes: Buffer, at: number, end: number): DumpedAddress | null {
  const family = familyOf(bytes[at] ?? 0)
  if (!family) return null
  let text = ''
  let local = ''
  let bits = bytes[at + 2] ?? 0
  let broadcast: string | null = null
  let metric = 0
  let label = ''
  eachAttribute(bytes, at + 8, end, (type, where, length) => {
    if (type === IFA_ADDRESS) text = formatAddress(bytes, where, length)
    else if (type === IFA_LOCAL) local = formatAddress(bytes, where, length)
    else if (type === IFA_FLAGS) bits = bytes.readUInt32LE(where)
    else if (type === IFA_BROADCAST) broadcast = formatAddress(bytes, where, length)
    else if (type === IFA_LABEL) label = readString(bytes, where, length)
    else if (type === IFA_RT_PRIORITY) metric = bytes.readUInt32LE(where)
  })
  const address = `${local || text}/${bytes[at + 1]}`
  const prefix = readPrefix(address)
  const others = [
    // The subnet's own is as good as none: the kernel has its routes anyway (fib_add_ifaddr, net/ipv4/fib_frontend.c).
    ...(broadcast === null || (prefix && broadcast === broadcastOf(prefix)) ? [] : [`brd ${broadcast}`]),
    ...(metric === 0 ? [] : [`metric ${metric}`]),
  ]
  const flags: string[] = []
  for (let bit = 0; bit < flagNames.length; bit += 1)
    if (bits & (1 << bit)) flags.push(bit === 0 && family === 'ipv6' ? 'temporary' : (flagNames[bit] ?? ''))
  return {
    index: bytes.readUInt32LE(at + 4),
    family,
    address,
    scope: scopeName(bytes[at + 3] ?? 0),
    flags,
    ...(label === '' ? {} : { label }),
    ...(others.length > 0 ? { others } : {}),
  }
}

export const dumpAddresses = (socket: NetlinkSocket): DumpedAddress[] | Refusal =>
  socket.dump(message(RTM_GETADDR).u32(0).u32(0), decodeAddress)
