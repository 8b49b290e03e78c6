/**
 * The only place of the helper that starts a program. Absolute paths from a fixed list of directories, a cleared
 * environment, no shell, bounded in time and output.
 */
import { execFile, spawn } from 'node:child_process'
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

/** A program that runs until it is stopped. */
export interface KeptProgram {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Asks it to end; resolves when it has. */
  stop(): Promise<void>
}

/** What a server of the lab may do, be it root: open low ports and raw sockets, and give leases to those without an address. */
const keptCapabilities = '-all,+net_bind_service,+net_raw,+net_admin'
/** A program says within this time that it is ready (milliseconds). */
const readyLimitMs = 10_000
/** One that was asked to end and does not is ended after this long (milliseconds). */
const stopLimitMs = 2000
/** Most that is kept of what it says until it is ready, bytes. */
const sayingLimit = 16 * 1024

export interface Keeping {
  /** Finds the line by which it says that it is ready. */
  readonly ready: RegExp
  /** Ends it at once, ready or not. */
  readonly dropped: AbortSignal
  /** A script that prepares a mount namespace for it alone, and then starts what it is given. */
  readonly apart?: string | null
  /** Told each line that it writes, as long as it runs. */
  readonly heard?: (line: string) => void
}

/**
 * Starts a program in a namespace of the lab, and returns when it is ready; or what it said, where it ended before, or why
 * it was ended. It ends with us, and can do nothing but what a server of a network needs.
 */
export async function keepIn(
  namespace: string,
  program: string,
  args: readonly string[],
  { ready, dropped, apart = null, heard = () => {} }: Keeping,
): Promise<KeptProgram | { readonly refused: string }> {
  const path = programPath(program)
  if (path === null) return { refused: `${program}: not installed` }
  const [setpriv, nsenter, unshare] = ['setpriv', 'nsenter', 'unshare'].map(programPath)
  if (!setpriv || !nsenter || !unshare) return { refused: 'setpriv, nsenter and unshare: not installed' }
  if (dropped.aborted) return { refused: `${program}: ${namespace} is gone` }
  const into = namespace === hostNamespace ? [] : [nsenter, `--net=${netnsDirectory}/${namespace}`, '--']
  const alone = apart === null ? [] : [unshare, '--mount', '--', '/bin/sh', apart]
  const [file = '', ...words] = [
    ...into,
    ...alone,
    ...[setpriv, '--pdeathsig', 'KILL', '--no-new-privs', '--bounding-set', keptCapabilities, '--', path, ...args],
  ]
  const child = spawn(file, words, { env: environment, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  const kill = (): void => void child.kill('SIGKILL')
  dropped.addEventListener('abort', kill)
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('close', () => resolve())
  })
  void ended.then(() => dropped.removeEventListener('abort', kill))
  /** Null once it is ready: what it says later must not fill a pipe, and is not kept. */
  let saying: string | null = ''
  let rest = ''
  const isReady = new Promise<boolean>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).slice(-sayingLimit).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) heard(line)
      if (saying === null) return
      saying = (saying + text).slice(0, sayingLimit)
      if (!lines.some((line) => ready.test(line))) return
      saying = null
      resolve(true)
    })
    void ended.then(() => resolve(false))
  })
  let isLate = false
  const limit = setTimeout(() => {
    isLate = true
    kill()
  }, readyLimitMs)
  const began = await isReady
  clearTimeout(limit)
  if (dropped.aborted) return { refused: `${program}: ${namespace} is gone` }
  if (isLate) return { refused: `${program}: it was not ready within ${readyLimitMs / 1000} s` }
  if (!began) return { refused: saying ?? '' }
  return {
    ended,
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(kill, stopLimitMs)
      await ended
      clearTimeout(late)
    },
  }
}
