/**
 * Where a dialog for files begins: in the folder that was used last, by a dialog or with a lab, in this session or an
 * earlier one; else in the user's home. Never where the program lies or happens to have been started.
 */
import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { resourceFile } from '../programs.js'
import type { RecentFiles } from './recent.js'

export class StartFolder {
  private last: string | null = null

  constructor(private readonly recent: RecentFiles) {}

  /** @param file absolute; opened, saved or chosen just now */
  used(file: string): void {
    if (!isOurs(file)) this.last = dirname(file)
  }

  async get(): Promise<string> {
    if (this.last !== null && (await isFolder(this.last))) return this.last
    const newest = (await this.recent.list()).find(({ path }) => !isOurs(path))
    return newest ? dirname(newest.path) : homedir()
  }
}

/** A lab that comes with the program lies where nobody keeps files. */
const isOurs = (file: string): boolean => file.startsWith(join(resourceFile('labs'), '/'))

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
