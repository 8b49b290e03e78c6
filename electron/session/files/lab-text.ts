/** Reads a lab's text from disk: bounded, UTF-8, and with the fingerprint by which a later save knows the file again. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { openableName } from '../../core/exchange/foreign.js'
import { filmName, labOfFilm } from '../../core/film/film-file.js'
import { limits } from '../../core/lab/schema.js'
import type { Result } from '../../core/rpc.js'
import type { Fingerprint, OpenedFile } from '../../core/rpc-shell.js'
import { fileFailure, refuse, type Refused } from './refusal.js'
import { said } from '../../core/words/said.js'

export const fingerprintOf = (bytes: Uint8Array | string): Fingerprint =>
  createHash('sha256').update(bytes).digest('hex')

/** Files that a window may write. A window shows labs; it has no business with anything else by this way. */
const labName = /\.ya?ml$/i

/** Null where the path names a lab file by an absolute path. */
export function refuseName(path: string, allowed = labName): Refused | null {
  if (!isAbsolute(path))
    return refuse('bad-path', said`${path} is not an absolute path. Give the whole path, from / on.`, path)
  if (!allowed.test(path))
    return refuse('not-a-lab-file', said`${path} is not a lab file. A lab's name ends in .vethlab.yaml.`, path)
  return null
}

/** Longest wait for one read (bytes); the rest comes with the next. */
const chunkBytes = 256 * 1024

/** A regular file's bytes. Refused where it is above `limits.fileBytes`, or no regular file: a FIFO would never end. */
export async function readBytes(path: string): Promise<Result<{ readonly bytes: Buffer }>> {
  try {
    // Without O_NONBLOCK, opening a FIFO waits for its writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stats = await file.stat()
      if (stats.isDirectory()) return fileFailure('open', path, { code: 'EISDIR', message: 'is a directory' })
      if (!stats.isFile()) return refuse('not-a-file', said`${path} is not a regular file. Choose a lab file.`, path)
      const chunks: Buffer[] = []
      let length = 0
      // The size of the moment would miss what is appended meanwhile; files in /proc have none at all.
      while (length <= limits.fileBytes) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes)
        if (bytesRead === 0) return { ok: true, bytes: Buffer.concat(chunks) }
        chunks.push(buffer.subarray(0, bytesRead))
        length += bytesRead
      }
      return refuse(
        'too-large',
        said`${path} is larger than ${limits.fileBytes / 1024 / 1024} MiB; no lab is. Choose another file.`,
        path,
      )
    } finally {
      await file.close()
    }
  } catch (error) {
    return fileFailure('open', path, error)
  }
}

/** A lab file, or a file of another tool, as the window gets it. Its text is not parsed: a lab with mistakes opens too, and shows them. */
export async function readLabFile(path: string): Promise<Result<{ readonly file: OpenedFile }>> {
  const refused = refuseName(path, openableName)
  if (refused) return refused
  const read = await readBytes(path)
  if (!read.ok) return read
  try {
    // A byte order mark is kept: saving must not change what was not edited.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(read.bytes)
    if (filmName.test(path)) return ofFilm(path, text)
    return { ok: true, file: { path, text, fingerprint: fingerprintOf(read.bytes) } }
  } catch {
    return refuse(
      'not-text',
      said`${path} is not UTF-8 text. Save it as UTF-8 in your editor, then open it again.`,
      path,
    )
  }
}

/** A lab without a file of its own: saving it must not write over the film. */
function ofFilm(path: string, page: string): Result<{ readonly file: OpenedFile }> {
  const carried = labOfFilm(page)
  return carried.ok
    ? { ok: true, file: { path: null, text: carried.text, fingerprint: null } }
    : refuse('no-film', carried.said, path)
}
