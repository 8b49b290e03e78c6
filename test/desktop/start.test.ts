/** `npm start`: a window where there can be one, else the browser shell, and always one line that says why. */
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { root } from '../kernel/support/build.js'
import { until } from '../kernel/support/until.js'
import { World, type Running } from '../kernel/support/world.js'
import { makeCheckout, Mirror, type Checkout } from './mirror.js'
import { labText } from './life.js'

const startFile = join(root, 'electron/setup/start.mjs')
const address = /^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{20,}$/m

describe('npm start', () => {
  let world: World
  let running: Running | null = null
  beforeEach(async () => {
    world = await World.ofUser()
    running = null
  })
  afterEach(async () => {
    if (running) {
      running.child.kill('SIGTERM')
      await running.ended.catch(() => {})
    }
    world.dispose()
  })

  const startBy = (file: string, env: NodeJS.ProcessEnv, words: readonly string[]): Running =>
    (running = world.start([process.execPath, file, ...words], { env, limitMs: 90_000 }))
  const start = (env: NodeJS.ProcessEnv, ...words: string[]): Running => startBy(startFile, env, words)
  const untilServed = (started: Running, limitMs?: number): Promise<string> =>
    until('an address', () => address.exec(started.stdout())?.[0], limitMs)
  const lines = (started: Running): string[] =>
    started
      .stderr()
      .split('\n')
      .filter((line) => line.startsWith('vethlab: '))
      // After a build, once.
      .filter((line) => !line.startsWith('vethlab: building three'))

  /** A program that writes down how it was called. */
  const program = (name: string, last: string): { readonly path: string; called(): string | null } => {
    mkdirSync(join(world.directory, 'bin'), { recursive: true })
    const log = join(world.temporary, `${name}.log`)
    const path = world.file(`bin/${name}`, `#!/bin/sh\nprintf '%s\\n' "$@" >'${log}'\n${last}\n`)
    chmodSync(path, 0o755)
    return { path, called: () => (existsSync(log) ? readFileSync(log, 'utf8') : null) }
  }
  const screen = { DISPLAY: ':4711' }

  test('without a display the browser shell opens at once, and one line says why', async () => {
    const opener = program('xdg-open', 'exit 0')
    const started = start({ PATH: `${dirname(opener.path)}:/usr/bin:/bin` })
    await untilServed(started)
    expect(lines(started)).toEqual([
      'vethlab: opening in a browser instead of a window: there is no display (DISPLAY and WAYLAND_DISPLAY are not set).',
    ])
    expect(opener.called()).toBeNull()
  })

  test('the window opens the lab that was named, from where the user is', async () => {
    const electron = program('electron', 'exit 0')
    const env = { ...screen, ELECTRON_OVERRIDE_DIST_PATH: dirname(electron.path), INIT_CWD: '/somewhere' }
    const ended = await start(env, 'a.vethlab.yaml', 'file:///x/b%20c.yaml').ended
    expect(ended.status).toBe(0)
    expect(electron.called()?.trim().split('\n').slice(1)).toEqual(['/somewhere/a.vethlab.yaml', '/x/b c.yaml'])
    expect(electron.called()).not.toContain('no-sandbox')
    expect(ended.stdout).not.toMatch(address)
  })

  test('a window that cannot start is replaced by the browser shell, with its reason', async () => {
    const electron = program('electron', 'echo "error while loading shared libraries: libgtk-3.so.0" >&2; exit 127')
    const opener = program('xdg-open', 'exit 0')
    const started = start({
      ...screen,
      ELECTRON_OVERRIDE_DIST_PATH: dirname(electron.path),
      PATH: `${dirname(opener.path)}:/usr/bin:/bin`,
    })
    const served = await untilServed(started)
    expect(lines(started)).toEqual([
      'vethlab: opening in a browser instead of a window: Electron did not start: error while loading shared libraries: libgtk-3.so.0',
    ])
    expect(served).toMatch(address)
  })

  test('where the user has a browser, it is shown a private file that leads to the address', async () => {
    const electron = program('electron', 'exit 1')
    // As the user's browser does: what is behind the file, and who may read it.
    const seen = join(world.temporary, 'seen')
    const opener = program('xdg-open', `file="\${1#file://}"; { stat -c %a "$file"; cat "$file"; } >'${seen}'`)
    const started = start({
      ...screen,
      ELECTRON_OVERRIDE_DIST_PATH: dirname(electron.path),
      PATH: `${dirname(opener.path)}:/usr/bin:/bin`,
    })
    const served = await untilServed(started)
    await until('the browser', () => existsSync(seen) && readFileSync(seen, 'utf8').includes('</title>'))
    expect(opener.called()).not.toContain(served.split('#')[1])
    expect(readFileSync(seen, 'utf8')).toMatch(/^600\n/)
    expect(readFileSync(seen, 'utf8')).toContain(`url=${served}`)
    const file = fileURLToPath((opener.called() as string).trim())
    started.child.kill('SIGTERM')
    await started.ended
    expect(existsSync(file)).toBe(false)
  })

  test('the browser shell has the lab that was named, and ends in order', async () => {
    const file = world.file('named.vethlab.yaml', labText('named', 'Named'))
    const started = start({ INIT_CWD: world.directory }, 'named.vethlab.yaml')
    await untilServed(started)
    const served = world.processes().find(({ command }) => command.includes(' serve '))
    expect(served?.command).toContain(` serve ${file}`)
    started.child.kill('SIGINT')
    await started.ended
    await world.untilNothingIsLeft()
  })

  test('switches are Chromium’s, and no files; after -- everything is a file', async () => {
    const electron = program('electron', 'exit 0')
    const env = { ...screen, ELECTRON_OVERRIDE_DIST_PATH: dirname(electron.path), INIT_CWD: '/somewhere' }
    await start(env, '--ozone-platform=x11', 'a.yaml', '--', '-b.yaml').ended
    const words = electron.called()?.trim().split('\n').slice(1)
    expect(words).toEqual(['--ozone-platform=x11', '/somewhere/a.yaml', '/somewhere/-b.yaml'])
    const started = start({ PATH: '/usr/bin:/bin', INIT_CWD: world.directory }, '--ozone-platform=x11')
    await untilServed(started)
    expect(world.processes().find(({ command }) => / serve/.test(command))?.command).toMatch(/ serve$/)
  })

  test('a machine that gives Electron no user namespaces is told the one command', async () => {
    const electron = program(
      'electron',
      'echo "[1:FATAL:setuid_sandbox_host.cc] The SUID sandbox helper binary" >&2; exit 1',
    )
    const started = start({ ...screen, ELECTRON_OVERRIDE_DIST_PATH: dirname(electron.path), PATH: '/usr/bin:/bin' })
    await untilServed(started)
    const [, script, node] = /sudo sh (\S+) (\S+)$/.exec(lines(started).at(-1) ?? '') ?? []
    expect([existsSync(script ?? ''), node]).toEqual([true, process.execPath])
  })

  describe('while Electron has to be fetched', () => {
    let checkout: Checkout
    let mirror: Mirror
    beforeEach(async () => {
      checkout = makeCheckout(world)
      mirror = await Mirror.open(checkout.archive)
    })
    afterEach(() => mirror.close())

    const begin = (): Running =>
      startBy(checkout.startFile, { ...screen, ELECTRON_MIRROR: mirror.address, PATH: '/usr/bin:/bin' }, [])
    const fetchers = (): unknown[] => world.processes().filter(({ command }) => command.includes('fetch-electron'))

    test('a slow line has the browser after 10 s; the rest comes behind it, and is said', async () => {
      const started = begin()
      await untilServed(started, 40_000)
      expect(lines(started)[0]).toMatch(/^vethlab: fetching Electron, the program of the window: once/)
      expect(lines(started).at(-1)).toMatch(
        /instead of a window: Electron is being fetched \(2 of 4 MB\); that goes on/,
      )
      expect(fetchers()).not.toEqual([])
      mirror.goOn()
      await until('the end is said', () => started.stderr().includes('Electron is here: the next npm start'), 40_000)
      expect(checkout.left()).toEqual([])
    })

    test('what has come is kept when everything is ended, and when the line breaks', async () => {
      const first = begin()
      await untilServed(first, 40_000)
      first.child.kill('SIGTERM')
      await first.ended
      await until('nothing fetches', () => fetchers().length === 0)
      mirror.goOn()
      mirror.breakOnce()
      const second = begin()
      expect((await second.ended).status).toBe(0)
      expect(checkout.opened()).toBe(true)
      expect(mirror.ranges).toEqual([null, mirror.half, mirror.half + 1_000_000])
      expect(checkout.left()).toEqual([])
    })

    test('a file that is not the one that was promised is refused, and not gone on with', async () => {
      mirror.goOn()
      mirror.spoil()
      const started = begin()
      await untilServed(started, 40_000)
      expect(lines(started).at(-1)).toMatch(/instead of a window: Electron could not be fetched \(.*electron.*zip/)
      expect(checkout.left()).toEqual([])
    })

    test('a network that refuses is not waited for', async () => {
      mirror.refuse()
      const started = begin()
      await untilServed(started, 40_000)
      expect(lines(started).at(-1)).toMatch(
        /instead of a window: Electron could not be fetched \(.*404.*npx install-electron/,
      )
    })
  })
})
