/** Runs a program inside a running lab, on the caller's terminal. */
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { constants as osConstants } from 'node:os'
import { basename, isAbsolute } from 'node:path'
import { userEnvironment } from '../../core/environment.js'
import { hostNamespace } from '../../core/lab/lab.js'
import { netnsFiles } from '../../core/lab/netns-files.js'
import { netnsDirectoryOf } from '../../core/plan/netns-files.js'
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
    ...['/bin/sh', '-c', deafToKeyboard, 'vethlab', tool('setpriv'), '--pdeathsig', 'KILL', '--'],
    ...[tool('nsenter'), '--target', String(place.anchor.pid), ...userWords(place.anchor.pid)],
    ...(hasFiles(place)
      ? ['--mount', '--pid', '--net', '--', 'ip', 'netns', 'exec', place.namespace]
      : ['--mount', '--pid', `--net${netFile(place)}`, '--']),
    // Entering a process namespace takes a process in between; the program must not outlive it unseen.
    ...[tool('setpriv'), '--pdeathsig', 'KILL', '--'],
    ...['/bin/sh', '-c', settleIn, 'vethlab', process.cwd(), tool('setpriv')],
    ...(command.length > 0 ? command : shellWords()),
  ]
  const child = spawn(words[0] as string, words.slice(1), { stdio: 'inherit', env: environmentInside(place) })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : osConstants.signals[signal])))
  })
  return { ended, signal: (name) => send(child.pid, name) }
}

/**
 * Ctrl-C on the terminal reaches every process of the foreground. nsenter(1), which waits for the program, would die of
 * it and the program with it, whatever the program makes of Ctrl-C; ignored signals stay ignored in what is started.
 */
const deafToKeyboard = `trap '' INT QUIT; exec "$@"`

/**
 * Inside: back to the caller's directory (entering a mount namespace ends in its root), and back to hearing Ctrl-C, which
 * no shell can undo but env(1) can, since coreutils 8.31. A word with an equals sign is env's, so a shell stands between.
 * The outer shell waits: nsenter, deaf, could not end by SIGINT as the program did, but passes 130 on. Its remarks on how
 * the program ended are nobody's business.
 */
const settleIn = [
  'cd -- "$1" 2>/dev/null || cd /',
  'setpriv=$2',
  'shift 2',
  'hear="env --default-signal=INT,QUIT"',
  '$hear true 2>/dev/null || hear=',
  'exec 3>&2 2>/dev/null',
  `$hear "$setpriv" --pdeathsig KILL -- /bin/sh -c 'exec "$@"' vethlab "$@" 2>&3 3>&-`,
  'exit $?',
].join('; ')

/** The namespace's file, opened on the way in with the sandbox's own; for `host` the anchor's is the one. */
const netFile = ({ anchor, namespace }: Place): string =>
  namespace === hostNamespace ? '' : `=/proc/${anchor.pid}/root${netnsDirectory}/${namespace}`

/** Processes between the keeper and process 1 of its sandbox: two unshare(1). */
const maxAncestors = 3

/**
 * The user namespace to enter. Every program that is started drops its capabilities unless it runs as root (user
 * namespaces(7), capabilities(7)), so it must be one in which we are root: the sandbox's own, or, where that one knows us
 * only as ourselves, the one around it, which has power over all that is inside.
 */
function userWords(anchor: number): string[] {
  const file = rootNamespaceOf(anchor)
  return file === null ? [] : [`--user=${file}`, '--preserve-credentials']
}

/** The file of that user namespace; null where root made the sandbox without one. */
export function rootNamespaceOf(anchor: number): string | null {
  const own = userNamespace('self')
  let pid: number | string = anchor
  for (let step = 0; step <= maxAncestors; step++) {
    // Root makes its sandbox without a user namespace.
    if (userNamespace(pid) === own) break
    if (mapsRoot(pid)) return `/proc/${pid}/ns/user`
    pid = parentOf(pid)
  }
  return userNamespace(anchor) === own ? null : `/proc/${anchor}/ns/user`
}

const userNamespace = (pid: number | string): string => readlinkSync(`/proc/${pid}/ns/user`)

/** /proc/PID/uid_map has lines of first id inside, first id outside, how many. */
const mapsRoot = (pid: number | string): boolean => /^\s*0\s/m.test(readFileSync(`/proc/${pid}/uid_map`, 'utf8'))

const parentOf = (pid: number | string): string =>
  /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '1'

/** Whether programs there have a resolv.conf or hosts of their own, which only `ip netns exec` puts in place. */
const hasFiles = ({ anchor, namespace }: Place): boolean =>
  namespace !== hostNamespace &&
  netnsFiles.some((file) => existsSync(`/proc/${anchor.pid}/root${netnsDirectoryOf(namespace)}/${file}`))

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
  return basename(shell) === 'bash' && process.stdin.isTTY
    ? [shell, '--rcfile', resourceFile('shell/bashrc'), '-i']
    : [shell]
}

function environmentInside({ lab, namespace }: Place): NodeJS.ProcessEnv {
  const environment = userEnvironment(process.env)
  const path = (environment['PATH'] ?? '/usr/bin:/bin').split(':')
  // Users of Debian have no sbin in their PATH, where ip, nft and tcpdump live.
  const missing = ['/usr/sbin', '/sbin'].filter((directory) => !path.includes(directory))
  return {
    ...environment,
    PATH: [...path, ...missing].join(':'),
    VETHLAB_LAB: lab,
    VETHLAB_NS: namespace,
    PS1: `${namespace}# `,
  }
}

/** nsenter(1) and a shell wait between us and the program, and pass no signal on: the program is the one to tell. */
function send(nsenter: number | undefined, signal: NodeJS.Signals): void {
  if (nsenter === undefined) return
  try {
    let pids = [nsenter]
    for (let depth = 0; depth < 2; depth++) {
      const below = pids.flatMap(childrenOf)
      if (below.length > 0) pids = below
    }
    for (const pid of pids) process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
