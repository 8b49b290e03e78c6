/** Why this process may not be the one that runs. Electron says only that it may not; Chromium's lock says the rest. */
import { accessSync, constants, mkdirSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Its text is HOST-PID (process_singleton_posix.cc). */
const lockName = 'SingletonLock'

export type LockRefusal =
  /** It has been told, and comes to the front. */
  | { readonly why: 'runs' }
  /** The home directory is shared between computers. */
  | { readonly why: 'elsewhere'; readonly host: string }
  | { readonly why: 'unwritable'; readonly directory: string; readonly reason: string }

/** @param directory of the app's settings, where the lock is */
export function whyNoLock(directory: string): LockRefusal {
  try {
    const host = readlinkSync(join(directory, lockName)).replace(/-\d+$/, '')
    return host === hostname() ? { why: 'runs' } : { why: 'elsewhere', host }
  } catch {
    // There is none, so it could not be made.
  }
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
    // It was there a moment ago: that one has ended since.
    return { why: 'runs' }
  } catch (error) {
    return { why: 'unwritable', directory, reason: (error as Error).message }
  }
}
