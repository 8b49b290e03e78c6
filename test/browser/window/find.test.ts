/// <reference lib="dom" />
/** In a lab of 300 namespaces, fitted into the window, whoever looks for one gets to where it can be read. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLabText } from '../../../electron/core/lab/print.js'
import { topology } from '../../bench/topology.js'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  const world = await World.ofUser()
  const file = world.file('home/star-300.vethlab.yaml', createLabText(topology('star', 300)))
  window = await LabWindow.open({ file }, world)
  await window.ready()
})
afterAll(() => window.close())

/** Where its picture is, and how large its name is on the screen; null while it is not drawn. */
const seen = (name: string) =>
  window.page.evaluate((id) => {
    const face = document.querySelector(`main .face[data-namespace="${id}"]`)
    const canvas = document.querySelector('main .canvas')
    if (!face || !canvas) return null
    const [box, room] = [face.getBoundingClientRect(), canvas.getBoundingClientRect()]
    const within = box.left >= room.left && box.right <= room.right && box.top >= room.top && box.bottom <= room.bottom
    return { within, width: box.width, far: canvas.className.includes('no-captions') }
  }, name)

test.each(['n7', 'n250', 'n299'])('%s comes into view, large enough for its name and addresses', async (name) => {
  await window.button('Fit to the window').click()
  await until('all is far away', async () => (await seen('n0'))?.far !== false)
  await window.page.keyboard.press('Control+k')
  const field = window.page.getByPlaceholder('Type a command')
  await field.fill(`show ${name}`)
  await field.press('Enter')
  await until(`${name} is in view and can be read`, async () => {
    const there = await seen(name)
    return there !== null && there.within && !there.far && there.width > 60
  })
  expect(await window.inspector.innerText()).toContain(name)
})
