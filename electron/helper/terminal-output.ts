/** A terminal's output on its way to the window: gathered into few messages, never more under way than was agreed. */
import { terminalFlow } from '../core/rpc.js'
import { Scrollback } from './terminal-scrollback.js'

/**
 * Output that follows other output is gathered for this long (milliseconds): half a frame of a screen at 60 Hz, so
 * nobody sees it. What comes after a silence, such as the echo of a key, goes at once.
 */
const gatherMs = 8
/**
 * Goes without waiting for the rest (characters). The kernel hands out a pty's output in pieces of 4 KiB at most
 * (N_TTY_BUF_SIZE); eight of them make a message whose JSON costs less than its system calls would in pieces, and eight
 * such messages fit below the limit of the flow control, so that the window always has some while it acknowledges.
 */
const gatherCharacters = 32 * 1024

/** Let through after the shell has ended, whatever is acknowledged (characters): a pty holds less. */
const lastCharacters = 256 * 1024

export interface OutputHooks {
  send(data: string): void
  /** Stop reading from the pty, and go on. */
  pause(): void
  resume(): void
}

export class TerminalOutput {
  private readonly scrollback = new Scrollback()
  private gathered: string[] = []
  private gatheredLength = 0
  private timer: NodeJS.Timeout | null = null
  /** Sent and not acknowledged, characters. */
  private underWay = 0
  private paused = false
  /** More than this under way pauses the pty. */
  private limit: number = terminalFlow.pauseAbove

  constructor(private readonly hooks: OutputHooks) {}

  push(data: string): void {
    this.gathered.push(data)
    this.gatheredLength += data.length
    if (this.timer === null) this.sendAndGather()
    else if (this.gatheredLength >= gatherCharacters) this.send()
    if (this.paused || this.underWay + this.gatheredLength <= this.limit) return
    this.paused = true
    this.hooks.pause()
    // Nothing comes that would be worth waiting for, and the window can acknowledge all the sooner.
    this.send()
  }

  acknowledge(characters: number): void {
    this.underWay = Math.max(0, this.underWay - characters)
    if (this.underWay + this.gatheredLength < terminalFlow.resumeBelow) this.goOn()
  }

  /** All that was shown so far. What an earlier window had not acknowledged is not waited for any more. */
  attach(): string {
    this.scrollback.push(this.takeGathered())
    this.underWay = 0
    this.goOn()
    return this.scrollback.text()
  }

  /** The shell has ended: what the pty still holds comes through, or it would be lost with the pty. */
  letRestThrough(): void {
    this.limit = this.underWay + this.gatheredLength + lastCharacters
    this.goOn()
  }

  /** Sends what is gathered, now. */
  flush(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.send()
  }

  private goOn(): void {
    if (!this.paused) return
    this.paused = false
    this.hooks.resume()
  }

  private sendAndGather(): void {
    this.send()
    this.timer = setTimeout(() => {
      this.timer = null
      if (this.gatheredLength > 0) this.sendAndGather()
    }, gatherMs)
  }

  private send(): void {
    const data = this.takeGathered()
    if (data === '') return
    this.scrollback.push(data)
    this.underWay += data.length
    this.hooks.send(data)
  }

  private takeGathered(): string {
    const data = this.gathered.length === 1 ? (this.gathered[0] as string) : this.gathered.join('')
    this.gathered = []
    this.gatheredLength = 0
    return data
  }
}
