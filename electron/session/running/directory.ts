/** The directory in which running labs are found: private to the user, so that nobody else can reach their sockets. */
import { lstatSync, mkdirSync, type Stats } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Failure, Result } from '../../core/rpc.js'

const ownUid = (): number => process.getuid?.() ?? -1

/** `$XDG_RUNTIME_DIR` counts where it is the user's own, as its specification demands; after `su` it may be another's. */
export function ownRuntimeDirectory(environment: NodeJS.ProcessEnv): string | null {
  const path = environment['XDG_RUNTIME_DIR']
  if (!path || !isAbsolute(path)) return null
  const stats = statOf(path)
  return stats?.isDirectory() && stats.uid === ownUid() ? path : null
}

function statOf(path: string): Stats | null {
  try {
    return lstatSync(path)
  } catch {
    return null
  }
}

const refuse = (
  path: string,
  message: string,
  output: string | null = null,
): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure: { code: 'runtime-directory', message, where: path, output },
})

/** Finds or makes the directory (mode 0700). Refused where another user could have prepared it. */
export function runtimeDirectory(environment: NodeJS.ProcessEnv = process.env): Result<{ readonly path: string }> {
  const own = ownRuntimeDirectory(environment)
  const path = own === null ? join(tmpdir(), `vethlab-${ownUid()}`) : join(own, 'vethlab')
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST')
      return refuse(
        path,
        `The directory for running labs, ${path}, cannot be made. Set XDG_RUNTIME_DIR or TMPDIR to a directory of yours.`,
        message,
      )
  }
  const stats = statOf(path)
  if (!stats?.isDirectory())
    return refuse(path, `${path} is not a directory (a link is not taken either). Remove it, or set XDG_RUNTIME_DIR.`)
  if (stats.uid !== ownUid())
    return refuse(path, `${path} belongs to another user. Set XDG_RUNTIME_DIR to a directory of yours.`)
  if ((stats.mode & 0o077) !== 0)
    return refuse(path, `${path} is open to other users. Close it with: chmod 700 ${path}`)
  return { ok: true, path }
}
