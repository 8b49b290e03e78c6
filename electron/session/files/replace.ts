/**
 * Puts a file in the place of another in one step: whoever looks finds the old file or the new one, whole, whenever the
 * power goes. The new bytes are on the disk before the name points at them.
 */
import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, link, open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface Former {
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/** Of a draft that another machine may be writing on a shared disk: only an old one is cleared away (milliseconds). */
const staleAfterMs = 60_000

/** Short, whatever the target's name: a name may be 255 bytes long itself. */
const draftPrefix = (target: string): string =>
  `.vethlab-${createHash('sha256').update(basename(target)).digest('hex').slice(0, 12)}-`

/** As `replaceFile` names them; the number is the writer's process id. */
const draftName = /^\.vethlab-[0-9a-f]{12}-(\d+)-[0-9a-f]{8}$/

/**
 * Throws as `node:fs` does, and leaves the former file as it was then.
 * @param former the file to be replaced; null: there is none, and EEXIST is thrown where one has come meanwhile
 * @param stillRight looked at last, when only the rename is left; false gives up with nothing changed
 */
export async function replaceFile(
  target: string,
  bytes: Uint8Array,
  former: Former | null,
  newMode: number,
  stillRight: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<boolean> {
  const directory = dirname(target)
  await removeStaleDrafts(directory, draftPrefix(target))
  const draft = join(directory, `${draftPrefix(target)}${process.pid}-${randomBytes(4).toString('hex')}`)
  let file: FileHandle | null = await open(
    draft,
    constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY,
    former === null ? newMode : 0o600,
  )
  try {
    await file.writeFile(bytes)
    const isTakenOver = former === null || (await takeOver(file, former))
    await file.sync()
    await file.close()
    file = null
    if (!(await stillRight())) return false
    if (!isTakenOver && (await mayWrite(target))) await writeInto(target, bytes)
    else if (former) await rename(draft, target)
    else await nameFirst(draft, target)
    await syncDirectory(directory)
    return true
  } finally {
    await file?.close().catch(() => {})
    await unlink(draft).catch(() => {})
  }
}

/** link(2) never replaces: a file that has come meanwhile is not lost. */
async function nameFirst(draft: string, target: string): Promise<void> {
  try {
    await link(draft, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // FAT and some network file systems have no links (EPERM, ENOTSUP).
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'EMLINK') throw error
    const exists = await stat(target).then(
      () => true,
      () => false,
    )
    if (exists) throw Object.assign(new Error('file exists'), { code: 'EEXIST' })
    await rename(draft, target)
  }
}

/**
 * Owner first: chown(2) clears set-id bits. What may not be given away stays the user's own: false where the former file
 * was another user's, or another group's.
 */
async function takeOver(file: FileHandle, { mode, uid, gid }: Former): Promise<boolean> {
  const now = await file.stat()
  if (now.uid !== uid || now.gid !== gid) await file.chown(uid, gid).catch(() => file.chown(-1, gid).catch(() => {}))
  await file.chmod(mode & 0o7777)
  const then = await file.stat()
  return then.uid === uid && then.gid === gid
}

const mayWrite = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  )

/** For a file of another user's, who lets us write to it: a new one in its place would be ours. What fails is put back. */
async function writeInto(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, constants.O_RDWR)
  try {
    const before = await file.readFile()
    const put = async (content: Uint8Array): Promise<void> => {
      let done = 0
      while (done < content.length) done += (await file.write(content, done, content.length - done, done)).bytesWritten
      await file.truncate(content.length)
    }
    await put(bytes).catch(async (error: unknown) => {
      await put(before)
      throw error
    })
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await directory.sync()
  } catch {
    // Some file systems refuse it (EINVAL); they keep names in their own way.
  } finally {
    await directory.close()
  }
}

/**
 * A writer that was killed leaves its draft; the next one for the same name clears it away. Where names never come again,
 * whoever owns the directory calls this for all of them. Never throws.
 */
export async function removeStaleDrafts(directory: string, prefix = ''): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const writer = draftName.exec(name)?.[1]
    if (writer === undefined || !name.startsWith(prefix)) continue
    const path = join(directory, name)
    const stats = await stat(path).catch(() => null)
    if (stats && (Date.now() - stats.mtimeMs > staleAfterMs || isDead(Number(writer))))
      await unlink(path).catch(() => {})
  }
}

/** True where no process of this machine has the number. */
function isDead(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
