/** Where the window's shell is: the page's own origin in a browser, the preload script on the desktop. */
import type { LinkOptions } from './link.svelte.js'
import { requestPort } from './message-port-channel.js'
import { openWebSocket } from './web-socket-channel.js'

/** Survives a reload of the tab and nothing else; the address bar no longer shows the token after the first read. */
const tokenKey = 'vethlab.token'

/** The one-time token of the printed address, `http://127.0.0.1:PORT/#TOKEN` (also `#token=TOKEN`). */
function takeToken(): string | null {
  const fragment = location.hash.replace(/^#(?:token=)?/, '')
  if (fragment !== '') {
    sessionStorage.setItem(tokenKey, fragment)
    history.replaceState(history.state, '', location.pathname + location.search)
    return fragment
  }
  return sessionStorage.getItem(tokenKey)
}

export function shellLink(): LinkOptions {
  if (location.protocol === 'http:' || location.protocol === 'https:') {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    return { open: () => openWebSocket(`${scheme}://${location.host}/session`), token: takeToken() }
  }
  return { open: requestPort, token: null }
}
