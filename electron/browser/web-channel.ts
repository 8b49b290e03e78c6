/** A WebSocket as a channel of messages. */
import type { WebSocket } from 'ws'
import type { TextChannel } from '../core/channel.js'
import { maxMessageBytes } from '../core/rpc.js'

/**
 * Not yet taken by the other side (bytes): beyond it the window does not read at all, and is let go. It comes back
 * with a snapshot, which is less than what waits.
 */
const maxBacklog = 2 * maxMessageBytes
/** A window that does not answer the closing handshake is cut off (milliseconds). */
const closeLimitMs = 1000

/** RFC 6455 7.4.1. */
export const closeCodes = { normal: 1000, unsupportedData: 1003, policyViolation: 1008 } as const

/** @param first a message that has been read already */
export function webChannel(socket: WebSocket, first: string): TextChannel {
  const textListeners: ((text: string) => void)[] = []
  const endListeners: ((error: Error | null) => void)[] = []
  let unread: string | null = first
  let failed: Error | null = null
  let ended = false
  socket.on('message', (data, isBinary) => {
    if (isBinary) return socket.close(closeCodes.unsupportedData, 'text only')
    const text = String(data)
    for (const listener of textListeners) listener(text)
  })
  socket.on('error', (error) => (failed = error))
  socket.on('close', () => {
    ended = true
    for (const listener of endListeners) listener(failed)
  })
  return {
    send: (text) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(new Error('the window is gone'))
        if (socket.bufferedAmount > maxBacklog) {
          socket.terminate()
          return reject(new Error('the window does not read'))
        }
        socket.send(text, (error) => (error ? reject(error) : resolve()))
      }),
    onText(listener) {
      textListeners.push(listener)
      if (unread === null) return
      const text = unread
      unread = null
      listener(text)
    },
    onEnd: (listener) => void endListeners.push(listener),
    end() {
      socket.close(closeCodes.normal)
      const slow = setTimeout(() => socket.terminate(), closeLimitMs)
      slow.unref()
      socket.once('close', () => clearTimeout(slow))
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  }
}
