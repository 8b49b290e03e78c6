/** What the file system refuses, in words: names the file and the next step. */
import type { Failure } from '../../core/rpc.js'

export interface Refused {
  readonly ok: false
  readonly failure: Failure
}

export const refuse = (code: string, message: string, where: string, output: string | null = null): Refused => ({
  ok: false,
  failure: { code, message, where, output },
})

/** What was being done, as it stands in the sentence. */
type Doing = 'open' | 'save' | 'list' | 'watch'

const doings: Readonly<Record<Doing, string>> = {
  open: 'cannot be opened',
  save: 'cannot be saved',
  list: 'cannot be listed',
  watch: 'cannot be watched for changes',
}

/** errno(3) of what users meet -> code, reason and next step. */
const reasons: Readonly<Record<string, readonly [code: string, reason: string]>> = {
  ENOENT: ['not-found', 'there is no such file or directory. Check the name'],
  EACCES: ['no-permission', 'you have no permission. Choose another place, or change its permissions'],
  EPERM: ['no-permission', 'the system does not permit it. Choose another place'],
  EROFS: ['read-only', 'the file system is read-only. Choose another place'],
  ENOSPC: ['disk-full', 'the disk is full. Free some space and try again'],
  EDQUOT: ['disk-full', 'your disk quota is used up. Free some space and try again'],
  EISDIR: ['not-a-file', 'it is a directory. Choose a file'],
  ENOTDIR: ['not-found', 'a part of its path is not a directory. Check the name'],
  ELOOP: ['not-found', 'its symbolic links lead in a circle. Repair the link, or choose another file'],
  ENAMETOOLONG: ['bad-path', 'its name is too long. Choose a shorter one'],
  ERR_INVALID_ARG_VALUE: ['bad-path', 'its name holds a character that no path may hold. Choose another name'],
  EMFILE: ['too-many-files', 'too many files are open. Close some programs and try again'],
  ENFILE: ['too-many-files', 'too many files are open on this machine. Close some programs and try again'],
  EIO: ['disk-error', 'the disk reports an error. Save to another place'],
}

/** An exception of `node:fs` as a failure. Anything unknown is told in the system's own words. */
export function fileFailure(doing: Doing, path: string, error: unknown): Refused {
  const { code, message } = error as NodeJS.ErrnoException
  const known = doing === 'watch' && code === 'ENOSPC' ? undefined : reasons[code ?? '']
  if (doing === 'watch' && (code === 'ENOSPC' || code === 'EMFILE'))
    return refuse(
      'too-many-watches',
      `${path} cannot be watched for changes: no more watches are left (fs.inotify). Close some programs.`,
      path,
      message,
    )
  if (known) return refuse(known[0], `${path} ${doings[doing]}: ${known[1]}.`, path, message)
  return refuse('file-system', `${path} ${doings[doing]}: ${message}.`, path, message)
}
