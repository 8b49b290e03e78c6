/** What is typed or pasted, on its way into a pty. A program that does not read makes its window wait, and nobody else. */
import { writeSync } from 'node:fs'

/** A pty that takes nothing is tried again after this long (milliseconds); there is no event for it in Node. */
const tryAgainMs = 10
/** Waiting for the program to read (bytes): one paste of the largest size, four bytes a character. More is refused. */
const maxWaiting = 4 * 1024 * 1024

export class TerminalInput {
  private waiting: Buffer[] = []
  private waitingBytes = 0
  private timer: NodeJS.Timeout | null = null

  /** @param descriptor of the pty's master end, which never blocks; null as soon as it is closed */
  constructor(private readonly descriptor: () => number | null) {}

  /** False where the program has not read what came before, and the rest is too much to keep: nothing was taken. */
  write(data: string): boolean {
    const bytes = Buffer.from(data, 'utf8')
    if (this.waitingBytes > 0 && this.waitingBytes + bytes.length > maxWaiting) return false
    this.waiting.push(bytes)
    this.waitingBytes += bytes.length
    if (this.timer === null) this.drain()
    return true
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.waiting = []
    this.waitingBytes = 0
  }

  private drain(): void {
    this.timer = null
    for (;;) {
      const next = this.waiting[0]
      const descriptor = this.descriptor()
      if (descriptor === null) return this.stop()
      if (next === undefined) return
      let written: number
      try {
        written = writeSync(descriptor, next)
      } catch (error) {
        // EIO: nobody has the other end any more.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return this.stop()
        written = 0
      }
      this.waitingBytes -= written
      if (written === next.length) this.waiting.shift()
      else this.waiting[0] = next.subarray(written)
      if (written < next.length) {
        this.timer = setTimeout(() => this.drain(), tryAgainMs)
        return
      }
    }
  }
}
