/** Why a sandbox did not start, in words: what is missing or forbidden, and what to do. Nothing is ever switched off silently. */
import { readFileSync } from 'node:fs'
import type { Failure } from '../core/rpc.js'

/** Debian package of each program the sandbox cannot do without. */
const packages = { setpriv: 'util-linux', unshare: 'util-linux', ip: 'iproute2' } as const

export function missingTool(tool: keyof typeof packages): Failure {
  return {
    code: 'tool-missing',
    message: `The program "${tool}" is missing. Install the package ${packages[tool]}, for example: sudo apt-get install ${packages[tool]}`,
    where: tool,
    output: null,
  }
}

/** What the machine says about user namespaces; a key that does not exist is null. */
export interface MachineFacts {
  readonly maxUserNamespaces: string | null
  readonly unprivilegedClone: string | null
  readonly apparmorRestricts: string | null
}

function sysctl(path: string): string | null {
  try {
    return readFileSync(`/proc/sys/${path}`, 'utf8').trim()
  } catch {
    return null
  }
}

export const readMachineFacts = (): MachineFacts => ({
  maxUserNamespaces: sysctl('user/max_user_namespaces'),
  unprivilegedClone: sysctl('kernel/unprivileged_userns_clone'),
  apparmorRestricts: sysctl('kernel/apparmor_restrict_unprivileged_userns'),
})

const elevatedInstead = 'Or run Vethlab as root: labs then need no user namespace.'

/** Classifies what the sandbox left on stderr (messages of unshare(1), mount(8), and our own init). */
export function explainRefusal(stderr: string, timedOut: boolean, facts: MachineFacts = readMachineFacts()): Failure {
  const failure = (code: string, message: string): Failure => ({
    code,
    message,
    where: 'sandbox',
    output: stderr || null,
  })
  if (/No space left on device/.test(stderr) || facts.maxUserNamespaces === '0')
    return failure(
      'user-namespaces-off',
      `User namespaces are turned off (user.max_user_namespaces is ${facts.maxUserNamespaces ?? 'unknown'}). To allow them: sudo sysctl -w user.max_user_namespaces=15000. ${elevatedInstead}`,
    )
  if (/unshare: unshare failed: Operation not permitted/.test(stderr)) {
    if (facts.unprivilegedClone === '0')
      return failure(
        'user-namespaces-off',
        `User namespaces are turned off for users (kernel.unprivileged_userns_clone is 0). To allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1. ${elevatedInstead}`,
      )
    return failure(
      'namespaces-forbidden',
      `This machine does not let programs make namespaces, which is usual inside a container (seccomp or missing capabilities). Run Vethlab on the machine itself, or give the container the right to make user namespaces.`,
    )
  }
  if (facts.apparmorRestricts === '1' && /uid_map|gid_map|mount|Permission denied|Operation not permitted/.test(stderr))
    return failure(
      'apparmor',
      `AppArmor restricts user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1). Vethlab's package brings the profile that allows them to Vethlab alone; a checkout needs such a profile of its own. ${elevatedInstead}`,
    )
  if (/uid_map|gid_map|newuidmap|newgidmap/.test(stderr))
    return failure(
      'id-mapping-refused',
      `The kernel refused to map user ids into the sandbox. Check /etc/subuid and /etc/subgid, and that newuidmap is installed (package uidmap). ${elevatedInstead}`,
    )
  if (/mount/.test(stderr))
    return failure(
      'mount-refused',
      `The sandbox may not mount its own /proc, /sys or /run, which is usual inside a container with masked /proc. Run Vethlab on the machine itself. ${elevatedInstead}`,
    )
  if (timedOut)
    return failure(
      'sandbox-timeout',
      'The sandbox did not answer in time. Try again; if it stays so, see vethlab doctor.',
    )
  return failure(
    'sandbox-failed',
    `The sandbox ended before it was ready${stderr ? `: ${stderr.split('\n').at(-1) ?? ''}` : ''}. See vethlab doctor.`,
  )
}
