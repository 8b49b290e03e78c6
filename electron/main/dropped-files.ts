/** Files that were dropped on the window: the preload script tells their paths, and only the window's own may. */
import { ipcMain } from 'electron'
import type { WebContents } from 'electron'
import { z } from 'zod'
import { refusal } from './port.js'

/** The preload script uses the same name. */
const droppedMessage = 'vethlab:dropped'

const droppedPaths = z.array(z.string().min(1).max(4096)).min(1).max(1000)

export function takeDropped(contents: WebContents, open: (files: readonly string[]) => void): void {
  ipcMain.on(droppedMessage, (event, paths: unknown) => {
    if (refusal(event, contents) !== null) return
    const dropped = droppedPaths.safeParse(paths)
    if (dropped.success) open(dropped.data)
  })
}
