/** What the canvas of the whole window can do: new objects, pictures of it as files, and files that are dropped on it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Download } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dropFiles } from '../../support/drop.js'
import { guided } from './labs.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
})
afterAll(() => window.close())

/** By the palette, as an action that has no key. */
async function act(words: string): Promise<void> {
  await window.rest()
  await window.page.keyboard.press('Control+k')
  await window.page.getByPlaceholder('Type a command').fill(words)
  await window.page.keyboard.press('Enter')
}

const saved = async (download: Download): Promise<Buffer> => {
  const path = join(window.world.directory, download.suggestedFilename())
  await download.saveAs(path)
  return readFileSync(path)
}

test('a new lab is empty and says so; a new namespace is planned, and deployed', async () => {
  await act('new lab')
  await window.page.getByText('Add a namespace, or open a lab').waitFor()
  await window.button('New namespace').click()
  const box = window.page.locator('main .face[data-namespace="ns0"]')
  await box.locator('text', { hasText: 'not deployed' }).waitFor()
  await window.page.getByText('Add a namespace, or open a lab').waitFor({ state: 'detached' })
  await act('new namespace')
  await window.page.locator('main .face[data-namespace="ns1"]').waitFor({ state: 'attached' })
  await window.deploy()
  expect(await window.type('host', 'ip netns list')).toMatch(/^ns1/m)
  // What stands is taken back in the kernel, too.
  await act('undo')
  await window.page.getByText('Undone: add ns1').first().waitFor()
  await window.page.locator('main .face[data-namespace="ns1"]').waitFor({ state: 'detached' })
  expect(await window.type('host', 'clear; ip netns list')).not.toMatch(/^ns1/m)
  await window.button('Stop').click()
  await window.status.filter({ hasText: /Editing$/ }).waitFor()
  await window.rest()
  await window.page.keyboard.press('e')
  await window.status.filter({ hasText: 'Idle' }).waitFor()
})

test('a lab file that is dropped on the window is open, and others are refused in words', async () => {
  await window.page.evaluate('sessionStorage.setItem("vethlab.test", "same page")')
  const other = window.world.file('picture.png', 'not a lab')
  await dropFiles(window.page, [other])
  await window.page.getByText('picture.png is no lab file').waitFor()
  // The work in the window is asked about first.
  const file = window.world.file('dropped.vethlab.yaml', guided)
  await dropFiles(window.page, [file])
  await window.page.getByRole('dialog').getByRole('button', { name: 'Discard changes' }).click()
  await window.button(/^Lab: Two namespaces by hand/).waitFor()
  expect(await window.page.evaluate('sessionStorage.getItem("vethlab.test")')).toBe('same page')
  expect(await window.page.getByText('Drop to open the lab').count()).toBe(0)
})

test.each(['dark', 'light'] as const)('the picture is exported as SVG and PNG in %s', async (theme) => {
  await window.page.emulateMedia({ colorScheme: theme })
  const ground = theme === 'dark' ? '#101318' : '#f6f7f9'
  const [vector] = await Promise.all([window.page.waitForEvent('download'), act('as SVG')])
  expect(vector.suggestedFilename()).toBe('guided.svg')
  const source = (await saved(vector)).toString('utf8')
  expect(source).toContain('10.0.0.1/24')
  expect(source).toContain(`--canvas:${ground}`)
  const [raster] = await Promise.all([window.page.waitForEvent('download'), act('as PNG')])
  expect(raster.suggestedFilename()).toBe('guided.png')
  const bytes = await saved(raster)
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  // Twice as large as on the canvas.
  expect(bytes.readUInt32BE(16)).toBeGreaterThan(800)
  const corner = await window.page.evaluate(async (data) => {
    const image = new Image()
    image.src = `data:image/png;base64,${data}`
    await image.decode()
    const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D
    context.drawImage(image, 0, 0)
    return `#${[...context.getImageData(2, 2, 1, 1).data.slice(0, 3)].map((each) => each.toString(16).padStart(2, '0')).join('')}`
  }, bytes.toString('base64'))
  expect(corner).toBe(ground)
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
