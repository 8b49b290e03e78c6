/** Neighbours of IPv4 and IPv6: RTM_*NEIGH (linux/neighbour.h), with the requests that `ip neigh` sends. */
import { familyNumber, familyOf, formatAddress, formatMac, parseAddress, parseMac } from '../inet.js'
import { EINVAL, Refusal } from '../errno.js'
import type { LabNeighbour } from '../../../core/lab/lab.js'
import type { LiveNeighbour, LiveProxy } from '../../../core/live/state.js'
import { eachAttribute, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { neighbourStateName } from './words.js'

export const RTM_NEWNEIGH = 28
export const RTM_DELNEIGH = 29
export const RTM_GETNEIGH = 30
export const NDA_DST = 1
export const NDA_LLADDR = 2
const NTF_PROXY = 0x08
const NTF_ROUTER = 0x80
const NUD_NONE = 0x00
const NUD_INCOMPLETE = 0x01
const NUD_NOARP = 0x40
const NUD_PERMANENT = 0x80

export interface DumpedNeighbour extends Omit<LiveNeighbour, 'dev'> {
  readonly index: number
}

/** struct ndmsg. */
const request = () => message(RTM_GETNEIGH).u32(0).u32(0).u32(0)

/**
 * One RTM_NEWNEIGH payload. Left out, as by `ip neigh`: entries without a state, and NOARP entries of groups, which the
 * kernel makes itself (arp_constructor, net/ipv4/arp.c).
 */
export function decodeNeighbour(bytes: Buffer, at: number, end: number): DumpedNeighbour | null {
  const family = familyOf(bytes[at] ?? 0)
  const state = bytes.readUInt16LE(at + 8)
  if (!family || state === NUD_NONE) return null
  let address = ''
  let mac: string | null = null
  let isGroup = false
  eachAttribute(bytes, at + 12, end, (type, where, length) => {
    if (type === NDA_DST) address = formatAddress(bytes, where, length)
    else if (type === NDA_LLADDR) {
      mac = formatMac(bytes, where, length)
      isGroup = ((bytes[where] ?? 0) & 1) !== 0
    }
  })
  if (state === NUD_NOARP && (mac === null || isGroup)) return null
  return {
    index: bytes.readInt32LE(at + 4),
    family,
    address,
    mac,
    state: neighbourStateName(state),
    router: ((bytes[at + 10] ?? 0) & NTF_ROUTER) !== 0,
  }
}

/** Not what the kernel makes for everybody by an interface without ARP, lo among them: its own address (arp_constructor). */
export const isToldApart = ({ state, mac }: DumpedNeighbour, own: string | null | undefined): boolean =>
  state !== 'NOARP' || (typeof own === 'string' && mac !== own)

/** An entry that the kernel keeps until it is deleted (`nud permanent`), or an address that the link answers for. */
export function addNeighbour(socket: NetlinkSocket, index: number, neighbour: LabNeighbour): Refusal | null {
  const proxy = neighbour.mac === null
  return change(
    socket,
    RTM_NEWNEIGH,
    proxy ? NLM_F_CREATE | NLM_F_EXCL : NLM_F_CREATE | NLM_F_REPLACE,
    index,
    neighbour,
  )
}

export const deleteNeighbour = (socket: NetlinkSocket, index: number, neighbour: LabNeighbour): Refusal | null =>
  change(socket, RTM_DELNEIGH, 0, index, neighbour)

function change(
  socket: NetlinkSocket,
  type: number,
  flags: number,
  index: number,
  { family, address: text, mac }: LabNeighbour,
): Refusal | null {
  const address = parseAddress(text)
  if (!address) return Refusal.of(EINVAL, `any valid address is expected rather than "${text}"`)
  const request = message(type, flags)
    .u8(familyNumber(family))
    .u8(0)
    .u16(0)
    .u32(index)
    .u16(mac === null ? NUD_NONE : NUD_PERMANENT)
    .u8(mac === null ? NTF_PROXY : 0)
    .u8(0)
    .attributeBytes(NDA_DST, address.bytes)
  if (mac !== null && type === RTM_NEWNEIGH) request.attributeBytes(NDA_LLADDR, parseMac(mac) ?? Buffer.alloc(0))
  return socket.change(request)
}

export interface DumpedProxy extends Omit<LiveProxy, 'dev'> {
  readonly index: number
}

/** Dumped apart from the others, where the request says so in the length of a whole ndmsg (neigh_dump_info). */
export const dumpProxies = (socket: NetlinkSocket): DumpedProxy[] | Refusal =>
  socket.dump(message(RTM_GETNEIGH).u32(0).u32(0).u16(0).u8(NTF_PROXY).u8(0), (bytes, at, end): DumpedProxy | null => {
    const family = familyOf(bytes[at] ?? 0)
    if (!family || ((bytes[at + 10] ?? 0) & NTF_PROXY) === 0) return null
    let address = ''
    eachAttribute(bytes, at + 12, end, (type, where, length) => {
      if (type === NDA_DST) address = formatAddress(bytes, where, length)
    })
    return { index: bytes.readInt32LE(at + 4), family, address }
  })

export const dumpNeighbours = (socket: NetlinkSocket): DumpedNeighbour[] | Refusal =>
  socket.dump(request(), decodeNeighbour)

/** Whether an address is being resolved right now in the socket's namespace. */
export function isResolving(socket: NetlinkSocket): boolean {
  const found = socket.dump(request(), (bytes, at) => (bytes.readUInt16LE(at + 8) === NUD_INCOMPLETE ? true : null))
  return Array.isArray(found) && found.length > 0
}
