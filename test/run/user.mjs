/** A run of root runs the engine as an ordinary user, too. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './root.mjs'

export const isRoot = process.getuid() === 0
const account = 'vethlab-test'

/** What comes before a program to run it as somebody who is not root, even where a checkout is root's own. */
export function becomeUser() {
  const known = () => spawnSync('id', ['-u', account]).status === 0
  if (!known()) spawnSync('useradd', ['--create-home', '--shell', '/bin/bash', account])
  if (!known()) return null
  const prefix = ['setpriv', `--reuid=${account}`, `--regid=${account}`, '--init-groups']
  const readable = spawnSync(prefix[0], [...prefix.slice(1), 'test', '-r', join(root, 'package.json')]).status === 0
  if (readable) return { prefix, cwd: root }
  // A second view of the same files, in a mount namespace of its own that ends with the run.
  const view = 'mount --bind "$0" /mnt && cd /mnt && exec "$@"'
  return { prefix: ['unshare', '--mount', 'sh', '-c', view, root, ...prefix], cwd: '/mnt' }
}
