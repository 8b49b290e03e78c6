/**
 * A double of the `electron` module for machines where Electron's own program cannot be had: the parts that main uses,
 * with a real Chromium as the window. The app's main, preload script and page are the built ones, unchanged.
 *
 * What is real: the page's engine, its content security policy, the isolated world of the preload script, the message
 * port on the page's side, navigation, the sandbox and its kernel. What is not: everything the desktop would show.
 */
import { app } from './app.mjs'
import { BrowserWindow } from './browser-window.mjs'
import { obey } from './control.mjs'
import { dialog, Menu, nativeTheme, screen, shell } from './desktop.mjs'
import { ipcMain, MessageChannelMain } from './ports.mjs'
import { protocol, session } from './session.mjs'

export { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, nativeTheme, protocol, screen, session, shell }

obey({ app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, nativeTheme, protocol, screen, session, shell })
