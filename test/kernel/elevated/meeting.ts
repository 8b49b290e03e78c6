/** The place where an elevated helper finds its shell, made by a test, so that anything about it can be wrong. */
import { spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node'
import { channelReader, channelWriter, lineChannel, type TextChannel } from '../../../electron/core/channel.js'
import { shakeHands } from '../../../electron/core/handshake.js'
import { heartbeat, maxMessageBytes } from '../../../electron/core/rpc.js'
import { root } from '../support/build.js'
import type { Running } from '../support/world.js'
import type { Machine } from './machine.js'

export const helperFile = join(root, 'dist/node/helper.js')

export class Meeting {
  readonly path: string
  readonly secret = randomBytes(32)
  private readonly server: Server
  /** Whoever has connected. */
  readonly peers: Socket[] = []

  constructor(
    private readonly machine: Machine,
    name = `vethlab-${randomBytes(8).toString('hex')}`,
  ) {
    this.path = join(machine.world.runtime, name)
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {})
      this.peers.push(socket)
    })
  }

  /** As a shell makes it. */
  async make(): Promise<this> {
    const { world } = this.machine
    mkdirSync(this.path, { mode: 0o700 })
    writeFileSync(this.token, this.secret, { mode: 0o600 })
    await new Promise<void>((resolve) => this.server.listen(this.socket, resolve))
    chmodSync(this.socket, 0o600)
    for (const each of [this.path, this.token, this.socket]) world.give(each)
    return this
  }

  get token(): string {
    return join(this.path, 'token')
  }
  get socket(): string {
    return join(this.path, 'socket')
  }

  /** The helper's connection, once it has come. */
  async peer(): Promise<Socket> {
    const [first] = this.peers
    return first ?? new Promise((resolve) => this.server.once('connection', resolve))
  }

  /** Plays the shell. */
  shake(socket: Socket, secret = this.secret): Promise<boolean> {
    return shakeHands('shell', socket, {
      nonce: () => randomBytes(32).toString('hex'),
      mac: (text) => createHmac('sha256', secret).update(text).digest('hex'),
      same: (one, other) => one === other,
    })
  }

  /** The socket stays, with nobody behind it: as after a kill. */
  forget(): void {
    renameSync(this.socket, `${this.socket}-kept`)
    this.server.close()
    renameSync(`${this.socket}-kept`, this.socket)
  }

  close(): void {
    for (const socket of this.peers) socket.destroy()
    this.server.close()
  }
}

export interface Helper {
  readonly channel: TextChannel
  readonly connection: MessageConnection
  /** What it has said and how it ended. */
  readonly running: Pick<Running, 'ended' | 'stderr'>
}

/** Starts the helper as sudo(8) does for this user. */
export function startHelper(machine: Machine, path: string, environment?: NodeJS.ProcessEnv): Helper['running'] {
  const words = [...machine.inside, process.execPath, helperFile, 'elevated', '--connect', path]
  const child = spawn(words[0] as string, words.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...(environment ?? { SUDO_UID: String(machine.user.uid) }) },
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString()))
  const started = Date.now()
  const ended: Running['ended'] = new Promise((resolve) =>
    child.once('close', (status, signal) =>
      resolve({ status, signal, stdout: '', stderr, bytes: Buffer.alloc(0), ms: Date.now() - started }),
    ),
  )
  return { ended, stderr: () => stderr }
}

/** A helper that has found its shell, which is the test. */
export async function meetHelper(machine: Machine, { beats = true } = {}): Promise<Helper> {
  const meeting = await new Meeting(machine).make()
  const running = startHelper(machine, meeting.path)
  const socket = await meeting.peer()
  if (!(await meeting.shake(socket))) throw new Error(`no handshake: ${running.stderr()}`)
  const channel = lineChannel(socket, maxMessageBytes)
  const connection = createMessageConnection(channelReader(channel, maxMessageBytes), channelWriter(channel))
  connection.onError(() => {})
  connection.listen()
  const beat = async (): Promise<unknown> => connection.sendRequest('session/beat', {})
  const timer = beats ? setInterval(() => void beat().catch(() => {}), heartbeat.everyMs) : undefined
  void running.ended.then(() => {
    clearInterval(timer)
    meeting.close()
  })
  return { channel, connection, running }
}
