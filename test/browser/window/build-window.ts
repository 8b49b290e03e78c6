/** The built window, which is what users see. Built when its sources are newer; once, whoever asks first. */
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { root } from '../../kernel/support/build.js'
import { until } from '../../kernel/support/until.js'

/** A build takes half a minute on a machine with other work (milliseconds). */
const buildLimitMs = 280_000
const page = join(root, 'dist/renderer/index.html')

function newest(path: string): number {
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

function isStale(): boolean {
  if (!existsSync(page)) return true
  const built = statSync(page).mtimeMs
  return ['renderer', 'electron/core', 'vite.config.ts', 'vite.film.ts'].some(
    (path) => newest(join(root, path)) > built,
  )
}

export async function buildWindow(): Promise<void> {
  if (!isStale()) return
  const lock = join(root, 'dist/.window-lock')
  await until('the lock of the window build', () => takeLock(lock), buildLimitMs)
  try {
    if (!isStale()) return
    const fresh = join(root, `dist/.window-${process.pid}`)
    const vite = join(root, 'node_modules/.bin/vite')
    const ran = spawnSync(vite, ['build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'error'], {
      cwd: root,
      encoding: 'utf8',
      timeout: buildLimitMs,
    })
    if (ran.status !== 0) throw new Error(`the window could not be built:\n${ran.stdout}${ran.stderr}`)
    const old = join(root, `dist/.old-window-${process.pid}`)
    const place = join(root, 'dist/renderer')
    if (existsSync(place)) renameSync(place, old)
    renameSync(fresh, place)
    rmSync(old, { recursive: true, force: true })
  } finally {
    rmSync(lock, { force: true })
  }
}

function takeLock(lock: string): boolean {
  try {
    const file = openSync(lock, 'wx')
    writeSync(file, String(process.pid))
    closeSync(file)
    return true
  } catch {
    const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
    if (holder > 0 && !existsSync(`/proc/${holder}`)) rmSync(lock, { force: true })
    return false
  }
}
