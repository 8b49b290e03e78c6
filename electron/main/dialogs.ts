/** The desktop's own dialogs. */
import { basename, join } from 'node:path'
import { dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Failure } from '../core/rpc.js'
import type { ShellParams } from '../core/rpc-shell.js'
import type { ChosenFile } from '../session/shell.js'
import type { Text } from './text.js'

/** Null: the user has chosen none. */
export type Choose = (params: ShellParams<'file/choose'>, directory: string) => Promise<ChosenFile | null>

const labExtension = '.vethlab.yaml'

/** One dialog at a time. */
export function fileDialogs(window: BrowserWindow, text: () => Text): Choose {
  let isOpen = false
  const ask: Choose = async ({ purpose, suggested }, directory) => {
    const filters = [{ name: text()('labFiles'), extensions: ['vethlab.yaml', 'yaml', 'yml'] }]
    const foreign = { name: text()('foreignFiles'), extensions: ['sh', 'bash', 'clab.yml', 'mn', 'conf'] }
    const films = { name: text()('filmFiles'), extensions: ['html', 'htm'] }
    if (purpose === 'open') {
      const { filePaths } = await dialog.showOpenDialog(window, {
        title: text()('openTitle'),
        defaultPath: directory,
        properties: ['openFile'],
        filters: [...filters, foreign, films],
      })
      return filePaths[0] === undefined ? null : { path: filePaths[0], mayReplace: false }
    }
    // The page suggests a name, not a place.
    const name = basename(suggested) || `lab${labExtension}`
    const { filePath } = await dialog.showSaveDialog(window, {
      title: text()('saveTitle'),
      defaultPath: join(directory, name),
      filters,
    })
    if (!filePath) return null
    // About a file of that very name the dialog has asked. With our ending it is another one, and the window asks.
    const isWhole = /\.ya?ml$/i.test(filePath)
    return { path: isWhole ? filePath : filePath + labExtension, mayReplace: isWhole }
  }
  return async (params, directory) => {
    if (isOpen) return null
    isOpen = true
    try {
      return await ask(params, directory)
    } finally {
      isOpen = false
    }
  }
}

export async function showFailure(window: BrowserWindow, text: Text, { message, output }: Failure): Promise<void> {
  const detail = output === null ? message : `${message}\n\n${output}`
  await dialog.showMessageBox(window, { type: 'error', message: text('cannotOpen'), detail })
}

export async function showOneLab(window: BrowserWindow, text: Text, file: string): Promise<void> {
  const detail = text('oneLabText').replace('{file}', file)
  await dialog.showMessageBox(window, { type: 'info', message: text('oneLab'), detail })
}

/** After the page's process has ended. */
export async function askAfterCrash(window: BrowserWindow, text: Text): Promise<'reload' | 'quit'> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: text('crashed'),
    detail: text('crashedText'),
    buttons: [text('reload'), text('quit')].map(withoutKeys),
    defaultId: 0,
    cancelId: 1,
  })
  return response === 0 ? 'reload' : 'quit'
}

/** While the page's process does not answer. */
export async function askWhileHanging(
  window: BrowserWindow,
  text: Text,
  signal: AbortSignal,
): Promise<'wait' | 'reload'> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: text('hangs'),
    detail: text('hangsText'),
    buttons: [text('wait'), text('reload')].map(withoutKeys),
    defaultId: 0,
    cancelId: 0,
    signal,
  })
  return response === 1 ? 'reload' : 'wait'
}

const withoutKeys = (label: string): string => label.replaceAll('&', '')
