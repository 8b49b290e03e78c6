/** A window without a screen: its place, its title, and whether it may close. */
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
  #title

  constructor({ x = 100, y = 100, width = 800, height = 600, title = '', show = true, webPreferences = {} }) {
    super()
    if (!app.isReadyNow) throw new Error('Cannot create BrowserWindow before app is ready')
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
    this.#isVisible = true
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

  close() {
    if (this.#isDestroyed || emitPreventable(this, 'close')) return
    this.destroy()
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
