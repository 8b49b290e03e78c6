/** Runs a program inside a running lab, on the caller's terminal. */
import { spawn } from 'node:child_process'
import { accessSync, constants, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { basename, isAbsolute } from 'node:path'
import { hostNamespace } from '../../core/lab/lab.js'
import { resourceFile } from '../programs.js'
import { findProgram } from '../sandbox.js'
import type { ProcessIdentity } from './process-identity.js'

/** Where `ip netns` keeps its names, seen from inside the sandbox. */
const netnsDirectory = '/run/netns'

export interface Place {
  readonly lab: string
  /** Process 1 of the sandbox. The caller has made sure that it still is. */
  readonly anchor: ProcessIdentity
  readonly namespace: string
}

export interface Inside {
  /** Exit code as a shell counts it: 128 and the signal's number where one ended the program. */
  readonly ended: Promise<number>
  /** Sends a signal to the program itself. */
  signal(name: NodeJS.Signals): void
}

/** Names of the lab's namespaces, `host` first; null where the sandbox cannot be looked into (it has just ended). */
export function namespacesInside({ pid }: ProcessIdentity): readonly string[] | null {
  try {
    return [hostNamespace, ...readdirSync(`/proc/${pid}/root${netnsDirectory}`).sort()]
  } catch {
    return null
  }
}

/**
 * Starts `command`, or the user's shell where it is empty, with the caller's standard streams, directory and environment.
 * `place.namespace` must be one of `namespacesInside`.
 */
export function enter(place: Place, command: readonly string[]): Inside {
  const words = [
    ...outerWords(place.anchor.pid),
    ...(place.namespace === hostNamespace ? [] : [tool('nsenter'), `--net=${netnsDirectory}/${place.namespace}`, '--']),
    // Entering a process namespace takes a process in between; the program must not outlive it unseen.
    ...[tool('setpriv'), '--pdeathsig', 'KILL', '--'],
    // Entering a mount namespace ends in its root directory.
    ...['/bin/sh', '-c', 'cd -- "$1" 2>/dev/null || cd /; shift; exec "$@"', 'sh', process.cwd()],
    ...(command.length > 0 ? command : shellWords()),
  ]
  const child = spawn(words[0] as string, words.slice(1), { stdio: 'inherit', env: environmentInside(place) })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : osConstants.signals[signal])))
  })
  return { ended, signal: (name) => send(child.pid, name) }
}

/** The way into the sandbox from outside; ends in a child process inside its process namespace. */
function outerWords(anchor: number): string[] {
  const ownUsers = readlinkSync('/proc/self/ns/user') === readlinkSync(`/proc/${anchor}/ns/user`)
  return [
    ...[tool('setpriv'), '--pdeathsig', 'KILL', '--', tool('nsenter'), '--target', String(anchor)],
    // Root makes its sandbox without a user namespace.
    ...(ownUsers ? [] : ['--user', '--preserve-credentials']),
    ...['--mount', '--net', '--pid', '--'],
  ]
}

const tool = (name: string): string => findProgram(name) ?? name

/** Shells that are none: accounts of services have them. */
const noShells: readonly string[] = ['nologin', 'false']

function userShell(): string {
  const shell = process.env['SHELL'] ?? ''
  if (!isAbsolute(shell) || noShells.includes(basename(shell))) return '/bin/sh'
  try {
    accessSync(shell, constants.X_OK)
    return shell
  } catch {
    return '/bin/sh'
  }
}

/** bash reads its prompt from our file, which reads the user's own first; other shells take PS1 or have their own way. */
function shellWords(): string[] {
  const shell = userShell()
  return basename(shell) === 'bash' && process.stdin.isTTY ? [shell, '--rcfile', resourceFile('shell/bashrc'), '-i'] : [shell]
}

function environmentInside({ lab, namespace }: Place): NodeJS.ProcessEnv {
  const path = (process.env['PATH'] ?? '/usr/bin:/bin').split(':')
  // Users of Debian have no sbin in their PATH, where ip, nft and tcpdump live.
  const missing = ['/usr/sbin', '/sbin'].filter((directory) => !path.includes(directory))
  return {
    ...process.env,
    PATH: [...path, ...missing].join(':'),
    VETHLAB_LAB: lab,
    VETHLAB_NS: namespace,
    PS1: `${namespace}# `,
  }
}

/** nsenter(1) waits between us and the program, and passes no signal on: its child is the one to tell. */
function send(nsenter: number | undefined, signal: NodeJS.Signals): void {
  if (nsenter === undefined) return
  try {
    const children = readFileSync(`/proc/${nsenter}/task/${nsenter}/children`, 'utf8').trim().split(' ').filter(Boolean)
    for (const pid of children.length > 0 ? children : [nsenter]) process.kill(Number(pid), signal)
  } catch {
    // It has ended meanwhile.
  }
}
