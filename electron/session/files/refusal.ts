/** What the file system refuses, in words: names the file and the next step. */
import type { Failure } from '../../core/rpc.js'
import { failure } from '../../core/failure.js'
import { said, type Said } from '../../core/words/said.js'

export interface Refused {
  readonly ok: false
  readonly failure: Failure
}

export const refuse = (code: string, message: Said, where: string, output: string | null = null): Refused => ({
  ok: false,
  failure: failure(code, message, where, output),
})

/** What was being done, as it stands in the sentence. */
type Doing = 'open' | 'save' | 'list' | 'watch'

const doings: Readonly<Record<Doing, Said>> = {
  open: said`cannot be opened`,
  save: said`cannot be saved`,
  list: said`cannot be listed`,
  watch: said`cannot be watched for changes`,
}

/** errno(3) of what users meet -> code, reason and next step. */
const reasons: Readonly<Record<string, readonly [code: string, reason: Said]>> = {
  ENOENT: ['not-found', said`there is no such file or directory. Check the name`],
  EACCES: ['no-permission', said`you have no permission. Choose another place, or change its permissions`],
  EPERM: ['no-permission', said`the system does not permit it. Choose another place`],
  EROFS: ['read-only', said`the file system is read-only. Choose another place`],
  ENOSPC: ['disk-full', said`the disk is full. Free some space and try again`],
  EDQUOT: ['disk-full', said`your disk quota is used up. Free some space and try again`],
  EISDIR: ['not-a-file', said`it is a directory. Choose a file`],
  ENOTDIR: ['not-found', said`a part of its path is not a directory. Check the name`],
  ELOOP: ['not-found', said`its symbolic links lead in a circle. Repair the link, or choose another file`],
  ENAMETOOLONG: ['bad-path', said`its name is too long. Choose a shorter one`],
  ERR_INVALID_ARG_VALUE: ['bad-path', said`its name holds a character that no path may hold. Choose another name`],
  EMFILE: ['too-many-files', said`too many files are open. Close some programs and try again`],
  ENFILE: ['too-many-files', said`too many files are open on this machine. Close some programs and try again`],
  EIO: ['disk-error', said`the disk reports an error. Save to another place`],
}

/** An exception of `node:fs` as a failure. Anything unknown is told in the system's own words. */
export function fileFailure(doing: Doing, path: string, error: unknown): Refused {
  const { code, message } = error as NodeJS.ErrnoException
  if (doing === 'save' && code === 'ENOENT')
    return refuse(
      'not-found',
      said`${path} cannot be saved: its folder does not exist. Choose another place.`,
      path,
      message,
    )
  const known = doing === 'watch' && code === 'ENOSPC' ? undefined : reasons[code ?? '']
  if (doing === 'watch' && (code === 'ENOSPC' || code === 'EMFILE'))
    return refuse(
      'too-many-watches',
      said`${path} cannot be watched for changes: no more watches are left (fs.inotify). Close some programs.`,
      path,
      message,
    )
  if (known) return refuse(known[0], said`${path} ${doings[doing]}: ${known[1]}.`, path, message)
  return refuse('file-system', said`${path} ${doings[doing]}: ${message}.`, path, message)
}
