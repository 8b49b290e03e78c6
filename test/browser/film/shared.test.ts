/** A film file out of the window, and into it again: by the menu of the lab, and by letting it go over the window. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dropFiles } from '../../support/drop.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  await window.openStarter('ns2 answers nobody')
})
afterAll(() => window.close())

test('the trace on screen is saved as a film, which opens the lab again where it is dropped', async () => {
  const { page } = window
  const menu = page.locator('.lab-menu-trigger')
  const item = page.getByRole('menuitem', { name: 'Export the trace as one HTML file' })
  await menu.click()
  expect(await item.getAttribute('aria-disabled')).toBe('true')
  await page.keyboard.press('Escape')
  await window.deploy()
  await window.trace()
  await menu.click()
  const [download] = await Promise.all([page.waitForEvent('download'), item.click()])
  const film = join(window.world.directory, download.suggestedFilename())
  expect(film).toMatch(/\.film\.html$/)
  await page.getByText(`Downloaded as ${download.suggestedFilename()}`).waitFor()
  copyFileSync(await download.path(), film)
  const shown = await window.context.newPage()
  await shown.goto(`file://${film}`)
  await shown.getByRole('heading', { name: 'ns2 answers nobody' }).waitFor()
  await shown.getByRole('heading', { name: 'A cable is not in the bridge' }).waitFor()
  await shown.close()

  await window.stop()
  await window.openStarter('A veth pair')
  await dropFiles(page, [film])
  await menu.filter({ hasText: 'ns2 answers nobody' }).waitFor()
  await dropFiles(page, [window.world.file('page.html', '<!doctype html><p>hello')])
  await page.getByText('This page is no film of Vethlab').waitFor()
  expect(window.errors).toEqual([])
})
