/** A client of a keeper's or a window's door that sends what it is told, byte for byte. */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { until } from '../support/until.js'
import type { Flooded } from './changed-messages.js'
import type { Answer } from './helper.js'

/** Resident memory of a process (bytes). */
export const residentMemory = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024

export class RawClient implements Flooded {
  readonly answers: Answer[] = []
  private nextId = 1_000_000_000
  private over = false

  private constructor(
    /** Of the process behind the door. */
    private readonly pid: number,
    private readonly carrier: {
      send(texts: readonly string[]): Promise<void>
      bytes(bytes: Buffer): void
      end(): void
    },
  ) {}

  /** By a Unix socket, one message a line. */
  static async bySocket(path: string, pid: number): Promise<RawClient> {
    const socket: Socket = connect(path)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve())
      socket.once('error', reject)
    })
    const client = new RawClient(pid, {
      send: (texts) => new Promise((resolve) => socket.write(`${texts.join('\n')}\n`, () => resolve())),
      bytes: (bytes) => void socket.write(bytes),
      end: () => void socket.destroy(),
    })
    let rest = ''
    socket.setEncoding('utf8')
    socket.on('error', () => {})
    socket.on('close', () => (client.over = true))
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) client.heard(line)
    })
    return client
  }

  /** By a WebSocket, as a page of this address. */
  static async byWebSocket(url: string, token: string, pid: number): Promise<RawClient> {
    const { host, origin } = new URL(url)
    const socket = new WebSocket(`ws://${host}/session`, { headers: { Origin: origin }, perMessageDeflate: false })
    const client = new RawClient(pid, {
      send: (texts) =>
        new Promise((resolve) =>
          texts.forEach((text, n) => socket.send(text, () => n === texts.length - 1 && resolve())),
        ),
      bytes: (bytes) => socket.send(bytes, { binary: false }),
      end: () => socket.terminate(),
    })
    socket.on('error', () => {})
    socket.on('close', () => (client.over = true))
    socket.on('message', (data) => client.heard(String(data)))
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve())
      socket.once('close', () => reject(new Error('refused')))
    })
    const opened = await client.ask('shell/open', { token })
    if (opened.error) throw new Error(opened.error.message)
    client.secret = (opened.result as { readonly secret: string }).secret
    return client
  }

  /** With which a window comes back. */
  secret = ''

  send(texts: readonly string[]): Promise<void> {
    return this.carrier.send(texts)
  }

  bytes(bytes: Buffer): void {
    this.carrier.bytes(bytes)
  }

  async ask(method: string, params: object): Promise<Answer> {
    const id = this.nextId++
    await this.send([JSON.stringify({ jsonrpc: '2.0', id, method, params })])
    return until(
      `the answer to ${method}`,
      () => {
        if (this.over) throw new Error('the connection has ended')
        return this.answers.find((each) => each.id === id)
      },
      60_000,
    )
  }

  memory(): number {
    return residentMemory(this.pid)
  }

  get ended(): boolean {
    return this.over
  }

  end(): void {
    this.carrier.end()
  }

  private heard(text: string): void {
    const message = JSON.parse(text) as Answer & { readonly method?: string }
    if (message.method === undefined) this.answers.push(message)
  }
}
