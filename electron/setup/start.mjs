/**
 * `npm start [-- [--SWITCH...] FILE]`: the desktop window where it can be had, else the same window in a browser, with one
 * line that says why. Plain JavaScript on Node alone, like prepare.mjs, which runs before it. Switches are Chromium's.
 *
 * Electron brings its program on the first start, from the network. The window waits for it 10 s and no more: whoever is
 * behind a slow line has the browser shell then, and the rest is fetched behind it, for the next start.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { randomBytes } from 'node:crypto'
import { electronProgram, fetchElectron } from './fetching.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** The window waits so long for Electron's program (milliseconds). */
const fetchWaitMs = 10_000
/** A window that ends badly this soon was never one (milliseconds): a library is missing, or its sandbox is forbidden. */
const failedStartMs = 10_000
/** The browser has read the page that leads it to us by then (milliseconds). */
const signpostMs = 30_000
const fetchLater = 'npx install-electron'
const allowFile = join(root, 'resources/linux/allow-checkout.sh')

const say = (text) => process.stderr.write(`vethlab: ${text}\n`)

/** Files by absolute paths; relative ones start where the user is, which is not where npm runs scripts. */
function understand(words) {
  const directory = process.env.INIT_CWD ?? process.cwd()
  const end = words.includes('--') ? words.indexOf('--') : words.length
  const isSwitch = (word, index) => index < end && word.startsWith('-')
  const names = words.filter((word, index) => index !== end && !isSwitch(word, index))
  return {
    switches: words.filter(isSwitch),
    files: names.map((word) => (/^file:/i.test(word) ? fileURLToPath(word) : resolve(directory, word))),
  }
}

/** Why there can be no window here, whatever is installed; null: there can. */
function noWindow() {
  if (process.getuid?.() === 0) return 'Electron refuses to run as root; run npm start as a user for the window.'
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display (DISPLAY and WAYLAND_DISPLAY are not set).'
  return null
}

/** Electron's program, or why there is none yet. */
async function findElectron() {
  const there = electronProgram()
  if (there === undefined) return { why: 'Electron is not installed.' }
  if (there !== null) return { program: there }
  say('fetching Electron, the program of the window: once, some 110 MB')
  const fetching = fetchElectron(say)
  // An interrupt ends us without an `exit` otherwise; 128 and the signal's number, as shells have it.
  const interrupted = [
    ['SIGINT', () => process.exit(130)],
    ['SIGTERM', () => process.exit(143)],
  ]
  for (const [signal, leave] of interrupted) process.once(signal, leave)
  const ended = fetching.ended.then((failed) => ({ failed }))
  let timer
  const waited = new Promise((done) => (timer = setTimeout(() => done(null), fetchWaitMs)))
  const early = await Promise.race([ended, waited])
  clearTimeout(timer)
  for (const [signal, leave] of interrupted) process.off(signal, leave)
  if (early === null) {
    void ended.then(({ failed }) =>
      say(failed === null ? 'Electron is here: the next npm start opens the window.' : notFetched(failed)),
    )
    const goesOn = 'that goes on behind the browser, and the next npm start opens the window.'
    return { why: `Electron is being fetched (${fetching.progress}); ${goesOn}` }
  }
  return early.failed === null ? { program: electronProgram() } : { why: notFetched(early.failed) }
}

const notFetched = (reason) =>
  `Electron could not be fetched (${reason.replace(/\.$/, '').slice(0, 160)}); the next npm start goes on with it, or: ${fetchLater}`

/** Interrupts reach the child by the terminal, too; it ends in order, and we after it. */
function follow(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise((done) => {
    child.once('error', (error) => done({ status: 127, words: error.message }))
    child.once('close', (status, signal) => done({ status, signal }))
  })
}

/** Null where the window has been used and closed; else why it never came. */
async function openWindow(program, args) {
  const environment = { ...process.env }
  // Set by whoever runs us inside an editor made with Electron; it would turn the window into a plain Node.
  delete environment.ELECTRON_RUN_AS_NODE
  const started = Date.now()
  const child = spawn(program, [root, ...args], { stdio: ['inherit', 'inherit', 'pipe'], env: environment })
  let words = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    words = (words + text).slice(-4096)
    process.stderr.write(text)
  })
  const ended = await follow(child)
  if (ended.status === 0) return null
  if (Date.now() - started > failedStartMs) process.exit(ended.status ?? 1)
  // Chromium's own advice is about a file of root's that no checkout has.
  if (/No usable sandbox|SUID sandbox helper/.test(words))
    return `this machine gives Electron no user namespaces. Where AppArmor keeps them (Ubuntu), allow them to this checkout with: sudo sh ${allowFile} ${process.execPath}`
  const reason =
    ended.words ??
    words
      .trim()
      .split('\n')
      .findLast((line) => /error|fatal|cannot/i.test(line)) ??
    `it ended with ${ended.signal ?? ended.status}`
  return `Electron did not start: ${reason.trim().slice(0, 300)}`
}

/**
 * Shows the address in the user's browser. It goes there in a file that only the user can read: a command line is for
 * everybody on this machine to see, and whoever is first with the address has the session.
 */
function showInBrowser(address) {
  if (noWindow() !== null) return
  const signpost = writeSignpost(
    `<!doctype html><meta charset="utf-8"><title>Vethlab</title><meta http-equiv="refresh" content="0; url=${address}">\n`,
  )
  // The address is on the terminal, too.
  if (signpost === null) return
  const remove = () => rmSync(signpost, { force: true })
  process.once('exit', remove)
  setTimeout(remove, signpostMs).unref()
  const child = spawn('xdg-open', [pathToFileURL(signpost).href], { stdio: 'ignore', detached: true })
  child.once('error', remove)
  child.unref()
}

/** In dist/, because browsers in a snap or flatpak see neither /tmp nor /run; but a checkout may be somebody else's. */
function writeSignpost(text) {
  for (const directory of [join(root, 'dist'), process.env.XDG_RUNTIME_DIR]) {
    if (!directory) continue
    const file = join(directory, `vethlab-${randomBytes(8).toString('hex')}.html`)
    try {
      writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
      return file
    } catch {
      // The next one.
    }
  }
  return null
}

async function openBrowserShell(files) {
  const child = spawn(process.execPath, [join(root, 'dist/node/cli.js'), 'serve', ...files], {
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  lines.once('line', (address) => {
    if (/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]+$/.test(address)) showInBrowser(address)
  })
  lines.on('line', (line) => process.stdout.write(`${line}\n`))
  const { status } = await follow(child)
  process.exit(status ?? 1)
}

/** The systems of three classic tutorials: a bridge with its own interface, a router, NAT to the outside. */
const classics = ['05-bridge-gateway', '06-router', '08-nat']

/**
 * After each build, once: builds the three classic systems in the real kernel and prints what their checks say. Whoever
 * starts a fresh checkout sees that it works on this machine, or why it does not; the window opens all the same.
 */
function proveOnce() {
  const [built, proven] = ['.built-from', '.proven'].map((name) => join(root, 'dist', name))
  // Built by hand.
  if (!existsSync(built)) return
  const build = readFileSync(built, 'utf8')
  if (existsSync(proven) && readFileSync(proven, 'utf8') === build) return
  say('building three classic networks in this kernel, to see that it can (once after each build)')
  for (const lab of classics) {
    const file = join(root, `resources/labs/${lab}.vethlab.yaml`)
    const { status } = spawnSync(process.execPath, [join(root, 'dist/node/cli.js'), 'check', file], {
      stdio: 'inherit',
    })
    if (status !== 0) return
  }
  try {
    writeFileSync(proven, build)
  } catch {
    // Somebody else's checkout: it is proven again at the next start.
  }
}

const { switches, files } = understand(process.argv.slice(2))
proveOnce()
const { why, program } = noWindow() === null ? await findElectron() : { why: noWindow() }
const reason = program === undefined ? why : await openWindow(program, [...switches, ...files])
if (reason === null) process.exit(0)
say(`opening in a browser instead of a window: ${reason}`)
await openBrowserShell(files)
