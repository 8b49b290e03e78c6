/**
 * The application's menu. A frameless window shows no menu bar: on Linux it is seen where the desktop has a global one,
 * and by F10 in the window. Entries with a key of the window's own only show it (`registerAccelerator: false`): the page
 * knows where the focus is, and a terminal's keys are the terminal's.
 */
import { dirname } from 'node:path'
import { Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import type { RecentFile, ShellNotifications } from '../core/rpc-shell.js'
import type { Text, TextKey } from './text.js'

export type MenuEntry = ShellNotifications['menu/chosen']['entry']

export interface MenuOptions {
  readonly text: Text
  readonly recent: readonly RecentFile[]
  /** With what only a checkout needs. */
  readonly isDevelopment: boolean
  /** Most of it is done by the page. */
  chosen(entry: MenuEntry): void
  openRecent(path: string): void
  /** Of the page; 0: back to normal. */
  zoom(steps: -1 | 0 | 1): void
  /** Shows this menu in the window. */
  popUp(): void
}

/** More do not fit on a small screen. */
const maxRecent = 10

const pageEntries: Readonly<Record<MenuEntry, { readonly label: TextKey; readonly keys?: string }>> = {
  new: { label: 'new' },
  open: { label: 'open', keys: 'CmdOrCtrl+O' },
  save: { label: 'save', keys: 'CmdOrCtrl+S' },
  'save-as': { label: 'saveAs', keys: 'CmdOrCtrl+Shift+S' },
  labs: { label: 'labs' },
  deploy: { label: 'deploy', keys: 'CmdOrCtrl+Enter' },
  stop: { label: 'stop' },
  undo: { label: 'undo', keys: 'CmdOrCtrl+Z' },
  redo: { label: 'redo', keys: 'CmdOrCtrl+Shift+Z' },
  fit: { label: 'fit', keys: 'Shift+1' },
  shortcuts: { label: 'shortcuts', keys: '?' },
}

export function buildMenu(options: MenuOptions): Menu {
  const { text, recent, isDevelopment } = options
  const page = (entry: MenuEntry): MenuItemConstructorOptions => {
    const { label, keys } = pageEntries[entry]
    const shown = keys === undefined ? {} : { accelerator: keys, registerAccelerator: false }
    return { id: entry, label: text(label), ...shown, click: () => options.chosen(entry) }
  }
  const role = (name: NonNullable<MenuItemConstructorOptions['role']>, label: TextKey): MenuItemConstructorOptions => ({
    id: name,
    role: name,
    label: text(label),
  })
  const line: MenuItemConstructorOptions = { type: 'separator' }
  const files = recent.slice(0, maxRecent).map(({ path, name }): MenuItemConstructorOptions => ({
    // An ampersand marks the letter behind it as a key.
    label: `${name}  –  ${dirname(path)}`.replaceAll('&', '&&'),
    click: () => options.openRecent(path),
  }))
  return Menu.buildFromTemplate([
    {
      label: text('file'),
      submenu: [
        page('new'),
        page('open'),
        {
          id: 'recent',
          label: text('recent'),
          submenu: files.length > 0 ? files : [{ label: text('noRecent'), enabled: false }],
        },
        line,
        page('save'),
        page('save-as'),
        line,
        { ...role('quit', 'quit'), accelerator: 'CmdOrCtrl+Q' },
      ],
    },
    {
      label: text('edit'),
      submenu: [
        page('undo'),
        page('redo'),
        line,
        role('cut', 'cut'),
        role('copy', 'copy'),
        role('paste', 'paste'),
        role('selectAll', 'selectAll'),
      ],
    },
    { label: text('lab'), submenu: [page('labs'), line, page('deploy'), page('stop')] },
    {
      label: text('view'),
      submenu: [
        page('fit'),
        line,
        { id: 'zoom-in', label: text('zoomIn'), accelerator: 'CmdOrCtrl+Plus', click: () => options.zoom(1) },
        // The same key without Shift, as browsers take it.
        {
          ...{ id: 'zoom-in-unshifted', label: text('zoomIn'), visible: false },
          ...{ accelerator: 'CmdOrCtrl+=', click: () => options.zoom(1) },
        },
        { id: 'zoom-out', label: text('zoomOut'), accelerator: 'CmdOrCtrl+-', click: () => options.zoom(-1) },
        { id: 'zoom-reset', label: text('resetZoom'), accelerator: 'CmdOrCtrl+0', click: () => options.zoom(0) },
        line,
        role('togglefullscreen', 'fullScreen'),
        ...(isDevelopment ? [line, role('reload', 'reload'), role('toggleDevTools', 'developerTools')] : []),
      ],
    },
    {
      label: text('help'),
      submenu: [
        page('shortcuts'),
        { id: 'show-menu', label: text('showMenu'), accelerator: 'F10', click: () => options.popUp() },
        line,
        role('about', 'about'),
      ],
    },
  ])
}
