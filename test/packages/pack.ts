/**
 * Makes packages as a release does, without a network: electron-builder with a stand-in for Electron, which is Node with
 * Electron's fuses behind it, and with a stand-in for fpm that writes down what it is asked for.
 */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { build, root } from '../kernel/support/build.js'
import { isRoot } from '../kernel/support/user.js'
import { buildWindow } from '../browser/window/build-window.js'

/** As in Electron: a mark, the version of what follows, how many fuses, and one digit for each (@electron/fuses). */
const fuseWire = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\u0001\u0009110001100'

/** Packing takes some seconds; a machine with other work takes longer (milliseconds). */
const limitMs = 240_000

export interface Packed {
  /** What becomes /opt/Vethlab. */
  readonly directory: string
  /** What fpm was asked for, by format. */
  readonly fpm: Readonly<Record<'deb' | 'rpm', FpmOrder>>
  dispose(): void
}

export interface FpmOrder {
  readonly args: readonly string[]
  /** Contents of the file that an argument or a `FROM=TO` names, by option or by TO. */
  file(name: string): string
}

export async function pack(): Promise<Packed> {
  await Promise.all([build(), buildWindow()])
  if (!existsSync(join(root, 'dist/preload/preload.cjs'))) throw new Error('build first: npm run build')
  const place = mkdtempSync('/tmp/vethlab-packages-')
  chmodSync(place, 0o755)
  const [electron, record, output, home] = ['electron', 'fpm', 'out', 'home'].map((name) => join(place, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const path of [join(electron, 'locales'), join(electron, 'resources'), record, home])
    mkdirSync(path, { recursive: true })
  copyFileSync(process.execPath, join(electron, 'electron'))
  chmodSync(join(electron, 'electron'), 0o755)
  appendFileSync(join(electron, 'electron'), Buffer.from(fuseWire, 'latin1'))
  for (const file of ['locales/en-US.pak', 'locales/zh-CN.pak', 'locales/de.pak', 'chrome-sandbox', 'LICENSE'])
    writeFileSync(join(electron, file), file)
  const fpm = join(place, 'recording-fpm')
  writeFileSync(fpm, recordingFpm(record), { mode: 0o755 })
  // In a network namespace with nothing in it, whatever would fetch fails.
  const offline = isRoot ? ['unshare', '--net'] : []
  const words = [
    ...[...offline, process.execPath, join(root, 'node_modules/electron-builder/cli.js')],
    ...['--linux', 'deb', 'rpm', process.arch === 'arm64' ? '--arm64' : '--x64', '--publish', 'never'],
    ...[`-c.electronDist=${electron}`, `-c.directories.output=${output}`],
  ]
  const ran = spawnSync(words[0] as string, words.slice(1), {
    cwd: root,
    encoding: 'utf8',
    timeout: limitMs,
    env: { PATH: process.env['PATH'], HOME: home, TMPDIR: place, CUSTOM_FPM_PATH: fpm, CI: 'true' },
  })
  if (ran.status !== 0) {
    rmSync(place, { recursive: true, force: true })
    throw new Error(`electron-builder ended with ${ran.status ?? ran.signal}:\n${ran.stdout}${ran.stderr}`)
  }
  return {
    directory: join(output, process.arch === 'arm64' ? 'linux-arm64-unpacked' : 'linux-unpacked'),
    fpm: { deb: readOrder(join(record, 'deb')), rpm: readOrder(join(record, 'rpm')) },
    dispose: () => rmSync(place, { recursive: true, force: true }),
  }
}

/** Keeps its arguments, one a line, and every single file they name: electron-builder removes its own afterwards. */
const recordingFpm = (record: string): string => `#!/usr/bin/env node
const { copyFileSync, mkdirSync, statSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const args = process.argv.slice(2)
const place = join(${JSON.stringify(record)}, args[args.indexOf('-t') + 1])
mkdirSync(join(place, 'files'), { recursive: true })
writeFileSync(join(place, 'args.json'), JSON.stringify(args))
const keep = (path, name) => {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) copyFileSync(path, join(place, 'files', encodeURIComponent(name)))
}
args.forEach((word, index) => {
  const [from, to] = word.split(/=(?!.*=)/)
  if (to !== undefined) word.startsWith('--') ? keep(to, from) : keep(from, to)
  else if (args[index - 1]?.startsWith('--')) keep(word, args[index - 1])
})
`

function readOrder(place: string): FpmOrder {
  return {
    args: JSON.parse(readFileSync(join(place, 'args.json'), 'utf8')) as string[],
    file: (name) => readFileSync(join(place, 'files', encodeURIComponent(name)), 'utf8'),
  }
}
