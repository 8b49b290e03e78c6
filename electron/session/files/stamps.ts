/** Parts of labs that somebody has saved to be used again: lab files in a folder of the user's own, by their names. */
import { mkdir, readdir, readFile, stat, unlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { parseLabText } from '../../core/lab/parse.js'
import { limits } from '../../core/lab/schema.js'
import type { OwnStamp } from '../../core/rpc-shell.js'
import { saveLabFile } from './save.js'

const ending = '.vethlab.yaml'
const fileName = /^[a-z0-9-]{1,40}\.vethlab\.yaml$/
/** Told at once: more are no palette. */
const mostStamps = 100
/** Of all that is told (characters): below the limit of one message, with room for escapes. */
const mostText = 8 * 1024 * 1024

/** `$XDG_DATA_HOME/vethlab/stamps`, by default below ~/.local/share (XDG base directory specification). */
export function stampDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const data = environment['XDG_DATA_HOME']
  return join(data && isAbsolute(data) ? data : join(homedir(), '.local/share'), 'vethlab', 'stamps')
}

export class Stamps {
  constructor(readonly directory = stampDirectory()) {}

  /** In the order of their names; a file that is no lab, or is too large for one, is left out. */
  async list(): Promise<readonly OwnStamp[]> {
    const names = (await readdir(this.directory).catch(() => [])).filter((name) => fileName.test(name)).sort()
    const found: OwnStamp[] = []
    let told = 0
    for (const name of names.slice(0, mostStamps)) {
      const text = await readText(join(this.directory, name))
      if (text === null || parseLabText(text, name).labFile === null) continue
      told += text.length
      if (told > mostText) break
      found.push({ name: name.slice(0, -ending.length), text })
    }
    return found
  }

  /** Never over one that is there. Rejects as `node:fs` does where the folder cannot be made. */
  async save(name: string, text: string): ReturnType<typeof saveLabFile> {
    await mkdir(this.directory, { recursive: true })
    return saveLabFile(this.pathOf(name), text, null)
  }

  /** One that is gone already is gone. Rejects as `node:fs` does. */
  async remove(name: string): Promise<void> {
    await unlink(this.pathOf(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }

  private pathOf(name: string): string {
    return join(this.directory, `${name}${ending}`)
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return (await stat(path)).size > limits.fileBytes ? null : await readFile(path, 'utf8')
  } catch {
    return null
  }
}
