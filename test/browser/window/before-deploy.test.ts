/// <reference lib="dom" />
/** What the window says of a lab that is only a file yet, and what it keeps to itself. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open({ size: { width: 1280, height: 720 } })
  await window.ready()
})
afterAll(() => window.close())

const warnings = () => window.inspector.getByText('no cable or bridge joins them')

test('a namespace that is only in the file shows what the file says of it, and that it is not deployed', async () => {
  await window.openStarter(/Router between two subnets/)
  await window.inspector.getByRole('button', { name: /^ns0/ }).click()
  await window.inspector.getByText('This is what the lab file says').waitFor()
  const said = await window.inspector.innerText()
  expect(said).toContain('192.168.0.2/24')
  expect(said).toContain('ns-router:veth1')
  expect(said).toContain('192.168.1.0/24 via 192.168.0.1')
})

test('what is only in the file looks like nothing of the kernel’s, and the legend says so', async () => {
  const legend = window.page.getByRole('list', { name: 'Legend' })
  await legend.getByText('Only in the file').waitFor()
  expect(await legend.getByText('Only in the kernel').count()).toBe(0)
  const colour = (text: string): Promise<string> =>
    window.page
      .locator('main .drawing text', { hasText: text })
      .first()
      .evaluate((word) => getComputedStyle(word).fill)
  const planned = await colour('192.168.0.2/24')
  await window.deploy()
  await until('the address to be the kernel’s', async () => (await colour('192.168.0.2/24')) !== planned)
  expect(await legend.getByText('Only in the file').count()).toBe(0)
  await window.type('host', 'ip netns add stray')
  await legend.getByText('Only in the kernel').waitFor()
  // One frame only: a second one is what a selection has.
  const body = window.page.locator('main .body.foreign')
  await body.first().waitFor({ state: 'attached' })
  expect(await body.locator('.box').count()).toBe(1)
  expect(await body.locator('rect').count()).toBe(0)
  await window.type('host', 'ip netns del stray')
  await window.stop()
})

test('a lab to repair does not name its fault before it is repaired', async () => {
  await window.openStarter(/ns2 answers nobody/)
  await window.inspector.getByRole('heading', { name: 'ns2 answers nobody' }).waitFor()
  expect(await warnings().count()).toBe(0)
  await window.deploy()
  await window.page.getByText('0 of 2 work').waitFor()
  expect(await warnings().count()).toBe(0)
  await window.type('host', 'ip link set veth5 master bridge0')
  await window.page.getByText('2 of 2 work').waitFor()
  await warnings().first().waitFor()
})
