/**
 * A window without a screen: its place, its title, and whether it may close. Tests choose by the environment what desktop
 * it is on: `VETHLAB_TEST_DESKTOP=wayland`, where a hidden window is never ready to be shown, or `none`, where no window
 * can be made.
 */
import { EventEmitter } from 'node:events'
import { app } from './app.mjs'
import { emitPreventable } from './events.mjs'
import { WebContents } from './web-contents.mjs'

export class BrowserWindow extends EventEmitter {
  static getAllWindows() {
    return [...app.windows]
  }

  #bounds
  #isMaximised = false
  #isMinimised = false
  #isVisible = false
  #isDestroyed = false
  #isReady = false
  #title

  constructor({ x = 100, y = 100, width = 800, height = 600, title = '', show = true, webPreferences = {} }) {
    super()
    if (!app.isReadyNow) throw new Error('Cannot create BrowserWindow before app is ready')
    if (process.env.VETHLAB_TEST_DESKTOP === 'none') throw new Error('the desktop gives no window')
    this.#bounds = { x, y, width, height }
    this.#title = title
    this.#isVisible = show
    app.windows.add(this)
    this.webContents = new WebContents(this, webPreferences)
  }

  getBounds() {
    return { ...this.#bounds }
  }
  getNormalBounds() {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed')
    return { ...this.#bounds }
  }
  setBounds(bounds) {
    this.#bounds = { ...this.#bounds, ...bounds }
    this.emit('move')
    this.emit('resize')
  }
  isMaximized() {
    return this.#isMaximised
  }
  maximize() {
    this.#isMaximised = true
    this.emit('maximize')
  }
  unmaximize() {
    this.#isMaximised = false
    this.emit('unmaximize')
  }
  isMinimized() {
    return this.#isMinimised
  }
  minimize() {
    this.#isMinimised = true
  }
  restore() {
    this.#isMinimised = false
  }
  isVisible() {
    return this.#isVisible && !this.#isMinimised
  }
  show() {
    const isNew = !this.#isVisible
    this.#isVisible = true
    if (isNew) this.emit('show')
    this.readyToShow()
  }
  /** The page has painted. On Wayland nothing is painted before the window is shown. */
  readyToShow() {
    const isPainted = process.env.VETHLAB_TEST_DESKTOP !== 'wayland' || this.#isVisible
    if (this.#isReady || !this.webContents.hasLoaded || !isPainted) return
    this.#isReady = true
    this.emit('ready-to-show')
  }
  focus() {}
  getTitle() {
    return this.#title
  }
  setTitle(title) {
    this.#title = title
  }
  setTitleBarOverlay(options) {
    this.titleBar = options
  }
  setBackgroundColor() {}
  isDestroyed() {
    return this.#isDestroyed
  }

  /** Asks whoever listens, and then the page, which takes a turn or two; only then the window is gone. */
  close() {
    if (this.#isDestroyed) return
    if (emitPreventable(this, 'close')) return app.closeCancelled()
    setImmediate(() => this.destroy())
  }

  destroy() {
    if (this.#isDestroyed) return
    this.#isDestroyed = true
    app.windows.delete(this)
    void this.webContents.destroy()
    this.emit('closed')
    app.windowClosed()
  }
}
