/// <reference lib="dom" />
/** Somebody who types: what they type goes where they look, and what it did is said where they look. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LabWindow } from './window.js'

let window: LabWindow
beforeAll(async () => {
  window = await LabWindow.open({ size: { width: 1280, height: 720 } })
  await window.ready()
})
afterAll(() => window.close())

const current = () => window.page.locator('[aria-current=step]')
const film = () => window.page.locator('.transport')
const cut = (selector: string): Promise<boolean> =>
  window.page.evaluate((wanted) => {
    const part = document.querySelector(wanted) as Element
    const around = (part.closest('aside') ?? part).getBoundingClientRect()
    return part.scrollWidth > part.clientWidth || part.getBoundingClientRect().right > around.right + 1
  }, selector)

test('after Next step by mouse the next command is typed into the terminal, and turns no page', async () => {
  await window.openStarter(/^Router between two subnets/)
  await current().getByText('Create three namespaces').waitFor()
  await window.button(/^Next step/).click()
  await current().getByText('Lay two cables').waitFor()
  await window.page.keyboard.type('ip netns add router')
  await window.untilShown('host', /# ip netns add router *$/)
  expect(await window.page.getByText('Step 2 of 8').count()).toBe(1)
  await window.button(/^Back/).click()
  await window.page.keyboard.press('Enter')
  await window.page.getByText('2 namespaces').waitFor()
})

test('what is still missing is in sight, however many commands the step has', async () => {
  const missing = current().getByText('there is no namespace ns-router; there is one called router')
  await missing.waitFor()
  const [words, list] = [await missing.boundingBox(), await window.page.locator('ol.steps').boundingBox()]
  expect((words?.y ?? Infinity) + (words?.height ?? 0)).toBeLessThanOrEqual((list?.y ?? 0) + (list?.height ?? 0))
})

test('beside a long name the status keeps its word, and below a lab to repair no button is cut', async () => {
  await window.replaceBy('The host is online, its namespaces are not')
  await window.button(/^Lab: The host is online/).waitFor()
  await window.deploy()
  await window.button('Take the network down and start again').waitFor()
  expect(await cut('aside.left .foot .btn')).toBe(false)
  const { shown, whole } = await window.page.evaluate(() => {
    const word = document.querySelector('header .pill .what') as Element
    const range = document.createRange()
    range.selectNodeContents(word)
    return { shown: word.getBoundingClientRect().width, whole: range.getBoundingClientRect().width }
  })
  expect(shown).toBeGreaterThanOrEqual(whole)
})

test('a repair that is typed under the film of the failure is told there, and one click tells what it was', async () => {
  await window.trace()
  await film().waitFor()
  await window.type('host', 'iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE')
  await window.page.getByText('A past moment: the network has changed since this trace.').waitFor()
  await window.type('host', 'iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE')
  // The check of the network before has to give up its ping first.
  await window.page.getByText('Repaired: everything works now. This trace is from before.').waitFor()
  await window.button('See what it was').click()
  await film().waitFor({ state: 'detached' })
  await window.page.getByRole('complementary', { name: 'Guide' }).getByText('Without NAT').waitFor()
})

test('whoever switches live traffic on under a film sees it', async () => {
  await window.trace()
  await film().waitFor()
  await window.rest()
  await window.page.keyboard.press('f')
  await film().waitFor({ state: 'detached' })
  await window.page.getByRole('button', { name: 'Live traffic', pressed: true }).waitFor()
})

test('E under a film ends it and edits, and where a film is shown nothing says that somebody edits', async () => {
  await window.trace()
  await film().waitFor()
  await window.rest()
  await window.page.keyboard.press('e')
  await film().waitFor({ state: 'detached' })
  await window.status.filter({ hasText: 'Editing' }).waitFor()
  await window.trace()
  await film().waitFor()
  await window.status.filter({ hasText: 'Running' }).waitFor()
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
