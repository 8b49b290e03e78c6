/** `driver.ts` as a program of its own: a shell that a test can put where it likes, speak to, and kill. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { build } from 'vite'
import { createMessageConnection } from 'vscode-jsonrpc/node'
import { channelReader, channelWriter, lineChannel } from '../../../electron/core/channel.js'
import {
  maxMessageBytes,
  type Failure,
  type NotificationName,
  type Notifications,
  type Params,
  type RequestName,
  type Results,
} from '../../../electron/core/rpc.js'
import type {
  PluggedUplink,
  ShellNotifications,
  ShellParams,
  ShellRequestName,
  ShellResults,
} from '../../../electron/core/rpc-shell.js'
import { root } from '../support/build.js'
import type { Running, World } from '../support/world.js'

/** Laid out as `dist/node` and `resources` are, so that it finds the helper and its scripts. */
export async function buildDriver(world: World): Promise<string> {
  const outDir = join(world.directory, 'dist/node')
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'driver.ts'),
      outDir,
      emptyOutDir: true,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'driver.mjs' } },
    },
    ssr: { noExternal: true },
  })
  symlinkSync(join(root, 'dist/node/helper.js'), join(outDir, 'helper.js'))
  symlinkSync(join(root, 'resources'), join(world.directory, 'resources'))
  return join(outDir, 'driver.mjs')
}

export class DrivenShell {
  /** Every `uplink/changed`, in order. */
  readonly uplinks: { readonly uplink: PluggedUplink | null; readonly ended: Failure | null }[] = []
  private readonly connection

  constructor(readonly running: Running) {
    const { stdin, stdout } = running.child
    if (!stdin || !stdout) throw new Error('the driver has no pipes')
    const channel = lineChannel(Duplex.from({ readable: stdout, writable: stdin }), maxMessageBytes)
    this.connection = createMessageConnection(channelReader(channel, maxMessageBytes), channelWriter(channel))
    this.connection.onError(() => {})
    this.on('uplink/changed', (change) => this.uplinks.push(change))
    this.connection.listen()
  }

  ask<N extends ShellRequestName>(name: N, params: ShellParams<N>): Promise<ShellResults[N]> {
    return this.connection.sendRequest<ShellResults[N]>(name, params)
  }

  request<N extends RequestName>(name: N, params: Params<N>): Promise<Results[N]> {
    return this.connection.sendRequest<Results[N]>(name, params)
  }

  on<N extends NotificationName | keyof ShellNotifications>(
    name: N,
    listener: (
      params: N extends NotificationName
        ? Notifications[N]
        : N extends keyof ShellNotifications
          ? ShellNotifications[N]
          : never,
    ) => void,
  ): void {
    this.connection.onNotification(name, listener as (params: unknown) => void)
  }

  /** The window goes, and its shell with it. */
  async close(): Promise<void> {
    this.running.child.stdin?.end()
    await this.running.ended
    this.connection.dispose()
  }
}
