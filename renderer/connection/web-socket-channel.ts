import type { TextChannel } from '../../electron/core/channel.js'

/** The other side ended the connection in good order (RFC 6455 7.4.1). */
const letGo = 1000

/** One JSON text per WebSocket message. Resolves once the socket is open; rejects where nobody answers. */
export function openWebSocket(address: string): Promise<TextChannel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    socket.onopen = () => resolve(webSocketChannel(socket))
    socket.onerror = () => reject(new Error('the connection was refused'))
    socket.onclose = () => reject(new Error('the connection was closed'))
  })
}

function webSocketChannel(socket: WebSocket): TextChannel {
  const textListeners: ((text: string) => void)[] = []
  const endListeners: ((error: Error | null) => void)[] = []
  let ended = false
  // What arrives before anybody listens must not get lost: a socket starts to deliver as soon as it is open.
  const early: string[] = []
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data !== 'string') return socket.close()
    if (textListeners.length === 0) early.push(data)
    else for (const listener of textListeners) listener(data)
  }
  socket.onerror = null
  socket.onclose = ({ code, reason }) => {
    if (ended) return
    ended = true
    for (const listener of endListeners) listener(code === letGo ? null : new Error(reason || 'the connection broke'))
  }
  return {
    send(text) {
      if (ended || socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error('the connection has ended'))
      socket.send(text)
      return Promise.resolve()
    },
    onText(listener) {
      textListeners.push(listener)
      for (const text of early.splice(0)) listener(text)
    },
    onEnd: (listener) => void endListeners.push(listener),
    end: () => socket.close(),
  }
}
