/** `npm start` in a fresh checkout: whoever waits is told for what, and sees that it goes on. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from '../kernel/support/build.js'
import { until } from '../kernel/support/until.js'
import { World, type Running } from '../kernel/support/world.js'

let world: World
let checkout: string
beforeEach(async () => {
  world = await World.ofUser()
  checkout = join(world.temporary, 'checkout')
  mkdirSync(join(checkout, 'electron/setup'), { recursive: true })
  for (const name of readdirSync(join(root, 'electron/setup')))
    copyFileSync(join(root, 'electron/setup', name), join(checkout, 'electron/setup', name))
  writeFileSync(join(checkout, 'package-lock.json'), '{}')
  // The set-up runs as the user of the world.
  for (const path of ['', 'electron', 'electron/setup']) chmodSync(join(checkout, path), 0o777)
})
afterEach(() => world.dispose())

/** An `npm` that waits for a file of its own before it ends: `npm ci` for `ci`, `npm run` for `run`. */
function npm(): { letEnd(step: 'ci' | 'run'): void; readonly path: string } {
  const folder = join(world.temporary, 'bin')
  mkdirSync(folder, { recursive: true })
  const script = `#!/bin/sh\necho "npm $1 speaks"\nwhile [ ! -e "${folder}/$1.done" ]; do sleep 0.1; done\nexit 0\n`
  writeFileSync(join(folder, 'npm'), script)
  chmodSync(join(folder, 'npm'), 0o755)
  return {
    path: `${folder}:/usr/sbin:/usr/bin:/bin`,
    letEnd: (step) => writeFileSync(join(folder, `${step}.done`), ''),
  }
}

const prepare = (path: string, before: readonly string[] = []): Running =>
  world.start([...before, process.execPath, join(checkout, 'electron/setup/prepare.mjs'), 'start'], {
    env: { PATH: path },
    limitMs: 120_000,
  })

test('each long step says what it is, that it goes on, and that it is done', async () => {
  const { path, letEnd } = npm()
  const started = prepare(path)
  const said = (): string => started.stderr()
  await until('a sign of life', () => /still installing dependencies, \d+ s so far/.test(said()))
  expect(said()).toMatch(/^vethlab: installing dependencies \(a minute or two, once\)\nnpm ci speaks\n/)
  expect(said()).not.toContain('building')
  letEnd('ci')
  await until('another sign of life', () => /still building, \d+ s so far/.test(said()))
  expect(said()).toMatch(/^vethlab: the dependencies are installed, in \d+ s$/m)
  expect(said()).toMatch(/^vethlab: building \(about a minute, once after each change\)\nnpm run speaks\n/m)
  letEnd('run')
  expect((await started.ended).status).toBe(0)
  expect(said()).toMatch(/^vethlab: built, in \d+ s\n$/m)
  expect(existsSync(join(checkout, 'dist/.built-from'))).toBe(true)
})

test.each([
  ['the versions that are wanted are there, whenever they were put there', '1.0.0', false],
  ['another version is there', '0.9.0', true],
])('packages are installed only where they are not: %s', async (_, version, isInstalled) => {
  const { path, letEnd } = npm()
  const packages = (of: string): string => JSON.stringify({ packages: { 'node_modules/a': { version: of } } })
  mkdirSync(join(checkout, 'node_modules'))
  writeFileSync(join(checkout, 'node_modules/.package-lock.json'), packages(version))
  writeFileSync(join(checkout, 'package-lock.json'), packages('1.0.0'))
  for (const step of ['ci', 'run'] as const) letEnd(step)
  const started = prepare(path)
  expect((await started.ended).status).toBe(0)
  expect(started.stderr().includes('npm ci speaks')).toBe(isInstalled)
})

test('on a terminal one line counts, and nothing of it stays', async () => {
  const { path, letEnd } = npm()
  const record = join(world.temporary, 'typescript')
  const words = `${process.execPath} ${join(checkout, 'electron/setup/prepare.mjs')} start`
  const started = world.start(['script', '-qefc', words, record], { env: { PATH: path }, limitMs: 120_000 })
  await until('the line counts', () =>
    /\r\u001b\[Kvethlab: still installing dependencies, \d+ s so far/.test(started.stdout()),
  )
  letEnd('ci')
  letEnd('run')
  expect((await started.ended).status).toBe(0)
  expect(started.stdout()).toMatch(/\r\u001b\[Kvethlab: the dependencies are installed, in \d+ s\r\n/)
})

test('who interrupts it ends what it has started', async () => {
  const { path } = npm()
  const started = prepare(path)
  await until('npm runs', () => started.stderr().includes('npm ci speaks'))
  started.child.kill('SIGTERM')
  expect((await started.ended).status).toBe(143)
  await until('nothing of it runs', () => world.processes().length === 0)
})
