/** One namespace as the worker holds it: descriptors that stay in the namespace they were opened in. */
import { fstatSync } from 'node:fs'
import { EMFILE, Refusal } from './errno.js'
import * as libc from './libc.js'
import { Mirror } from './mirror.js'
import { NETLINK_ROUTE, NetlinkSocket } from './netlink/socket.js'
import { openRulesetEvents } from './nfnetlink.js'

/** What is opened inside a namespace, and keeps it. */
export interface Held {
  /** Descriptor of the namespace itself. */
  readonly fd: number
  readonly requests: NetlinkSocket
  /** Who watches subscribes. */
  readonly events: NetlinkSocket
  /** Null where the kernel has no nfnetlink. */
  readonly ruleset: NetlinkSocket | null
}

export interface Namespace extends Held {
  readonly name: string
  readonly inode: number
  /**
   * SO_NETNS_COOKIE (Linux 5.14): as `inode`, but never given to another namespace in this boot. Null on older kernels.
   */
  readonly cookie: string | null
  /** What the worker last read of it. */
  readonly mirror: Mirror
}

/** Opens all of it in the thread's current namespace. On refusal nothing stays open. */
export function holdCurrent(): Held | Refusal {
  const fd = libc.open('/proc/thread-self/ns/net', libc.O_RDONLY | libc.O_CLOEXEC, 0)
  if (fd < 0) return libc.lastRefusal().about('/proc/thread-self/ns/net')
  const held = holdWith(fd)
  if (held instanceof Refusal) libc.close(fd)
  return held
}

/** The same where the namespace's own descriptor is there already; on refusal it remains the caller's. */
export function holdWith(fd: number): Held | Refusal {
  const requests = NetlinkSocket.open(NETLINK_ROUTE)
  if (requests instanceof Refusal) return requests
  const events = NetlinkSocket.openEvents(NETLINK_ROUTE)
  if (events instanceof Refusal) {
    requests.close()
    return events
  }
  const ruleset = openRulesetEvents()
  if (ruleset instanceof Refusal && ruleset.errno === EMFILE) {
    requests.close()
    events.close()
    return ruleset
  }
  return { fd, requests, events, ruleset: ruleset instanceof Refusal ? null : ruleset }
}

/** Its identity is asked of the kernel; nothing is read of what is in it. */
export const namespaceOf = (name: string, held: Held): Namespace => ({
  ...held,
  name,
  inode: fstatSync(held.fd).ino,
  cookie: libc.getU64(held.requests.fd, libc.SOL_SOCKET, libc.SO_NETNS_COOKIE)?.toString() ?? null,
  mirror: new Mirror(),
})

export function letGo({ fd, requests, events, ruleset }: Held): void {
  requests.close()
  events.close()
  ruleset?.close()
  libc.close(fd)
}
