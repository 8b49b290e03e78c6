/** The app's life: one instance, ready, quit. */
import { EventEmitter } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { emitPreventable } from './events.mjs'

const userData = join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'vethlab')
const lock = join(userData, 'lock')
const letters = join(userData, 'second-starts')

class App extends EventEmitter {
  isPackaged = false
  commandLine = { appendSwitch() {} }
  /** Windows that are open; they add and remove themselves. */
  windows = new Set()
  /** What must be shut before the process may end. */
  closers = new Set()
  isSandboxed = false
  #isReady = false
  #isQuitting = false
  #hasLock = false

  constructor() {
    super()
    setImmediate(() => {
      this.#isReady = true
      this.emit('ready')
    })
  }

  get isReadyNow() {
    return this.#isReady
  }

  whenReady() {
    return this.#isReady ? Promise.resolve() : new Promise((resolve) => this.once('ready', resolve))
  }

  requestSingleInstanceLock(data) {
    mkdirSync(letters, { recursive: true })
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
    } catch {
      const holder = Number(readFileSync(lock, 'utf8'))
      if (existsSync(`/proc/${holder}`)) {
        const letter = join(letters, `${process.pid}.json`)
        writeFileSync(`${letter}.part`, JSON.stringify({ words: process.argv, directory: process.cwd(), data }))
        renameSync(`${letter}.part`, letter)
        return false
      }
      writeFileSync(lock, String(process.pid))
    }
    this.#hasLock = true
    watch(letters, () => this.#readLetters()).unref()
    return true
  }

  #readLetters() {
    for (const name of readdirSync(letters).filter((each) => each.endsWith('.json'))) {
      const { words, directory, data } = JSON.parse(readFileSync(join(letters, name), 'utf8'))
      rmSync(join(letters, name))
      this.emit('second-instance', {}, words, directory, data)
    }
  }

  quit() {
    if (this.#isQuitting) return
    this.#isQuitting = true
    const stop = () => (this.#isQuitting = false)
    if (emitPreventable(this, 'before-quit')) return stop()
    for (const window of [...this.windows]) {
      window.close()
      if (this.windows.has(window)) return stop()
    }
    if (emitPreventable(this, 'will-quit')) return stop()
    this.exit(0)
  }

  windowClosed() {
    if (this.windows.size === 0 && !this.#isQuitting) this.emit('window-all-closed')
  }

  exit(code = 0) {
    if (this.#hasLock) rmSync(lock, { force: true })
    void Promise.all([...this.closers].map((close) => close())).finally(() => process.exit(code))
  }

  enableSandbox() {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready')
    this.isSandboxed = true
  }

  getPath(name) {
    if (name === 'userData') return userData
    throw new Error(`the double has no path ${name}`)
  }

  getPreferredSystemLanguages() {
    return [process.env.VETHLAB_TEST_LANGUAGE ?? 'en-US']
  }

  setAboutPanelOptions() {}
  setDesktopName() {}
}

export const app = new App()
