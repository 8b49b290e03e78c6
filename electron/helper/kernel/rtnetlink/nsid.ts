/** The ids by which one namespace knows others: RTM_GETNSID (linux/net_namespace.h). */
import type { Refusal } from '../errno.js'
import { eachAttribute } from '../netlink/message.js'
import { message, type NetlinkSocket } from '../netlink/socket.js'

const RTM_GETNSID = 90
const NETNSA_NSID = 1
const NETNSA_FD = 3

/** The id that the socket's namespace has for the one behind `fd`; negative where it has none. */
export function namespaceId(socket: NetlinkSocket, fd: number): number | Refusal {
  return socket.get(message(RTM_GETNSID).u32(0).attributeU32(NETNSA_FD, fd), (bytes, at, end) => {
    let id = -1
    eachAttribute(bytes, at + 4, end, (type, where) => {
      if (type === NETNSA_NSID) id = bytes.readInt32LE(where)
    })
    return id
  })
}
