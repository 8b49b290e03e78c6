/** Where the window was and how large, over two starts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { screen } from 'electron'
import type { BrowserWindow, Rectangle } from 'electron'
import { z } from 'zod'
import { writeState } from '../session/files/state.js'

const fileName = 'window.json'
/** As in the design's pictures (device-independent pixels). */
const defaultSize = { width: 1440, height: 900 } as const
/** Below it panels overlap (device-independent pixels). */
export const minimumSize = { width: 880, height: 560 } as const
/** While somebody drags, positions come by the dozen (milliseconds). */
const settleMs = 400

/** Beyond any screen there is (device-independent pixels). */
const coordinate = z.int().min(-100_000).max(100_000)
const schema = z.object({
  x: coordinate,
  y: coordinate,
  width: coordinate.min(1),
  height: coordinate.min(1),
  maximised: z.boolean(),
})
export type WindowState = z.infer<typeof schema>

export interface Placement {
  /** Without a position the desktop chooses one. */
  readonly bounds: { readonly width: number; readonly height: number; readonly x?: number; readonly y?: number }
  readonly maximised: boolean
}

/** Read at once: the window must not move after it has been shown. What cannot be read counts as never saved. */
export function savedPlacement(directory: string): Placement {
  let saved: WindowState | null = null
  try {
    saved = schema.parse(JSON.parse(readFileSync(join(directory, fileName), 'utf8')))
  } catch {
    // The first start, or a damaged file.
  }
  if (saved === null) return { bounds: within(defaultSize, screen.getPrimaryDisplay().workArea), maximised: false }
  return { bounds: clamp(saved, screen.getDisplayMatching(saved).workArea), maximised: saved.maximised }
}

const within = (size: { width: number; height: number }, area: Rectangle): { width: number; height: number } => ({
  width: Math.min(Math.max(size.width, minimumSize.width), area.width),
  height: Math.min(Math.max(size.height, minimumSize.height), area.height),
})

/** The same place, moved and shrunk until all of it is on a display: the one it was on may be gone. */
export function clamp(wanted: Rectangle, area: Rectangle): Rectangle {
  const { width, height } = within(wanted, area)
  const between = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)
  return {
    x: between(wanted.x, area.x, area.x + area.width - width),
    y: between(wanted.y, area.y, area.y + area.height - height),
    width,
    height,
  }
}

/**
 * Saves while the window changes, and when it is gone: a page may close its window without a word (`window.close()`), and
 * a window that is gone tells no place. Returns what saves at once, to be waited for before leaving.
 */
export function keepPlacement(window: BrowserWindow, directory: string): () => Promise<void> {
  let timer: NodeJS.Timeout | null = null
  let latest: WindowState | null = null
  let writing: Promise<void> = Promise.resolve()
  const save = (): Promise<void> => {
    if (timer) clearTimeout(timer)
    timer = null
    const text = latest && JSON.stringify(latest)
    latest = null
    // A place that cannot be kept is no reason to bother anybody.
    if (text !== null) writing = writing.then(() => writeState(directory, fileName, text)).catch(() => {})
    return writing
  }
  const changed = (): void => {
    // Of a maximised window: where it goes back to.
    latest = { ...window.getNormalBounds(), maximised: window.isMaximized() }
    timer ??= setTimeout(() => void save(), settleMs)
  }
  window.on('resize', changed)
  window.on('move', changed)
  window.on('maximize', changed)
  window.on('unmaximize', changed)
  window.on('close', changed)
  window.on('closed', () => void save())
  return save
}
