/** Schemes, permissions and requests of the browser engine. */
import { EventEmitter } from 'node:events'
import { app } from './app.mjs'

export const privileged = new Map()

export const protocol = {
  registerSchemesAsPrivileged(schemes) {
    if (app.isReadyNow) throw new Error('registerSchemesAsPrivileged() should be called before app is ready')
    for (const { scheme, privileges } of schemes) privileged.set(scheme, privileges)
  },
}

class Session extends EventEmitter {
  handlers = new Map()
  #beforeRequest = null
  #request = null
  #check = null

  protocol = { handle: (scheme, answer) => void this.handlers.set(scheme, answer) }
  webRequest = { onBeforeRequest: (listener) => void (this.#beforeRequest = listener) }

  setPermissionRequestHandler(handler) {
    this.#request = handler
  }
  setPermissionCheckHandler(handler) {
    this.#check = handler
  }
  setDevicePermissionHandler() {}
  setSpellCheckerEnabled() {}

  /** As the engine does: it checks, and where that says no, it asks. Without handlers everything is allowed. */
  async isPermitted(permission, address, isMainFrame) {
    const origin = new URL(address).href
    if (this.#check === null || this.#check(null, permission, origin, { isMainFrame, requestingUrl: address }))
      return true
    if (this.#request === null) return true
    return new Promise((resolve) => this.#request(null, permission, resolve, { isMainFrame, requestingUrl: address }))
  }

  /** Resolves with whether the request may go on. */
  mayLoad(url) {
    const listener = this.#beforeRequest
    if (listener === null) return Promise.resolve(true)
    return new Promise((resolve) => listener({ url }, ({ cancel }) => resolve(cancel !== true)))
  }
}

export const session = { defaultSession: new Session() }
