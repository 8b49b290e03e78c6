/** Sockets that wait for others, opened inside a namespace and handed to whoever asked. */
import * as libc from './libc.js'
import { EAFNOSUPPORT, EINVAL, Refusal } from './errno.js'
import type { Namespace } from './namespace.js'
import type { Namespaces } from './namespaces.js'
import { readSysctl } from './sysctl.js'

const IPPROTO_IPV6 = 41
const IPV6_V6ONLY = 26
/** Connections that may wait to be accepted; the kernel bounds it by net.core.somaxconn. */
const backlog = 128

/**
 * A TCP socket that listens, or a bound UDP socket, on every address of the namespace: of both families where IPv6 is on
 * there, else of IPv4 alone. Nonblocking and close-on-exec; the descriptor is the caller's and keeps the namespace alive.
 */
export function openListener(
  namespaces: Namespaces,
  namespace: Namespace,
  protocol: 'tcp' | 'udp',
  port: number,
): number | Refusal {
  return namespaces.within(namespace, () => {
    if (readSysctl('net.ipv6.conf.all.disable_ipv6') !== '0') return bindListener(libc.AF_INET, protocol, port)
    const fd = bindListener(libc.AF_INET6, protocol, port)
    return fd instanceof Refusal && fd.errno === EAFNOSUPPORT ? bindListener(libc.AF_INET, protocol, port) : fd
  })
}

function bindListener(family: number, protocol: 'tcp' | 'udp', port: number): number | Refusal {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return Refusal.of(EINVAL, `${port} is not a port`)
  const type = protocol === 'tcp' ? libc.SOCK_STREAM : libc.SOCK_DGRAM
  const fd = libc.socket(family, type | libc.SOCK_CLOEXEC | libc.SOCK_NONBLOCK, 0)
  if (fd < 0) return libc.lastRefusal()
  // Without it a port stays taken for a minute after its last connection. UDP would share the port instead.
  if (protocol === 'tcp') libc.setInt(fd, libc.SOL_SOCKET, libc.SO_REUSEADDR, 1)
  if (family === libc.AF_INET6) libc.setInt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)
  const address = libc.scratch
  address.fill(0, 0, 28)
  address.writeUInt16LE(family, 0)
  address.writeUInt16BE(port, 2)
  const failed =
    libc.bind(fd, address, family === libc.AF_INET6 ? 28 : 16) !== 0 ||
    (protocol === 'tcp' && libc.listen(fd, backlog) !== 0)
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
