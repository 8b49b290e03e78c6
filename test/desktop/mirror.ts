/** A checkout whose Electron has still to be fetched, and the place it comes from: slow, breaking, or wrong. */
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { root } from '../kernel/support/build.js'
import { isRoot } from '../kernel/support/user.js'
import type { World } from '../kernel/support/world.js'

export interface Checkout {
  readonly startFile: string
  /** What the mirror gives: a program that writes down that it was started. */
  readonly archive: Buffer
  /** Whether that program was started. */
  opened(): boolean
  /** Of a transfer that is not done. */
  left(): readonly string[]
}

/** The set-up's own files with an Electron package of their own; all else is this checkout's. */
export function makeCheckout(world: World): Checkout {
  const place = join(world.directory, 'checkout')
  const electron = join(place, 'node_modules/electron')
  for (const path of ['electron/setup', 'dist']) mkdirSync(join(place, path), { recursive: true })
  mkdirSync(electron, { recursive: true })
  for (const name of readdirSync(join(root, 'electron/setup')).filter((each) => each.endsWith('.mjs')))
    copyFileSync(join(root, 'electron/setup', name), join(place, 'electron/setup', name))
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => !/^\.|^electron$/.test(each)))
    symlinkSync(join(root, 'node_modules', name), join(place, 'node_modules', name))
  symlinkSync(join(root, 'dist/node'), join(place, 'dist/node'))
  for (const name of ['package.json', 'install.js'])
    copyFileSync(join(root, 'node_modules/electron', name), join(electron, name))
  const { version } = JSON.parse(readFileSync(join(electron, 'package.json'), 'utf8')) as { version: string }
  const log = join(world.temporary, 'opened')
  const archive = pack(world, `#!/bin/sh\ntouch '${log}'\n`)
  const hash = createHash('sha256').update(archive).digest('hex')
  const file = `electron-v${version}-linux-${process.arch}.zip`
  writeFileSync(join(electron, 'checksums.json'), JSON.stringify({ [file]: hash }))
  if (isRoot && world.user) spawnSync('chown', ['-hR', `${world.user.uid}:${world.user.gid}`, place])
  return {
    startFile: join(place, 'electron/setup/start.mjs'),
    archive,
    opened: () => existsSync(log),
    left: () => (existsSync(join(place, 'dist/electron')) ? readdirSync(join(place, 'dist/electron')) : []),
  }
}

function pack(world: World, program: string): Buffer {
  const place = join(world.directory, 'archive')
  mkdirSync(place)
  writeFileSync(join(place, 'electron'), program)
  chmodSync(join(place, 'electron'), 0o755)
  writeFileSync(join(place, 'ballast'), randomBytes(4_000_000))
  const ran = spawnSync('python3', ['-m', 'zipfile', '-c', 'it.zip', 'electron', 'ballast'], { cwd: place })
  if (ran.status !== 0) throw new Error(`the archive cannot be made: ${ran.stderr}`)
  return readFileSync(join(place, 'it.zip'))
}

/** Gives half of the file and waits to be told to go on. */
export class Mirror {
  /** From where each request wanted it; null: from the beginning. */
  readonly ranges: (number | null)[] = []
  readonly half: number
  private isHeld = true
  private held: (() => void)[] = []
  private willBreak = false
  private isRefusing = false

  private constructor(
    private readonly server: Server,
    private file: Buffer,
  ) {
    this.half = Math.floor(file.length / 2)
    server.on('request', ({ headers }, response) => this.answer(headers.range, headers['if-range'], response))
  }

  static async open(file: Buffer): Promise<Mirror> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Mirror(server, file)
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`
  }

  goOn(): void {
    this.isHeld = false
    for (const send of this.held.splice(0)) send()
  }
  /** The next answer ends after a million bytes. */
  breakOnce(): void {
    this.willBreak = true
  }
  /** Something else of the same length. */
  spoil(): void {
    this.file = randomBytes(this.file.length)
  }
  refuse(): void {
    this.isRefusing = true
  }
  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  private answer(range: string | undefined, condition: string | undefined, response: ServerResponse): void {
    if (this.isRefusing) return void response.writeHead(404).end()
    const tag = `"${createHash('sha256').update(this.file).digest('hex')}"`
    const asked = condition === tag ? /^bytes=(\d+)-$/.exec(range ?? '')?.[1] : undefined
    const from = asked === undefined ? 0 : Number(asked)
    this.ranges.push(asked === undefined ? null : from)
    const rest = this.file.subarray(from)
    response.writeHead(asked === undefined ? 200 : 206, { 'Content-Length': rest.length, ETag: tag })
    if (this.willBreak) {
      this.willBreak = false
      return void response.write(rest.subarray(0, 1_000_000), () => response.destroy())
    }
    if (!this.isHeld) return void response.end(rest)
    response.write(rest.subarray(0, this.half - from))
    this.held.push(() => void response.end(rest.subarray(this.half - from)))
  }
}
