import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dropFiles } from '../support/drop.js'
import { choose, labText, newLife, shell, slow, under, untilTitle, windowTitle, type Life } from './life.js'

describe.skipIf(shell === null)(`lab files on the desktop (${under})`, () => {
  let life: Life
  beforeAll(async () => {
    life = await newLife()
    await life.launch(life.lab('first', 'First lab'))
  })
  afterAll(() => life.finish())

  test('the lab that the command line names is open, and the sandbox runs it', async () => {
    const desktop = life.app()
    await untilTitle(desktop, 'First lab - Vethlab')
    await expect.poll(() => windowTitle(desktop)).toBe('First lab - Vethlab')
    await desktop.page.getByRole('button', { name: 'Deploy' }).click()
    await expect.poll(() => desktop.page.locator('.pill').innerText(), slow).toContain('Running')
    expect(life.world.networks()).not.toEqual([])
  })

  test('a second start hands its file to the window, which is still the only one', async () => {
    const desktop = life.app()
    const file = life.lab('second', 'Second lab')
    // Relative to where that start was made.
    const again = await shell!.launchToEnd(life.world, [basename(file)])
    expect(again.status).toBe(0)
    // One lab at a time: the first one stands.
    await desktop.page.getByRole('button', { name: 'Stop and open' }).click()
    await untilTitle(desktop, 'Second lab - Vethlab')
    expect(await desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length, null)).toBe(1)
  })

  test('a second start opens a file: URL, and brings a minimised window back', async () => {
    const desktop = life.app()
    await desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize(), null)
    const file = life.lab('with a space', 'Third lab')
    const again = await shell!.launchToEnd(life.world, [pathToFileURL(file).href], { directory: '/' })
    expect(again.status).toBe(0)
    await untilTitle(desktop, 'Third lab - Vethlab')
    expect(await desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized(), null)).toBe(
      false,
    )
  })

  test('a file dropped on the window is opened from where it is', async () => {
    const desktop = life.app()
    const file = life.lab('dropped', 'Dropped lab')
    const name = basename(file)
    // Used by the double only: the engine by itself tells no script where a file is.
    await desktop.page.evaluate(
      (paths) => (document.documentElement.dataset['electronPaths'] = paths),
      JSON.stringify({ [name]: file }),
    )
    await dropFiles(desktop.page, [file])
    await untilTitle(desktop, 'Dropped lab - Vethlab')
    await desktop.page.getByTitle(file).first().waitFor()
  })

  test('a file that cannot be opened is said by the desktop, and the window keeps its lab', async () => {
    const desktop = life.app()
    await desktop.evaluate(({ dialog }) => {
      const said: string[] = []
      Object.assign(globalThis, { said })
      dialog.showMessageBox = ((_window: unknown, { detail }: { detail: string }) => {
        said.push(detail)
        return Promise.resolve({ response: 0, checkboxChecked: false })
      }) as typeof dialog.showMessageBox
    }, null)
    await shell!.launchToEnd(life.world, ['/nowhere/at-all.vethlab.yaml'])
    const said = (): Promise<string[]> =>
      desktop.evaluate(() => (globalThis as unknown as { said: string[] }).said, null)
    await expect.poll(said).toEqual([expect.stringContaining('/nowhere/at-all.vethlab.yaml')])
    expect(await desktop.page.title()).toBe('Dropped lab - Vethlab')
  })

  test('Open shows the dialog of the desktop, in the folder of the open lab; what is chosen there is open', async () => {
    const desktop = life.app()
    await desktop.evaluate(
      ({ dialog }, file) => {
        dialog.showOpenDialog = ((_window: unknown, { defaultPath }: { defaultPath: string }) => {
          Object.assign(globalThis, { begun: defaultPath })
          return Promise.resolve({ canceled: false, filePaths: [file] })
        }) as never
      },
      life.lab('chosen', 'Chosen lab'),
    )
    await choose(desktop, 'open')
    await untilTitle(desktop, 'Chosen lab - Vethlab')
    const begun = await desktop.evaluate(() => (globalThis as unknown as { begun: string }).begun, null)
    expect(begun).toBe(life.world.directory)
  })

  test('a cancelled dialog changes nothing', async () => {
    const desktop = life.app()
    await desktop.evaluate(({ dialog }) => {
      dialog.showOpenDialog = (() => {
        Object.assign(globalThis, { asked: true })
        return Promise.resolve({ canceled: true, filePaths: [] })
      }) as never
    }, null)
    await choose(desktop, 'open')
    await expect.poll(() => desktop.evaluate(() => 'asked' in globalThis, null)).toBe(true)
    expect(await desktop.page.title()).toBe('Chosen lab - Vethlab')
  })

  test('Save as writes the file that was named, with the ending that labs have', async () => {
    const desktop = life.app()
    const wanted = join(life.world.home, 'copy')
    await desktop.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = ((_window: unknown, { defaultPath }: { defaultPath: string }) => {
        Object.assign(globalThis, { suggested: defaultPath })
        return Promise.resolve({ canceled: false, filePath })
      }) as never
    }, wanted)
    await choose(desktop, 'save-as')
    const written = `${wanted}.vethlab.yaml`
    await expect
      .poll(() => {
        try {
          return readFileSync(written, 'utf8')
        } catch {
          return null
        }
      }, slow)
      .toContain('title: Chosen lab')
    // Where the last dialog ended, under the name that the lab has.
    const suggested = await desktop.evaluate(() => (globalThis as unknown as { suggested: string }).suggested, null)
    expect(suggested).toBe(join(life.world.directory, 'chosen.vethlab.yaml'))
  })

  test('the menu lists what was opened, newest first, and opens it again', async () => {
    const desktop = life.app()
    const recent = (): Promise<string[]> =>
      desktop.evaluate(
        ({ Menu }) =>
          Menu.getApplicationMenu()
            ?.getMenuItemById('recent')
            ?.submenu?.items.map(({ label }) => label) ?? [],
        null,
      )
    // The page tells of its title after each file; the copy has the same one as its original.
    await choose(desktop, 'new')
    await expect.poll(async () => (await recent())[0]).toContain('copy')
    expect((await recent())[1]).toContain('chosen')
    await desktop.evaluate(({ Menu }) => {
      const items = Menu.getApplicationMenu()?.getMenuItemById('recent')?.submenu?.items ?? []
      items.find(({ label }) => label.startsWith('first'))?.click()
    }, null)
    await untilTitle(desktop, 'First lab - Vethlab')
  })

  test('a file that the desktop has asked about is replaced without a second question; the ending that was added is not', async () => {
    const desktop = life.app()
    const saveAs = (filePath: string): Promise<void> =>
      desktop
        .evaluate(({ dialog }, chosen) => {
          dialog.showSaveDialog = (() => Promise.resolve({ canceled: false, filePath: chosen })) as never
        }, filePath)
        .then(() => choose(desktop, 'save-as'))
    const there = (name: string): string => {
      const path = join(life.world.home, `${name}.vethlab.yaml`)
      writeFileSync(path, labText(name, 'Before'))
      life.world.give(path)
      return path
    }
    const asked = there('asked')
    const question = desktop.page.getByRole('dialog')
    await saveAs(asked)
    await expect.poll(() => readFileSync(asked, 'utf8'), slow).toContain('title: First lab')
    expect(await question.count()).toBe(0)
    // The dialog saw no file of this name; the one that is written is another.
    const other = there('other')
    await saveAs(other.replace('.vethlab.yaml', ''))
    await question.waitFor({ state: 'visible' })
    await question.getByRole('button', { name: 'Cancel' }).click(slow)
    await question.waitFor({ state: 'hidden' })
    expect(readFileSync(other, 'utf8')).toContain('title: Before')
  })
})
