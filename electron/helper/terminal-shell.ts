/** What runs in a terminal: the user's own shell with the user's own environment, inside a namespace of the lab. */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { userEnvironment } from '../core/environment.js'
import { hostNamespace } from '../core/lab/lab.js'
import type { Failure } from '../core/rpc.js'
import type { Account } from './elevated/caller.js'
import { asAccount, environmentOf } from './elevated/account-shell.js'
import { hasNetnsFiles } from './netns-files.js'
import { netnsDirectory, programPath } from './run.js'
import { failure } from '../core/failure.js'
import { said } from '../core/words/said.js'

/** As far away from `dist/node/` as from here. */
const bashStartup = fileURLToPath(new URL('../../resources/shell/bashrc', import.meta.url))

/** Taken where the user's own shell is none that shells(5) lists; the last is there on every system. */
const fallbacks = ['/bin/bash', '/bin/sh'] as const

/** Of the terminal that Vethlab was started from: would be wrong in a terminal of its own. */
const notOurs = [
  'TMUX',
  'TMUX_PANE',
  'STY',
  'WINDOW',
  'WINDOWID',
  'TERMCAP',
  'TERM_PROGRAM',
  'TERM_PROGRAM_VERSION',
  'VTE_VERSION',
  'COLUMNS',
  'LINES',
  'OLDPWD',
  'SHLVL',
] as const

export interface ShellCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly environment: Record<string, string>
  readonly directory: string
}

const missing = (program: string): Failure =>
  failure('tool-missing', said`The program "${program}" is missing. Install the package util-linux.`, program)

/**
 * How to start a shell in a namespace; a failure where it cannot be entered.
 * @param account whose shell it is; null: that of whoever this process is
 */
export function shellCommand(namespace: string, account: Account | null): ShellCommand | Failure {
  const own = account === null ? process.env : environmentOf(account, namespace, process.env)
  const shell = shellOf(own['SHELL'])
  const words = [shell, ...(basename(shell) === 'bash' ? ['--rcfile', bashStartup] : [])]
  const common = { environment: terminalEnvironment(namespace, shell, own), directory: startDirectory(own['HOME']) }
  const setpriv = programPath('setpriv')
  if (account !== null && setpriv === null) return missing('setpriv')
  const inside = account === null ? words : [setpriv ?? '', ...asAccount(account, namespace), '--', ...words]
  const command = ([file = '', ...args]: readonly string[]): ShellCommand => ({ file, args, ...common })
  if (namespace === hostNamespace) return command(inside)
  const path = `${netnsDirectory}/${namespace}`
  if (!existsSync(path))
    return failure(
      'no-such-namespace',
      said`There is no namespace ${namespace}. Deploy the lab, or add it with: ip netns add ${namespace}`,
      namespace,
    )
  // What programs there take for /etc/resolv.conf and /etc/hosts.
  const ip = hasNetnsFiles(namespace) ? programPath('ip') : null
  if (ip !== null) return command([ip, 'netns', 'exec', namespace, ...inside])
  const nsenter = programPath('nsenter')
  if (nsenter === null) return missing('nsenter')
  return command([nsenter, `--net=${path}`, '--', ...inside])
}

/** $SHELL counts where the system calls it a login shell: some programs set it to things that are none. */
export function shellOf(wanted: string | undefined, list = listedShells()): string {
  if (wanted?.startsWith('/') && list.includes(wanted) && isExecutable(wanted)) return wanted
  return fallbacks.find(isExecutable) ?? '/bin/sh'
}

function listedShells(): readonly string[] {
  try {
    return readFileSync('/etc/shells', 'utf8')
      .split('\n')
      .map((line) => line.trim())
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function terminalEnvironment(namespace: string, shell: string, own: NodeJS.ProcessEnv): Record<string, string> {
  const environment = userEnvironment(own)
  for (const name of notOurs) delete environment[name]
  const path = (environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(':')
  for (const directory of ['/usr/sbin', '/sbin']) if (!path.includes(directory)) path.push(directory)
  return {
    ...environment,
    PATH: path.join(':'),
    SHELL: shell,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    VETHLAB_NS: namespace,
  }
}

function startDirectory(home: string | undefined): string {
  try {
    if (home?.startsWith('/') && statSync(home).isDirectory()) {
      accessSync(home, constants.X_OK)
      return home
    }
  } catch {
    // Not there, or not ours.
  }
  return '/'
}
