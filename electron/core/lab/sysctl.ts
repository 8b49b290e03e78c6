/**
 * The two spellings of a sysctl key, as in sysctl(8): the first separator decides. `net.ipv4.conf.eth0/100.rp_filter`
 * and `net/ipv4/conf/eth0.100/rp_filter` are the same file; in the dotted form a `/` stands for a dot in a name.
 * A lab keeps keys in the dotted form.
 */

const swap = (text: string): string => text.replace(/[./]/g, (c) => (c === '.' ? '/' : '.'))

/** Path below /proc/sys (`net/ipv4/ip_forward`), or null for a key that is outside `net` or would climb out of it. */
export function sysctlPath(key: string): string | null {
  const separator = /[./]/.exec(key)?.[0]
  const path = separator === '.' ? swap(key) : key
  const parts = path.split('/')
  if (parts[0] !== 'net' || parts.length < 2) return null
  return parts.some((part) => part === '' || part === '.' || part === '..') ? null : path
}

/** The dotted spelling, or null as for `sysctlPath`. */
export function dottedSysctl(key: string): string | null {
  const path = sysctlPath(key)
  return path === null ? null : swap(path)
}

/** What `forwarding:` sets. */
export const forwardingKeys = ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding'] as const
