/** Where the window's shell is: the page's own origin in a browser, the preload script on the desktop. */
import type { LinkOptions } from './link.svelte.js'
import { requestPort } from './message-port-channel.js'
import { openWebSocket } from './web-socket-channel.js'

/** Survives a reload of the tab and nothing else. */
const secretKey = 'vethlab.secret'

export function shellLink(): LinkOptions {
  // The browser shell speaks plain HTTP on 127.0.0.1; the desktop's page has a scheme of its own.
  if (location.protocol === 'http:') return browserLink()
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return { open: requestPort, token: null, fresh: navigation?.type !== 'reload', keep: () => {} }
}

/** The address holds a token that works once, in its fragment; from then on the tab has a secret of its own. */
function browserLink(): LinkOptions {
  const token = location.hash.slice(1)
  // The address bar and the history are for everybody to see.
  if (token !== '') history.replaceState(history.state, '', location.pathname + location.search)
  return {
    open: () => openWebSocket(`ws://${location.host}/session`),
    token: token !== '' ? token : sessionStorage.getItem(secretKey),
    fresh: token !== '',
    keep: (secret) => sessionStorage.setItem(secretKey, secret),
  }
}
