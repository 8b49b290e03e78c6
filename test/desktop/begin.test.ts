/** The first seconds of the app: a window is seen, whatever the desktop says of it, or somebody is told why not. */
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Desktop } from './desktop.js'
import { newLife, shell, slow, under, untilTitle, windowProcesses, type Life } from './life.js'

const isSeen = (desktop: Desktop): Promise<boolean> =>
  desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() === true, null)

describe.skipIf(shell?.isDouble !== true)(`the beginning of the app (${under})`, () => {
  let life: Life
  beforeEach(async () => {
    life = await newLife()
  })
  afterEach(() => life.finish())

  test('a window that is never ready to be shown is shown when its page has loaded', async () => {
    const desktop = await life.launchWith({ VETHLAB_TEST_DESKTOP: 'wayland' }, life.lab('hidden', 'Hidden'))
    await untilTitle(desktop, 'Hidden - Vethlab')
    await expect.poll(() => isSeen(desktop), slow).toBe(true)
  })

  test('without a sandbox for pages that the desktop allows, the one that was turned off stays off', async () => {
    const desktop = await life.launch('--no-sandbox', life.lab('plain', 'Plain'))
    await untilTitle(desktop, 'Plain - Vethlab')
    expect(desktop.stderr()).not.toContain('crash')
  })

  test('a window that cannot be made is an error with its reason and an end, not a process without one', async () => {
    const ended = await shell!.launchToEnd(life.world, [], { env: { VETHLAB_TEST_DESKTOP: 'none' } })
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain('Vethlab cannot start: the desktop gives no window')
    expect(windowProcesses(life.world)).toEqual([])
    const desktop = await life.launch(life.lab('after', 'After'))
    await untilTitle(desktop, 'After - Vethlab')
  })

  describe('where only one may run', () => {
    const settings = (): string => join(life.world.home, '.config')

    test('a second one says that there is one', async () => {
      const desktop = await life.launch(life.lab('one', 'One'))
      await untilTitle(desktop, 'One - Vethlab')
      const second = await shell!.launchToEnd(life.world, [])
      expect(second.status).toBe(0)
      expect(second.stderr).toContain('vethlab: Vethlab is open already; its window comes to the front.')
    })

    test('one on another computer with the same home is named', async () => {
      mkdirSync(join(settings(), 'vethlab'), { recursive: true })
      life.world.give(settings())
      life.world.give(join(settings(), 'vethlab'))
      symlinkSync('other-host-4711', join(settings(), 'vethlab/SingletonLock'))
      life.world.give(join(settings(), 'vethlab/SingletonLock'))
      expect(hostname()).not.toBe('other-host')
      const ended = await shell!.launchToEnd(life.world, [])
      expect(ended.status).toBe(1)
      expect(ended.stderr).toContain('Vethlab is open on the computer other-host')
    })

    test('settings that cannot be written are named with the reason', async () => {
      mkdirSync(settings())
      chmodSync(settings(), 0o555)
      const ended = await shell!.launchToEnd(life.world, [])
      expect(ended.status).toBe(1)
      expect(ended.stderr).toMatch(/Vethlab cannot start: .*\/\.config\/vethlab cannot be written.*EACCES/)
    })
  })
})
