/** `npm start`: a window where there can be one, else the browser shell, and always one line that says why. */
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { root } from '../kernel/support/build.js'
import { until } from '../kernel/support/until.js'
import { World, type Running } from '../kernel/support/world.js'
import { electronProgram } from './machine.js'
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

  const start = (env: NodeJS.ProcessEnv, ...files: string[]): Running =>
    (running = world.start([process.execPath, startFile, ...files], { env, limitMs: 60_000 }))
  const untilServed = (started: Running, limitMs?: number): Promise<string> =>
    until('an address', () => address.exec(started.stdout())?.[0], limitMs)
  const lines = (started: Running): string[] =>
    started
      .stderr()
      .split('\n')
      .filter((line) => line.startsWith('vethlab: '))

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

  describe.skipIf(electronProgram() !== null)('while Electron has to be fetched', () => {
    let server: Server
    let mirror = ''
    beforeEach(async () => {
      await new Promise<void>((resolve) => (server = createServer()).listen(0, '127.0.0.1', resolve))
      mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    })
    afterEach(() => {
      server.closeAllConnections()
      server.close()
    })

    test('a network that answers nothing takes 10 s, not longer, and leaves no download behind', async () => {
      server.on('request', () => {
        // Never answered.
      })
      const begun = Date.now()
      const started = start({ ...screen, ELECTRON_MIRROR: mirror, PATH: '/usr/bin:/bin' })
      await untilServed(started, 40_000)
      expect(Date.now() - begun).toBeGreaterThan(9_000)
      expect(lines(started).at(-1)).toContain('Electron could not be fetched within 10 s')
      expect(world.processes().filter(({ command }) => command.includes('install.js'))).toEqual([])
    })

    test('a network that refuses is not waited for', async () => {
      server.on('request', (_request, response) => response.writeHead(404).end())
      const started = start({ ...screen, ELECTRON_MIRROR: mirror, PATH: '/usr/bin:/bin' })
      await untilServed(started, 40_000)
      expect(lines(started).at(-1)).toMatch(
        /instead of a window: Electron could not be fetched \(.*404.*npx install-electron/,
      )
    })
  })
})
