/** Saves a lab file: never half, never over what somebody else has written meanwhile. */
import { lstat, readlink, stat } from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { limits } from '../../core/lab/schema.js'
import type { Result } from '../../core/rpc.js'
import type { Fingerprint } from '../../core/rpc-shell.js'
import { fingerprintOf, readBytes, refuseName } from './lab-text.js'
import { fileFailure, refuse, type Refused } from './refusal.js'
import { replaceFile } from './replace.js'
import { said } from '../../core/words/said.js'
import { protectionOf, type Protection } from './write-protected.js'

/** As path_resolution(7) allows. */
const maxLinks = 40
/** Of a new file, before the umask. */
const newFileMode = 0o666

type Saved = Result<{ readonly fingerprint: Fingerprint }>

/** The tail of each file's queue: two saves of one file keep their order. */
const queues = new Map<string, Promise<unknown>>()

/**
 * @param base fingerprint of what the text was made from; null: there must be no such file yet.
 *   Refused with `changed-on-disk` where the file is something else, with `removed-on-disk` where it is gone.
 * @param agreed the user wants a file replaced that is not to be written to; else it is refused with `write-protected`
 *   or, where it is another user's, with `of-another`
 */
export async function saveLabFile(
  path: string,
  text: string,
  base: Fingerprint | null,
  agreed = false,
): Promise<Saved> {
  const refused = refuseName(path)
  if (refused) return refused
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length > limits.fileBytes)
    return refuse(
      'too-large',
      said`The lab is larger than ${limits.fileBytes / 1024 / 1024} MiB and was not saved. Make it smaller.`,
      path,
    )
  const before = queues.get(path) ?? Promise.resolve()
  const work = before.then(() => save(path, bytes, base, agreed))
  queues.set(path, work)
  try {
    return await work
  } catch (error) {
    return fileFailure('save', path, error)
  } finally {
    if (queues.get(path) === work) queues.delete(path)
  }
}

async function save(path: string, bytes: Buffer, base: Fingerprint | null, agreed: boolean): Promise<Saved> {
  const target = await followLinks(path)
  const former = await statOf(target)
  if (former && !former.isFile())
    return refuse('not-a-file', said`${path} is not a regular file and was left alone. Choose another name.`, path)
  if (former) {
    const now = await readBytes(target)
    // A file that grew above every limit is not the one that was opened.
    if (!now.ok && now.failure.code !== 'too-large') return now
    if (!now.ok || base === null || fingerprintOf(now.bytes) !== base) return changed(path, base)
  } else if (base !== null) return removed(path)
  const owner = former && { mode: Number(former.mode), uid: Number(former.uid), gid: Number(former.gid) }
  const protection = owner && !agreed ? protectionOf(target, owner) : null
  if (protection !== null) return writeProtected(path, protection)
  try {
    const replaced = await replaceFile(
      target,
      bytes,
      owner,
      newFileMode,
      async () => former === null || isSame(former, await statOf(target)),
    )
    return replaced ? { ok: true, fingerprint: fingerprintOf(bytes) } : changed(path, base)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return changed(path, base)
    throw error
  }
}

function changed(path: string, base: Fingerprint | null): Refused {
  const message =
    base === null
      ? said`There is a file named ${path} already. Open it, or choose another name.`
      : said`${path} has been changed by another program since it was opened. Open it again, or save under another name.`
  return refuse('changed-on-disk', message, path)
}

function removed(path: string): Refused {
  const message = said`${path} has been removed since it was opened. Save it again under this name, or choose another one.`
  return refuse('removed-on-disk', message, path)
}

function writeProtected(path: string, protection: Protection): Refused {
  return protection === 'mode'
    ? refuse('write-protected', said`${path} is write-protected. Allow writing to it, or choose another name.`, path)
    : refuse(
        'of-another',
        said`${path} belongs to another user, who does not let you write to it. Choose another name.`,
        path,
      )
}

const isSame = (one: BigIntStats, other: BigIntStats | null): boolean =>
  other !== null &&
  one.ino === other.ino &&
  one.dev === other.dev &&
  one.size === other.size &&
  one.mtimeNs === other.mtimeNs

async function statOf(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Where the bytes belong: replacing a link itself would part it from its file. The last one may not exist yet. */
export async function followLinks(path: string): Promise<string> {
  let target = path
  for (let hop = 0; hop < maxLinks; hop++) {
    const stats = await lstat(target).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (!stats?.isSymbolicLink()) return target
    target = resolve(dirname(target), await readlink(target))
  }
  throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' })
}
