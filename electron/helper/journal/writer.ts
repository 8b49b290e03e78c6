/** Appends to the journal. An entry counts when `append` returns: it is on the file by then, and the file in its directory. */
import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { JournalEntry } from './entry.js'

export class JournalWriter {
  readonly #fd: number

  /** @param path of a journal that there is; `JournalFile` makes it */
  constructor(path: string) {
    this.#fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW)
  }

  /** Throws where it cannot be written, as with a full tmpfs; the step must not run then. */
  append(...entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#line(JSON.stringify(entry))
  }

  #line(text: string): void {
    const bytes = Buffer.from(`${text}\n`)
    const { size } = fstatSync(this.#fd)
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written)
      fsyncSync(this.#fd)
    } catch (error) {
      // The beginning of a line would spoil the next one.
      if (written > 0) ftruncateSync(this.#fd, size)
      const words = error instanceof Error ? error.message : String(error)
      throw new JournalFull(`The journal of what is changed on the host cannot be written: ${words}`)
    }
  }

  close(): void {
    closeSync(this.#fd)
  }
}

export class JournalFull extends Error {}
