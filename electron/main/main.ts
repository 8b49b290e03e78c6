/**
 * The desktop shell: one process of the user's, one window, one sandbox. What it knows of labs is in `session/`; this is
 * the part that a browser cannot do.
 *
 * Nothing here may wait before the app is ready: Electron settles the scheme and the sandbox of its pages then.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app, dialog, Menu, session } from 'electron'
import { z } from 'zod'
import { version } from '../../package.json'
import { printable } from '../core/lab/plain-text.js'
import { RecentFiles } from '../session/files/recent.js'
import { stateDirectory } from '../session/files/state.js'
import { languageOf } from '../session/language.js'
import { archivedFile, programFile } from '../session/programs.js'
import { Shell } from '../session/shell.js'
import { filesOf } from './command-line.js'
import { fileDialogs, showFailure, showOneLab, type Choose } from './dialogs.js'
import { takeDropped } from './dropped-files.js'
import { guardAllPages, guardSession } from './guard.js'
import { whyNoLock, type LockRefusal } from './instance-lock.js'
import { LabWindow } from './lab-window.js'
import { buildMenu } from './menu.js'
import { answerPage, registerPageScheme } from './page.js'
import { textIn } from './text.js'

/** The sandbox ends within 2 s, or is killed; then nobody waits any longer (milliseconds). */
const endLimitMs = 5000

/** What a second start hands to the first one. */
const secondStart = z.object({ files: z.array(z.string().max(4096)).max(1000) })

class Desktop {
  private language: string
  private readonly directory = stateDirectory()
  private readonly recent = new RecentFiles(this.directory)
  private readonly shell: Shell
  private readonly window: LabWindow
  private shownMenu = ''
  /** Asked for before the page could be told. */
  private waiting: readonly string[] = []
  private isTold = false
  private isEnding = false

  constructor(page: string, files: readonly string[]) {
    this.language = app.getPreferredSystemLanguages()[0] ?? languageOf()
    let choose: Choose = () => Promise.resolve(null)
    this.shell = new Shell({
      kind: 'desktop',
      version,
      language: this.language,
      file: files[0] ?? null,
      stateDirectory: this.directory,
      choose: (params, directory) => choose(params, directory),
      windowState: (state) => {
        this.language = state.language ?? this.language
        this.window.setState(state)
        void this.showMenu()
        this.told()
      },
    })
    guardSession(session.defaultSession)
    answerPage(session.defaultSession, page)
    this.window = new LabWindow({
      stateDirectory: this.directory,
      preload: archivedFile('../preload/preload.cjs'),
      isDevelopment: !app.isPackaged,
      text: () => this.text,
      attach: (channel) => {
        this.isTold = false
        this.shell.attach(channel)
      },
      askToClose: () => this.shell.notify('window/closing', {}),
      quit: () => app.quit(),
    })
    takeDropped(this.window.browser.webContents, (paths) => void this.open(paths))
    choose = fileDialogs(this.window.browser, () => this.text)
    void this.showMenu()
    if (files.length > 1) void showOneLab(this.window.browser, this.text, files[0] ?? '')
  }

  /** Files of a second start, or of the desktop. Without any, the user only wants to see the window. */
  async open(files: readonly string[]): Promise<void> {
    if (this.isEnding || this.window.browser.isDestroyed()) return
    this.window.raise()
    const [first] = files
    if (first === undefined) return
    if (!this.isTold) {
      this.waiting = files
      return
    }
    const read = await this.shell.openFile(first)
    if (!read.ok) await showFailure(this.window.browser, this.text, read.failure)
    else if (files.length > 1) await showOneLab(this.window.browser, this.text, first)
  }

  /** Ends without asking; unsaved work is offered at the next start. A page that does not answer is not waited for. */
  async leave(): Promise<void> {
    const { browser } = this.window
    setTimeout(() => browser.isDestroyed() || browser.destroy(), endLimitMs).unref()
    await this.window.leave()
    app.quit()
  }

  /** Resolves when the sandbox and its processes are gone, and the window's place is saved. */
  async end(): Promise<void> {
    this.isEnding = true
    const limit = new Promise<void>((resolve) => setTimeout(resolve, endLimitMs))
    await Promise.race([Promise.all([this.shell.close(), this.window.leave()]), limit])
  }

  private get text(): ReturnType<typeof textIn> {
    return textIn(this.language)
  }

  /** The page has said something of itself, so it listens. */
  private told(): void {
    this.isTold = true
    const { waiting } = this
    this.waiting = []
    if (waiting.length > 0) void this.open(waiting)
  }

  private async showMenu(): Promise<void> {
    const recent = await this.recent.list()
    // Titles change with every edit; a menu that is open would close.
    const wanted = JSON.stringify([this.language, recent.map(({ path }) => path)])
    if (wanted === this.shownMenu || this.isEnding) return
    this.shownMenu = wanted
    const menu = buildMenu({
      text: this.text,
      recent,
      isDevelopment: !app.isPackaged,
      chosen: (entry) => this.shell.notify('menu/chosen', { entry }),
      openRecent: (path) => void this.open([path]),
      zoom: (steps) => this.window.zoom(steps),
      popUp: () => menu.popup({ window: this.window.browser }),
    })
    Menu.setApplicationMenu(menu)
  }
}

function start(files: readonly string[]): void {
  let desktop: Desktop | null = null
  let isEnding = false
  let asked: readonly string[] = files
  const open = (more: readonly string[]): void => {
    if (desktop) void desktop.open(more)
    else asked = [...asked, ...more]
  }
  app.on('second-instance', (_event, _words, _directory, data) => {
    const second = secondStart.safeParse(data)
    open(second.success ? second.data.files : [])
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    open([path])
  })
  app.on('window-all-closed', () => app.quit())
  app.on('will-quit', (event) => {
    if (!desktop) return
    // Whoever asks again waits, too.
    event.preventDefault()
    if (isEnding) return
    isEnding = true
    void desktop.end().finally(() => app.exit(0))
  })
  const begin = (): void => {
    // Only now: Electron has put its own in the place of any earlier ones. They would quit as the menu does, with its
    // questions, and end the process at once at the second signal. npm start passes on what the terminal has sent already.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
      process.on(signal, () => {
        if (desktop) void desktop.leave()
        else app.quit()
      })
    const page = programFile('../renderer')
    const text = textIn(app.getPreferredSystemLanguages()[0] ?? languageOf())
    if (!existsSync(join(page, 'index.html'))) return giveUp(text('notBuilt'), text('notBuiltText'))
    app.setAboutPanelOptions({ applicationName: 'Vethlab', applicationVersion: version, copyright: 'MIT' })
    desktop = new Desktop(page, asked)
  }
  // Electron only warns of what is thrown here, and would go on without a window.
  void app.whenReady().then(begin).catch(cannotStart)
}

/** Says why, where people look, and ends. */
function giveUp(title: string, reason: string): void {
  process.stderr.write(printable(`vethlab: ${title}: ${reason}\n`))
  dialog.showErrorBox(title, reason)
  app.exit(1)
}

function cannotStart(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error)
  giveUp(textIn(languageOf())('cannotStart'), reason)
}

/** Another one runs, or none can. */
function stayAway(refusal: LockRefusal): void {
  const text = textIn(languageOf())
  if (refusal.why === 'runs') {
    process.stderr.write(printable(`vethlab: ${text('runsAlready')}\n`))
    return app.exit(0)
  }
  const reason =
    refusal.why === 'elsewhere'
      ? text('runsElsewhere').replace('{host}', refusal.host)
      : text('unwritable').replace('{directory}', refusal.directory).replace('{reason}', refusal.reason)
  // Before that there are no dialogs.
  void app.whenReady().then(() => giveUp(text('cannotStart'), reason))
}

guardAllPages()
registerPageScheme()
// It would take --no-sandbox back for pages, whose parent has been started without one by then: they could not start.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
app.setDesktopName('vethlab.desktop')
// Nothing of the browser engine has a reason to talk to anybody.
for (const name of [
  'disable-background-networking',
  'disable-component-update',
  'disable-domain-reliability',
  'no-pings',
])
  app.commandLine.appendSwitch(name)

/** In a checkout, Electron's first word is the app's folder. */
const words = process.argv.slice(app.isPackaged ? 1 : 2)
const files = filesOf(words, process.cwd())
if (app.requestSingleInstanceLock({ files })) start(files)
else stayAway(whyNoLock(app.getPath('userData')))
