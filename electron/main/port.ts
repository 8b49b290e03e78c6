/**
 * The one wire between window and shell: a MessageChannel, one end of which the preload script hands to the page.
 * Each load of the page gets one, so that a script which comes later finds nothing to take.
 */
import { ipcMain, MessageChannelMain } from 'electron'
import type { IpcMainEvent, MessagePortMain, WebContents } from 'electron'
import type { TextChannel } from '../core/channel.js'
import { isWindowPage } from './page-address.js'

/** The preload script uses the same name, in both directions. */
export const portMessage = 'vethlab:port'

/**
 * Hands a port to each load of the window's page.
 * @param attach takes our end
 * @param refused told why somebody was refused
 */
export function offerPorts(
  contents: WebContents,
  attach: (channel: TextChannel) => void,
  refused: (reason: string) => void,
): void {
  let isTaken = false
  // A new document has been committed; messages of the old one do not come after it.
  contents.on('did-navigate', () => (isTaken = false))
  ipcMain.on(portMessage, (event) => {
    const reason = isTaken ? 'this page has its port already' : refusal(event, contents)
    if (reason !== null) return refused(reason)
    isTaken = true
    const { port1, port2 } = new MessageChannelMain()
    attach(portChannel(port1))
    event.senderFrame?.postMessage(portMessage, null, [port2])
  })
}

/** Why a message does not count; null: it is from the window's own page. */
export function refusal({ sender, senderFrame }: IpcMainEvent, contents: WebContents): string | null {
  if (sender !== contents) return 'the sender is no window of ours'
  // The frame is gone where it has navigated meanwhile.
  if (!senderFrame || senderFrame.detached) return 'the sender is gone'
  if (senderFrame.parent !== null || senderFrame !== contents.mainFrame) return 'the sender is a frame in a page'
  return isWindowPage(senderFrame.url) ? null : 'the sender is another page'
}

/** One JSON text per message; null is the last one. */
export function portChannel(port: MessagePortMain): TextChannel {
  const textListeners: ((text: string) => void)[] = []
  const endListeners: ((error: Error | null) => void)[] = []
  let ended = false
  const finish = (error: Error | null): void => {
    if (ended) return
    ended = true
    port.close()
    for (const listener of endListeners) listener(error)
  }
  port.on('message', ({ data }: { data: unknown }) => {
    if (data === null) return finish(null)
    if (typeof data !== 'string') return finish(new Error('message is not text'))
    for (const listener of textListeners) listener(data)
  })
  port.on('close', () => finish(null))
  return {
    send(text) {
      if (ended) return Promise.reject(new Error('the window is gone'))
      port.postMessage(text)
      return Promise.resolve()
    },
    onText(listener) {
      textListeners.push(listener)
      // Until then the port keeps what arrives.
      if (textListeners.length === 1) port.start()
    },
    onEnd: (listener) => void endListeners.push(listener),
    end() {
      if (!ended) port.postMessage(null)
      finish(null)
    },
  }
}
