/**
 * Hands the page one end of the connection to its shell, and nothing else: no function of Electron or Node reaches it.
 * The page asks, so that it does not matter which of the two is ready first. Of files that are dropped on the page only
 * Electron knows the paths; they go to the shell, which opens the file as if it had been named when starting.
 */
import { ipcRenderer, webUtils } from 'electron'

/** The part of the browser's window that is used here; this file is compiled without the browser's types. */
declare const window: {
  readonly top: unknown
  readonly location: { readonly origin: string }
  addEventListener(type: 'message', listener: (event: PageMessage) => void): void
  addEventListener(type: 'drop', listener: (event: Drop) => void): void
  postMessage(message: string, origin: string, transfer: readonly unknown[]): void
}

interface PageMessage {
  readonly source: unknown
  readonly origin: string
  readonly data: unknown
}

interface Drop {
  /** Not made by a script. */
  readonly isTrusted: boolean
  readonly dataTransfer: { readonly files: Iterable<Parameters<typeof webUtils.getPathForFile>[0]> } | null
}

/** The same as in main/page-address.ts, main/port.ts and main/dropped-files.ts. */
const origin = 'vethlab://app'
const portMessage = 'vethlab:port'
const portWanted = 'vethlab:port-wanted'
const droppedMessage = 'vethlab:dropped'

if (window.top === window && window.location.origin === origin) {
  window.addEventListener('message', (event) => {
    if (event.source !== window || event.origin !== origin || event.data !== portWanted) return
    ipcRenderer.send(portMessage)
  })
  window.addEventListener('drop', ({ isTrusted, dataTransfer }) => {
    if (!isTrusted || !dataTransfer) return
    const paths = [...dataTransfer.files].map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '')
    if (paths.length > 0) ipcRenderer.send(droppedMessage, paths)
  })
  ipcRenderer.on(portMessage, ({ ports: [port] }) => {
    if (port !== undefined) window.postMessage(portMessage, origin, [port])
  })
}
