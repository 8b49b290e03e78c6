/** Lists a directory for a window that has no dialog of the desktop. */
import type { Dirent } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { openableName } from '../../core/exchange/foreign.js'
import type { DirectoryEntry, ShellResults } from '../../core/rpc-shell.js'
import { fileFailure, refuse } from './refusal.js'
import { said } from '../../core/words/said.js'

/** More nobody scrolls through; what the user looks for can be typed as a path. */
const maxEntries = 2000
/** Entries looked at in one directory before it is taken for what it is: no place for labs. */
const maxLooked = 50_000

/** Directories first, then labs, each in the order people expect (2 before 10). Hidden ones are left out. */
export async function browse(directory: string): Promise<ShellResults['file/browse']> {
  const path = normalize(directory)
  if (!isAbsolute(path))
    return refuse('bad-path', said`${path} is not an absolute path. Give the whole path, from / on.`, path)
  const entries: DirectoryEntry[] = []
  try {
    let looked = 0
    for await (const entry of await opendir(path)) {
      if (++looked > maxLooked) break
      if (entry.name.startsWith('.')) continue
      const kind = await kindOf(path, entry)
      if (kind) entries.push({ name: entry.name, kind })
    }
  } catch (error) {
    return fileFailure('list', path, error)
  }
  const inOrder = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
  entries.sort((a, b) => (a.kind === b.kind ? inOrder.compare(a.name, b.name) : a.kind === 'directory' ? -1 : 1))
  const clean = path.length > 1 ? path.replace(/\/+$/, '') : path
  return {
    ok: true,
    directory: clean,
    parent: clean === '/' ? null : dirname(clean),
    entries: entries.slice(0, maxEntries),
  }
}

async function kindOf(directory: string, entry: Dirent): Promise<DirectoryEntry['kind'] | null> {
  if (entry.isDirectory()) return 'directory'
  const isLab = openableName.test(entry.name)
  if (entry.isFile()) return isLab ? 'lab' : null
  if (!entry.isSymbolicLink()) return null
  const stats = await stat(join(directory, entry.name)).catch(() => null)
  if (stats?.isDirectory()) return 'directory'
  return stats?.isFile() && isLab ? 'lab' : null
}
