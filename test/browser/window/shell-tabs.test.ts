/// <reference lib="dom" />
/** More terminals than there is room for: each of them can be reached, and the one that is used is seen. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open({ size: { width: 1280, height: 720 } })
  await window.ready()
  await window.openStarter(/NAT to the Internet/)
  await window.deploy()
  for (const name of ['ns0', 'ns1', 'internet', 'ns0', 'ns1']) {
    await window.button('New terminal').click()
    await window.page.getByRole('menuitem', { name: new RegExp(`^${name} `) }).click()
  }
})
afterAll(() => window.close())

const strip = () => window.page.getByRole('tablist', { name: 'Terminals' })
const active = () => strip().getByRole('tab', { selected: true })

async function isWhole(): Promise<boolean> {
  const [tab, around] = await Promise.all([active().boundingBox(), strip().boundingBox()])
  if (!tab || !around) return false
  return tab.x >= around.x - 1 && tab.x + tab.width <= around.x + around.width + 1
}

test('the terminal that is used has its tab in sight, wherever it stands', async () => {
  await until('its tab to be whole', isWhole)
  await window.button('All terminals').click()
  await window.page.getByRole('menuitem', { name: 'host' }).click()
  await until('the tab of host to be the one in use', async () => (await active().innerText()).includes('host'))
  await until('its tab to be whole', isWhole)
})

test('no tab is a stub: each that is seen can be read', async () => {
  const pieces = await strip().evaluate((list) => {
    const around = list.getBoundingClientRect()
    return [...list.children].flatMap((tab) => {
      const { left, right } = tab.getBoundingClientRect()
      const [isSeen, isWhole] = [
        right > around.left && left < around.right,
        left >= around.left - 1 && right <= around.right + 1,
      ]
      return isSeen && !isWhole && getComputedStyle(tab).opacity !== '0' ? [tab.textContent] : []
    })
  })
  expect(pieces).toEqual([])
})

test('those out of sight are in a menu, and a wheel leads to them', async () => {
  await window.button('All terminals').click()
  await window.page.getByRole('menuitem', { name: 'ns1 2' }).click()
  await until('its tab to be whole', isWhole)
  expect(await active().innerText()).toContain('ns1')
  const before = await strip().evaluate((list) => list.scrollLeft)
  await strip().hover()
  await window.page.mouse.wheel(0, -200)
  await until('the tabs to move', async () => (await strip().evaluate((list) => list.scrollLeft)) < before)
})
