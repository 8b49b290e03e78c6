/** A private corner for one test file: directories of its own, commands in it, and what they leave behind. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { build, cliFile } from './build.js'
import { patienceMs, until } from './until.js'
import { isRoot, unprivilegedUser, userWithOneId, type User } from './user.js'

export interface Ran {
  /** Exit code; null where a signal ended it. */
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output, unread as text. */
  readonly bytes: Buffer
  readonly ms: number
}

export interface RunOptions {
  readonly input?: string | Buffer
  /** Kills it after so many milliseconds, which fails the test. */
  readonly limitMs?: number
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Words in front, run before root becomes the world's user, e.g. unshare(1). */
  readonly before?: readonly string[]
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ran>
  stdout(): string
  stderr(): string
  /** The process that was asked for; `setpriv` has become it. */
  readonly pid: number
}

export interface Leftovers {
  /** `PID COMMAND`. */
  readonly processes: readonly string[]
  /** Files in the runtime and temporary directories. */
  readonly files: readonly string[]
}

/** A program that takes longer than this hangs, on however busy a machine. */
const runLimitMs = 2 * patienceMs

export class World {
  /** In the environment of everything started here, and so in that of every descendant. */
  private readonly mark = `vethlab-test-${randomBytes(6).toString('hex')}`
  readonly directory: string
  readonly runtime: string
  readonly temporary: string
  readonly home: string

  /** Words before every command, before even the user is changed: namespaces to run it in. */
  around: readonly string[] = []

  private constructor(readonly user: User | null) {
    // Below /tmp by name: socket paths are short, and os.tmpdir() may be private to root.
    this.directory = mkdtempSync('/tmp/vethlab-world-')
    this.runtime = join(this.directory, 'run')
    this.temporary = join(this.directory, 'tmp')
    this.home = join(this.directory, 'home')
    chmodSync(this.directory, 0o755)
    for (const path of [this.runtime, this.temporary, this.home]) {
      mkdirSync(path, { mode: 0o700 })
      this.give(path)
    }
  }

  /** As an unprivileged user. */
  static async ofUser(): Promise<World> {
    await build()
    return new World(unprivilegedUser())
  }

  /** As somebody with a single id inside the sandbox; without root, as ourselves. */
  static async ofUserWithOneId(): Promise<World> {
    await build()
    return new World(userWithOneId() ?? unprivilegedUser())
  }

  /** As whoever runs the tests: root in CI. */
  static async ofSelf(): Promise<World> {
    await build()
    return new World(null)
  }

  /** Makes a file the user's own; of a link, the link itself. */
  give(path: string): void {
    if (isRoot && this.user) lchownSync(path, this.user.uid, this.user.gid)
  }

  /** A file that the user may read. */
  file(name: string, content: string | Buffer): string {
    const path = join(this.directory, name)
    writeFileSync(path, content)
    this.give(path)
    return path
  }

  environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'C.UTF-8',
      TERM: 'xterm',
      // Nobody's start-up files run, and nothing of anybody's is in the way of a test that kills a shell.
      HOME: this.home,
      SHELL: '/bin/bash',
      XDG_RUNTIME_DIR: this.runtime,
      TMPDIR: this.temporary,
      VETHLAB_TEST: this.mark,
      ...extra,
    }
  }

  /** Starts a program as the world's user, in a process group of its own so that a test can play the keyboard. */
  start(words: readonly string[], options: RunOptions = {}): Running {
    const { user } = this
    const become =
      isRoot && user
        ? ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--', ...words]
        : words
    const whole = [...this.around, ...(options.before ?? []), ...become]
    const started = Date.now()
    const child = spawn(whole[0] as string, whole.slice(1), {
      cwd: options.cwd ?? this.directory,
      env: this.environment(options.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.stdin.on('error', () => {})
    if (options.input !== undefined) child.stdin.end(options.input)
    const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8')
    const ended = new Promise<Ran>((resolve, reject) => {
      const limit = setTimeout(() => {
        child.kill('SIGKILL')
        reject(
          new Error(
            `${words.join(' ')}: still running after ${options.limitMs ?? runLimitMs} ms\n${text(out)}${text(err)}`,
          ),
        )
      }, options.limitMs ?? runLimitMs)
      child.once('error', reject)
      child.once('close', (status, signal) => {
        clearTimeout(limit)
        resolve({
          status,
          signal,
          stdout: text(out),
          stderr: text(err),
          bytes: Buffer.concat(out),
          ms: Date.now() - started,
        })
      })
    })
    ended.catch(() => {})
    return { child, ended, stdout: () => text(out), stderr: () => text(err), pid: child.pid as number }
  }

  run(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.start(words, { input: '', ...options }).ended
  }

  /** `vethlab ...` as built. */
  cli(...words: string[]): Promise<Ran> {
    return this.run([process.execPath, cliFile, ...words])
  }

  startCli(words: readonly string[], options: RunOptions = {}): Running {
    return this.start([process.execPath, cliFile, ...words], options)
  }

  runCli(words: readonly string[], options: RunOptions): Promise<Ran> {
    return this.run([process.execPath, cliFile, ...words], options)
  }

  /** Processes that descend from commands of this world, wherever they have gone. */
  processes(): { readonly pid: number; readonly command: string }[] {
    return readdirSync('/proc').flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return []
      try {
        if (!readFileSync(`/proc/${entry}/environ`, 'utf8').includes(this.mark)) return []
        return [
          { pid: Number(entry), command: readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() },
        ]
      } catch {
        return []
      }
    })
  }

  /** Network namespaces that those processes are in, besides our own. */
  networks(): string[] {
    const own = readlinkSync('/proc/self/ns/net')
    const found = this.processes().flatMap(({ pid }) => {
      try {
        return [readlinkSync(`/proc/${pid}/ns/net`)]
      } catch {
        return []
      }
    })
    return [...new Set(found)].filter((each) => each !== own)
  }

  leftovers(): Leftovers {
    return {
      processes: this.processes().map(({ pid, command }) => `${pid} ${command}`),
      files: [join(this.runtime, 'vethlab'), this.temporary].flatMap((directory) => {
        try {
          return readdirSync(directory, { recursive: true }).map((file) => join(directory, String(file)))
        } catch {
          return []
        }
      }),
    }
  }

  /** Waits until the commands of this world have left nothing; the error names what they have. */
  async untilNothingIsLeft(limitMs = patienceMs): Promise<void> {
    let last = this.leftovers()
    await until(
      'nothing is left',
      () => {
        last = this.leftovers()
        return last.processes.length === 0 && last.files.length === 0
      },
      limitMs,
    ).catch(() => {
      // The next test must not stumble over it.
      this.killAll()
      throw new Error(`left behind: ${JSON.stringify(last, null, 2)}`)
    })
  }

  /** Every process that descends from a command of this world, wherever it has gone. */
  killAll(): void {
    for (const { pid } of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It went with another one.
      }
    }
    rmSync(join(this.runtime, 'vethlab'), { recursive: true, force: true })
  }

  /** Ends and removes everything, whatever the tests did. */
  dispose(): void {
    this.killAll()
    rmSync(this.directory, { recursive: true, force: true })
    this.user?.dispose()
  }
}

/** Number of a signal, for exit codes of the form 128 + number. */
export const signalNumber = (name: NodeJS.Signals): number => constants.signals[name]

/** What the machine's own network looks like: the same before and after, whatever a test does. */
export function dumpDefaultNamespace(): string {
  const ask = (program: string, ...args: string[]): string => {
    const ran = spawnSync(program, args, { encoding: 'utf8', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } })
    return `$ ${program} ${args.join(' ')}\n${ran.stdout}`
  }
  const lines = [
    ask('ip', '-o', 'link', 'show'),
    // The remaining life of an address counts down.
    ask('ip', '-o', 'addr', 'show').replace(/ (valid_lft|preferred_lft) \S+/g, ''),
    ask('ip', 'route', 'show', 'table', 'all'),
    ask('ip', '-6', 'route', 'show', 'table', 'all').replace(/ expires \S+/g, ''),
    ask('ip', 'rule', 'show'),
    ask('ip', 'netns', 'list'),
    ask('sysctl', 'net.ipv4.ip_forward', 'net.ipv4.conf.all', 'net.ipv4.conf.default', 'net.ipv6.conf.all.forwarding'),
    ask('nft', 'list', 'ruleset').replace(/packets \d+ bytes \d+/g, ''),
  ]
  return lines.join('\n')
}
