/**
 * A user's shell, started by root. In a lab's namespace it may do what the lab is about - links, addresses, routes,
 * rules, captures - and nothing else; on the machine itself it is what the user has anywhere: a shell without a capability.
 */
import { existsSync } from 'node:fs'
import { hostNamespace } from '../../core/lab/lab.js'
import type { Account } from './caller.js'

/** capabilities(7). All of them count in the network namespace that a process is in, and this shell cannot leave it. */
const networkCapabilities = ['net_admin', 'net_raw', 'net_bind_service'] as const

/** Of the environment that pkexec(1) and sudo(8) let through, what belongs to a terminal. */
const passedOn = /^(?:LANG|LANGUAGE|LC_[A-Z]+|TZ)$/

/** Where users find programs; the helper's own has root's. */
const userPath = '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games'

/** Options of setpriv(1) that become the user: its ids, its groups, its powers. */
export function asAccount({ uid, gid }: Account, namespace: string): readonly string[] {
  const ids = [`--reuid=${uid}`, `--regid=${gid}`, '--init-groups']
  // sudo(8) must go on working in the user's own shell: neither its bounding set nor its right to gain privileges is cut.
  if (namespace === hostNamespace) return [...ids, '--inh-caps=-all', '--ambient-caps=-all']
  const those = ['-all', ...networkCapabilities.map((name) => `+${name}`)].join(',')
  return [...ids, `--inh-caps=${those}`, `--ambient-caps=${those}`, `--bounding-set=${those}`, '--no-new-privs']
}

/** What login(1) would set. Nothing of root's is in it. */
export function environmentOf(
  { name, uid, home, shell }: Account,
  namespace: string,
  own: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const passed = Object.fromEntries(Object.entries(own).filter(([key]) => passedOn.test(key)))
  const runtime = `/run/user/${uid}`
  return {
    ...passed,
    ...(existsSync(runtime) ? { XDG_RUNTIME_DIR: runtime } : {}),
    PATH: userPath,
    HOME: home,
    USER: name,
    LOGNAME: name,
    SHELL: shell,
    // Root's lock may not be opened by others (iptables(8)), and a lab of one user needs none.
    ...(namespace === hostNamespace ? {} : { XTABLES_LOCKFILE: '/dev/null' }),
  }
}
