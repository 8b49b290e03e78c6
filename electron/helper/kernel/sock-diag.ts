/** Sockets that wait, by sock_diag(7), as `ss -lnu` and `ss -lnt` ask for them. */
import { Refusal } from './errno.js'
import { formatAddress } from './inet.js'
import * as libc from './libc.js'
import { message, NetlinkSocket } from './netlink/socket.js'
import type { WaitingSocket } from './protocol.js'

const NETLINK_SOCK_DIAG = 4
const SOCK_DIAG_BY_FAMILY = 20
const protocols = { tcp: 6, udp: 17 } as const
/** Bits of the states in which a socket waits (TCP_LISTEN; TCP_CLOSE, which is a UDP socket that is bound and not connected). */
const waiting = { tcp: 1 << 10, udp: 1 << 7 } as const

/** Those of the thread's current namespace. A kernel without sock_diag for a protocol has none to tell. */
export function readWaitingSockets(): WaitingSocket[] | Refusal {
  const socket = NetlinkSocket.open(NETLINK_SOCK_DIAG)
  if (socket instanceof Refusal) return socket
  try {
    return (['tcp', 'udp'] as const).flatMap((protocol) =>
      [libc.AF_INET, libc.AF_INET6].flatMap((family) => {
        const found = ask(socket, protocol, family)
        return found instanceof Refusal ? [] : found
      }),
    )
  } finally {
    socket.close()
  }
}

function ask(socket: NetlinkSocket, protocol: 'tcp' | 'udp', family: number): WaitingSocket[] | Refusal {
  // struct inet_diag_req_v2: family, protocol, extensions, padding, states, and 48 bytes that name one socket.
  const request = message(SOCK_DIAG_BY_FAMILY).u8(family).u8(protocols[protocol]).u8(0).u8(0).u32(waiting[protocol])
  for (let word = 0; word < 12; word += 1) request.u32(0)
  return socket.dump(request, (bytes, at, end) => {
    // struct inet_diag_msg: four bytes, then inet_diag_sockid (ports, addresses, ...), and the inode last of 72 bytes.
    if (end - at < 72) return null
    const port = bytes.readUInt16BE(at + 4)
    const length = bytes[at] === libc.AF_INET ? 4 : 16
    // A UDP socket without a port waits for nobody.
    return port === 0
      ? null
      : { protocol, address: formatAddress(bytes, at + 8, length), port, inode: bytes.readUInt32LE(at + 68) }
  })
}
