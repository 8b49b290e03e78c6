/** Reads what an importer may need of a folder: bounded, regular files only, and nothing that a link points at. */
import { opendir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { labConf, type Folder } from '../../core/exchange/folder.js'
import { limits } from '../../core/lab/schema.js'
import type { Result } from '../../core/rpc.js'
import type { OpenedFile } from '../../core/rpc-shell.js'
import { readBytes } from './lab-text.js'
import { fileFailure } from './refusal.js'

/** Entries that are looked at, and how deep: a lab of a course has some dozens, three folders deep. */
const most = { entries: 2000, depth: 6 }

/** Beside `lab.conf`, and of the files of a device those that a lab has words for. */
const isRead = (path: string): boolean =>
  path === labConf || /^[^/]+\.startup$/.test(path) || /^[^/]+\/etc\/(?:hosts|resolv\.conf)$/.test(path)

/** @param file `lab.conf` in the folder; `prefix` is how messages call the folder */
export async function readKatharaFolder(file: string, prefix: string): Promise<Result<{ readonly folder: Folder }>> {
  const paths: string[] = []
  try {
    await list(dirname(file), '', paths)
  } catch (error) {
    return fileFailure('list', dirname(file), error)
  }
  const files = new Map<string, Uint8Array>()
  let left: number = limits.fileBytes
  for (const path of paths.filter(isRead)) {
    const read = await readBytes(join(dirname(file), path))
    if (!read.ok && path === basename(file)) return read
    if (!read.ok || read.bytes.length > left) continue
    files.set(path, read.bytes)
    left -= read.bytes.length
  }
  return { ok: true, folder: { prefix, files, others: paths.filter((path) => !files.has(path)) } }
}

/** `lab.conf` as the window gets it, with the texts that lie beside it. */
export async function withFolder(path: string, file: OpenedFile): Promise<Result<{ readonly file: OpenedFile }>> {
  if (basename(path) !== labConf) return { ok: true, file }
  const read = await readKatharaFolder(path, '')
  if (!read.ok) return read
  const { files, others } = read.folder
  const texts = [...files].map(([name, bytes]) => [name, new TextDecoder().decode(bytes as Uint8Array)] as const)
  return { ok: true, file: { ...file, folder: { files: Object.fromEntries(texts), others } } }
}

async function list(directory: string, prefix: string, paths: string[], depth = 0): Promise<void> {
  for await (const entry of await opendir(directory)) {
    if (paths.length >= most.entries) return
    const path = `${prefix}${entry.name}`
    if (entry.isFile()) paths.push(path)
    else if (entry.isDirectory() && depth < most.depth && !entry.name.startsWith('.'))
      await list(join(directory, entry.name), `${path}/`, paths, depth + 1)
  }
  if (depth === 0) paths.sort()
}
