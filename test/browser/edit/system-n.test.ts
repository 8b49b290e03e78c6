/** Two namespaces on a bridge, behind a router that hides them from a far network: drawn, with what each way of drawing costs. */
import { afterEach, expect, test } from 'vitest'
import type { Locator } from 'playwright-core'
import type { LabWindow } from '../window/window.js'
import { emptyCanvas, inspected, Keys } from './empty-canvas.js'

let window: LabWindow | null = null
afterEach(async () => {
  await window?.close()
  window = null
})

/** Both stations get an answer from afar, under the address of the router. */
async function expectSystemN(of: LabWindow): Promise<void> {
  await of.deploy()
  for (const station of ['ns0', 'ns1'])
    expect(await of.type(station, 'ping -c 1 -W 5 203.0.113.10'), station).toContain('1 received')
  expect(await of.type('r0', 'iptables -t nat -S POSTROUTING')).toMatch(/-s 10\.0\.1\.0\/24 -o eth2 -j MASQUERADE/)
}

test('by keys alone, at most 60', async () => {
  const of = (window = await emptyCanvas())
  const keys = new Keys(of)
  await keys.edit()
  await keys.make('r', 'r0')
  await keys.make('b', 'br0')
  await keys.make('Control+ArrowDown', 'ns0')
  await keys.walk('Alt+ArrowUp', 'br0')
  await keys.make('Control+ArrowRight', 'ns1')
  await keys.make('i', 'internet')
  await keys.press('v')
  const ends = of.page.getByRole('complementary', { name: 'Build' })
  await ends.getByText('From internet to').waitFor()
  await keys.press('Tab', 'Enter')
  await ends.getByText('From internet to').waitFor({ state: 'detached' })
  await keys.press('m')
  await ends.getByText('Out of', { exact: true }).waitFor()
  await keys.press('Enter')
  await of.inspector.getByText('10.0.1.0/24 is behind r0.').waitFor()
  // It is told beside what it is about.
  expect(await of.inspector.getByLabel('Name').inputValue()).toBe('eth2')
  expect(keys.pressed).toBeLessThanOrEqual(60)
  await expectSystemN(of)
})

test('by gestures of the mouse, at most 25', async () => {
  const of = (window = await emptyCanvas())
  const { page } = of
  let gestures = 0
  const rect = async (what: Locator): Promise<{ x: number; y: number; width: number; height: number }> => {
    const box = await what.boundingBox()
    if (!box) throw new Error('not drawn')
    return box
  }
  const drag = async (from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> => {
    gestures += 1
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x, to.y, { steps: 8 })
    await page.mouse.up()
  }
  const click = async (what: Locator): Promise<void> => {
    gestures += 1
    await what.click()
  }
  const selected = (): Locator => page.locator('main .ring.selected').first()
  const panel = page.getByRole('complementary', { name: 'Build' })
  const item = async (name: RegExp): Promise<{ x: number; y: number }> => {
    const { x, y, height } = await rect(panel.getByRole('button', { name }))
    return { x: x + 20, y: y + height / 2 }
  }
  await click(page.getByRole('main').getByText('Edit', { exact: true }).first())
  await of.status.filter({ hasText: 'Editing' }).waitFor()
  const main = await rect(page.getByRole('main'))
  const middle = { x: main.x + main.width / 2, y: main.y + main.height / 3 }
  await drag(await item(/^Router/), middle)
  await inspected(of, 'r0')
  const at = await rect(selected())
  await drag(await item(/^Bridge/), { x: at.x + at.width / 2, y: at.y + at.height / 2 })
  await inspected(of, 'br0')
  for (const [name, dx] of [
    ['ns0', -220],
    ['ns1', 220],
  ] as const) {
    await page.locator('[role=treeitem][data-key="interface r0:br0"]').press('Enter')
    const bar = await rect(selected())
    const from = { x: bar.x + bar.width / 2, y: bar.y + bar.height / 2 }
    await drag(from, { x: from.x + dx, y: from.y + 190 })
    await click(page.getByRole('menu', { name: /r0:br0/ }).getByRole('menuitem', { name: /Namespace/ }))
    await inspected(of, name)
  }
  await page.locator('[role=treeitem][data-key="namespace r0"]').press('Enter')
  const router = await rect(selected())
  await drag(
    { x: router.x + 6, y: router.y + router.height / 3 },
    { x: router.x - 60, y: router.y + router.height / 3 },
  )
  await click(page.getByRole('menu', { name: /r0/ }).getByRole('menuitem', { name: /Internet/ }))
  await inspected(of, 'internet')
  await click(panel.getByRole('button', { name: /^NAT/ }))
  await click(panel.getByRole('button', { name: 'r0:eth2' }))
  await of.inspector.getByText('10.0.1.0/24 is behind r0.').waitFor()
  expect(gestures).toBeLessThanOrEqual(25)
  await expectSystemN(of)
})
