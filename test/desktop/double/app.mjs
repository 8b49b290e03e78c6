/** The app's life: one instance, ready, quit. */
import { EventEmitter } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { emitPreventable } from './events.mjs'
import { takeSignals } from './signals.mjs'

const userData = join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'vethlab')
/** As Chromium has it: a link to nowhere, whose text is HOST-PID of who holds it. */
const lock = join(userData, 'SingletonLock')
const letters = join(userData, 'second-starts')

class App extends EventEmitter {
  isPackaged = false
  #switches = new Set(process.argv.filter((word) => word.startsWith('--')).map((word) => word.slice(2).split('=')[0]))
  commandLine = {
    appendSwitch: (name) => void this.#switches.add(name),
    hasSwitch: (name) => this.#switches.has(name),
  }
  /** Windows that are open; they add and remove themselves. */
  windows = new Set()
  /** What must be shut before the process may end. */
  closers = new Set()
  isSandboxed = false
  /** The process that pages are forked from has been started without a sandbox, and pages are to have one: they crash. */
  hasTornSandbox = false
  #isReady = false
  #isQuitting = false
  #isExiting = false
  #hasLock = false

  constructor() {
    super()
    // As Electron: what goes wrong in a promise is told, and the app goes on.
    process.on('unhandledRejection', (error) => process.stderr.write(`(node) UnhandledPromiseRejection: ${error}\n`))
    setImmediate(() => {
      takeSignals(() => this.quit())
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

  /** False where another one has it, wherever that runs, and where it cannot be had at all: Electron tells no more. */
  requestSingleInstanceLock(data) {
    const own = `${hostname()}-${process.pid}`
    try {
      mkdirSync(letters, { recursive: true })
      symlinkSync(own, lock)
    } catch (error) {
      if (error.code !== 'EEXIST') return false
      const [, host, holder] = /^(.*)-(\d+)$/.exec(readlinkSync(lock)) ?? []
      if (host !== hostname()) return false
      if (existsSync(`/proc/${holder}`)) {
        const letter = join(letters, `${process.pid}.json`)
        writeFileSync(`${letter}.part`, JSON.stringify({ words: process.argv, directory: process.cwd(), data }))
        renameSync(`${letter}.part`, letter)
        return false
      }
      rmSync(lock)
      symlinkSync(own, lock)
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

  /** Windows close in their own time; the last one goes on with it, and one that stays gives it up. */
  quit() {
    if (this.#isQuitting || emitPreventable(this, 'before-quit')) return
    this.#isQuitting = true
    if (this.windows.size === 0) return this.#shutDown()
    for (const window of [...this.windows]) window.close()
  }

  closeCancelled() {
    this.#isQuitting = false
  }

  windowClosed() {
    if (this.windows.size > 0 || this.#isExiting) return
    if (this.#isQuitting) this.#shutDown()
    else this.emit('window-all-closed')
  }

  #shutDown() {
    if (emitPreventable(this, 'will-quit')) this.#isQuitting = false
    else this.exit(0)
  }

  exit(code = 0) {
    this.#isExiting = true
    if (this.#hasLock) rmSync(lock, { force: true })
    void Promise.all([...this.closers].map((close) => close())).finally(() => process.exit(code))
  }

  enableSandbox() {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready')
    this.isSandboxed = true
    this.hasTornSandbox = this.#switches.delete('no-sandbox')
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
