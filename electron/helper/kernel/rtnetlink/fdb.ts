/** Forwarding databases of bridges and VXLAN tunnels: RTM_GETNEIGH of PF_BRIDGE, as `bridge fdb` reads it. */
import { formatAddress, formatMac } from '../inet.js'
import type { Refusal } from '../errno.js'
import type { LiveFdbEntry } from '../../../core/live/state.js'
import { eachAttribute } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { NDA_DST, NDA_LLADDR, RTM_GETNEIGH } from './neighbour.js'

export const PF_BRIDGE = 7
const NDA_VLAN = 5
const NDA_MASTER = 9
const NUD_PERMANENT = 0x80

export interface DumpedFdbEntry extends Omit<LiveFdbEntry, 'dev' | 'master'> {
  readonly index: number
  readonly masterIndex: number | null
}

/**
 * One RTM_NEWNEIGH payload of PF_BRIDGE. Left out: multicast addresses that an interface's own filter lets in
 * (33:33:.., 01:00:5e:.. `self`). They are no forwarding, every link has several, and they change without an event.
 */
export function decodeFdbEntry(bytes: Buffer, at: number, end: number): DumpedFdbEntry | null {
  let mac: string | null = null
  let multicast = false
  let vlan: number | null = null
  let masterIndex: number | null = null
  let dst: string | null = null
  eachAttribute(bytes, at + 12, end, (type, where, length) => {
    if (type === NDA_LLADDR) {
      mac = formatMac(bytes, where, length)
      multicast = ((bytes[where] ?? 0) & 1) !== 0
    } else if (type === NDA_VLAN) vlan = bytes.readUInt16LE(where)
    else if (type === NDA_MASTER) masterIndex = bytes.readUInt32LE(where)
    else if (type === NDA_DST) dst = formatAddress(bytes, where, length)
  })
  if (mac === null || (multicast && masterIndex === null && dst === null)) return null
  const permanent = (bytes.readUInt16LE(at + 8) & NUD_PERMANENT) !== 0
  return { index: bytes.readInt32LE(at + 4), masterIndex, mac, vlan, dst, permanent }
}

/** The strict form of this dump takes a plain `ndmsg`; the family is the first byte of either header. */
export function dumpFdb(socket: NetlinkSocket): DumpedFdbEntry[] | Refusal {
  const request = message(RTM_GETNEIGH).u32(PF_BRIDGE).u32(0).u32(0)
  return socket.dump(request, decodeFdbEntry)
}
