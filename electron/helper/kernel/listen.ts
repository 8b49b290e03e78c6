/** Sockets that wait for others, opened inside a namespace and handed to whoever asked. */
import * as libc from './libc.js'
import { EAFNOSUPPORT, EINVAL, Refusal } from './errno.js'
import { familyNumber, parseAddress } from './inet.js'
import type { Namespace } from './namespace.js'
import type { Namespaces } from './namespaces.js'
import { socketAddressOf, type Target } from './probe/probe.js'
import { readSysctl } from './sysctl.js'

const IPPROTO_IP = 0
/** linux/in.h; counts for IPv6 sockets, too (net/ipv6/af_inet6.c, ipv6_can_nonlocal_bind). */
const IP_FREEBIND = 15
const IPPROTO_IPV6 = 41
const IPV6_V6ONLY = 26
/** Connections that may wait to be accepted; the kernel bounds it by net.core.somaxconn. */
const backlog = 128

/**
 * A TCP socket that listens, or a bound UDP socket, on one address, which may come later, or on every address of the
 * namespace: of both families where IPv6 is on there, else of IPv4 alone. Nonblocking and close-on-exec; the descriptor
 * is the caller's and keeps the namespace alive.
 */
export function openListener(
  namespaces: Namespaces,
  namespace: Namespace,
  protocol: 'tcp' | 'udp',
  port: number,
  address: string | undefined,
): number | Refusal {
  return namespaces.within(namespace, () => {
    if (address !== undefined) {
      const target = parseAddress(address)
      if (!target) return Refusal.of(EINVAL, `"${address}" is not an IPv4 or IPv6 address`)
      return bindListener({ ...target, scope: 0 }, protocol, port)
    }
    if (readSysctl('net.ipv6.conf.all.disable_ipv6') !== '0') return bindListener(every.ipv4, protocol, port)
    const fd = bindListener(every.ipv6, protocol, port)
    return fd instanceof Refusal && fd.errno === EAFNOSUPPORT ? bindListener(every.ipv4, protocol, port) : fd
  })
}

const every = {
  ipv4: { family: 'ipv4', bytes: Buffer.alloc(4), scope: 0 },
  ipv6: { family: 'ipv6', bytes: Buffer.alloc(16), scope: 0 },
} as const satisfies Readonly<Record<string, Target>>

function bindListener(target: Target, protocol: 'tcp' | 'udp', port: number): number | Refusal {
  const family = familyNumber(target.family)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return Refusal.of(EINVAL, `${port} is not a port`)
  const type = protocol === 'tcp' ? libc.SOCK_STREAM : libc.SOCK_DGRAM
  const fd = libc.socket(family, type | libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK, 0)
  if (fd < 0) return libc.lastRefusal()
  // Without it a port stays taken for a minute after its last connection. UDP would share the port instead.
  if (protocol === 'tcp') libc.setInt(fd, libc.SOL_SOCKET, libc.SO_REUSEADDR, 1)
  if (family === libc.AF_INET6) libc.setInt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)
  // An address that comes later, or goes for a moment, has its responder all the time.
  if (target.bytes.some((byte) => byte !== 0)) libc.setInt(fd, IPPROTO_IP, IP_FREEBIND, 1)
  const failed =
    libc.bind(fd, ...socketAddressOf(target, port)) !== 0 || (protocol === 'tcp' && libc.listen(fd, backlog) !== 0)
  if (!failed) return fd
  const refusal = libc.lastRefusal()
  libc.close(fd)
  return refusal
}

/** Which family a socket that `openListener` made is of. */
export function listenerFamily(fd: number): 'ipv4' | 'ipv6' {
  libc.scratch.fill(0, 0, 2)
  libc.scratch.writeUInt32LE(28, 64)
  libc.getsockname(fd, libc.scratch, libc.scratch.subarray(64, 68))
  return libc.scratch.readUInt16LE(0) === libc.AF_INET ? 'ipv4' : 'ipv6'
}
