/** What the shells remember between two starts, each thing in one JSON file of a directory of the user's own. */
import { mkdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { z } from 'zod'
import { replaceFile } from './replace.js'

/** `$XDG_STATE_HOME/vethlab`, by default ~/.local/state/vethlab (XDG base directory specification). */
export function stateDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment['XDG_STATE_HOME']
  return join(home && isAbsolute(home) ? home : join(homedir(), '.local/state'), 'vethlab')
}

/** Nobody else reads over the user's shoulder. */
export const stateFileMode = 0o600

/** One JSON file. What is missing or damaged reads as `empty`: nothing in here is worth refusing to start. */
export class StateFile<T> {
  private queue: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly directory: string,
    private readonly name: string,
    private readonly schema: z.ZodType<T>,
    private readonly empty: T,
  ) {}

  async read(): Promise<T> {
    try {
      return this.schema.parse(JSON.parse(await readFile(join(this.directory, this.name), 'utf8')))
    } catch {
      return this.empty
    }
  }

  /** Reads, changes, writes; one after the other. Rejects as `node:fs` does. */
  change(edit: (value: T) => T): Promise<void> {
    const work = this.queue.then(async () => {
      await writeState(this.directory, this.name, JSON.stringify(edit(await this.read())))
    })
    this.queue = work.catch(() => {})
    return work
  }
}

/** Writes one file of the state directory, which is made where it is missing. */
export async function writeState(directory: string, name: string, text: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, name)
  const stats = await stat(path).catch(() => null)
  await replaceFile(path, Buffer.from(text, 'utf8'), stats, stateFileMode)
}
