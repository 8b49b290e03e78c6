/**
 * The only place of the helper that starts a program. Absolute paths from a fixed list of directories, a cleared
 * environment, no shell, bounded in time and output.
 */
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { hostNamespace } from '../core/lab/lab.js'

/** Where system programs live; never the caller's PATH. */
const directories = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const
const environment = { PATH: directories.join(':'), LC_ALL: 'C' }

/** Longest a tool may take, milliseconds: iptables waits for its lock at most this long. */
const timeLimitMs = 20_000
/** Most a tool may print, bytes: a ruleset of 100 000 rules stays below. */
const outputLimit = 64 * 1024 * 1024

export const netnsDirectory = '/run/netns'

export interface Ran {
  /** Exit code; -1 where it did not exit by itself. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Whether programs end with us, however we end. In a sandbox everything does. On the machine itself a program that works
 * on after we were killed would change something behind the back of whoever undoes what we did.
 */
let endWithUs = false
export function endProgramsWithUs(): void {
  endWithUs = true
}

/** Where namespaces that others have made are found, in a process that only looks; null: in the netns directory. */
let fileOf: ((namespace: string) => string | null) | null = null
export function findNamespacesBy(find: (namespace: string) => string | null): void {
  fileOf = find
}

const found = new Map<string, string | null>()

/** Absolute path of a system program, or null where it is missing. */
export function programPath(name: string): string | null {
  const known = found.get(name)
  if (known !== undefined) return known
  const path =
    directories
      .map((directory) => `${directory}/${name}`)
      .find((candidate) => {
        try {
          accessSync(candidate, constants.X_OK)
          return true
        } catch {
          return false
        }
      }) ?? null
  found.set(name, path)
  return path
}

/** Runs a program in a namespace of the lab and gathers what it says. A missing program is a result, not an exception. */
export function runIn(namespace: string, program: string, args: readonly string[], input = ''): Promise<Ran> {
  const path = programPath(program)
  if (path === null) return Promise.resolve({ status: -1, stdout: '', stderr: `${program}: not installed` })
  if (namespace === hostNamespace) return run(path, args, input)
  const nsenter = programPath('nsenter')
  if (nsenter === null) return Promise.resolve({ status: -1, stdout: '', stderr: 'nsenter: not installed' })
  const file = fileOf === null ? `${netnsDirectory}/${namespace}` : fileOf(namespace)
  if (file === null) return Promise.resolve({ status: -1, stdout: '', stderr: `${namespace}: it is gone` })
  return run(nsenter, [`--net=${file}`, '--', path, ...args], input)
}

function run(path: string, args: readonly string[], input: string): Promise<Ran> {
  const setpriv = endWithUs ? programPath('setpriv') : null
  const [file, words] = setpriv === null ? [path, args] : [setpriv, ['--pdeathsig', 'KILL', '--', path, ...args]]
  return new Promise((resolve) => {
    const child = execFile(
      file,
      words,
      { env: environment, timeout: timeLimitMs, killSignal: 'SIGKILL', maxBuffer: outputLimit, cwd: '/' },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({ status, stdout, stderr: stderr || (status === -1 && error ? error.message : '') })
      },
    )
    // A program that ends without reading its input is no error of ours.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}
