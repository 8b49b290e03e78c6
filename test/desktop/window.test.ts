import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  askToClose,
  choose,
  leaveUnsavedWork,
  newLife,
  openUnsavedWork,
  shell,
  slow,
  under,
  untilNothingRuns,
  untilTitle,
  type Life,
} from './life.js'
import type { Desktop } from './desktop.js'

const hasWindow = (desktop: Desktop): Promise<boolean> =>
  desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length === 1, null)

describe.skipIf(shell === null)(`closing the window (${under})`, () => {
  let life: Life
  beforeEach(async () => {
    life = await newLife()
  })
  afterEach(() => life.finish())

  test('with nothing unsaved it closes, and the sandbox ends with it', async () => {
    const desktop = await life.launch(life.lab('saved', 'Saved'))
    await untilTitle(desktop, 'Saved - Vethlab')
    await expect.poll(() => desktop.page.locator('.pill').innerText(), slow).toContain('Idle')
    expect(life.world.networks()).not.toEqual([])
    await askToClose(desktop)
    await desktop.ended
    await untilNothingRuns(life.world)
  })

  test('unsaved work is asked about: cancel keeps the window, discard closes it', async () => {
    leaveUnsavedWork(life, 'Work')
    const desktop = await life.launch()
    await openUnsavedWork(desktop, 'Work')
    const question = desktop.page.getByRole('dialog', { name: /Save the changes/ })

    await askToClose(desktop)
    await question.getByRole('button', { name: 'Cancel' }).click(slow)
    await question.waitFor({ state: 'hidden' })
    expect(await hasWindow(desktop)).toBe(true)

    await choose(desktop, 'quit')
    await question.getByRole('button', { name: 'Discard' }).click(slow)
    await desktop.ended
    await untilNothingRuns(life.world)
  })

  test('unsaved work is saved before it closes', async () => {
    leaveUnsavedWork(life, 'Work')
    const desktop = await life.launch()
    await openUnsavedWork(desktop, 'Work')
    const file = join(life.world.home, 'work.vethlab.yaml')
    await desktop.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = (() => Promise.resolve({ canceled: false, filePath })) as never
    }, file)
    await askToClose(desktop)
    const question = desktop.page.getByRole('dialog', { name: /Save the changes/ })
    await question.getByRole('button', { name: 'Save' }).click(slow)
    await desktop.ended
    expect(readFileSync(file, 'utf8')).toContain('title: Work')
  })

  test('a machine that goes down waits for no answer; the work is offered at the next start', async () => {
    leaveUnsavedWork(life, 'Work')
    const desktop = await life.launch()
    await openUnsavedWork(desktop, 'Work')
    process.kill(desktop.pid, 'SIGTERM')
    await desktop.ended
    await untilNothingRuns(life.world)
    const next = await life.launch()
    await openUnsavedWork(next, 'Work')
  })
})

describe.skipIf(shell === null)(`the window's place (${under})`, () => {
  let life: Life
  beforeEach(async () => {
    life = await newLife()
  })
  afterEach(() => life.finish())

  const bounds = (desktop: Desktop): Promise<Electron.Rectangle> =>
    desktop.evaluate(
      ({ BrowserWindow }) => (BrowserWindow.getAllWindows()[0] as Electron.BrowserWindow).getBounds(),
      null,
    )
  const workArea = (desktop: Desktop): Promise<Electron.Rectangle> =>
    desktop.evaluate(({ screen }) => screen.getPrimaryDisplay().workArea, null)
  const stateFile = (): string => join(life.world.home, '.local/state/vethlab/window.json')

  test('it comes back where it was and as large as it was', async () => {
    const desktop = await life.launch(life.lab('place', 'Place'))
    await untilTitle(desktop, 'Place - Vethlab')
    const wanted = { x: 140, y: 90, width: 1000, height: 620 }
    await desktop.evaluate(({ BrowserWindow }, place) => BrowserWindow.getAllWindows()[0]?.setBounds(place), wanted)
    await askToClose(desktop)
    await desktop.ended
    const next = await life.launch()
    expect(await bounds(next)).toEqual(wanted)
  })

  test('a place that was taken a moment before the page closed the window is kept, too', async () => {
    leaveUnsavedWork(life, 'Work')
    const desktop = await life.launch()
    await openUnsavedWork(desktop, 'Work')
    await askToClose(desktop)
    const question = desktop.page.getByRole('dialog', { name: /Save the changes/ })
    await question.waitFor({ state: 'visible' })
    const wanted = { x: 160, y: 70, width: 1010, height: 640 }
    // In one turn: nothing is given time to settle.
    await desktop.evaluate(({ BrowserWindow }, place) => {
      const window = BrowserWindow.getAllWindows()[0]
      window?.setBounds(place)
      void window?.webContents.executeJavaScript('window.close()')
    }, wanted)
    await desktop.ended
    expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toMatchObject(wanted)
  })

  test('a place on a display that is gone is moved onto one that is there', async () => {
    mkdirSync(join(stateFile(), '..'), { recursive: true })
    writeFileSync(stateFile(), JSON.stringify({ x: 50_000, y: -9000, width: 9000, height: 9000, maximised: false }))
    const desktop = await life.launch()
    const [found, area] = [await bounds(desktop), await workArea(desktop)]
    expect(found.x).toBeGreaterThanOrEqual(area.x)
    expect(found.y).toBeGreaterThanOrEqual(area.y)
    expect(found.x + found.width).toBeLessThanOrEqual(area.x + area.width)
    expect(found.y + found.height).toBeLessThanOrEqual(area.y + area.height)
  })

  test('a damaged file is as good as none', async () => {
    mkdirSync(join(stateFile(), '..'), { recursive: true })
    writeFileSync(stateFile(), '{"x":')
    const desktop = await life.launch()
    const [found, area] = [await bounds(desktop), await workArea(desktop)]
    expect(found.width).toBe(Math.min(1440, area.width))
    expect(found.height).toBe(Math.min(900, area.height))
  })
})

describe.skipIf(shell === null)(`menu, language and crash (${under})`, () => {
  let life: Life
  beforeAll(async () => {
    life = await newLife()
    await life.launch(life.lab('menu', 'Menu'))
    await untilTitle(life.app(), 'Menu - Vethlab')
  })
  afterAll(() => life.finish())

  const labels = (): Promise<string[]> =>
    life.app().evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? [], null)

  test('entries reach the window', async () => {
    const { page } = life.app()
    await expect.poll(() => page.locator('.pill').innerText(), slow).toContain('Idle')
    await choose(life.app(), 'deploy')
    await expect.poll(() => page.locator('.pill').innerText(), slow).toContain('Running')
    await choose(life.app(), 'stop')
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
    await expect.poll(() => page.locator('.pill').innerText(), slow).toContain('Idle')
    await choose(life.app(), 'shortcuts')
    await page.getByRole('dialog').waitFor({ state: 'visible' })
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })

  test('keys of the page are shown in the menu and left to the page', async () => {
    const registered = await life.app().evaluate(({ Menu }) => {
      const menu = Menu.getApplicationMenu()
      return ['save', 'open', 'deploy', 'undo', 'redo'].filter(
        (id) => (menu?.getMenuItemById(id) as { registerAccelerator?: boolean } | null)?.registerAccelerator !== false,
      )
    }, null)
    expect(registered).toEqual([])
  })

  test('text grows by Ctrl and the key of plus, with Shift and without', async () => {
    const keys = await life.app().evaluate(
      ({ Menu }) =>
        Menu.getApplicationMenu()
          ?.items.flatMap(({ submenu }) => submenu?.items ?? [])
          .filter(({ id }) => String(id).startsWith('zoom-in'))
          .map((item) => String((item as { accelerator?: unknown }).accelerator)) ?? [],
      null,
    )
    expect(keys.sort()).toEqual(['CmdOrCtrl+=', 'CmdOrCtrl+Plus'])
    const zoom = (): Promise<number | undefined> =>
      life.app().evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomLevel(), null)
    for (const [entry, level] of [
      ['zoom-in-unshifted', 1],
      ['zoom-reset', 0],
    ] as const) {
      await choose(life.app(), entry)
      expect(await zoom()).toBe(level)
    }
  })

  test('the menu follows the language of the window', async () => {
    const { page } = life.app()
    expect(await labels()).toEqual(['&File', '&Edit', '&Lab', '&View', '&Help'])
    const kept = (language: string): Promise<void> =>
      page.evaluate((value) => {
        localStorage.setItem('vethlab.settings', JSON.stringify({ language: value }))
        location.reload()
      }, language)
    await kept('zh-CN')
    await expect.poll(labels, slow).toEqual(['文件(&F)', '编辑(&E)', '实验(&L)', '视图(&V)', '帮助(&H)'])
    await kept('en')
    await expect.poll(labels, slow).toContain('&File')
  })

  test('a hang that is ended by loading again is one question, however late the end of the page is told', async () => {
    const desktop = life.app()
    await desktop.evaluate(({ BrowserWindow, dialog }) => {
      const asked: string[] = []
      Object.assign(globalThis, { asked })
      dialog.showMessageBox = ((_window: unknown, { message }: { message: string }) => {
        asked.push(message)
        return Promise.resolve({ response: 1, checkboxChecked: false })
      }) as typeof dialog.showMessageBox
      const window = BrowserWindow.getAllWindows()[0]
      window?.webContents.once('did-finish-load', () => Object.assign(globalThis, { isBack: true }))
      window?.emit('unresponsive')
    }, null)
    await expect.poll(() => desktop.evaluate(() => 'isBack' in globalThis, null), slow).toBe(true)
    await untilTitle(desktop, 'Menu - Vethlab')
    expect(await desktop.evaluate(() => (globalThis as unknown as { asked: string[] }).asked, null)).toEqual([
      'The window does not answer',
    ])
  })

  test('a page that dies while it hangs takes its question with it, and the next one says so', async () => {
    const desktop = life.app()
    await desktop.evaluate(({ BrowserWindow, dialog }) => {
      const asked: string[] = []
      Object.assign(globalThis, { asked, isBack: false })
      dialog.showMessageBox = ((_window: unknown, { message, signal }: { message: string; signal?: AbortSignal }) => {
        asked.push(message)
        const wait = { response: 0, checkboxChecked: false }
        if (signal === undefined) return Promise.resolve(wait)
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(wait)))
      }) as typeof dialog.showMessageBox
      const window = BrowserWindow.getAllWindows()[0]
      window?.webContents.once('did-finish-load', () => Object.assign(globalThis, { isBack: true }))
      window?.emit('unresponsive')
      window?.webContents.forcefullyCrashRenderer()
    }, null)
    await expect
      .poll(() => desktop.evaluate(() => (globalThis as unknown as { isBack: boolean }).isBack, null), slow)
      .toBe(true)
    await untilTitle(desktop, 'Menu - Vethlab')
    expect(await desktop.evaluate(() => (globalThis as unknown as { asked: string[] }).asked, null)).toEqual([
      'The window does not answer',
      'The window has stopped working',
    ])
  })

  test('after a crash of its page the window offers to load it again, with lab and sandbox as they were', async () => {
    const desktop = life.app()
    await untilTitle(desktop, 'Menu - Vethlab')
    await expect.poll(() => desktop.page.locator('.pill').innerText(), slow).toContain('Idle')
    await desktop.page.evaluate(() => Object.assign(globalThis, { isTheFirst: true }))
    const before = life.world.networks()
    expect(before).not.toEqual([])
    await desktop.evaluate(({ BrowserWindow, dialog }) => {
      dialog.showMessageBox = ((_window: unknown, { buttons }: { buttons: string[] }) => {
        Object.assign(globalThis, { offered: buttons })
        return Promise.resolve({ response: 0, checkboxChecked: false })
      }) as typeof dialog.showMessageBox
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer()
    }, null)
    const offered = (): Promise<unknown> =>
      desktop.evaluate(() => (globalThis as unknown as { offered?: string[] }).offered, null)
    await expect.poll(offered, slow).toEqual(['Reload', 'Quit'])
    // The test's own view of the page may be lost with its process.
    const ask = (expression: string): Promise<unknown> =>
      desktop.evaluate(
        ({ BrowserWindow }, code) => BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(code),
        expression,
      )
    await expect.poll(() => ask("'isTheFirst' in globalThis"), slow).toBe(false)
    await expect.poll(() => ask('document.title'), slow).toBe('Menu - Vethlab')
    await expect.poll(() => ask("document.querySelector('.pill')?.innerText ?? ''"), slow).toContain('Idle')
    expect(life.world.networks()).toEqual(before)
  })
})
