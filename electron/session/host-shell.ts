/** A shell on the machine itself, on the caller's terminal, as whoever the caller is. */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { isAbsolute } from 'node:path'
import { userEnvironment } from '../core/environment.js'
import { hostNamespace } from '../core/lab/lab.js'
import type { Inside } from './running/enter.js'
import { findProgram } from './sandbox.js'

export function hostShell(lab: string): Inside {
  // The lab goes with us; a shell that stayed would show a host without it.
  const child = spawn(findProgram('setpriv') ?? 'setpriv', ['--pdeathsig', 'HUP', '--', userShell()], {
    stdio: 'inherit',
    env: { ...userEnvironment(process.env), VETHLAB_LAB: lab, VETHLAB_NS: hostNamespace },
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : osConstants.signals[signal])))
  })
  return { ended, signal: (name) => void child.kill(name) }
}

function userShell(): string {
  const shell = process.env['SHELL'] ?? ''
  try {
    if (isAbsolute(shell)) {
      accessSync(shell, constants.X_OK)
      return shell
    }
  } catch {
    // Not there.
  }
  return '/bin/sh'
}
