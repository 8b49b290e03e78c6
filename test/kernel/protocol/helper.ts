/** A helper in a sandbox of its own, spoken to without any client between: what is sent is what arrives, byte for byte. */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { errorCodes, protocolVersion } from '../../../electron/core/rpc.js'
import { build, root } from '../support/build.js'
import { until } from '../support/until.js'

export interface Answer {
  readonly id: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
}

const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'slave']
const isRoot = process.getuid?.() === 0

/** Node's own code for a parse error and for an envelope that is none; JSON-RPC 2.0, section 5.1. */
export const invalidRequest = -32600

/** What a helper may say to a message that is not as the contract has it. Anything else is a bug. */
export const refusals: readonly number[] = [
  invalidRequest,
  errorCodes.invalidParams,
  errorCodes.unknownMethod,
  errorCodes.notOpen,
]

export class RawHelper {
  readonly answers: Answer[] = []
  private stderrText = ''
  private rest = ''
  private ended = false
  private nextId = 1_000_000_000

  private constructor(
    private readonly socket: Socket,
    private readonly child: ReturnType<typeof spawn>,
  ) {
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => this.heard(chunk))
    socket.on('error', () => {})
    socket.on('close', () => (this.ended = true))
    child.stderr?.setEncoding('utf8')
    child.stderr?.on('data', (chunk: string) => (this.stderrText += chunk))
    child.once('exit', () => (this.ended = true))
  }

  static async start({ open = true } = {}): Promise<RawHelper> {
    await build()
    const user = isRoot ? [] : ['--user', '--map-root-user']
    const child = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'unshare', ...user, ...namespaces],
        ...['sh', join(root, 'resources/sandbox-init.sh')],
        ...[process.execPath, join(root, 'dist/node/helper.js'), isRoot ? 'root' : 'one-id'],
      ],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: { ...process.env, UV_THREADPOOL_SIZE: '8' } },
    )
    const helper = new RawHelper(child.stdio[3] as Socket, child)
    if (open) await helper.ask('session/open', { protocol: protocolVersion })
    return helper
  }

  /** Writes the bytes as they are; resolves when the socket has taken them. */
  write(text: string | Buffer): Promise<void> {
    return new Promise((resolve) => this.socket.write(text, () => resolve()))
  }

  send(texts: readonly string[]): Promise<void> {
    return this.write(`${texts.join('\n')}\n`)
  }

  /** A request as the contract has it, and its answer. */
  async ask(method: string, params: object): Promise<Answer> {
    const id = this.nextId++
    await this.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    const answer = await until(
      `the answer to ${method}`,
      () => {
        if (this.ended) throw new Error(`the helper has ended: ${this.stderrText}`)
        return this.answers.find((each) => each.id === id)
      },
      60_000,
    )
    return answer
  }

  /** From now on nothing that the helper says is read. */
  deaf(): void {
    this.socket.pause()
  }

  /** Resolves when the helper has used no processor time for a while: it waits for somebody. */
  async idle(): Promise<void> {
    const used = (): string => {
      const [, rest = ''] = readFileSync(`/proc/${this.helperPid()}/stat`, 'utf8').split(') ')
      return rest.split(' ').slice(11, 13).join(' ')
    }
    let before = ''
    let same = 0
    await until(
      'an idle helper',
      () => {
        const now = used()
        same = now === before ? same + 1 : 0
        before = now
        return same >= 50
      },
      60_000,
    )
  }

  get alive(): boolean {
    return !this.ended
  }

  get stderr(): string {
    return this.stderrText
  }

  /** Resident memory of the helper itself (bytes). */
  memory(): number {
    const status = readFileSync(`/proc/${this.helperPid()}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024
  }

  /** Of the helper's sandbox, by iproute2 and friends. */
  inside(...words: string[]): string {
    const user = isRoot ? [] : ['--user', '--preserve-credentials']
    const target = ['--target', String(this.helperPid()), ...user, '--mount', '--net', '--pid', '--']
    const ran = spawnSync('nsenter', [...target, ...words], { encoding: 'utf8', env: { PATH: process.env['PATH'] } })
    return ran.stdout
  }

  stop(): void {
    this.socket.destroy()
    this.child.kill('SIGKILL')
  }

  private helperPid(): number {
    const children = (pid: number): number[] =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
    const find = (pid: number): number | undefined => {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1]?.endsWith('helper.js')) return pid
      for (const child of children(pid)) {
        const found = find(child)
        if (found !== undefined) return found
      }
      return undefined
    }
    const pid = find(this.child.pid as number)
    if (pid === undefined) throw new Error('no helper runs in the sandbox')
    return pid
  }

  private heard(chunk: string): void {
    const lines = (this.rest + chunk).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      const message = JSON.parse(line) as Answer & { readonly method?: string }
      if (message.method === undefined) this.answers.push(message)
    }
  }
}
