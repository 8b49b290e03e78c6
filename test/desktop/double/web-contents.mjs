/** A page in Chromium as main sees it. */
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { app } from './app.mjs'
import { tell } from './control.mjs'
import { emitPreventable } from './events.mjs'
import { ipcBinding, isolatedScript, receiver, windowBinding, windowScript, worldName } from './page-script.mjs'
import { ipcMain } from './ports.mjs'
import { privileged, session } from './session.mjs'

/**
 * Chromium knows no schemes of ours. A secure origin on a name that never exists (RFC 6761) stands for the app's: main
 * sees its own address, page and preload script this one.
 */
const theirs = 'vethlab://app'
const stand = 'https://app.vethlab.invalid'
const toMain = (url) => (url === stand || url.startsWith(`${stand}/`) ? theirs + url.slice(stand.length) : url)
const toPage = (url) => (url.startsWith(`${theirs}/`) ? stand + url.slice(theirs.length) : url)

export class WebContents extends EventEmitter {
  mainFrame = null
  hasLoaded = false
  #window
  #preferences
  #openHandler = () => ({ action: 'allow' })
  #browser = null
  #page = null
  #cdp = null
  /** The execution context of the preload script in the top frame. */
  #world = null
  #topFrame = null
  #ports = new Map()
  #nextPort = 1
  /** A navigation that main has asked for, which is not announced to it. */
  #isOwnNavigation = false
  #zoomLevel = 0

  constructor(window, preferences) {
    super()
    const { sandbox, contextIsolation, nodeIntegration } = preferences
    if (!sandbox || !contextIsolation || nodeIntegration)
      throw new Error('the double only has sandboxed, isolated pages')
    this.#window = window
    this.#preferences = preferences
    setImmediate(() => app.emit('web-contents-created', {}, this))
  }

  setWindowOpenHandler(handler) {
    this.#openHandler = handler
  }
  setWebRTCIPHandlingPolicy() {}
  getZoomLevel() {
    return this.#zoomLevel
  }
  setZoomLevel(level) {
    this.#zoomLevel = level
  }
  getZoomFactor() {
    return 1.2 ** this.#zoomLevel
  }
  getURL() {
    return this.mainFrame?.url ?? ''
  }

  async loadURL(url) {
    if (!privileged.get('vethlab')?.standard || !privileged.get('vethlab')?.secure)
      throw new Error('without a standard and secure scheme, the page would have no origin')
    if (app.hasTornSandbox) return this.forcefullyCrashRenderer('launch-failed')
    await (this.#browser ??= this.#start())
    this.#isOwnNavigation = true
    await this.#cdp.send('Page.navigate', { url: toPage(url) })
  }

  reload() {
    this.#isOwnNavigation = true
    void this.#cdp.send('Page.reload')
  }

  /**
   * As main sees a crash: everything that led to the page is cut, and the event comes later, when the process is found to
   * have ended. The page itself waits to be loaded again.
   */
  forcefullyCrashRenderer(reason = 'killed') {
    this.#closePorts()
    setImmediate(() => this.emit('render-process-gone', {}, { reason, exitCode: 9 }))
  }

  async executeJavaScript(expression) {
    const { result } = await this.#cdp.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    return result.value
  }

  async #start() {
    const { width, height } = this.#window.getBounds()
    const profile = join(app.getPath('userData'), 'chromium')
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.VETHLAB_TEST_CHROMIUM,
      headless: true,
      viewport: { width, height },
      serviceWorkers: 'block',
      // Signals are the app's to answer.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      // The test drives the page by a connection of its own. No name is ever looked up.
      args: [
        '--remote-debugging-port=0',
        '--host-resolver-rules=MAP * ~NOTFOUND',
        process.env.VETHLAB_TEST_CHROMIUM_FEATURES,
      ],
    })
    app.closers.add(() => context.close())
    await context.route('**/*', (route) => this.#answer(route))
    this.#page = context.pages()[0]
    context.on('page', (popup) => void popup.close().catch(() => {}))
    const cdp = await context.newCDPSession(this.#page)
    this.#cdp = cdp
    this.#listen(cdp)
    await cdp.send('Page.enable')
    await cdp.send('Runtime.enable')
    await cdp.send('Runtime.addBinding', { name: ipcBinding, executionContextName: worldName })
    await cdp.send('Runtime.addBinding', { name: windowBinding })
    const preload = readFileSync(this.#preferences.preload, 'utf8').replaceAll(theirs, stand)
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: isolatedScript(preload), worldName })
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: windowScript })
    const [port] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')
    tell({ event: 'page', address: `http://127.0.0.1:${port}`, origin: stand })
    return context
  }

  #listen(cdp) {
    cdp.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId !== undefined) return
      this.#topFrame = frame.id
      if (this.mainFrame) this.mainFrame.detached = true
      this.mainFrame = this.#frame(toMain(frame.url))
      if (frame.url !== 'about:blank') this.emit('did-navigate', {}, this.mainFrame.url)
    })
    cdp.on('Page.loadEventFired', () => {
      if (!this.mainFrame?.url.startsWith(theirs)) return
      this.hasLoaded = true
      this.emit('did-finish-load')
      this.#window.readyToShow()
    })
    cdp.on('Page.windowOpen', ({ url }) => this.#openHandler({ url: toMain(url) }))
    cdp.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === worldName && context.auxData.frameId === this.#topFrame) this.#world = context.id
    })
    cdp.on('Runtime.executionContextsCleared', () => this.#closePorts())
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      const message = JSON.parse(payload)
      if (name === windowBinding) this.#windowSaid(message)
      else this.#preloadSaid(message, executionContextId)
    })
  }

  #frame(url) {
    return {
      url,
      parent: null,
      detached: false,
      postMessage: (channel, message, transfer = []) => {
        const ids = transfer.map((port) => this.#give(port))
        this.#send({ kind: 'message', channel, message, ports: ids })
      },
    }
  }

  #give(port) {
    const id = this.#nextPort++
    const end = port.transfer(
      (data) => this.#send({ kind: 'port', id, data }),
      () => this.#send({ kind: 'port-closed', id }),
    )
    this.#ports.set(id, end)
    return id
  }

  #closePorts() {
    this.#world = null
    for (const port of this.#ports.values()) port.close()
    this.#ports.clear()
  }

  #send(message) {
    if (this.#world === null) return
    this.#cdp
      .send('Runtime.callFunctionOn', {
        executionContextId: this.#world,
        functionDeclaration: `(message) => globalThis[${JSON.stringify(receiver)}](message)`,
        arguments: [{ value: message }],
      })
      // The page has gone meanwhile.
      .catch(() => {})
  }

  #preloadSaid(message, world) {
    // The world that speaks is that of the top frame: the script does nothing in others.
    this.#world = world
    if (message.kind === 'send')
      ipcMain.emit(message.channel, { sender: this, senderFrame: this.mainFrame, ports: [] }, ...message.args)
    else if (message.kind === 'port') this.#ports.get(message.id)?.post(message.data)
    else this.#ports.get(message.id)?.close()
  }

  #windowSaid({ kind, url }) {
    // The page is gone first, and the window with it: nobody is asked.
    if (kind === 'close') return this.#window.destroy()
    if (this.#openHandler({ url: toMain(url) }).action !== 'deny') throw new Error('the double opens no windows')
  }

  async #answer(route) {
    try {
      await this.#answerOrRefuse(route)
    } catch (error) {
      // The page or the browser has gone meanwhile.
      if (!/closed|not attached|Invalid InterceptionId/i.test(String(error))) process.stderr.write(`${error}\n`)
    }
  }

  async #answerOrRefuse(route) {
    const request = route.request()
    const url = toMain(request.url())
    if (request.isNavigationRequest()) {
      const isMainFrame = request.frame() === this.#page.mainFrame()
      if (!isMainFrame && request.frame().page() !== this.#page) return route.abort('aborted')
      const isAnnounced = !isMainFrame || !this.#isOwnNavigation
      if (isMainFrame) this.#isOwnNavigation = false
      const details = { url, isMainFrame, isSameDocument: false }
      if (isAnnounced && emitPreventable(this, 'will-frame-navigate', details)) return route.abort('aborted')
      if (isAnnounced && isMainFrame && emitPreventable(this, 'will-navigate', details)) return route.abort('aborted')
    }
    if (!(await session.defaultSession.mayLoad(url))) return route.abort('blockedbyclient')
    const answer = session.defaultSession.handlers.get(new URL(url).protocol.slice(0, -1))
    // Whatever else it is, nothing leaves this machine.
    if (!answer) return route.abort('internetdisconnected')
    const response = await answer(new Request(url, { method: request.method() }))
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    })
  }

  async destroy() {
    await (await this.#browser)?.close()
  }
}
