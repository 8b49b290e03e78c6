/** When a window that was made hidden is shown: as soon as there is something to see, and in any case. */
import type { BrowserWindow } from 'electron'

/** What is loaded is painted by then (milliseconds). */
const paintMs = 300
/** A window with nothing in it yet is better than none (milliseconds). */
const limitMs = 5000

/**
 * Calls once. `ready-to-show` alone would do where it comes; on Wayland a hidden window may never paint, and so never be
 * ready.
 */
export function whenFirstSeen(window: BrowserWindow, show: () => void): void {
  const timers: NodeJS.Timeout[] = []
  let isOver = false
  const finish = (): void => {
    isOver = true
    for (const timer of timers) clearTimeout(timer)
  }
  const once = (): void => {
    if (isOver) return
    finish()
    show()
  }
  const later = (ms: number): void => void (isOver || timers.push(setTimeout(once, ms)))
  window.once('ready-to-show', once)
  window.once('closed', finish)
  window.webContents.once('did-finish-load', () => later(paintMs))
  window.webContents.once('did-fail-load', once)
  later(limitMs)
}
