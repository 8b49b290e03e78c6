/**
 * What a page may not do, for every page there is or will be: go elsewhere, open windows, embed, ask for devices, reach
 * the network. The window needs none of it, so whoever asks is not the window we built.
 */
import { app, shell } from 'electron'
import type { Session, WebContents } from 'electron'
import { externalLink, linkPauseMs } from './external-link.js'
import { isOurs, isWindowPage } from './page-address.js'

/** Copy buttons write; "Paste" in a terminal's menu reads. Everything else a browser engine offers is refused. */
const clipboard: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'clipboard-read'])

/** Before the app is ready. */
export function guardAllPages(): void {
  app.on('web-contents-created', (_event, contents) => guardPage(contents))
}

function guardPage(contents: WebContents): void {
  let lastOpened = 0
  contents.on('will-navigate', (event) => {
    // The window may load itself again.
    if (!isWindowPage(event.url)) event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault()
  })
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    const link = externalLink(url)
    const now = Date.now()
    if (link !== null && now - lastOpened >= linkPauseMs) {
      lastOpened = now
      // A desktop without a browser is told by the desktop.
      shell.openExternal(link).catch(() => {})
    }
    return { action: 'deny' }
  })
}

export function guardSession(session: Session): void {
  const may = (permission: string, address: string, isMainFrame: boolean): boolean =>
    clipboard.has(permission) && isMainFrame && isOurs(address)
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl, isMainFrame }) =>
    answer(may(permission, requestingUrl ?? '', isMainFrame)),
  )
  session.setPermissionCheckHandler((_contents, permission, origin, { isMainFrame }) =>
    may(permission, origin, isMainFrame),
  )
  session.setDevicePermissionHandler(() => false)
  // The content security policy forbids it already; here it would not even reach a proxy.
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !mayLoad(url) }))
  // Pictures of the canvas are saved by the page from its own memory.
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith('blob:') || !isOurs(item.getURL().slice('blob:'.length))) event.preventDefault()
  })
  session.setSpellCheckerEnabled(false)
}

/** Developer tools are pages, too, and exist in a checkout only. */
const mayLoad = (address: string): boolean =>
  isOurs(address) || /^(data|blob|about):/.test(address) || (!app.isPackaged && address.startsWith('devtools://'))
