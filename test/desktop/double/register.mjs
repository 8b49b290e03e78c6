/** `node --import` this: `electron` is then the double, for the app that is built and unchanged. */
import { register } from 'node:module'

const electron = new URL('./electron.mjs', import.meta.url).href
const hook = `export const resolve = (name, context, next) =>
  name === 'electron' ? { url: ${JSON.stringify(electron)}, shortCircuit: true } : next(name, context)`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
