/** What the desktop shows: menus, dialogs, displays, links. Tests answer the dialogs. */
import { EventEmitter } from 'node:events'
import { app } from './app.mjs'

const nobody = (what) => () => Promise.reject(new Error(`nobody answers ${what} in this test`))

export const dialog = {
  showOpenDialog: nobody('the open dialog'),
  showSaveDialog: nobody('the save dialog'),
  showMessageBox: nobody('the message box'),
  showErrorBox: (title, text) => process.stderr.write(`${title}: ${text}\n`),
}

export const shell = { openExternal: nobody('the link') }

export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: true })

const display = {
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 32, width: 1920, height: 1048 },
}
export const screen = { getPrimaryDisplay: () => display, getDisplayMatching: () => display }

/** Roles that do something without a window's focus. */
const roles = { quit: () => app.quit() }

export class Menu {
  static #application = null
  static setApplicationMenu(menu) {
    Menu.#application = menu
  }
  static getApplicationMenu() {
    return Menu.#application
  }
  static buildFromTemplate(template) {
    return new Menu(template)
  }

  constructor(template) {
    this.items = template.map((options) => ({
      type: options.submenu ? 'submenu' : 'normal',
      enabled: true,
      ...options,
      submenu: options.submenu ? new Menu(options.submenu) : undefined,
      click: () => (options.click ? options.click() : roles[options.role]?.()),
    }))
  }

  getMenuItemById(id) {
    for (const item of this.items) {
      const found = item.id === id ? item : (item.submenu?.getMenuItemById(id) ?? null)
      if (found) return found
    }
    return null
  }

  popup() {}
}
