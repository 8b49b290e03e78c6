/**
 * slirp4netns sends the echo requests of a lab through an unprivileged ICMP socket of its own, which the kernel gives only
 * to groups in `net.ipv4.ping_group_range` (icmp(7)). Where none of the user's is, ping ends at the gateway; TCP and UDP
 * do not care.
 */
import { readFileSync } from 'node:fs'

const file = '/proc/sys/net/ipv4/ping_group_range'

/** The range that shuts the user out, e.g. `1 0`; null where echo requests go through. */
export function pingRefusedBy(
  range: string | null = readRange(),
  groups: readonly number[] = ownGroups(),
): string | null {
  // A kernel without the switch has no such sockets.
  if (range === null) return 'absent'
  const [low = NaN, high = NaN] = range.trim().split(/\s+/).map(Number)
  return groups.some((group) => group >= low && group <= high) ? null : `${low} ${high}`
}

function readRange(): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

const ownGroups = (): readonly number[] => [process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])]
