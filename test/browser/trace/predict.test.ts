/** Predict first: a way is drawn with real clicks, the packet is sent, and the film says up to where it is right, and why. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violations } from '../window/axe.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  await window.openStarter(/^NAT to the Internet/)
  await window.deploy()
  await window.button('Predict first').click()
})
afterAll(() => window.close())

const draft = () => window.page.getByRole('complementary', { name: 'Predict first' })
const marked = () => window.page.getByRole('complementary', { name: 'Prediction' })
const places = () => draft().getByRole('listitem').allInnerTexts()

/** By the middle of what is drawn there: the picture itself is one canvas. */
async function click(words: string): Promise<void> {
  const box = await window.page
    .locator('.canvas svg text', { hasText: new RegExp(`^${words}$`) })
    .first()
    .boundingBox()
  if (!box) throw new Error(`${words} is not drawn`)
  await window.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
}

/** The bar is where one asks for a trace; what is being drawn has the keys after that. */
const ask = () => window.page.locator('[data-trace-bar] .go button').click()

test('Trace asks first, clicks on the picture are the way, and nothing is sent until then', async () => {
  await ask()
  await draft().waitFor()
  expect(await draft().getByRole('button', { name: /^Send/ }).isDisabled()).toBe(true)
  await click('host')
  await expect.poll(places).toEqual(['ns0', '1\nhost'])
  await click('ns1')
  await expect.poll(places).toEqual(['ns0', '1\nhost', '2\nns1'])
  await click('ns1')
  await expect.poll(places).toEqual(['ns0', '1\nhost'])
  await click('ns1')
  await draft().getByLabel('Next hop').selectOption('direct')
  expect(await window.page.locator('[data-hop]').count()).toBe(0)
  expect(await violations(window)).toEqual([])
})

test('the film marks it: right up to where the route led elsewhere, and so is what the program predicted', async () => {
  await draft().getByRole('button', { name: /^Send/ }).click()
  await marked().getByText('Not as you predicted').waitFor()
  const text = await marked().innerText()
  expect(text).toContain('Right:\nhost\nWrong:\nns1')
  expect(text).toContain('from host to internet:wan0')
  expect(text).toMatch(/ip route\s+default via 172\.16\.0\.1 dev eth0/)
  expect(text).toContain('It was: 192.168.1.1.')
  expect(text).toMatch(/Request\nRight:\nns0:veth0 → host:veth1 → host:bridge0 → host:eth0 → internet:wan0/)
  expect(text).toMatch(/Outcome\nRight:\nreply/)
  await window.page.locator('.way .wrong').waitFor({ state: 'attached' })
  expect(await window.page.locator('.way .good').count()).toBe(1)
  expect(await violations(window)).toEqual([])
})

test('by keyboard alone: places of the tree, T sends, and what is right is said', async () => {
  await window.page.keyboard.press('Escape')
  await window.rest()
  await window.page.keyboard.press('t')
  await window.page.keyboard.press('t')
  await draft().waitFor()
  const tree = window.page.getByRole('tree', { name: 'Network' }).or(window.page.getByRole('tree')).first()
  for (const key of ['host', 'internet']) {
    await tree.locator(`[data-key="namespace ${key}"]`).focus()
    await window.page.keyboard.press('Enter')
  }
  await expect.poll(places).toEqual(['ns0', '1\nhost', '2\ninternet'])
  await window.page.keyboard.press('Backspace')
  await expect.poll(places).toEqual(['ns0', '1\nhost'])
  await window.page.keyboard.press('Enter')
  await draft().getByLabel('Next hop').selectOption('192.168.1.1')
  await tree.locator('[data-key="namespace host"]').focus()
  await window.page.keyboard.press('t')
  await marked().getByText('As you predicted', { exact: true }).waitFor()
  expect(window.errors).toEqual([])
})
