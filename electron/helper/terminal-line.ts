/**
 * The line at which a shell waits for a command. Whether it waits is the kernel's word (whose the terminal is) and the
 * shell's own: readline, zle and fish switch bracketed paste on when they begin to read a line, and off when it is taken.
 */
import { plainLine } from '../core/lab/plain-text.js'
import type { Placed } from '../core/rpc.js'
import { foregroundProgram, nameOf } from './terminal-processes.js'

const bracketsOn = '\u001b[?2004h'
const bracketsOff = '\u001b[?2004l'
const pasteBegins = '\u001b[200~'
const pasteEnds = '\u001b[201~'
/** End of line, then kill what is before it: readline, zle, fish and the kernel's own line discipline understand it. */
const clearLine = '\u0005\u0015'

/** A shell that has just been started reads its start-up files; one that says nothing of brackets never will (ms). */
const startLimitMs = 2000
/** A command that is just ending is waited for, so that quick clicks one after the other are not refused (ms). */
const endLimitMs = 500

export class TerminalLine {
  /** What the shell said last; null: nothing yet. */
  private brackets: 'on' | 'off' | null = null
  /** It has had its time to speak and did not: a shell without brackets, such as dash. */
  private silent = false
  /** Enter was typed, and the shell has not said what it makes of it. */
  private entered = false
  /** On the line since it was put there, with nothing typed after it. */
  private placed: string | null = null
  /** The end of the output so far: the shell's word may be cut in two. */
  private tail = ''
  private readonly waiting = new Set<() => void>()

  /**
   * @param write as if it were typed; false where nothing was taken
   * @param ran what was sent off has ended: the shell reads a line again
   */
  constructor(
    private readonly shell: number,
    private readonly write: (data: string) => boolean,
    private readonly ran: () => void,
  ) {}

  /** What the terminal shows. */
  shown(data: string): void {
    const text = this.tail + data
    this.tail = text.slice(1 - bracketsOn.length)
    const on = text.lastIndexOf(bracketsOn)
    const off = text.lastIndexOf(bracketsOff)
    if (on === -1 && off === -1) return
    // A word that was in the tail already is not said again.
    if (Math.max(on, off) + bracketsOn.length <= text.length - data.length) return
    // Both in one piece of output: the command has begun and ended between two.
    const again = on > off && (this.brackets === 'off' || off !== -1)
    this.brackets = on > off ? 'on' : 'off'
    this.entered = false
    if (again) this.ran()
    for (const look of [...this.waiting]) look()
  }

  /** What a person types. */
  typed(data: string): void {
    this.placed = null
    if (!data.startsWith(pasteBegins) && /[\u0003\u0004\n\r]/.test(data)) this.entered = true
  }

  /** In place of what is on the line. Null: the shell has ended, or takes nothing. */
  async place(command: string, alive: () => boolean): Promise<Placed | null> {
    const text = plainLine(command)
    await this.untilPrompt()
    if (!alive()) return null
    const program = foregroundProgram(this.shell)
    if (program !== null) return { line: 'busy', program }
    // A loop of the shell's own, or `read`: nobody else has the terminal, and still no line is read.
    if (this.brackets === 'off') return { line: 'busy', program: nameOf(this.shell) ?? '' }
    if (this.placed === text) return { line: 'already' }
    const pasted = this.brackets === 'on' ? `${pasteBegins}${text}${pasteEnds}` : text
    if (!this.write(clearLine + pasted)) return null
    this.placed = text
    return { line: 'placed' }
  }

  private get atPrompt(): boolean {
    return this.brackets === 'on' && !this.entered && foregroundProgram(this.shell) === null
  }

  private async untilPrompt(): Promise<void> {
    if (this.atPrompt || this.silent) return
    const starting = this.brackets === null
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.waiting.delete(look)
        resolve()
      }
      const look = (): void => {
        if (this.atPrompt) done()
      }
      const timer = setTimeout(done, starting ? startLimitMs : endLimitMs)
      this.waiting.add(look)
    })
    if (this.brackets === null) this.silent = true
  }
}
