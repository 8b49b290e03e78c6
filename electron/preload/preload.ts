/**
 * Hands the page one end of the connection to its shell, and nothing else: no function of Electron or Node reaches it.
 * The page asks, so that it does not matter which of the two is ready first.
 */
import { ipcRenderer } from 'electron'

/** The part of the browser's window that is used here; this file is compiled without the browser's types. */
declare const window: {
  readonly top: unknown
  readonly location: { readonly origin: string }
  addEventListener(type: 'message', listener: (event: PageMessage) => void): void
  postMessage(message: string, origin: string, transfer: readonly unknown[]): void
}

interface PageMessage {
  readonly source: unknown
  readonly origin: string
  readonly data: unknown
}

/** The same as in main/page-address.ts and main/port.ts. */
const origin = 'vethlab://app'
const portMessage = 'vethlab:port'
const portWanted = 'vethlab:port-wanted'

if (window.top === window && window.location.origin === origin) {
  window.addEventListener('message', (event) => {
    if (event.source !== window || event.origin !== origin || event.data !== portWanted) return
    ipcRenderer.send(portMessage)
  })
  ipcRenderer.on(portMessage, ({ ports: [port] }) => {
    if (port !== undefined) window.postMessage(portMessage, origin, [port])
  })
}
