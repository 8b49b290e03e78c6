/** One xterm screen: output in, keys out, and word of how much output has been taken in, for flow control. */
import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import type { IDecoration, ITheme } from '@xterm/xterm'
import { plainLine } from '../../electron/core/lab/plain-text.js'

export interface ScreenEvents {
  typed(data: string): void
  /** A line behind the shell's prompt was sent off. */
  entered(line: string): void
  /** A shell is at its prompt again: how the last command ended, if it tells. */
  prompted(status: number): void
  resized(columns: number, rows: number): void
  /** So many characters of output have been written. */
  taken(characters: number): void
}

/** Lines kept above the screen; a line of 100 cells is about 1.2 kB. */
const scrollback = 5000
/** Fewer, larger acknowledgements: a message of the helper's in a flood (characters). */
const acknowledgeEvery = 32 * 1024

/** Lines from the bottom in which a text is looked for: what was printed a moment ago. */
const recentLines = 60
/** Cells between the end of a line and the note behind it. */
const noteGap = 2
/** What was typed ends with a line feed of the shell's, soon after the key: the prompt may only just have come. */
const readAfterEnter = 100
/** Semantic prompts: `OSC 133 ; D ; STATUS`, which the lab's bash says in front of each (resources/shell/bashrc). */
const semanticPrompt = 133
/** The prompt of the lab's shells, and what stands behind it. */
const prompted = /^\S+:\S* ?[#$] +(\S.*)$/

/** Opened by the user's own browser. What a shell prints may name anything; only the web is followed. */
function openLink(address: string): void {
  if (/^https?:\/\//i.test(address)) window.open(address, '_blank', 'noopener,noreferrer')
}

export class Screen {
  private readonly terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: true,
    cursorInactiveStyle: 'outline',
    fontFamily: '"JetBrains Mono", "Noto Sans CJK SC", "Noto Sans SC Variable", monospace',
    fontSize: 12,
    // 19 px at 12 px: the line height of the design.
    lineHeight: 1.2,
    fontWeightBold: '600',
    scrollback,
    minimumContrastRatio: 4.5,
    screenReaderMode: false,
    // Addresses that hide behind other words (OSC 8). xterm passes http and https only, and would ask by itself, in English.
    linkHandler: { activate: (_event, address) => openLink(address), allowNonHttpProtocols: false },
  })
  private readonly fitting = new FitAddon()
  readonly search = new SearchAddon()
  private unacknowledged = 0
  private flush: ReturnType<typeof setTimeout> | null = null
  /** The frame in which a screen that has another size goes back to its last line. */
  private settling: number | null = null
  private opened = false
  private disposed = false
  private note: IDecoration | null = null
  /** Laid out and in view: only then can it take the keyboard. */
  private inView = false
  private wantsFocus = false
  /** Whether the last line was seen when it went out of view; null while it is in view. */
  private wasAtEnd: boolean | null = null
  /** Finished lines that may still hold what was typed. */
  private linesToRead = 0
  /** Asked before a key reaches the shell; true: the window takes it. */
  takeKey: (event: KeyboardEvent) => boolean = () => false

  constructor(private readonly events: ScreenEvents) {
    this.terminal.loadAddon(this.fitting)
    this.terminal.loadAddon(this.search)
    this.terminal.loadAddon(new Unicode11Addon())
    this.terminal.loadAddon(new WebLinksAddon((_event, address) => openLink(address)))
    this.terminal.unicode.activeVersion = '11'
    this.terminal.onData((data) => {
      if (data.includes('\r')) this.linesToRead = readAfterEnter
      events.typed(data)
    })
    this.terminal.onLineFeed(() => this.readLine())
    this.terminal.parser.registerOscHandler(semanticPrompt, (words) => {
      const status = /^D;(\d+)$/.exec(words)?.[1]
      if (status !== undefined) events.prompted(Number(status))
      return true
    })
    this.terminal.onResize(({ cols, rows }) => events.resized(cols, rows))
    this.terminal.attachCustomKeyEventHandler((event) => !this.takeKey(event))
  }

  /** Null until it has been laid out. */
  get size(): { readonly columns: number; readonly rows: number } | null {
    return this.opened ? { columns: this.terminal.cols, rows: this.terminal.rows } : null
  }

  /** Is in view from now on, and draws into the element. */
  mount(element: HTMLElement, label: string): void {
    if (this.disposed) return
    if (this.opened) {
      const { element: drawn } = this.terminal
      if (drawn && drawn.parentElement !== element) element.append(drawn)
    } else {
      this.opened = true
      this.terminal.open(element)
      const { textarea } = this.terminal
      textarea?.setAttribute('aria-label', label)
      // Tab belongs to the shell once it has the keyboard, so Tab must not lead into it: its own tab and Ctrl 1...9 do.
      if (textarea) textarea.tabIndex = -1
    }
    this.inView = true
    this.takeFocus()
  }

  /** Out of view: whoever left it does not want the keyboard here any more. */
  hide(): void {
    if (this.inView) this.wasAtEnd = this.atEnd
    this.inView = false
    this.wantsFocus = false
  }

  private get atEnd(): boolean {
    const { viewportY, baseY } = this.terminal.buffer.active
    return viewportY >= baseY
  }

  /** Whoever saw the last line sees it afterwards too: a screen that has no height meanwhile loses its place. */
  fit(): void {
    // Its element may be resized once more on its way out.
    if (!this.opened || this.disposed) return
    const stays = this.wasAtEnd ?? this.atEnd
    this.wasAtEnd = null
    this.fitting.fit()
    if (!stays) return
    this.terminal.scrollToBottom()
    // The scroll bar takes its measures in the next frame, and would put the screen back where it was.
    if (this.settling !== null) cancelAnimationFrame(this.settling)
    this.settling = requestAnimationFrame(() => {
      this.settling = null
      this.terminal.scrollToBottom()
    })
  }

  theme(theme: ITheme): void {
    this.terminal.options.theme = theme
  }

  screenReader(on: boolean): void {
    this.terminal.options.screenReaderMode = on
  }

  write(data: string): void {
    this.terminal.write(data, () => {
      this.unacknowledged += data.length
      if (this.unacknowledged >= acknowledgeEvery) this.acknowledge()
      // The rest of a burst is told too, or the shell could wait for ever on the last few characters.
      else this.flush ??= setTimeout(() => this.acknowledge(), 50)
    })
  }

  private acknowledge(): void {
    if (this.flush !== null) clearTimeout(this.flush)
    this.flush = null
    const characters = this.unacknowledged
    this.unacknowledged = 0
    if (characters > 0) this.events.taken(characters)
  }

  /** What was shown before, and nothing else; it is no new output and needs no word. */
  reset(shown: string): void {
    this.unacknowledged = 0
    this.terminal.reset()
    this.terminal.write(shown)
  }

  /** The line that has just ended, if it was typed at the prompt. */
  private readLine(): void {
    if (this.linesToRead === 0) return
    this.linesToRead -= 1
    const { active } = this.terminal.buffer
    let row = active.baseY + active.cursorY - 1
    let text = active.getLine(row)?.translateToString(true) ?? ''
    for (; active.getLine(row)?.isWrapped && row > 0; row -= 1)
      text = `${active.getLine(row - 1)?.translateToString(false) ?? ''}${text}`
    const line = prompted.exec(text)?.[1]
    if (line !== undefined) this.events.entered(line.trim())
  }

  /** A line of ours, on a line of its own. */
  say(text: string): void {
    this.terminal.write(`\r\n\u001b[2m${plainLine(text)}\u001b[0m\r\n`)
  }

  /** Now, or as soon as it is in view: a tab is chosen before its screen is shown. */
  focus(): void {
    this.wantsFocus = true
    this.takeFocus()
    // Whoever goes somewhere else meanwhile does not want to be fetched back.
    if (this.wantsFocus) document.addEventListener('focusin', () => (this.wantsFocus = false), { once: true })
  }

  private takeFocus(): void {
    if (!this.inView || !this.wantsFocus) return
    this.wantsFocus = false
    this.terminal.focus()
  }

  get hasFocus(): boolean {
    return this.terminal.textarea === document.activeElement && this.opened
  }

  blur(): void {
    this.terminal.blur()
  }

  /** Words behind the latest line that holds one of these texts, in place of the note before. Not part of the text. */
  annotate(texts: readonly string[], words: string): void {
    this.note?.dispose()
    this.note = this.opened && texts.length > 0 ? this.noteBehind(texts, words) : null
  }

  private noteBehind(texts: readonly string[], words: string): IDecoration | null {
    const { active } = this.terminal.buffer
    const cursor = active.baseY + active.cursorY
    for (let row = cursor; row >= Math.max(0, cursor - recentLines); row -= 1) {
      const line = active.getLine(row)?.translateToString(true) ?? ''
      if (!texts.some((text) => line.includes(text))) continue
      const x = line.length + noteGap
      if (x >= this.terminal.cols) return null
      const marker = this.terminal.registerMarker(row - cursor)
      const note = this.terminal.registerDecoration({ marker, x, width: this.terminal.cols - x })
      note?.onRender((element) => {
        element.className = 'xterm-decoration terminal-note'
        element.textContent = words
      })
      return note ?? null
    }
    return null
  }

  get selection(): string {
    return this.terminal.getSelection()
  }

  /** Through xterm, so that bracketed paste keeps pasted lines from running by themselves. */
  paste(text: string): void {
    this.terminal.paste(text)
  }

  /** As if it were typed here. */
  type(text: string): void {
    this.terminal.input(text)
  }

  /** The text on screen and above, for tests and for copying all. */
  get text(): string {
    const { active } = this.terminal.buffer
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '')
      .join('\n')
      .trimEnd()
  }

  dispose(): void {
    this.disposed = true
    if (this.flush !== null) clearTimeout(this.flush)
    if (this.settling !== null) cancelAnimationFrame(this.settling)
    this.terminal.dispose()
  }
}
