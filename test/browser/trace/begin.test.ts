/** Where a trace begins before anybody has said anything: with what the lab is about. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LabWindow } from '../window/window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  await window.openStarter(/^Publish a port/)
  await window.deploy()
})
afterAll(() => window.close())

test('a lab with a published port is asked for a connection to it', async () => {
  const kind = window.page.getByRole('button', { name: /^What to send/ })
  expect(await kind.getAttribute('aria-label')).toContain('tcp')
  expect(await window.page.getByLabel('port', { exact: true }).inputValue()).toBe('8080')
  await window.page.evaluate('document.activeElement && document.activeElement.blur()')
  await window.page.keyboard.press('t')
  await window.page.keyboard.press('t')
  await window.page
    .locator('tbody tr[data-hop]')
    .filter({ hasText: '192.168.1.2' })
    .first()
    .waitFor({ state: 'attached' })
  await window.page.getByRole('complementary', { name: 'Why it failed' }).waitFor({ state: 'detached' })
})

test('another kind is asked for without its port', async () => {
  await window.page.getByRole('button', { name: /^What to send/ }).click()
  await window.page.getByRole('menuitemradio', { name: 'udp' }).click()
  expect(await window.page.getByLabel('port', { exact: true }).inputValue()).toBe('')
})

test('a film of a ping to oneself counts the loopback interface that it was captured on', async () => {
  const captured = async (): Promise<number> =>
    Number(/Captured on (\d+) interfaces?/.exec(await window.page.locator('footer.status').innerText())?.[1])
  const before = await captured()
  expect(before).toBeGreaterThan(0)
  await window.page.getByRole('button', { name: /^What to send/ }).click()
  await window.page.getByRole('menuitemradio', { name: 'ping' }).click()
  await window.page.getByRole('combobox', { name: 'Address or name' }).fill('127.0.0.1')
  await window.trace()
  await window.page
    .locator('tbody tr[data-hop]')
    .filter({ hasText: '127.0.0.1' })
    .first()
    .waitFor({ state: 'attached' })
  expect(await captured()).toBe(before + 1)
})
