/** A result that goes to a file: all of it, or the file as it was. */
import { realpathSync, statSync, type Stats } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { replaceFile } from '../session/files/replace.js'

/** Permission bits of a new file, before the umask. */
const newMode = 0o666

/** Throws as `node:fs` does. A pipe or a device takes what it gets, and so does a file that alone may be written. */
export async function writeOutputFile(path: string, content: string | Uint8Array): Promise<void> {
  const there = statOf(path)
  if (there && !there.isFile()) return writeFile(path, content)
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  try {
    await replaceFile(there ? realpathSync(path) : resolve(path), bytes, there, newMode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // The directory takes no new file, but this one is ours to write.
    if (there && (code === 'EACCES' || code === 'EPERM')) await writeFile(path, bytes)
    else throw error
  }
}

const statOf = (path: string): Stats | null => statSync(path, { throwIfNoEntry: false }) ?? null
