/** The files that were opened or saved last. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import type { RecentFile } from '../../core/rpc-shell.js'
import { StateFile } from './state.js'

/** As many as a menu shows. */
const maxRecent = 20

const schema = z.array(z.object({ path: z.string(), opened: z.number() }))

export class RecentFiles {
  private readonly file: StateFile<z.infer<typeof schema>>

  constructor(directory: string) {
    this.file = new StateFile(directory, 'recent.json', schema, [])
  }

  /** Newest first. Files that are gone are left out, and come back if they do. */
  async list(): Promise<readonly RecentFile[]> {
    const known = await this.file.read()
    const there = await Promise.all(
      known.map(({ path }) =>
        stat(path).then(
          (stats) => stats.isFile(),
          () => false,
        ),
      ),
    )
    return known
      .filter((_, index) => there[index])
      .map(({ path, opened }) => ({ path, name: basename(path).replace(/(\.vethlab)?\.ya?ml$/i, ''), opened }))
  }

  /** A list that cannot be written is no reason to fail at opening a file. */
  async add(path: string): Promise<void> {
    const opened = Date.now()
    await this.file
      .change((known) => [{ path, opened }, ...known.filter((entry) => entry.path !== path)].slice(0, maxRecent))
      .catch(() => {})
  }
}
