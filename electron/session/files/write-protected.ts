/** Whether a file is one that is not to be written to. A rename over it asks nobody: only its directory has to be writable. */
import { accessSync, constants } from 'node:fs'

export interface Permissions {
  /** As stat(2) has it. */
  readonly mode: number
  readonly uid: number
}

/** `mode`: nobody may write to it who is its owner, or root. `owner`: another user's, who has not let the asker in. */
export type Protection = 'mode' | 'owner'

const ownerMayWrite = 0o200

/** Null where the asker may write to it. Root may write to anything; its owner's bit says whether that is meant. */
export function protectionOf(path: string, { mode, uid }: Permissions): Protection | null {
  const asker = process.geteuid?.() ?? -1
  if (asker === 0 || asker === uid) return (mode & ownerMayWrite) === 0 ? 'mode' : null
  try {
    accessSync(path, constants.W_OK)
    return null
  } catch (error) {
    // A file system that is read-only, and the like, is no protection of the file's, and is told when it is written to.
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'owner' : null
  }
}
