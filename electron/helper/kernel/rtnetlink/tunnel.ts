/** Tunnels: what `ip link add ... type gre|gretap|ipip|sit|ip6tnl|ip6gre|geneve` sends, and reading it back (linux/if_tunnel.h). */
import { defaultHopLimit, tunnelTraits, type LabTunnel, type TunnelKind } from '../../../core/lab/tunnel.js'
import type { LiveTunnel } from '../../../core/live/state.js'
import type { Refusal } from '../errno.js'
import { formatAddress, parseAddress } from '../inet.js'
import { eachAttribute, type MessageWriter } from '../netlink/message.js'
import type { NetlinkSocket } from '../netlink/socket.js'
import { addLink, type NewLink } from './link.js'

const IFLA_GRE_IFLAGS = 2
const IFLA_GRE_OFLAGS = 3
const IFLA_GRE_IKEY = 4
const IFLA_GRE_OKEY = 5
const IFLA_GRE_LOCAL = 6
const IFLA_GRE_REMOTE = 7
const IFLA_GRE_TTL = 8
const IFLA_GRE_ENCAP_LIMIT = 11
const GRE_KEY = 0x2000
const IFLA_IPTUN_LOCAL = 2
const IFLA_IPTUN_REMOTE = 3
const IFLA_IPTUN_TTL = 4
const IFLA_IPTUN_ENCAP_LIMIT = 6
const IFLA_IPTUN_PROTO = 9
const IFLA_GENEVE_ID = 1
const IFLA_GENEVE_REMOTE = 2
const IFLA_GENEVE_TTL = 3
const IFLA_GENEVE_PORT = 5
const IFLA_GENEVE_REMOTE6 = 7
/** What `ip` gives every tunnel over IPv6 (IPV6_DEFAULT_TNL_ENCAP_LIMIT). */
const encapLimit = 4

type Family = 'gre' | 'iptun' | 'geneve'
const attributesOf = (kind: TunnelKind): Family =>
  kind === 'geneve' ? 'geneve' : tunnelTraits[kind].keyed ? 'gre' : 'iptun'

const greNumbers = { local: IFLA_GRE_LOCAL, remote: IFLA_GRE_REMOTE, ttl: IFLA_GRE_TTL, limit: IFLA_GRE_ENCAP_LIMIT }
const iptunNumbers = {
  ...{ local: IFLA_IPTUN_LOCAL, remote: IFLA_IPTUN_REMOTE },
  ...{ ttl: IFLA_IPTUN_TTL, limit: IFLA_IPTUN_ENCAP_LIMIT },
}

export function addTunnel(
  socket: NetlinkSocket,
  tunnel: NewLink & LabTunnel & { readonly kind: TunnelKind },
): Refusal | null {
  return addLink(socket, tunnel, tunnel.kind, (to) => {
    const remote = parseAddress(tunnel.remote)
    if (attributesOf(tunnel.kind) === 'geneve') {
      to.attributeU32(IFLA_GENEVE_ID, tunnel.id ?? 0)
      if (remote) to.attributeBytes(remote.family === 'ipv4' ? IFLA_GENEVE_REMOTE : IFLA_GENEVE_REMOTE6, remote.bytes)
      if (tunnel.ttl !== null) to.attributeU8(IFLA_GENEVE_TTL, tunnel.ttl)
      if (tunnel.port !== null) to.attributeU16BE(IFLA_GENEVE_PORT, tunnel.port)
    } else writeEnds(to, tunnel)
  })
}

function writeEnds(to: MessageWriter, tunnel: LabTunnel & { readonly kind: TunnelKind }): void {
  const isGre = attributesOf(tunnel.kind) === 'gre'
  const numbers = isGre ? greNumbers : iptunNumbers
  const isOverIpv6 = tunnelTraits[tunnel.kind].over === 'ipv6'
  const local = parseAddress(tunnel.local ?? '')
  const remote = parseAddress(tunnel.remote)
  if (local) to.attributeBytes(numbers.local, local.bytes)
  if (remote) to.attributeBytes(numbers.remote, remote.bytes)
  // Said where it is inherited, too: left to the kernel, SIT takes 64 (ipip6_tunnel_init, net/ipv6/sit.c).
  to.attributeU8(numbers.ttl, tunnel.ttl ?? (isOverIpv6 ? defaultHopLimit : 0))
  if (isOverIpv6) to.attributeU8(numbers.limit, encapLimit)
  // As `ip` does: whatever the kind can carry.
  if (!isGre) to.attributeU8(IFLA_IPTUN_PROTO, 0)
  if (!isGre || tunnel.key === null) return
  const key = Buffer.alloc(4)
  key.writeUInt32BE(tunnel.key)
  to.attributeU16BE(IFLA_GRE_IFLAGS, GRE_KEY).attributeU16BE(IFLA_GRE_OFLAGS, GRE_KEY)
  to.attributeBytes(IFLA_GRE_IKEY, key).attributeBytes(IFLA_GRE_OKEY, key)
}

/** IFLA_INFO_DATA of one of these kinds. */
export function readTunnel(bytes: Buffer, from: number, to: number, kind: TunnelKind): LiveTunnel {
  const family = attributesOf(kind)
  const read = { local: null as string | null, remote: null as string | null, ttl: 0, id: null as number | null }
  const gre = { iflags: 0, oflags: 0, ikey: 0, okey: 0 }
  let port: number | null = null
  eachAttribute(bytes, from, to, (type, at, length) => {
    if (family === 'geneve') {
      if (type === IFLA_GENEVE_ID) read.id = bytes.readUInt32LE(at)
      else if (type === IFLA_GENEVE_REMOTE || type === IFLA_GENEVE_REMOTE6) read.remote = end(bytes, at, length)
      else if (type === IFLA_GENEVE_TTL) read.ttl = bytes[at] ?? 0
      else if (type === IFLA_GENEVE_PORT) port = bytes.readUInt16BE(at)
      return
    }
    const numbers = family === 'gre' ? greNumbers : iptunNumbers
    if (type === numbers.local) read.local = end(bytes, at, length)
    else if (type === numbers.remote) read.remote = end(bytes, at, length)
    else if (type === numbers.ttl) read.ttl = bytes[at] ?? 0
    else if (family === 'gre') {
      if (type === IFLA_GRE_IFLAGS) gre.iflags = bytes.readUInt16BE(at)
      else if (type === IFLA_GRE_OFLAGS) gre.oflags = bytes.readUInt16BE(at)
      else if (type === IFLA_GRE_IKEY) gre.ikey = bytes.readUInt32BE(at)
      else if (type === IFLA_GRE_OKEY) gre.okey = bytes.readUInt32BE(at)
    }
  })
  const key = gre.oflags & GRE_KEY ? gre.okey : null
  const inputKey = gre.iflags & GRE_KEY ? gre.ikey : null
  return {
    ...{ local: read.local, remote: read.remote, key, ttl: read.ttl || null, id: read.id, port },
    ...(inputKey === key ? {} : { inputKey }),
  }
}

/** Null where it is any address. */
function end(bytes: Buffer, at: number, length: number): string | null {
  const isAny = bytes.subarray(at, at + length).every((byte) => byte === 0)
  return isAny ? null : formatAddress(bytes, at, length)
}
