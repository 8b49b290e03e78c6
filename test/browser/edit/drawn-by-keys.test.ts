/** Two subnets and a router, and a bridge with an address of its own: drawn by keys, undone to nothing, done again. */
import { afterEach, expect, test } from 'vitest'
import type { LabWindow } from '../window/window.js'
import { emptyCanvas, inspected, Keys } from './empty-canvas.js'

let window: LabWindow | null = null
afterEach(async () => {
  await window?.close()
  window = null
})

/** As often as it takes until it succeeds, 20 s at most: the kernel follows each step while the next one is asked for. */
const patiently = (command: string): string => `clear; for n in $(seq 200); do ${command} && break; sleep 0.1; done`

async function expectThereAndBack(of: LabWindow, steps: number, pings: readonly string[]): Promise<void> {
  const there = async (): Promise<void> => {
    for (const ping of pings)
      expect(await of.type('host', patiently(`ip netns exec ${ping}`))).toContain(' 0% packet loss')
  }
  const press = async (key: string): Promise<void> => {
    await of.rest()
    for (let each = 0; each < steps; each += 1) await of.page.keyboard.press(key)
  }
  await there()
  await press('Control+z')
  const isEmpty = `[ -z "$(ip netns list; ip -br link | grep -v '^lo ')" ]`
  expect(await of.type('host', patiently(`${isEmpty} && echo no''thing`))).toContain('nothing')
  await press('Control+Shift+z')
  await there()
  await of.button('Deployed').waitFor()
}

test('a router between two subnets', async () => {
  window = await emptyCanvas()
  const keys = new Keys(window)
  await keys.edit()
  await keys.make('r', 'r0')
  await keys.make('Control+ArrowLeft', 'ns0')
  await keys.walk('Alt+ArrowRight', 'r0')
  await keys.make('Control+ArrowRight', 'ns1')
  expect(keys.pressed).toBeLessThanOrEqual(60)
  await window.deploy()
  await expectThereAndBack(window, 3, ['ns0 ping -c 1 -W 1 10.0.2.2'])
})

test('a bridge that has an address itself', async () => {
  window = await emptyCanvas()
  const keys = new Keys(window)
  await keys.edit()
  await keys.press('b')
  await inspected(window, 'br0')
  await keys.press('Tab', ...'192.168.1.1/24', 'Enter')
  await keys.make('Control+ArrowDown', 'ns0')
  await keys.walk('Alt+ArrowUp', 'br0')
  await keys.make('Control+ArrowRight', 'ns1')
  expect(keys.pressed).toBeLessThanOrEqual(60)
  await window.deploy()
  await expectThereAndBack(window, 4, ['ns0 ping -c 1 -W 1 192.168.1.3', 'ns1 ping -c 1 -W 1 192.168.1.1'])
})
