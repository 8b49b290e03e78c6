/** The journal as a whole: made, read, marked, and removed when all of it is undone. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import { parseLine, type JournalEntry, type JournalHeader } from './entry.js'
import { journalFile, makeDirectories, noteFile } from './place.js'

export interface Journal {
  readonly header: JournalHeader
  readonly entries: readonly JournalEntry[]
}

export const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** Null where there is none, or only the beginning of one: nothing was changed before its first line was whole. */
export function readJournal(): Journal | null {
  let text: string
  try {
    text = readFileSync(journalFile, 'utf8')
  } catch {
    return null
  }
  const entries = text.split('\n').flatMap((line) => parseLine(line) ?? [])
  const [header] = entries
  return header?.op === 'begin' ? { header, entries } : null
}

/** Begins a journal. The note for everybody comes first: it may speak of a lab that was not begun, never the reverse. */
export function createJournal(header: JournalHeader): void {
  makeDirectories()
  writeNote({ lab: header.lab, since: header.time, kept: false })
  try {
    replace(journalFile, `${JSON.stringify(header)}\n`, 0o600)
  } catch (error) {
    removeJournal()
    throw error
  }
}

/** Nothing is left: first the journal, then the note that speaks of it. */
export function removeJournal(): void {
  rmSync(journalFile, { force: true })
  rmSync(noteFile, { force: true })
  try {
    syncDirectory(dirname(journalFile))
  } catch {
    // There never was one.
  }
}

export interface Note {
  readonly lab: string
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly kept: boolean
}

export const writeNote = (note: Note): void => replace(noteFile, `${JSON.stringify(note)}\n`, 0o644)

/** Whole or not at all, and there when this returns. */
function replace(path: string, text: string, mode: number): void {
  const fresh = `${path}.new`
  rmSync(fresh, { force: true })
  const fd = openSync(fresh, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode)
  try {
    writeSync(fd, text)
    fsyncSync(fd)
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
  syncDirectory(dirname(path))
}

function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
