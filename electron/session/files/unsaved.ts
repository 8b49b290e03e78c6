/**
 * Unsaved work, kept where a crash of the window or of its shell cannot reach it: one file per lab being edited. Each
 * names its keeper, so that a second shell does not take the work that the first one still holds for left behind.
 */
import { readdir, readFile, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { RecoveredWork, ShellParams } from '../../core/rpc-shell.js'
import { identify, isAlive } from '../running/process-identity.js'
import { removeStaleDrafts } from './replace.js'
import { writeState } from './state.js'

const schema = z.object({
  path: z.string().nullable(),
  text: z.string(),
  /** Milliseconds since the epoch. */
  saved: z.number(),
  keeper: z.object({ pid: z.int(), startTicks: z.int() }).nullable(),
})

/** Told at once, newest first (characters): below the limit of one message, with room for escapes. The rest stays kept. */
const maxTold = 8 * 1024 * 1024
/** Larger files are none of ours (bytes): a text of 4 MiB, every character escaped. */
const maxBytes = 32 * 1024 * 1024

export class UnsavedWork {
  private readonly directory: string
  /** The tail of the queue: keeping and giving up one lab must not overtake each other. */
  private queue: Promise<unknown> = Promise.resolve()

  constructor(stateDirectory: string) {
    this.directory = join(stateDirectory, 'unsaved')
  }

  /** With text null the work is given up: it has been saved, or thrown away. Rejects as `node:fs` does. */
  keep({ id, path, text }: ShellParams<'file/keep'>): Promise<void> {
    const work = this.queue.then(async () => {
      if (text === null) await unlink(join(this.directory, `${id}.json`)).catch(ignoreMissing)
      else
        await writeState(
          this.directory,
          `${id}.json`,
          JSON.stringify({ path, text, saved: Date.now(), keeper: identify(process.pid) }),
        )
    })
    this.queue = work.catch(() => {})
    return work
  }

  /** What this process keeps itself, and what processes that are no more have left; newest first. */
  async recover(): Promise<readonly RecoveredWork[]> {
    await this.queue
    // The names here are used once: nobody else would clear away what a killed writer has left.
    await removeStaleDrafts(this.directory)
    const found: RecoveredWork[] = []
    for (const name of await readdir(this.directory).catch(() => [])) {
      const id = /^([a-z0-9-]{1,40})\.json$/.exec(name)?.[1]
      const kept = id === undefined ? null : await this.read(name)
      if (id === undefined || kept === null) continue
      const { keeper, ...work } = kept
      if (keeper !== null && keeper.pid !== process.pid && isAlive(keeper)) continue
      found.push({ id, ...work })
    }
    let told = 0
    return found.sort((a, b) => b.saved - a.saved).filter(({ text }) => (told += text.length) <= maxTold)
  }

  private async read(name: string): Promise<z.infer<typeof schema> | null> {
    const path = join(this.directory, name)
    try {
      if ((await stat(path)).size > maxBytes) return null
      return schema.parse(JSON.parse(await readFile(path, 'utf8')))
    } catch {
      return null
    }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
