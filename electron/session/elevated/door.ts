/** Lets in the one helper that knows the secret. Whoever else knocks is turned away, and the door stays where it is. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { handshakeLimitMs, shakeHands, type HandshakeSecrets } from '../../core/handshake.js'
import type { Meeting } from './meeting.js'

export interface Door {
  /** The helper's connection, paused. Never where nobody comes. */
  readonly helper: Promise<Socket>
  close(): void
}

/** Listens; rejects where the kernel refuses the socket. */
export async function openDoor({ secret, socket: path }: Meeting): Promise<Door> {
  // Our own end of a connection outlives theirs: a helper says by closing that it has taken everything down.
  const server = createServer({ allowHalfOpen: true })
  await listen(server, path)
  chmodSync(path, 0o600)
  let knocking: Socket | null = null
  const helper = new Promise<Socket>((resolve) => {
    server.on('connection', (socket) => {
      socket.on('error', () => {})
      if (knocking !== null) return void socket.destroy()
      knocking = socket
      void examine(socket, secret).then((known) => {
        knocking = null
        if (!known) return void socket.destroy()
        server.close()
        resolve(socket)
      })
    })
  })
  return {
    helper,
    close() {
      server.close()
      knocking?.destroy()
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

async function examine(socket: Socket, secret: Buffer): Promise<boolean> {
  const limit = setTimeout(() => socket.destroy(), handshakeLimitMs)
  try {
    return await shakeHands('shell', socket, secretsOf(secret))
  } finally {
    clearTimeout(limit)
  }
}

function secretsOf(secret: Buffer): HandshakeSecrets {
  return {
    nonce: () => randomBytes(32).toString('hex'),
    mac: (text) => createHmac('sha256', secret).update(text).digest('hex'),
    same: (one, other) => one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other)),
  }
}
