/** A fresh network for one test file: own network, mount and process namespaces, in which the real worker runs. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, expect } from 'vitest'
import { applyChanges } from '../../../electron/core/live/apply.js'
import type { LiveNamespace, LiveState } from '../../../electron/core/live/state.js'
import type { KernelStep } from '../../../electron/core/plan/step.js'
import type {
  KernelChange,
  KernelNamespace,
  WorkerEvents,
  WorkerRequestName,
  WorkerRequests,
} from '../../../electron/helper/kernel/protocol.js'
import { atRest } from '../support/at-rest.js'
import { patienceMs, until } from '../support/until.js'
import { unprivilegedUser } from '../support/user.js'
import type { DriverAnswer } from './driver.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Who the worker is outside of its sandbox. */
export type User = 'root' | 'a user'

const namespacesOf = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
const account = process.getuid?.() === 0 ? unprivilegedUser().name : ''
const asUser: Record<User, readonly string[]> = {
  root: ['unshare', ...namespacesOf],
  'a user': [
    ...['setpriv', `--reuid=${account}`, `--regid=${account}`, '--init-groups'],
    ...['unshare', '--user', '--map-root-user', '--map-auto', ...namespacesOf, '--propagation', 'slave'],
  ],
}

/** Why tests as this user cannot run here, or null. */
export function whyNot(user: User): string | null {
  if (process.getuid?.() !== 0) return 'needs root to start'
  const [command = '', ...args] = asUser[user]
  const tried = spawnSync(command, [...args, 'true'], { encoding: 'utf8', timeout: 5000 })
  return tried.status === 0 ? null : tried.stderr.trim() || `exit code ${tried.status}`
}

let built: Promise<string> | null = null
const bundles: string[] = []
afterAll(() => {
  for (const directory of bundles) rmSync(directory, { recursive: true, force: true })
})

/** Bundles the driver and the worker once per test file, as the real build does, where any user can read them. */
function bundle(): Promise<string> {
  built ??= (async () => {
    const directory = mkdtempSync(join(tmpdir(), 'vethlab-worker-'))
    chmodSync(directory, 0o755)
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
    bundles.push(directory)
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      build: {
        ssr: true,
        target: 'node20',
        outDir: join(directory, 'node'),
        minify: false,
        rolldownOptions: {
          input: {
            driver: join(root, 'test/kernel/worker/driver.ts'),
            'kernel-worker': join(root, 'electron/helper/kernel/worker.ts'),
            'namespace-maker': join(root, 'electron/helper/kernel/spares/maker.ts'),
          },
          external: [/^node:/, 'koffi'],
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
        },
      },
      ssr: { noExternal: true, external: ['koffi'] },
    })
    return join(directory, 'node')
  })()
  return built
}

export interface ShellResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export class Refused extends Error {
  constructor(
    readonly errno: number,
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

export const watchedSysctls = [
  'net.ipv4.ip_forward',
  'net.ipv4.ip_default_ttl',
  'net.ipv6.conf.all.disable_ipv6',
  'net.ipv6.conf.all.forwarding',
  'net.bridge.bridge-nf-call-iptables',
]

export class Sandbox {
  /** Milliseconds that the last request took inside the driver. */
  lastMs = 0
  /** The state as a client keeps it: the answer to `open`, and every change since. */
  live: LiveState = { revision: 0, namespaces: [] }
  readonly events: { readonly event: string; readonly payload: unknown }[] = []
  readonly #child: ChildProcessWithoutNullStreams
  readonly #exited: Promise<unknown>
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #listeners = new Set<() => void>()
  #nextId = 1
  #errors = ''

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text))
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(JSON.parse(line) as DriverAnswer))
    this.#exited = new Promise((resolve) =>
      child.once('close', () => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`The driver has ended: ${this.#errors}`))
        this.#waiting.clear()
        resolve(null)
      }),
    )
  }

  /** Starts the driver; unless told otherwise, opens the worker too. */
  static async start(user: User, open = true): Promise<Sandbox> {
    const directory = await bundle()
    const [command = '', ...args] = asUser[user]
    const init = `mount -t tmpfs tmpfs /run && mkdir /run/netns && ip link set lo up && "$0" "$1"; exit $?`
    const child = spawn(command, [...args, 'sh', '-c', init, process.execPath, join(directory, 'driver.js')], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      cwd: '/',
    })
    const sandbox = new Sandbox(child)
    if (open) await sandbox.open()
    return sandbox
  }

  async open(): Promise<readonly KernelNamespace[]> {
    const { namespaces } = await this.request('open', { netnsDirectory: '/run/netns', watchedSysctls })
    this.live = { revision: 0, namespaces: namespaces.map(whole) }
    // Threads of the worker's own read their programs meanwhile, which would be counted among the open files.
    await until('the files that are open stay', async () => {
      const before = await this.openFiles()
      await new Promise((resolve) => setTimeout(resolve, 40))
      return (await this.openFiles()) === before
    })
    return namespaces
  }

  #take(answer: DriverAnswer): void {
    if ('event' in answer) {
      this.events.push(answer)
      if (answer.event === 'changed') {
        const { changes } = answer.payload as WorkerEvents['changed']
        this.live = applyChanges(this.live, this.live.revision + 1, changes as readonly KernelChange[])
      }
      for (const listener of this.#listeners) listener()
      return
    }
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('value' in answer) {
      this.lastMs = answer.ms
      waiting?.resolve(answer.value)
    } else if ('refusal' in answer)
      waiting?.reject(new Refused(answer.refusal.errno, answer.refusal.code, answer.refusal.message))
    else waiting?.reject(new Error(answer.bug))
  }

  #send(message: object): Promise<unknown> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.stdin.write(`${JSON.stringify({ id, ...message })}\n`)
    })
  }

  request<N extends WorkerRequestName>(name: N, params: WorkerRequests[N][0]): Promise<WorkerRequests[N][1]> {
    return this.#send({ kind: 'request', name, params }) as Promise<WorkerRequests[N][1]>
  }

  /** Runs steps and expects all of them to be done. */
  async run(...steps: readonly KernelStep[]): Promise<void> {
    const { done, error } = await this.request('run', { steps, progress: false })
    if (error) throw new Refused(error.errno, error.code, `${JSON.stringify(steps[done])}: ${error.message}`)
  }

  /** Runs one step and returns what refused it. */
  async refusalOf(step: KernelStep): Promise<{ code: string; message: string } | null> {
    const { error } = await this.request('run', { steps: [step], progress: false })
    return error && { code: error.code, message: error.message }
  }

  shell(command: string): Promise<ShellResult> {
    return this.#send({ kind: 'shell', command }) as Promise<ShellResult>
  }

  /** Runs a command in a namespace (`host`: the sandbox's own) and expects it to succeed; returns what it printed. */
  async output(namespace: string, command: string): Promise<string> {
    const enter = namespace === 'host' ? '' : `nsenter --net=/run/netns/${namespace} `
    const { code, stdout, stderr } = await this.shell(`${enter}${command}`)
    if (code !== 0) throw new Error(`${command}: ${stderr}`)
    return stdout
  }

  async json(namespace: string, command: string): Promise<Record<string, unknown>[]> {
    const text = await this.output(namespace, command)
    return text.trim() === '' ? [] : (JSON.parse(text) as Record<string, unknown>[])
  }

  openFiles(): Promise<number> {
    return this.#send({ kind: 'open-files' }) as Promise<number>
  }

  /** Open files once none comes or goes: the worker's other threads open and close theirs at their own time. */
  steadyFiles(): Promise<number> {
    return atRest('no file comes or goes', () => this.openFiles())
  }

  /** Waits until so many files are open. */
  async untilOpen(count: number): Promise<void> {
    await until(`${count} files are open`, async () => (await this.openFiles()) === count).catch(async () => {
      expect(await this.openFiles()).toBe(count)
    })
  }

  async closeFile(fd: number): Promise<void> {
    await this.#send({ kind: 'close-file', fd })
  }

  namespace(name: string): LiveNamespace | undefined {
    return this.live.namespaces.find((namespace) => namespace.name === name)
  }

  /** Waits until pushed changes make it true. */
  async until(what: string, holds: () => boolean, limitMs = patienceMs): Promise<void> {
    if (holds()) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(check)
        reject(new Error(`Not within ${limitMs} ms: ${what}\n${this.#errors}`))
      }, limitMs)
      const check = (): void => {
        if (!holds()) return
        clearTimeout(timer)
        this.#listeners.delete(check)
        resolve()
      }
      this.#listeners.add(check)
    })
  }

  async stop(): Promise<void> {
    this.#child.stdin.end()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs)
    await this.#exited
    clearTimeout(timer)
  }
}

const whole = (namespace: KernelNamespace): LiveNamespace => ({
  ...namespace,
  ruleset: { nft: [], iptables: [] },
  services: [],
})
