/** `vethlab serve`: the window in the user's own browser, for this machine and this user's page alone. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { readFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { z } from 'zod'
import { refused } from '../core/door/refused.js'
import { errorCodes, maxMessageBytes, type Result } from '../core/rpc.js'
import { shellRequests } from '../core/rpc-shell.js'
import { said } from '../core/words/said.js'
import type { Shell } from '../session/shell.js'
import { Admission } from './admission.js'
import { originsOf } from './origin.js'
import { Failures, userBehind, Waiting } from './unknown-clients.js'
import { pageOf } from './page.js'
import { closeCodes, webChannel } from './web-channel.js'

const address = '127.0.0.1'
/** Where the page opens its connection. */
const sessionPath = '/session'
/** From the opening of a connection to its first message (milliseconds): the page has it ready. */
const firstMessageMs = 5000
/** A request's head (milliseconds); browsers send it at once. */
const headMs = 5000
/** How often Node looks for requests that take too long (milliseconds); its own 30 s would make the limit one of 35. */
const lookEveryMs = 1000
/** Connections at once that are not the window's: a browser makes six, and other tabs some more. */
const maxConnections = 64
/** Connections that have not said who they are. */
const maxUnknown = 8
/** All that an unknown client may send (bytes): a token and its wrapping. */
const maxUnknownBytes = 4096

const firstMessage = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.number(), z.string()]),
  method: z.literal('shell/open'),
  params: shellRequests['shell/open'],
})

export interface BrowserShellOptions {
  readonly shell: Shell
  /** The built window. */
  readonly directory: string
  /** 0: any that is free. */
  readonly port: number
  /** Told of each client that was turned away. */
  turnedAway?(reason: string): void
  /** Told when the window has gone; one that is loaded again comes back at once. */
  windowGone?(): void
}

export interface BrowserShell {
  readonly port: number
  /** A new address that opens the window once; the one before is void, and an open window is let go when it is used. */
  newAddress(): string
  readonly hasWindow: boolean
  /** Turns everybody away and stops listening. The shell is its owner's to close. */
  close(): Promise<void>
}

/** Refused where the port cannot be had. */
export async function openBrowserShell(
  options: BrowserShellOptions,
): Promise<Result<{ readonly browser: BrowserShell }>> {
  const server = createServer({
    headersTimeout: headMs,
    requestTimeout: headMs,
    keepAliveTimeout: headMs,
    connectionsCheckingInterval: lookEveryMs,
  })
  const refused = await listen(server, options.port)
  if (refused !== null) return { ok: false, failure: portFailure(options.port, refused) }
  const { port } = server.address() as AddressInfo
  return { ok: true, browser: new Browser(server, port, options) }
}

class Browser implements BrowserShell {
  private readonly admission = new Admission()
  private readonly failures = new Failures(() => performance.now())
  private readonly connections = new Waiting(maxConnections)
  private readonly unknown = new Waiting(maxUnknown)
  /** Of a connection: to be called when it is the window's. */
  private readonly known = new WeakMap<Duplex, () => void>()
  private windows = 0
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  })

  constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly options: BrowserShellOptions,
  ) {
    const origins = originsOf(port)
    server.on('connection', (socket) => {
      const leave = this.connections.enter(originOf(socket), () => socket.destroy())
      this.known.set(socket, leave)
      socket.once('close', leave)
    })
    server.on('request', pageOf(options.directory, origins))
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy())
      const path = request.url?.split('?')[0]
      if (!origins.isOurPage(request.headers)) return this.turnAway(socket, '403 Forbidden', 'another page')
      if (path !== sessionPath) return this.turnAway(socket, '404 Not Found', 'an unknown path')
      // The user's own page has the right token, whoever of the user's programs has tried a wrong one.
      const origin = originOf(request.socket)
      if (origin !== ownOrigin && this.failures.areTooMany(origin))
        return this.turnAway(socket, '429 Too Many Requests', 'too many attempts')
      this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.meet(webSocket, request))
    })
  }

  get hasWindow(): boolean {
    return this.windows > 0
  }

  newAddress(): string {
    return `http://${address}:${this.port}/#${this.admission.mint()}`
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    for (const socket of this.sockets.clients) socket.terminate()
    this.server.closeAllConnections()
    await closed
  }

  private turnAway(socket: Duplex, status: string, reason: string): void {
    this.options.turnedAway?.(reason)
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }

  /** Waits for the first message, which says who it is. Until then the client can do nothing and keep nothing. */
  private meet(socket: WebSocket, request: IncomingMessage): void {
    const origin = originOf(request.socket)
    const before = request.socket.bytesRead
    const countBytes = (): void => {
      if (request.socket.bytesRead - before > maxUnknownBytes) socket.terminate()
    }
    const turnOut = (): void => {
      this.options.turnedAway?.('a client that said nothing')
      socket.terminate()
    }
    const leave = this.unknown.enter(origin, turnOut)
    const timer = setTimeout(turnOut, firstMessageMs)
    const known = (): void => {
      clearTimeout(timer)
      request.socket.off('data', countBytes)
      socket.off('close', known)
      leave()
    }
    request.socket.on('data', countBytes)
    socket.on('error', () => socket.terminate())
    socket.on('close', known)
    socket.once('message', (data, isBinary) => {
      if (socket.readyState !== socket.OPEN) return
      known()
      const text = isBinary ? '' : String(data)
      const message = parse(text)
      const secret = message === null ? null : this.admission.admit(message.params.token ?? '')
      if (message !== null && secret !== null) {
        this.known.get(request.socket)?.()
        this.windows += 1
        socket.once('close', () => {
          this.windows -= 1
          if (!this.hasWindow) this.options.windowGone?.()
        })
        return this.options.shell.attach(webChannel(socket, text), secret)
      }
      // Who has tried too often is told nothing more.
      if (this.failures.areTooMany(origin)) socket.terminate()
      this.failures.count(origin)
      this.options.turnedAway?.('a client without a valid token')
      refuseClient(socket, message?.id ?? null)
    })
  }
}

/** Of the user who runs this. */
const ownOrigin = String(process.getuid?.() ?? '')

function originOf(socket: Pick<Socket, 'remotePort' | 'localPort'>): string {
  try {
    return userBehind(socket, readFileSync('/proc/net/tcp', 'utf8')) ?? 'unknown'
  } catch {
    return 'unknown'
  }
}

function parse(text: string): z.infer<typeof firstMessage> | null {
  try {
    return firstMessage.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function refuseClient(socket: WebSocket, id: number | string | null): void {
  const error = refused(
    errorCodes.notAdmitted,
    said`This address has been used, or belongs to another start. Press Enter in the terminal that Vethlab runs in: it prints a new one.`,
  )
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: error.toJson() }))
  socket.close(closeCodes.policyViolation, 'not admitted')
  const slow = setTimeout(() => socket.terminate(), firstMessageMs)
  socket.once('close', () => clearTimeout(slow))
}

function listen(server: Server, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    server.once('error', resolve)
    server.listen({ host: address, port }, () => {
      server.off('error', resolve)
      // A connection that cannot be accepted is that client's loss.
      server.on('error', () => {})
      resolve(null)
    })
  })
}

function portFailure(
  port: number,
  { code, message }: NodeJS.ErrnoException,
): { code: string; message: string; where: string; output: string } {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program uses it. Choose another one, or leave --port out',
    EACCES: 'ports below 1024 belong to root. Choose a higher one, or leave --port out',
  }
  return {
    code: 'port',
    message: `Port ${port} cannot be used: ${reasons[code ?? ''] ?? message}.`,
    where: String(port),
    output: message,
  }
}
