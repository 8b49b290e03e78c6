/**
 * The desktop's way: the preload script hands the page one end of a MessageChannel. The page asks for it, so that it
 * does not matter which of the two is ready first:
 *
 *   page    -> window.postMessage('vethlab:port-wanted', origin)
 *   preload -> window.postMessage('vethlab:port', origin, [port])
 *
 * Every message on the port is one JSON text; null is its end.
 */
import type { TextChannel } from '../../electron/core/channel.js'

/** A preload script answers within one turn of its event loop; this only ends a wait that would be for ever (ms). */
const handOverMs = 10_000

export function requestPort(): Promise<TextChannel> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      removeEventListener('message', take)
      reject(new Error('the window was given no connection'))
    }, handOverMs)
    function take(event: MessageEvent<unknown>): void {
      const [port] = event.ports
      if (event.source !== window || event.data !== 'vethlab:port' || !port) return
      removeEventListener('message', take)
      clearTimeout(limit)
      resolve(messagePortChannel(port))
    }
    addEventListener('message', take)
    postMessage('vethlab:port-wanted', location.origin === 'null' ? '*' : location.origin)
  })
}

export function messagePortChannel(port: MessagePort): TextChannel {
  const textListeners: ((text: string) => void)[] = []
  const endListeners: ((error: Error | null) => void)[] = []
  let ended = false
  const finish = (error: Error | null): void => {
    if (ended) return
    ended = true
    port.close()
    for (const listener of endListeners) listener(error)
  }
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === null) return finish(null)
    if (typeof data !== 'string') return finish(new Error('message is not text'))
    for (const listener of textListeners) listener(data)
  }
  // Browsers that have the event tell of the other end's death; the others of its last word, null.
  port.addEventListener('close', () => finish(null))
  return {
    send(text) {
      if (ended) return Promise.reject(new Error('the connection has ended'))
      port.postMessage(text)
      return Promise.resolve()
    },
    onText(listener) {
      textListeners.push(listener)
      port.start()
    },
    onEnd: (listener) => void endListeners.push(listener),
    end() {
      if (!ended) port.postMessage(null)
      finish(null)
    },
  }
}
