/** The built programs, which is what users run. Built when the sources are newer; once, whoever asks first. */
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
import { fileURLToPath } from 'node:url'
import { until } from './until.js'

export const root = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '')
const dist = join(root, 'dist/node')
export const cliFile = join(dist, 'cli.js')

/** A build takes a second or two; another one under way is waited for this long (milliseconds). */
const buildLimitMs = 280_000

function newestSource(path: string): number {
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestSource(join(path, name))))
}

const sources = ['electron', 'renderer', 'package.json', 'vite.node.config.ts', 'vite.film.ts'].map((path) =>
  join(root, path),
)

function isStale(): boolean {
  if (!existsSync(cliFile)) return true
  const built = statSync(cliFile).mtimeMs
  return sources.some((source) => newestSource(source) > built)
}

/** Makes sure that `dist/node` is what the sources say. Files being replaced never miss for long: folders are swapped. */
export async function build(): Promise<void> {
  if (!isStale()) return
  const lock = join(root, 'dist/.build-lock')
  await until('the build lock', () => takeLock(lock), buildLimitMs)
  try {
    if (!isStale()) return
    const fresh = `dist/.node-${process.pid}`
    const vite = join(root, 'node_modules/.bin/vite')
    const ran = spawnSync(vite, ['build', '-c', 'vite.node.config.ts', '--outDir', fresh, '--logLevel', 'warn'], {
      cwd: root,
      encoding: 'utf8',
      timeout: buildLimitMs,
    })
    if (ran.status !== 0) throw new Error(`the build failed:\n${ran.stdout}${ran.stderr}`)
    const old = join(root, `dist/.old-${process.pid}`)
    if (existsSync(dist)) renameSync(dist, old)
    renameSync(join(root, fresh), dist)
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
    // The holder may have been killed: its number is in the file.
    const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
    if (holder > 0 && !existsSync(`/proc/${holder}`)) rmSync(lock, { force: true })
    return false
  }
}
