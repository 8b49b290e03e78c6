/** What runs in the page before its own scripts: Electron's part of the renderer. */

/** The isolated world of the preload script. */
export const worldName = 'vethlab preload'
/** In that world only: says something to main's process. */
export const ipcBinding = '__electronIpc'
/** In the page's own world, taken away before the page's scripts run. */
export const windowBinding = '__electronWindow'
/** How main's process reaches the preload script's world. */
export const receiver = '__electronReceive'

/** The preload script with `electron` as a sandboxed one has it, in the top frame only. */
export const isolatedScript = (preload) => `
if (window.top === window) {
  const say = globalThis[${JSON.stringify(ipcBinding)}]
  const tell = (message) => say(JSON.stringify(message))
  const listeners = new Map()
  const ports = new Map()
  const ipcRenderer = {
    send: (channel, ...args) => tell({ kind: 'send', channel, args }),
    on: (channel, listener) => void listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
  }
  globalThis[${JSON.stringify(receiver)}] = (message) => {
    if (message.kind === 'port') return ports.get(message.id)?.postMessage(message.data)
    if (message.kind === 'port-closed') return ports.get(message.id)?.close()
    const given = message.ports.map((id) => {
      const { port1, port2 } = new MessageChannel()
      ports.set(id, port1)
      port1.onmessage = ({ data }) => tell({ kind: 'port', id, data })
      port1.addEventListener('close', () => tell({ kind: 'port-closed', id }))
      return port2
    })
    for (const listener of listeners.get(message.channel) ?? []) listener({ ports: given }, message.message)
  }
  // Chromium knows the path of a dropped file, but tells no script; a test says what it is.
  const paths = () => JSON.parse(document.documentElement.dataset.electronPaths ?? '{}')
  const webUtils = { getPathForFile: (file) => paths()[file.name] ?? '' }
  const modules = { electron: { ipcRenderer, webUtils } }
  const require = (name) => {
    if (!(name in modules)) throw new Error('module not found: ' + name)
    return modules[name]
  }
  ;(function (require, exports, module) {\n${preload}\n})(require, {}, { exports: {} })
}`

/** Windows that the page asks for are the main process's to grant; it never gets hold of one. */
export const windowScript = `
{
  const say = globalThis[${JSON.stringify(windowBinding)}]
  delete globalThis[${JSON.stringify(windowBinding)}]
  delete globalThis[${JSON.stringify(ipcBinding)}]
  window.close = () => say(JSON.stringify({ kind: 'close' }))
  window.open = (address = '') => {
    say(JSON.stringify({ kind: 'open', url: new URL(address, location.href).href }))
    return null
  }
}`
