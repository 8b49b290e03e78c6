/** Reads what an importer may need of a folder: bounded, regular files only, and nothing that lies outside of it. */
import { opendir, realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { labConf, type Folder, type Unread, type WhyUnread } from '../../core/exchange/folder.js'
import { decode } from '../../core/lab/decode.js'
import { limits } from '../../core/lab/schema.js'
import type { Result } from '../../core/rpc.js'
import type { OpenedFile } from '../../core/rpc-shell.js'
import { readBytes } from './lab-text.js'
import { fileFailure } from './refusal.js'

/** Entries that are looked at, and how deep: a lab of a course has some dozens, three folders deep. */
const most = { entries: 2000, depth: 6 }

/** Of a device, beside its start-up file: what a lab has words for. */
const deviceFiles = ['etc/hosts', 'etc/resolv.conf']

/**
 * Texts that are needed come as text; what of them cannot be read is named with its reason, and so is a folder within
 * that cannot be listed. Fails only where the folder itself cannot be listed.
 * @param file `lab.conf` in the folder; `conf` is what stands in it; `prefix` is how messages call the folder
 */
export async function readKatharaFolder(
  file: string,
  prefix: string,
  conf: string | Uint8Array,
): Promise<Result<{ readonly folder: Folder }>> {
  const root = dirname(file)
  let listed: Listed
  try {
    listed = await list(root)
  } catch (error) {
    return fileFailure('list', root, error)
  }
  const files = new Map<string, string | Uint8Array>([[labConf, conf]])
  const unread: Unread[] = [...listed.unread]
  let left: number = limits.fileBytes - conf.length
  for (const path of listed.needed) {
    const read = await readText(root, path, left)
    if (typeof read === 'string') unread.push({ path, why: read })
    else if (read !== null) {
      files.set(path, read.text)
      left -= read.bytes
    }
  }
  const named = new Set([...files.keys(), ...unread.map(({ path }) => path)])
  const others = listed.paths.filter((path) => !named.has(path)).sort()
  const more = listed.isWhole ? {} : { lookedAt: listed.lookedAt }
  return { ok: true, folder: { prefix, files, others, unread, ...more } }
}

/** `lab.conf` as the window gets it, with the texts that lie beside it. */
export async function withFolder(path: string, file: OpenedFile): Promise<Result<{ readonly file: OpenedFile }>> {
  if (basename(path) !== labConf) return { ok: true, file }
  const read = await readKatharaFolder(path, '', file.text)
  if (!read.ok) return read
  const { files, prefix: _, ...rest } = read.folder
  return {
    ok: true,
    file: { ...file, folder: { ...rest, files: Object.fromEntries(files) as Record<string, string> } },
  }
}

interface Listed {
  /** Of all but folders. */
  readonly paths: readonly string[]
  /** Of what an importer needs; those of devices may not be there. */
  readonly needed: readonly string[]
  readonly unread: readonly Unread[]
  /** Entries, folders among them. */
  readonly lookedAt: number
  /** Nothing lies beyond what was looked at. */
  readonly isWhole: boolean
}

/** Folder by folder, what lies nearer first: so that a large tree hides no start-up file. */
async function list(root: string): Promise<Listed> {
  const [paths, startUps, devices, unread]: [string[], string[], string[], Unread[]] = [[], [], [], []]
  let isWhole = true
  let lookedAt = 0
  let level = ['']
  for (let depth = 0; level.length > 0; depth++) {
    const below: string[] = []
    for (const folder of level) {
      try {
        for await (const entry of await opendir(join(root, folder))) {
          if (lookedAt === most.entries) {
            isWhole = false
            break
          }
          lookedAt++
          const path = `${folder}${entry.name}`
          if (!entry.isDirectory()) paths.push(path)
          else if (!entry.name.startsWith('.')) below.push(`${path}/`)
          if (depth > 0) continue
          if (path.endsWith('.startup')) startUps.push(path)
          else if (entry.isDirectory() || entry.isSymbolicLink()) devices.push(path)
        }
      } catch (error) {
        if (depth === 0) throw error
        unread.push({ path: folder, why: whyOf(error) })
      }
    }
    if (depth === most.depth && below.length > 0) isWhole = false
    level = depth === most.depth || !isWhole ? [] : below.sort()
  }
  const ofDevices = devices.sort().flatMap((device) => deviceFiles.map((file) => `${device}/${file}`))
  return { paths, needed: [...startUps.sort(), ...ofDevices], unread, lookedAt, isWhole }
}

/** Null where there is no such file, which a device need not have. */
async function readText(
  root: string,
  path: string,
  left: number,
): Promise<{ readonly text: string; readonly bytes: number } | WhyUnread | null> {
  const isOptional = path.includes('/')
  let real: string
  try {
    real = await realpath(join(root, path))
    if (!real.startsWith(`${await realpath(root)}${sep}`)) return 'outside'
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!/^(?:ENOENT|ENOTDIR|ELOOP)$/.test(code)) return whyOf(error)
    return isOptional ? null : 'outside'
  }
  const read = await readBytes(real)
  if (!read.ok) return reasons[read.failure.code] ?? 'failed'
  if (read.bytes.length > left) return 'too-large'
  const { text, finding } = decode(read.bytes)
  return finding ? 'no-text' : { text, bytes: read.bytes.length }
}

const whyOf = (error: unknown): WhyUnread =>
  /^(?:EACCES|EPERM)$/.test((error as NodeJS.ErrnoException).code ?? '') ? 'forbidden' : 'failed'

/** Codes of `readBytes`. */
const reasons: Readonly<Record<string, WhyUnread>> = {
  'no-permission': 'forbidden',
  'not-a-file': 'no-file',
  'too-large': 'too-large',
}
