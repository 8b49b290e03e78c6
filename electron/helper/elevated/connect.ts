/** Finds the shell that had this helper started, and makes sure of it. Until then nothing has been done. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { handshakeLimitMs, shakeHands, type HandshakeSecrets } from '../../core/handshake.js'
import { callerId } from './caller.js'
import { openMeeting } from './meeting.js'

/** @returns what is wrong, in words, where the shell cannot be trusted */
export async function connectToShell(path: string, environment: NodeJS.ProcessEnv): Promise<Socket | string> {
  if (process.getuid?.() !== 0) return 'it must be started as root; Vethlab shows the command'
  const owner = callerId(environment)
  if (owner === null) return 'neither PKEXEC_UID nor SUDO_UID says who asked for it; start it with pkexec or sudo'
  const meeting = openMeeting(path, owner)
  if (typeof meeting === 'string') return meeting
  // The other side learns of our end when we have ended, not when we have heard of its own.
  const socket = connect({ path: meeting.socket, allowHalfOpen: true })
  const limit = setTimeout(() => socket.destroy(), handshakeLimitMs)
  try {
    const refused = await new Promise<string | null>((resolve) => {
      socket.once('connect', () => resolve(null))
      socket.once('error', (error) => resolve(error.message))
      socket.once('close', () => resolve('nobody answers'))
    })
    socket.on('error', () => {})
    if (refused !== null) return `${path}: ${refused}`
    if (await shakeHands('helper', socket, secretsOf(meeting.secret))) return socket
    socket.destroy()
    return `whoever waits in ${path} does not know the secret`
  } finally {
    clearTimeout(limit)
    meeting.close()
  }
}

function secretsOf(secret: Buffer): HandshakeSecrets {
  const mac = (text: string): string => createHmac('sha256', secret).update(text).digest('hex')
  return {
    nonce: () => randomBytes(32).toString('hex'),
    mac,
    same: (one, other) => one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other)),
  }
}
