/** Neighbours of IPv4 and IPv6: RTM_GETNEIGH (linux/neighbour.h). */
import { familyOf, formatAddress, formatMac } from '../inet.js'
import type { Refusal } from '../errno.js'
import type { LiveNeighbour } from '../../../core/live/state.js'
import { eachAttribute } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { neighbourStateName } from './words.js'

export const RTM_NEWNEIGH = 28
export const RTM_DELNEIGH = 29
export const RTM_GETNEIGH = 30
export const NDA_DST = 1
export const NDA_LLADDR = 2
const NTF_ROUTER = 0x80
const NUD_NONE = 0x00
const NUD_INCOMPLETE = 0x01
const NUD_NOARP = 0x40

export interface DumpedNeighbour extends Omit<LiveNeighbour, 'dev'> {
  readonly index: number
}

/** struct ndmsg. */
const request = () => message(RTM_GETNEIGH).u32(0).u32(0).u32(0)

/**
 * One RTM_NEWNEIGH payload. Left out, as by `ip neigh`: NOARP entries, which the kernel makes itself for lo, broadcast and
 * multicast, and entries without a state.
 */
export function decodeNeighbour(bytes: Buffer, at: number, end: number): DumpedNeighbour | null {
  const family = familyOf(bytes[at] ?? 0)
  const state = bytes.readUInt16LE(at + 8)
  if (!family || state === NUD_NOARP || state === NUD_NONE) return null
  let address = ''
  let mac: string | null = null
  eachAttribute(bytes, at + 12, end, (type, where, length) => {
    if (type === NDA_DST) address = formatAddress(bytes, where, length)
    else if (type === NDA_LLADDR) mac = formatMac(bytes, where, length)
  })
  return {
    index: bytes.readInt32LE(at + 4),
    family,
    address,
    mac,
    state: neighbourStateName(state),
    router: ((bytes[at + 10] ?? 0) & NTF_ROUTER) !== 0,
  }
}

export const dumpNeighbours = (socket: NetlinkSocket): DumpedNeighbour[] | Refusal =>
  socket.dump(request(), decodeNeighbour)

/** Whether an address is being resolved right now in the socket's namespace. */
export function isResolving(socket: NetlinkSocket): boolean {
  const found = socket.dump(request(), (bytes, at) => (bytes.readUInt16LE(at + 8) === NUD_INCOMPLETE ? true : null))
  return Array.isArray(found) && found.length > 0
}
