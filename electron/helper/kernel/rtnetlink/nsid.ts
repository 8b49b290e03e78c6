/** The ids by which one namespace knows others: RTM_*NSID (linux/net_namespace.h), as `ip netns list-id` reads them. */
import type { Refusal } from '../errno.js'
import { EEXIST } from '../errno.js'
import { eachAttribute } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'

const RTM_NEWNSID = 88
const RTM_GETNSID = 90
export const NETNSA_NSID = 1
const NETNSA_FD = 3
const NETNSA_TARGET_NSID = 4
const NETNSA_CURRENT_NSID = 5
/** Asks the kernel for any free id. */
const anyId = 0xffffffff

/** Gives the namespace behind `fd` an id in the socket's namespace, unless it has one; returns it. */
export function giveNamespaceId(socket: NetlinkSocket, fd: number): number | Refusal {
  const given = socket.change(message(RTM_NEWNSID).u32(0).attributeU32(NETNSA_NSID, anyId).attributeU32(NETNSA_FD, fd))
  if (given && given.errno !== EEXIST) return given
  return socket.get(message(RTM_GETNSID).u32(0).attributeU32(NETNSA_FD, fd), decodeId)
}

/** The id that the socket's namespace has for the one behind `fd`; negative where it has none. Gives none away. */
export const namespaceIdOf = (socket: NetlinkSocket, fd: number): number | Refusal =>
  socket.get(message(RTM_GETNSID).u32(0).attributeU32(NETNSA_FD, fd), decodeId)

function decodeId(bytes: Buffer, at: number, end: number): number {
  let id = -1
  eachAttribute(bytes, at + 4, end, (type, where) => {
    if (type === NETNSA_NSID) id = bytes.readInt32LE(where)
  })
  return id
}

/** Two ids of one namespace: in the one that was asked about, and in the socket's own (negative where it has none). */
export interface PairedId {
  readonly there: number
  readonly here: number
}

/**
 * Namespaces that the one with id `target` knows. Not all of them where they do not fit into one datagram (some 900): the
 * kernel then ends the dump there and calls it complete (`rtnl_net_dumpid` returns 0, which means done). Nothing in the
 * answer tells, so who looks for a certain id and does not find it asks with `namespaceIdAt`.
 */
export function namespaceIdsOf(socket: NetlinkSocket, target: number): PairedId[] | Refusal {
  return socket.dump(message(RTM_GETNSID).u32(0).attributeU32(NETNSA_TARGET_NSID, target), (bytes, at, end) => {
    let there = -1
    let here = -1
    eachAttribute(bytes, at + 4, end, (type, where) => {
      if (type === NETNSA_NSID) there = bytes.readInt32LE(where)
      else if (type === NETNSA_CURRENT_NSID) here = bytes.readInt32LE(where)
    })
    return { there, here }
  })
}

/** The id that the namespace with id `target` has for the one that is `here` in the socket's; negative where it has none. */
export function namespaceIdAt(socket: NetlinkSocket, target: number, here: number): number | Refusal {
  const request = message(RTM_GETNSID).u32(0).attributeU32(NETNSA_NSID, here).attributeU32(NETNSA_TARGET_NSID, target)
  return socket.get(request, decodeId)
}
