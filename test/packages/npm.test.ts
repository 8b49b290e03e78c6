/** `npx vethlab`: what npm would publish, installed in an empty folder by somebody who is not root. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, root } from '../kernel/support/build.js'
import { until } from '../kernel/support/until.js'
import { World } from '../kernel/support/world.js'
import { buildWindow } from '../browser/window/build-window.js'

/** The pseudo-terminal module is compiled on installation; a machine with other work takes its time (milliseconds). */
const installLimitMs = 280_000

interface Packed {
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

let world: World
let place: string
let packed: Packed
let folder: string

beforeAll(async () => {
  world = await World.ofUser()
  await Promise.all([build(), buildWindow()])
  place = mkdtempSync('/tmp/vethlab-npm-')
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', place]
  const { stdout } = spawnSync('npm', words, { cwd: root, encoding: 'utf8', timeout: 120_000 })
  packed = (JSON.parse(stdout) as Packed[])[0] as Packed
  world.file('vethlab.tgz', '')
  spawnSync('cp', [join(place, packed.filename), join(world.directory, 'vethlab.tgz')])
  folder = join(world.directory, 'empty')
  mkdirSync(folder)
  world.give(folder)
  // The headers of this very Node, where the system has them: nothing to fetch.
  const headers = existsSync('/usr/include/node/node.h') ? { npm_config_nodedir: '/usr' } : {}
  const install = ['npm', 'install', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const ran = await world.run([...install, join(world.directory, 'vethlab.tgz')], {
    ...{ cwd: folder, env: headers, limitMs: installLimitMs },
  })
  if (ran.status !== 0) throw new Error(`npm install ended with ${ran.status}:\n${ran.stdout}${ran.stderr}`)
}, 300_000)
afterAll(() => {
  world?.dispose()
  if (place) rmSync(place, { recursive: true, force: true })
})

const vethlab = (): string => join(folder, 'node_modules/.bin/vethlab')

test('the package holds the programs, the window and the resources, and is of a modest size', () => {
  const paths = packed.files.map(({ path }) => path)
  const folders = new Set(paths.map((path) => path.split('/').slice(0, 2).join('/')))
  expect([...folders].sort()).toEqual([
    'LICENSE',
    'README.md',
    'dist/node',
    'dist/renderer',
    'package.json',
    'resources/labs',
    'resources/linux',
    'resources/sandbox-init.sh',
    'resources/schema',
    'resources/script',
    'resources/shell',
  ])
  expect(paths.filter((path) => /\.map$|\.test\.|screenshots/.test(path))).toEqual([])
  expect(packed.size).toBeLessThan(9_000_000)
})

test('only what runs is installed: no Electron, no tools of a build', () => {
  for (const name of ['koffi', 'node-pty']) expect(existsSync(join(folder, 'node_modules', name))).toBe(true)
  for (const name of ['electron', 'electron-builder', 'vite', 'svelte', 'typescript', 'playwright-core'])
    expect(existsSync(join(folder, 'node_modules', name))).toBe(false)
})

test('vethlab check builds a lab of the user’s own in the kernel, and its checks hold', async () => {
  const lab = join(folder, 'node_modules/vethlab/resources/labs/06-router.vethlab.yaml')
  const ran = await world.run([vethlab(), 'check', '--json', lab], { cwd: folder, limitMs: 60_000 })
  expect([ran.status, ran.stderr]).toEqual([0, ''])
  expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true })
})

test('vethlab serve shows the window', async () => {
  const running = world.start([vethlab(), 'serve'], { cwd: folder, limitMs: 60_000 })
  const address = await until('an address', () => /http:\S+/.exec(running.stdout())?.[0], 30_000)
  const page = await fetch(address.replace(/#.*/, ''))
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>Vethlab')])
  running.child.kill('SIGINT')
  expect((await running.ended).signal).toBeNull()
})
