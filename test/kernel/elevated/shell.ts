/** A user's shell on a test's machine, with the test as its window. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { build } from 'vite'
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node'
import { channelReader, channelWriter, lineChannel, type TextChannel } from '../../../electron/core/channel.js'
import {
  maxMessageBytes,
  type NotificationName,
  type Notifications,
  type Params,
  type RequestName,
  type Results,
} from '../../../electron/core/rpc.js'
import type { HelperWaiting, ShellParams, ShellRequestName, ShellResults } from '../../../electron/core/rpc-shell.js'
import { root } from '../support/build.js'
import { helperFile } from './meeting.js'
import type { Machine, Started } from './machine.js'

/** The program beside names of the built helper and the resources, as in an installation. */
async function install(machine: Machine): Promise<string> {
  const place = join(machine.world.directory, 'program')
  const directory = join(place, 'dist/node')
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'shell-program.ts'),
      outDir: directory,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'shell.mjs' } },
    },
    ssr: { noExternal: true },
  })
  symlinkSync(helperFile, join(directory, 'helper.js'))
  symlinkSync(join(root, 'resources'), join(place, 'resources'))
  return join(directory, 'shell.mjs')
}

const installed = new WeakMap<Machine, Promise<string>>()

export class ShellOnMachine {
  readonly waits: HelperWaiting[] = []
  readonly endings: string[] = []

  private readonly listeners = new Set<(name: string, params: never) => void>()

  private constructor(
    readonly running: Started,
    private readonly channel: TextChannel,
    private readonly connection: MessageConnection,
  ) {
    connection.onNotification((name, params) => {
      if (name === 'helper/waiting') this.waits.push(params as unknown as HelperWaiting)
      if (name === 'helper/ended') this.endings.push((params as unknown as { message: string }).message)
      for (const listener of this.listeners) listener(name, params as never)
    })
  }

  /**
   * @param as `user`, or `root` as after `su`
   * @param node that runs it
   */
  static async start(machine: Machine, as: 'user' | 'root' = 'user', node = process.execPath): Promise<ShellOnMachine> {
    const program = installed.get(machine) ?? install(machine)
    installed.set(machine, program)
    const state = join(machine.world.home, 'state')
    const running = machine.start(as, [node, await program, state])
    const stream = Duplex.from({ readable: running.child.stdout, writable: running.child.stdin })
    const channel = lineChannel(stream, maxMessageBytes)
    const connection = createMessageConnection(channelReader(channel, maxMessageBytes), channelWriter(channel))
    connection.onError(() => {})
    // Settles what still waits for an answer.
    channel.onEnd(() => connection.dispose())
    const shell = new ShellOnMachine(running, channel, connection)
    connection.listen()
    return shell
  }

  ask<N extends ShellRequestName>(name: N, params: ShellParams<N>): Promise<ShellResults[N]> {
    return this.connection.sendRequest<ShellResults[N]>(name, params)
  }

  request<N extends RequestName>(name: N, params: Params<N>): Promise<Results[N]> {
    return this.connection.sendRequest<Results[N]>(name, params)
  }

  on<N extends NotificationName>(name: N, listener: (params: Notifications[N]) => void): () => void {
    const here = (told: string, params: never): void => {
      if (told === name) listener(params)
    }
    this.listeners.add(here)
    return () => void this.listeners.delete(here)
  }

  /** Closes its window, on which it ends. */
  async close(): Promise<void> {
    this.channel.end()
    await this.running.ended
  }
}
