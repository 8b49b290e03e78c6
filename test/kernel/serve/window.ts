/** The page's side of the browser shell, over a real WebSocket. */
import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node'
import { WebSocket } from 'ws'
import { channelReader, channelWriter, type TextChannel } from '../../../electron/core/channel.js'
import {
  maxMessageBytes,
  type NotificationName,
  type Notifications,
  type Params,
  type RequestName,
  type Results,
} from '../../../electron/core/rpc.js'
import type {
  ShellNotificationName,
  ShellNotifications,
  ShellParams,
  ShellRequestName,
  ShellResults,
} from '../../../electron/core/rpc-shell.js'

/** How a connection ended, or was refused: an HTTP status, or a close code (RFC 6455 7.4). */
export interface End {
  readonly status: number | null
  readonly code: number | null
}

export interface Connecting {
  readonly socket: WebSocket
  /** Null: open. */
  readonly opened: Promise<End | null>
  readonly ended: Promise<End>
}

/** Opens a WebSocket as a browser would for a page of `origin`. */
export function connectTo(url: string, headers: Readonly<Record<string, string>> = {}, path = '/session'): Connecting {
  const { host, origin } = new URL(url)
  const socket = new WebSocket(`ws://${host}${path}`, {
    headers: { Origin: origin, ...headers },
    perMessageDeflate: false,
  })
  let status: number | null = null
  socket.on('error', () => {})
  socket.on('unexpected-response', (request, response) => {
    status = response.statusCode ?? 0
    response.resume()
    request.destroy()
    socket.emit('refused')
  })
  const ended = new Promise<End>((resolve) => {
    socket.on('close', (code) => resolve({ status, code }))
    socket.on('refused' as 'close', () => resolve({ status, code: null }))
  })
  const opened = new Promise<End | null>((resolve) => {
    socket.on('open', () => resolve(null))
    void ended.then(resolve)
  })
  return { socket, opened, ended }
}

export const tokenOf = (url: string): string => new URL(url).hash.slice(1)

export class Window {
  private constructor(
    readonly connection: MessageConnection,
    readonly socket: WebSocket,
    readonly ended: Promise<End>,
    readonly shell: ShellResults['shell/open'],
  ) {}

  /** As the page does: the token of the address, or the secret of an earlier opening. Rejects where it is refused. */
  static async open(url: string, token = tokenOf(url)): Promise<Window> {
    const { socket, opened, ended } = connectTo(url)
    const refused = await opened
    if (refused) throw new Error(`refused: ${JSON.stringify(refused)}`)
    const connection = createMessageConnection(
      channelReader(channelOf(socket), maxMessageBytes),
      channelWriter(channelOf(socket)),
    )
    connection.onError(() => {})
    connection.listen()
    const shell = await connection.sendRequest<ShellResults['shell/open']>('shell/open', { token })
    return new Window(connection, socket, ended, shell)
  }

  request<N extends RequestName>(name: N, params: Params<N>): Promise<Results[N]> {
    return this.connection.sendRequest<Results[N]>(name, params)
  }

  ask<N extends ShellRequestName>(name: N, params: ShellParams<N>): Promise<ShellResults[N]> {
    return this.connection.sendRequest<ShellResults[N]>(name, params)
  }

  private readonly listeners = new Map<string, Set<(params: never) => void>>()

  on<N extends NotificationName | ShellNotificationName>(
    name: N,
    listener: (
      params: N extends NotificationName
        ? Notifications[N]
        : N extends ShellNotificationName
          ? ShellNotifications[N]
          : never,
    ) => void,
  ): () => void {
    let here = this.listeners.get(name)
    if (!here) {
      const all = new Set<(params: never) => void>()
      this.listeners.set(name, (here = all))
      this.connection.onNotification(name, (params: unknown) => all.forEach((each) => each(params as never)))
    }
    here.add(listener as (params: never) => void)
    return () => void here.delete(listener as (params: never) => void)
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.ended
    this.connection.dispose()
  }
}

function channelOf(socket: WebSocket): TextChannel {
  return {
    send: (text) => new Promise((resolve, reject) => socket.send(text, (error) => (error ? reject(error) : resolve()))),
    onText: (listener) => void socket.on('message', (data) => listener(String(data))),
    onEnd: (listener) => void socket.on('close', () => listener(null)),
    end: () => socket.close(),
  }
}
