/**
 * Fetches Electron's program and lays it into its package. `fetching.mjs` starts it and reads what it says: one JSON text
 * a line, `{ received, total }` (bytes) or `{ failed }` (a reason); it ends with 0 when the program is there.
 *
 * Electron's own downloader chooses the place, the mirror and the checksum; only the transfer is ours, because a
 * transfer of 110 MB is cut off now and then, and what has come is not to come twice. It lies in dist/electron/ until
 * then, with what is needed to go on: whoever ends us loses nothing.
 */
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const place = join(root, 'dist/electron')
const part = join(place, 'part')
/** Which file the part is of, as its server names it. */
const notes = join(place, 'part.json')
const owner = join(place, 'owner')

/** A transfer from which nothing comes for so long is cut off (milliseconds). */
const silenceMs = 30_000
/** Between two tries (milliseconds). */
const pauseMs = 1000
/** Tries one after the other that bring nothing. */
const maxVain = 3

const tell = (news) => void process.stdout.write(`${JSON.stringify(news)}\n`)

class Final extends Error {}

function readNotes() {
  try {
    return JSON.parse(readFileSync(notes, 'utf8'))
  } catch {
    return null
  }
}

/** What is there already of this very file; 0 where that cannot be known. */
function beginning(url) {
  const known = readNotes()
  const ours = known?.url === url && typeof known.etag === 'string' && existsSync(part)
  return ours ? { have: statSync(part).size, etag: known.etag } : { have: 0, etag: null }
}

/** One try. True when the file is whole; bytes that have come are counted by `came`. */
async function fetchRest(url, came) {
  const { have, etag } = beginning(url)
  const silence = new AbortController()
  let timer
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(new Error(`nothing came for ${silenceMs / 1000} s`)), silenceMs)
  }
  heard()
  try {
    const response = await fetch(url, {
      headers: { 'Accept-Encoding': 'identity', ...(have > 0 ? { Range: `bytes=${have}-`, 'If-Range': etag } : {}) },
      signal: silence.signal,
    })
    if (response.status === 416) {
      rmSync(part, { force: true })
      throw new Error('what was there is no part of it')
    }
    if (!response.ok) {
      const error = `error ${response.status} (${response.statusText}) for ${response.url}`
      throw response.status < 500 ? new Final(error) : new Error(error)
    }
    const goesOn = response.status === 206
    let received = goesOn ? have : 0
    const length = Number(response.headers.get('content-length')) || null
    const total = length && received + length
    const tag = response.headers.get('etag')
    if (!goesOn) {
      writeFileSync(part, '')
      // A weak one does not promise the same bytes.
      writeFileSync(notes, JSON.stringify({ url, etag: tag?.startsWith('W/') ? null : tag }))
    }
    for await (const chunk of response.body ?? []) {
      heard()
      appendFileSync(part, chunk)
      received += chunk.length
      came()
      tell({ received, total })
    }
    if (total !== null && received < total) throw new Error('the transfer was cut off')
  } finally {
    clearTimeout(timer)
  }
}

/** As Electron's downloader wants one. */
async function download(url, target) {
  let vain = 0
  let hasCome = false
  for (;;) {
    try {
      await fetchRest(url, () => {
        vain = 0
        hasCome = true
      })
      break
    } catch (error) {
      // Whoever is offline need not wait; a line that broke may come back.
      if (error instanceof Final || !hasCome || ++vain >= maxVain) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  rmSync(notes, { force: true })
  renameSync(part, target)
}

/** One at a time: two would write into each other's part. */
function takePlace() {
  mkdirSync(place, { recursive: true })
  try {
    const pid = Number(readFileSync(owner, 'utf8'))
    if (pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('fetch-electron'))
      throw new Final('it is being fetched by another npm start')
  } catch (error) {
    if (error instanceof Final) throw error
  }
  writeFileSync(owner, String(process.pid))
  // What Electron's downloader has begun for one that was ended.
  for (const name of readdirSync(place)) {
    const path = join(place, name)
    if (![part, notes, owner].includes(path)) rmSync(path, { recursive: true, force: true })
  }
}

async function fetchElectron() {
  const require = createRequire(import.meta.url)
  const folder = dirname(require.resolve('electron/package.json'))
  const inside = createRequire(join(folder, 'install.js'))
  const { downloadArtifact } = await import(pathToFileURL(inside.resolve('@electron/get')).href)
  takePlace()
  await downloadArtifact({
    version: inside('./package.json').version,
    artifactName: 'electron',
    platform: process.platform,
    arch: process.arch,
    checksums: inside('./checksums.json'),
    cacheRoot: process.env.electron_config_cache,
    tempDirectory: place,
    downloader: { download },
  })
  // Finds it in the cache, and unpacks it.
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'install.js')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr.split('\n').find((line) => /error/i.test(line)) ?? 'it cannot be unpacked')
  rmSync(place, { recursive: true, force: true })
}

try {
  await fetchElectron()
} catch (error) {
  rmSync(owner, { force: true })
  const { message, cause } = error
  tell({ failed: (cause instanceof Error ? `${message}: ${cause.message || cause.code}` : message).split('\n')[0] })
  process.exitCode = 1
}
