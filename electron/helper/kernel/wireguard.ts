/**
 * WireGuard's devices, by generic netlink (linux/wireguard.h), as `wg set` and `wg show` speak to the kernel. Private keys
 * are made here, go to the kernel, and are remembered by their public key as long as this process lives, so that undo
 * can give a tunnel its own key again. They are in no message to anybody else.
 */
import { randomBytes } from 'node:crypto'
import type { LiveWireguard } from '../../core/live/state.js'
import { ENODEV, ENOENT, EOPNOTSUPP, Refusal } from './errno.js'
import { familyOf, formatAddress, parseAddress, parsePrefix } from './inet.js'
import { eachAttribute, type MessageWriter } from './netlink/message.js'
import { message, NETLINK_GENERIC, NetlinkSocket } from './netlink/socket.js'

const GENL_ID_CTRL = 0x10
const CTRL_CMD_GETFAMILY = 3
const CTRL_ATTR_FAMILY_ID = 1
const CTRL_ATTR_FAMILY_NAME = 2
const WG_CMD_GET_DEVICE = 0
const WG_CMD_SET_DEVICE = 1
const WGDEVICE_A_IFNAME = 2
const WGDEVICE_A_PRIVATE_KEY = 3
const WGDEVICE_A_PUBLIC_KEY = 4
const WGDEVICE_A_LISTEN_PORT = 6
const WGDEVICE_A_PEERS = 8
const WGPEER_A_PUBLIC_KEY = 1
const WGPEER_A_FLAGS = 3
const WGPEER_A_ENDPOINT = 4
const WGPEER_A_ALLOWEDIPS = 9
const WGPEER_F_REMOVE_ME = 1
const WGPEER_F_REPLACE_ALLOWEDIPS = 2
const WGALLOWEDIP_A_FAMILY = 1
const WGALLOWEDIP_A_IPADDR = 2
const WGALLOWEDIP_A_CIDR_MASK = 3
const AF_INET = 2
const AF_INET6 = 10
/** Bytes of a key of Curve25519. */
const keyBytes = 32
const genlHeader = 4

/** struct genlmsghdr: command, version, reserved. */
const begin = (family: number, command: number): MessageWriter => message(family).u32(command | (1 << 8))

/** Private keys by their public ones. */
const known = new Map<string, Buffer>()

export interface PeerSettings {
  readonly endpoint: string | null
  readonly allowed: readonly string[]
}

/** One socket of the namespace that it was opened in. */
export class Wireguard {
  private constructor(
    private readonly socket: NetlinkSocket,
    private readonly family: number,
  ) {}

  /** Opens in the thread's current namespace. */
  static open(): Wireguard | Refusal {
    const socket = NetlinkSocket.open(NETLINK_GENERIC)
    if (socket instanceof Refusal) return socket
    const request = begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY).attributeString(CTRL_ATTR_FAMILY_NAME, 'wireguard')
    const family = socket.get(request, (bytes, at, end) => {
      let id = 0
      eachAttribute(bytes, at + genlHeader, end, (type, where) => {
        if (type === CTRL_ATTR_FAMILY_ID) id = bytes.readUInt16LE(where)
      })
      return id
    })
    if (!(family instanceof Refusal)) return new Wireguard(socket, family)
    socket.close()
    return family.errno === ENOENT ? Refusal.of(EOPNOTSUPP) : family
  }

  close(): void {
    this.socket.close()
  }

  /** A key that was there before, or a new one; and the port, where one is said. */
  setKey(name: string, listen: number | null, publicKey: string | null): Refusal | null {
    // The kernel clears and sets the bits that such a key has to have (curve25519_clamp_secret).
    const key = (publicKey === null ? undefined : known.get(publicKey)) ?? randomBytes(keyBytes)
    const request = this.#set(name).attributeBytes(WGDEVICE_A_PRIVATE_KEY, key)
    if (listen !== null) request.attributeU16(WGDEVICE_A_LISTEN_PORT, listen)
    return this.socket.change(request)
  }

  setListen(name: string, listen: number): Refusal | null {
    return this.socket.change(this.#set(name).attributeU16(WGDEVICE_A_LISTEN_PORT, listen))
  }

  /** Adds the peer, or gives the one with this key these settings; without an endpoint it keeps the one it has. */
  setPeer(name: string, publicKey: string, { endpoint, allowed }: PeerSettings): Refusal | null {
    return this.#peer(name, publicKey, WGPEER_F_REPLACE_ALLOWEDIPS, (to) => {
      const address = endpoint === null ? null : socketAddress(endpoint)
      if (address) to.attributeBytes(WGPEER_A_ENDPOINT, address)
      const list = to.nest(WGPEER_A_ALLOWEDIPS, true)
      for (const text of allowed) {
        const prefix = parsePrefix(text)
        if (!prefix) continue
        const entry = to.nest(0, true)
        to.attributeU16(WGALLOWEDIP_A_FAMILY, prefix.family === 'ipv4' ? AF_INET : AF_INET6)
        to.attributeBytes(WGALLOWEDIP_A_IPADDR, prefix.bytes).attributeU8(WGALLOWEDIP_A_CIDR_MASK, prefix.length)
        to.end(entry)
      }
      to.end(list)
    })
  }

  removePeer(name: string, publicKey: string): Refusal | null {
    return this.#peer(name, publicKey, WGPEER_F_REMOVE_ME, () => {})
  }

  #set(name: string): MessageWriter {
    return begin(this.family, WG_CMD_SET_DEVICE).attributeString(WGDEVICE_A_IFNAME, name)
  }

  #peer(name: string, publicKey: string, flags: number, more: (to: MessageWriter) => void): Refusal | null {
    const request = this.#set(name)
    const peers = request.nest(WGDEVICE_A_PEERS, true)
    const peer = request.nest(0, true)
    request.attributeBytes(WGPEER_A_PUBLIC_KEY, Buffer.from(publicKey, 'base64')).attributeU32(WGPEER_A_FLAGS, flags)
    more(request)
    request.end(peer)
    return this.socket.change(request.end(peers))
  }

  /** What the device has. The kernel spreads many peers over several messages, and one peer over two. */
  read(name: string): LiveWireguard | Refusal {
    const request = begin(this.family, WG_CMD_GET_DEVICE).attributeString(WGDEVICE_A_IFNAME, name)
    const parts = this.socket.dump(request, decodeDevice)
    if (parts instanceof Refusal) return parts
    const [first] = parts
    if (!first) return Refusal.of(ENODEV)
    const peers = new Map<string, LiveWireguard['peers'][number]>()
    for (const peer of parts.flatMap((part) => part.peers)) {
      const before = peers.get(peer.publicKey)
      peers.set(peer.publicKey, before ? { ...before, allowed: [...before.allowed, ...peer.allowed] } : peer)
    }
    return { ...first, peers: [...peers.values()] }
  }
}

/** struct sockaddr_in, or sockaddr_in6, of `10.0.0.1:51820` or `[fd00::1]:51820`. */
function socketAddress(endpoint: string): Buffer | null {
  const [, host = '', port = ''] = /^\[?([^\]]+)\]?:(\d+)$/.exec(endpoint) ?? []
  const address = parseAddress(host)
  if (!address) return null
  const bytes = Buffer.alloc(address.family === 'ipv4' ? 16 : 28)
  bytes.writeUInt16LE(address.family === 'ipv4' ? AF_INET : AF_INET6, 0)
  bytes.writeUInt16BE(Number(port), 2)
  bytes.set(address.bytes, address.family === 'ipv4' ? 4 : 8)
  return bytes
}

function readSocketAddress(bytes: Buffer, at: number): string | null {
  const family = familyOf(bytes.readUInt16LE(at))
  const port = bytes.readUInt16BE(at + 2)
  if (family === 'ipv4') return `${formatAddress(bytes, at + 4, 4)}:${port}`
  return family === 'ipv6' ? `[${formatAddress(bytes, at + 8, 16)}]:${port}` : null
}

function decodeDevice(bytes: Buffer, at: number, end: number): LiveWireguard {
  let publicKey: string | null = null
  let privateKey: Buffer | null = null
  let listen = 0
  const peers: LiveWireguard['peers'][number][] = []
  eachAttribute(bytes, at + genlHeader, end, (type, where, length) => {
    if (type === WGDEVICE_A_PUBLIC_KEY) publicKey = bytes.toString('base64', where, where + length)
    // A copy of its own: the buffer is every answer's.
    else if (type === WGDEVICE_A_PRIVATE_KEY) privateKey = Buffer.from(bytes.subarray(where, where + length))
    else if (type === WGDEVICE_A_LISTEN_PORT) listen = bytes.readUInt16LE(where)
    else if (type === WGDEVICE_A_PEERS)
      eachAttribute(bytes, where, where + length, (_, from, size) => peers.push(decodePeer(bytes, from, from + size)))
  })
  if (publicKey !== null && privateKey !== null) known.set(publicKey, privateKey)
  return { publicKey, listen, peers }
}

function decodePeer(bytes: Buffer, from: number, to: number): LiveWireguard['peers'][number] {
  let publicKey = ''
  let endpoint: string | null = null
  const allowed: string[] = []
  eachAttribute(bytes, from, to, (type, at, length) => {
    if (type === WGPEER_A_PUBLIC_KEY) publicKey = bytes.toString('base64', at, at + length)
    else if (type === WGPEER_A_ENDPOINT) endpoint = readSocketAddress(bytes, at)
    else if (type === WGPEER_A_ALLOWEDIPS)
      eachAttribute(bytes, at, at + length, (_, entry, size) => {
        let address = ''
        let mask = 0
        eachAttribute(bytes, entry, entry + size, (each, where, bytesOfIt) => {
          if (each === WGALLOWEDIP_A_IPADDR) address = formatAddress(bytes, where, bytesOfIt)
          else if (each === WGALLOWEDIP_A_CIDR_MASK) mask = bytes[where] ?? 0
        })
        allowed.push(`${address}/${mask}`)
      })
  })
  return { publicKey, endpoint, allowed: allowed.toSorted() }
}
