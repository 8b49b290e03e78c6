/** Somebody who is not root: labs must work for them, and that is most people. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** Removes the account again where it was made for the tests. */
  dispose(): void
}

function find(matches: (name: string, uid: number) => boolean): User | null {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name = '', , uid = '', gid = ''] = line.split(':')
    if (name !== '' && matches(name, Number(uid))) return { name, uid: Number(uid), gid: Number(gid), dispose() {} }
  }
  return null
}

export const isRoot = process.getuid?.() === 0

/** Accounts that machines for development and CI have, in order of preference; never one that a person uses. */
const candidates = ['vethlab-test', 'runner']

/** Root's view: an existing account for such purposes, or a new one. Without root: ourselves. */
export function unprivilegedUser(): User {
  if (!isRoot) {
    const own = find((_, uid) => uid === process.getuid?.())
    if (own === null) throw new Error('/etc/passwd does not name the current user')
    return own
  }
  for (const candidate of candidates) {
    const user = find((name, uid) => name === candidate && uid !== 0)
    if (user !== null) return user
  }
  const made = spawnSync('useradd', ['--create-home', '--shell', '/bin/bash', 'vethlab-test'], { encoding: 'utf8' })
  const user = find((name) => name === 'vethlab-test')
  if (user === null) throw new Error(`no unprivileged account, and useradd says: ${made.stderr || made.error?.message}`)
  return { ...user, dispose: () => void spawnSync('userdel', ['--remove', 'vethlab-test']) }
}

/** An account without a range of subordinate ids, as on machines that have no newuidmap. Null without root: it takes one to become it. */
export const userWithOneId = (): User | null => (isRoot ? find((name) => name === 'nobody') : null)
