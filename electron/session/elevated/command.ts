/** The command that starts the elevated helper: always the same words, of characters that no shell gives a meaning to. */
import { lstatSync } from 'node:fs'
import type { Failure, Result } from '../../core/rpc.js'
import { programFile } from '../programs.js'
import { failure } from '../../core/failure.js'
import { said, type Said } from '../../core/words/said.js'

export interface ElevatedCommand {
  /** As `sudo-prompt` takes it. */
  readonly text: string
  /** What polkit has an action for, with words of ours: a file of the package's, which takes the meeting's directory. */
  readonly wrapper: string | null
  /** As a person types it where nobody can ask for the password. */
  readonly withSudo: string
}

/** Where packages for Linux put them (electron-builder.yml, resources/linux/). */
const packaged = { program: '/opt/Vethlab/vethlab', wrapper: '/opt/Vethlab/elevate' } as const

/** Nobody else could have put it there. */
function isRoots(file: string): boolean {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  return stats !== undefined && stats.isFile() && stats.uid === 0 && (stats.mode & 0o022) === 0
}

/** `sudo-prompt` builds a shell line in which it escapes nothing but quotation marks. */
const plainPath = /^\/[A-Za-z0-9_./-]+$/

const refuse = (code: string, message: Said, where: string | null): { ok: false; failure: Failure } => ({
  ok: false,
  failure: failure(code, message, where),
})

export function elevatedCommand(
  meeting: string,
  environment: NodeJS.ProcessEnv = process.env,
  program = process.execPath,
  helper = programFile('helper.js'),
): Result<{ readonly command: ElevatedCommand }> {
  // Only its user can read the file system of a running AppImage (FUSE without allow_other): root sees no program there.
  if (environment['APPIMAGE'] !== undefined)
    return refuse(
      'appimage',
      said`A lab on this machine itself needs Vethlab from a deb or rpm package, or a checkout: root cannot read a running AppImage.`,
      null,
    )
  const odd = [program, helper, meeting].find((path) => !plainPath.test(path))
  if (odd !== undefined)
    return refuse(
      'odd-path',
      said`${odd} has characters in its path that cannot be handed to root safely. Move Vethlab to a directory whose path is made of letters, digits and . _ - only.`,
      odd,
    )
  // One pool thread waits on the kernel for good; file system and name look-ups need the others.
  const settings = ['UV_THREADPOOL_SIZE=8', ...(process.versions['electron'] ? ['ELECTRON_RUN_AS_NODE=1'] : [])]
  const text = ['/usr/bin/env', ...settings, program, helper, 'elevated', '--connect', meeting].join(' ')
  const wrapper = program === packaged.program && isRoots(packaged.wrapper) ? packaged.wrapper : null
  return { ok: true, command: { text, wrapper, withSudo: `sudo ${text}` } }
}
