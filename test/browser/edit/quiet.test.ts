/// <reference lib="dom" />
/** What a gesture does not touch is left alone by it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { World } from '../../kernel/support/world.js'
import { drawnLab } from '../../support/drawn-lab.js'
import { ask } from '../window/picture.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow
beforeAll(async () => {
  const world = await World.ofUser()
  window = await LabWindow.open({ file: world.file('home/drawn.vethlab.yaml', drawnLab) }, world)
  await window.ready()
  await window.deploy()
  await window.rest()
  await window.page.keyboard.press('e')
  await window.status.filter({ hasText: 'Editing' }).waitFor()
})
afterAll(() => window.close())

test('a new namespace has neither the page styled anew nor the graph sorted by depth', async () => {
  await window.page.evaluate(() => {
    const written: string[] = []
    new MutationObserver((records) => {
      for (const { attributeName } of records) written.push(String(attributeName))
    }).observe(document.documentElement, { attributes: true })
    Object.assign(globalThis, { written })
  })
  await window.page.keyboard.press('n')
  await window.page.locator('main .face.live[data-namespace="ns0"]').waitFor({ state: 'attached' })
  // Whatever is written there, even the same, has the browser look at every element again.
  expect(await window.page.evaluate('written')).toEqual([])
  // With one compound, Cytoscape asks for the depth of every element whenever it sorts them.
  expect(await ask(window.page, (cy) => cy.nodes().map((each) => each.isParent()), null)).not.toContain(true)
})
