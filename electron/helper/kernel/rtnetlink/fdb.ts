/** Forwarding databases of bridges and VXLAN tunnels: RTM_GETNEIGH of PF_BRIDGE, as `bridge fdb` reads it. */
import type { VxlanFdb } from '../../../core/lab/lab.js'
import { formatAddress, formatMac, parseAddress, parseMac } from '../inet.js'
import type { Refusal } from '../errno.js'
import type { LiveFdbEntry } from '../../../core/live/state.js'
import { eachAttribute, NLM_F_APPEND, NLM_F_CREATE } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'
import { NDA_DST, NDA_LLADDR, RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from './neighbour.js'

export const PF_BRIDGE = 7
const NDA_VLAN = 5
const NDA_MASTER = 9
const NUD_PERMANENT = 0x80
/** Of a bridge's entry: static (fdb_to_nud, net/bridge/br_fdb.c). */
const NUD_NOARP = 0x40
/** In the device's own list, and not in that of its bridge. */
const NTF_SELF = 0x02

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
  const state = bytes.readUInt16LE(at + 8)
  const isStatic = masterIndex !== null && (state & NUD_NOARP) !== 0
  return {
    ...{ index: bytes.readInt32LE(at + 4), masterIndex, mac, vlan, dst, permanent: (state & NUD_PERMANENT) !== 0 },
    ...(isStatic ? { static: true } : {}),
  }
}

/**
 * Adds a remote end of a VXLAN to a hardware address, as `bridge fdb append ... dst` does: several may have one (the first
 * bytes of this struct ndmsg are its family, then its interface, state and flags).
 */
export function changeFdb(
  socket: NetlinkSocket,
  index: number,
  { mac, remote }: VxlanFdb,
  isAdded: boolean,
): Refusal | null {
  const [bytes, to] = [parseMac(mac), parseAddress(remote)]
  const request = isAdded ? message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND) : message(RTM_DELNEIGH)
  request
    .u32(PF_BRIDGE)
    .u32(index)
    .u32(NUD_PERMANENT | (NTF_SELF << 16))
  if (bytes) request.attributeBytes(NDA_LLADDR, bytes)
  if (to) request.attributeBytes(NDA_DST, to.bytes)
  return socket.change(request)
}

/** The strict form of this dump takes a plain `ndmsg`; the family is the first byte of either header. */
export function dumpFdb(socket: NetlinkSocket): DumpedFdbEntry[] | Refusal {
  const request = message(RTM_GETNEIGH).u32(PF_BRIDGE).u32(0).u32(0)
  return socket.dump(request, decodeFdbEntry)
}
