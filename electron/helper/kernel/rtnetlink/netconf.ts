/** Settings of interfaces that send events: RTM_GETNETCONF (linux/netconf.h). One dump instead of a file per interface. */
import { AF_INET } from '../libc.js'
import type { Refusal } from '../errno.js'
import { eachAttribute } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'

const RTM_GETNETCONF = 82
const NETCONFA_IFINDEX = 1
const NETCONFA_RP_FILTER = 3
/** Pseudo-indices of `conf/all` and `conf/default`. */
export const netconfAll = -1
export const netconfDefault = -2

export interface DumpedNetconf {
  readonly index: number
  readonly rpFilter: number
}

/** One RTM_NEWNETCONF payload. */
export function decodeNetconf(bytes: Buffer, at: number, end: number): DumpedNetconf | null {
  let index = 0
  let rpFilter: number | null = null
  eachAttribute(bytes, at + 4, end, (type, where) => {
    if (type === NETCONFA_IFINDEX) index = bytes.readInt32LE(where)
    else if (type === NETCONFA_RP_FILTER) rpFilter = bytes.readInt32LE(where)
  })
  return rpFilter === null ? null : { index, rpFilter }
}

/** IPv4 settings of every interface, of `all` and of `default`. */
export const dumpNetconf = (socket: NetlinkSocket): DumpedNetconf[] | Refusal =>
  socket.dump(message(RTM_GETNETCONF).u32(AF_INET), decodeNetconf)
