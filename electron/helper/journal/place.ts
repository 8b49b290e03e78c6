/** Where the journal is. /run is a tmpfs: what is in it vanishes with the boot, as the network does that it speaks of. */
import { lstatSync, mkdirSync } from 'node:fs'

/** Everybody may look in; only root may write. */
export const runDirectory = '/run/vethlab'
/** Root's own. */
export const journalDirectory = `${runDirectory}/journal`
export const journalFile = `${journalDirectory}/journal.jsonl`
export const lockFile = `${journalDirectory}/lock`
/** Readable by everybody, so that a window without privileges can say that a lab stands on the host. */
export const noteFile = `${runDirectory}/left.json`

/** Makes the directories; throws where somebody else could write in one that is there. */
export function makeDirectories(): void {
  make(runDirectory, 0o755)
  make(journalDirectory, 0o700)
}

function make(path: string, mode: number): void {
  mkdirSync(path, { mode, recursive: true })
  const stats = lstatSync(path)
  if (!stats.isDirectory() || stats.uid !== 0 || (stats.mode & 0o022) !== 0)
    throw new Error(`${path} is not a directory of root's alone; remove it and try again`)
}
