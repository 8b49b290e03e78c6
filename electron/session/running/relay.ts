/** Lets clients of a socket speak with a session that this process holds: the same contract, passed on unread. */
import { createServer, type Server, type Socket } from 'node:net'
import { chmodSync, rmSync } from 'node:fs'
import { createMessageConnection } from 'vscode-jsonrpc/node'
import { lineChannel } from '../../core/channel.js'
import { openDoor } from '../../core/door/door.js'
import { maxMessageBytes, requests, type Params, type RequestName } from '../../core/rpc.js'
import type { Session } from '../session.js'

/** Clients at once: terminals and scripts of one user. More are turned away, so that descriptors do not run out. */
const maxClients = 64
/** Unread characters after which a client that does not read is let go (one whole message and some more). */
const maxBacklog = 2 * maxMessageBytes

export interface Relay {
  /** Turns everybody away and removes the socket. */
  close(): void
}

/** Listens on `path`, which must lie in a directory of the user alone. Rejects where the kernel refuses the socket. */
export async function relaySession(session: Session, path: string): Promise<Relay> {
  const clients = new Set<Socket>()
  const server = createServer((socket) => {
    clients.add(socket)
    socket.on('close', () => clients.delete(socket))
    serve(socket, session)
  })
  server.maxConnections = maxClients
  rmSync(path, { force: true })
  await listen(server, path)
  chmodSync(path, 0o600)
  return {
    close() {
      server.close()
      for (const client of clients) client.destroy()
      rmSync(path, { force: true })
    },
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      // A connection that cannot be accepted is that client's loss.
      server.on('error', () => {})
      resolve()
    })
  })
}

function serve(socket: Socket, session: Session): void {
  const channel = lineChannel(socket, maxMessageBytes)
  let opened = false
  const connection = openDoor(channel, createMessageConnection, {
    requests,
    refuses: (name) => (opened || name === 'session/open' ? null : 'session/open must come first'),
    async answer(name, params) {
      const result = await session.request(name as RequestName, params as Params<RequestName>)
      if (name === 'session/open') opened = true
      return result
    },
    // It has no terminal.
    bug: () => {},
  })
  const stop = session.onAny((name, params) => {
    if (!opened) return
    if (socket.writableLength > maxBacklog) socket.destroy()
    else void connection.sendNotification(name, params).catch(() => {})
  })
  channel.onEnd(() => {
    stop()
    connection.dispose()
    // The client is gone; what is still to be written has no reader.
    socket.destroy()
  })
}
