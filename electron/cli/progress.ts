/** One line on a terminal for what takes longer than a second; nothing anywhere else. */
import { noteRaw, paintNote, printable } from './output.js'

/** Work that ends sooner needs no line (milliseconds). */
const quietMs = 1000
/** The line is drawn again at most so often (milliseconds). */
const redrawMs = 100

export interface Progress {
  /** What is being done now. */
  show(text: string): void
  /** Removes the line. */
  end(): void
}

const silent: Progress = { show() {}, end() {} }

export function startProgress(text: string, json = false): Progress {
  if (!process.stderr.isTTY || json) return silent
  let current = text
  let drawn = false
  let timer: NodeJS.Timeout | null = setTimeout(function draw() {
    drawn = true
    const columns = process.stderr.columns || 80
    noteRaw(
      `\r\u001b[K${paintNote(
        'dim',
        printable(current)
          .replaceAll('\n', ' ')
          .slice(0, columns - 1),
      )}`,
    )
    timer = setTimeout(draw, redrawMs)
    timer.unref()
  }, quietMs)
  timer.unref()
  return {
    show(next) {
      current = next
    },
    end() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      if (drawn) noteRaw('\r\u001b[K')
      drawn = false
    },
  }
}
