/** The window: where it is, what it may do, when it may close, and what happens when its page stops working. */
import { BrowserWindow, nativeTheme } from 'electron'
import type { TextChannel } from '../core/channel.js'
import { plainLine, printable } from '../core/lab/plain-text.js'
import type { ShellParams } from '../core/rpc-shell.js'
import { askAfterCrash, askWhileHanging } from './dialogs.js'
import { whenFirstSeen } from './first-show.js'
import { pageAddress } from './page-address.js'
import { offerPorts } from './port.js'
import type { Text } from './text.js'
import { keepPlacement, minimumSize, savedPlacement } from './window-state.js'

export interface LabWindowOptions {
  readonly stateDirectory: string
  /** The built preload script. */
  readonly preload: string
  readonly isDevelopment: boolean
  text(): Text
  /** Each load of the page brings a new connection. */
  attach(channel: TextChannel): void
  /** The user wants to close a window with unsaved work: the page asks, and closes it. */
  askToClose(): void
  quit(): void
}

export type Theme = NonNullable<ShellParams<'window/state'>['theme']>

/** Height of the page's top bar, in which the desktop's buttons are drawn (CSS pixels). */
const barHeight = 48
/** `--chrome` and `--text2` of the page. */
const barColours: Readonly<Record<Theme, { readonly color: string; readonly symbolColor: string }>> = {
  dark: { color: '#0b0d10', symbolColor: '#b3bbc8' },
  light: { color: '#eceef2', symbolColor: '#434c5a' },
}
/** Levels of 20 % each; the page stays usable between them. */
const zoomLevels = { smallest: -3, largest: 4 } as const

export class LabWindow {
  readonly browser: BrowserWindow
  private unsaved = false
  private onHost = false
  private isConnected = false
  /** Of the question that is open while the page does not answer. */
  private hanging: AbortController | null = null
  /** We have ended the page's process ourselves, to load it again; that is told later. */
  private isEndExpected = false
  private isLeaving = false
  private theme: Theme = nativeTheme.shouldUseDarkColors ? 'dark' : 'light'
  private readonly savePlacement: () => Promise<void>

  constructor(private readonly options: LabWindowOptions) {
    const { bounds, maximised } = savedPlacement(options.stateDirectory)
    this.browser = new BrowserWindow({
      ...bounds,
      minWidth: minimumSize.width,
      minHeight: minimumSize.height,
      title: 'Vethlab',
      show: false,
      backgroundColor: barColours[this.theme].color,
      // The page draws the title bar and the desktop its own buttons into it, where and in which order its user has them.
      // Buttons drawn by the page would need messages for what they do, and would look the same on no desktop.
      titleBarStyle: 'hidden',
      titleBarOverlay: { ...barColours[this.theme], height: barHeight },
      webPreferences: {
        preload: options.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: options.isDevelopment,
      },
    })
    this.savePlacement = keepPlacement(this.browser, options.stateDirectory)
    const contents = this.browser.webContents
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
    const show = (): void => {
      if (maximised) this.browser.maximize()
      this.browser.show()
    }
    whenFirstSeen(this.browser, show)
    contents.on('did-finish-load', () => {
      this.isEndExpected = false
      this.paintBar()
    })
    // The title comes with the page's state.
    this.browser.on('page-title-updated', (event) => event.preventDefault())
    this.browser.on('close', (event) => {
      const asks = this.unsaved || this.onHost
      if (this.isLeaving || !asks || !this.isConnected || this.hanging) return
      event.preventDefault()
      options.askToClose()
    })
    contents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit') void this.afterCrash()
    })
    this.browser.on('unresponsive', () => void this.whileHanging())
    offerPorts(
      contents,
      (channel) => this.connect(channel),
      (reason) => process.stderr.write(printable(`vethlab: a connection was refused: ${reason}\n`)),
    )
    contents
      .loadURL(pageAddress)
      .catch((error: Error) => process.stderr.write(printable(`vethlab: ${error.message}\n`)))
  }

  /** What the page says of itself. */
  setState({ title, unsaved, onHost = false, theme }: ShellParams<'window/state'>): void {
    this.unsaved = unsaved
    this.onHost = onHost
    if (this.browser.isDestroyed()) return
    // The page may show a file's name, and a window's title is a line for everybody on the screen.
    const line = plainLine(title)
    this.browser.setTitle(unsaved ? `* ${line}` : line)
    if (theme === undefined || theme === this.theme) return
    this.theme = theme
    this.paintBar()
  }

  /** Puts it in front of everything, wherever it was. */
  raise(): void {
    if (this.browser.isMinimized()) this.browser.restore()
    this.browser.show()
    this.browser.focus()
  }

  /** @param steps larger or smaller; 0: back to normal */
  zoom(steps: -1 | 0 | 1): void {
    const contents = this.browser.webContents
    const wanted = steps === 0 ? 0 : contents.getZoomLevel() + steps
    contents.setZoomLevel(Math.min(Math.max(wanted, zoomLevels.smallest), zoomLevels.largest))
    this.paintBar()
  }

  /** From now on it closes without asking: the machine is going down, and unsaved work is kept. */
  async leave(): Promise<void> {
    this.isLeaving = true
    await this.savePlacement()
  }

  private paintBar(): void {
    if (this.browser.isDestroyed()) return
    const colours = barColours[this.theme]
    const height = Math.round(barHeight * this.browser.webContents.getZoomFactor())
    this.browser.setTitleBarOverlay({ ...colours, height })
    this.browser.setBackgroundColor(colours.color)
  }

  private connect(channel: TextChannel): void {
    let isLatest = true
    this.forgetConnection()
    this.forgetConnection = () => (isLatest = false)
    this.isConnected = true
    channel.onEnd(() => {
      if (!isLatest) return
      this.isConnected = false
      // Nobody is left who could answer; the text has been kept.
      this.unsaved = false
      this.onHost = false
    })
    this.options.attach(channel)
  }
  private forgetConnection: () => void = () => {}

  private async afterCrash(): Promise<void> {
    const isExpected = this.isEndExpected
    this.isEndExpected = false
    if (isExpected || this.isLeaving || this.browser.isDestroyed()) return
    // Whether to wait for it is no question any more.
    this.hanging?.abort()
    this.browser.show()
    const chosen = await askAfterCrash(this.browser, this.options.text())
    if (this.browser.isDestroyed()) return
    if (chosen === 'reload') this.browser.webContents.reload()
    else this.options.quit()
  }

  private async whileHanging(): Promise<void> {
    if (this.hanging || this.isLeaving) return
    const answers = new AbortController()
    this.hanging = answers
    const recovered = (): void => answers.abort()
    this.browser.once('responsive', recovered)
    const chosen = await askWhileHanging(this.browser, this.options.text(), answers.signal)
    this.hanging = null
    if (this.browser.isDestroyed()) return
    this.browser.off('responsive', recovered)
    if (chosen === 'wait' || answers.signal.aborted) return
    this.isEndExpected = true
    this.browser.webContents.forcefullyCrashRenderer()
    this.browser.webContents.reload()
  }
}
