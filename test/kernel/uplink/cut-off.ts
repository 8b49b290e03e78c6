/**
 * Where the tests of the uplink run: slirp4netns has a network of its own that leads nowhere, and a tun device that the
 * user may open, as everybody may on a desktop. Both are of the test's own namespaces and end with its processes.
 */
import { accessSync, constants } from 'node:fs'
import { findProgram } from '../../../electron/session/sandbox.js'
import { isRoot } from '../support/user.js'

/** tun's device number (Documentation/networking/tuntap.rst). */
const prepare = [
  'mount -t tmpfs -o mode=755 tmpfs /dev/net',
  'mknod -m 666 /dev/net/tun c 10 200',
  'chmod 666 /dev/net/tun',
]

const inside = (commands: readonly string[]): readonly string[] =>
  isRoot ? ['unshare', '--net', '--mount', 'sh', '-c', [...commands, 'exec "$@"'].join(' && '), 'sh'] : []

export const cutOff = inside(prepare)
/** The network stays the machine's own, as a browser must reach the program in it. */
export const withTun = cutOff.filter((word) => word !== '--net')
/** The same machine without slirp4netns. */
export const withoutSlirp = inside([...prepare, `mount --bind /dev/null ${findProgram('slirp4netns') ?? '/dev/null'}`])
/** And one whose tun device is root's alone. */
export const withoutTun = inside([...prepare, 'chmod 600 /dev/net/tun'])

/** Why these tests cannot run here; null: they can. */
export function missingHere(): string | null {
  if (findProgram('slirp4netns') === null) return 'slirp4netns is not installed'
  if (isRoot) return null
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK)
    return null
  } catch {
    return 'this user may not open /dev/net/tun'
  }
}
