/** Electron's program: where it is, and how it is fetched behind whatever the user does meanwhile. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Progress is told in steps of so many hundredths. */
const stepPercent = 10

const megabytes = (bytes) => Math.round(bytes / 1_000_000)

/** As its package lays it out (electron/index.js). Null: it is not there; undefined: not even the package. */
export function electronProgram() {
  let folder
  try {
    folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    return undefined
  }
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  try {
    // Written last: one that was cut off while it was unpacked has not got so far.
    const name = override ? 'electron' : readFileSync(join(folder, 'path.txt'), 'utf8')
    const path = join(override ?? join(folder, 'dist'), name)
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}

/**
 * Starts to fetch it. It ends with us, and goes on at the next start from where it was.
 * @param say takes a line of progress
 * @returns how far it is, in words, and a promise of why it failed, or of null
 */
export function fetchElectron(say) {
  const script = fileURLToPath(new URL('./fetch-electron.mjs', import.meta.url))
  // In a group of its own: Ctrl-C in the terminal is for us, and we end it.
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const fetching = { progress: 'begun', ended: Promise.resolve(null) }
  let [told, failed] = [0, null]
  createInterface({ input: child.stdout }).on('line', (line) => {
    const news = JSON.parse(line)
    if (news.failed !== undefined) return void (failed = news.failed)
    const { received, total } = news
    fetching.progress = total ? `${megabytes(received)} of ${megabytes(total)} MB` : `${megabytes(received)} MB`
    const percent = total ? Math.floor((100 * received) / total) : 0
    if (percent < told + stepPercent) return
    told = percent
    say(`Electron: ${fetching.progress}`)
  })
  const end = () => {
    try {
      // With what unpacks it.
      process.kill(-child.pid, 'SIGTERM')
    } catch {
      // It has ended.
    }
  }
  process.once('exit', end)
  fetching.ended = new Promise((done) => {
    child.once('error', (error) => done(error.message))
    child.once('close', (status) => {
      process.off('exit', end)
      done(status === 0 ? null : (failed ?? `it ended with ${status}`))
    })
  })
  return fetching
}
