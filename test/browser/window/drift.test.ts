import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { guided } from './labs.js'
import { LabWindow } from './window.js'

let window: LabWindow
let path: string

beforeAll(async () => {
  const world = await World.ofUser()
  // A save makes a new file beside the old one, so the folder must be the user's.
  path = world.file('home/by-hand.vethlab.yaml', guided)
  window = await LabWindow.open({ file: path }, world)
  await window.ready()
  await window.deploy()
})
afterAll(() => window.close())

const rows = () => window.page.getByRole('listitem').filter({ hasText: 'Revert runs' })
const row = (words: string) => rows().filter({ hasText: words })

test('what is changed in a terminal is listed object by object, with the commands that put it back', async () => {
  await window.type(
    'host',
    'ip netns add extra; ip -n ns0 addr add 10.9.9.9/24 dev veth0; ip -n ns1 addr del 10.0.0.2/24 dev veth1; ip -n ns1 link set veth1 mtu 1400',
  )
  await window.tab(/Differences/).click()
  await row('netns extra').waitFor()
  await row('10.9.9.9/24').waitFor()
  await row('10.0.0.2/24').waitFor()
  expect(await row('10.0.0.2/24').innerText()).toContain('only in the lab')
  expect(await row('10.9.9.9/24').innerText()).toContain('ip -n ns0 addr del 10.9.9.9/24 dev veth0')
})

test('Revert puts one object back and leaves the others', async () => {
  await row('10.0.0.2/24').getByRole('button', { name: 'Revert' }).click()
  await row('10.0.0.2/24').waitFor({ state: 'detached' })
  await row('10.9.9.9/24').waitFor()
  await row('netns extra').waitFor()
  const shown = await window.type('host', 'clear; ip -n ns1 -br addr; ip -n ns0 -br addr; ip netns list')
  expect(shown).toContain('10.0.0.2/24')
  expect(shown).toContain('10.9.9.9/24')
  expect(shown).toContain('extra')
})

test('Keep in lab writes the object into the file, and every comment stays', async () => {
  await window.tab(/Differences/).click()
  await row('10.9.9.9/24').getByRole('button', { name: 'Keep in lab' }).click()
  await row('10.9.9.9/24').waitFor({ state: 'detached' })
  await row('netns extra').getByRole('button', { name: 'Keep in lab' }).click()
  await row('netns extra').waitFor({ state: 'detached' })
  await window.page.keyboard.press('Control+s')
  const saved = await until('the saved file', () => {
    const text = readFileSync(path, 'utf8')
    return text.includes('10.9.9.9') && text
  })
  expect(saved).toContain('10.0.0.1/24, 10.9.9.9/24')
  expect(saved).toContain('# the left end')
  expect(saved).toContain('# the right end')
  expect(saved).toMatch(/^ {2}extra:/m)
})

test('undo takes a kept object out of the lab again', async () => {
  await window.page.getByRole('main').click({ position: { x: 5, y: 5 } })
  await window.page.keyboard.press('Control+z')
  await window.tab(/Differences/).click()
  await row('netns extra').waitFor()
})

test('Keep all takes everything into the lab as one step', async () => {
  await window.type('host', 'ip -n ns0 addr add 10.9.8.8/24 dev veth0; ip netns add second')
  await window.tab(/Differences/).click()
  await row('10.9.8.8/24').waitFor()
  await row('netns second').waitFor()
  await window.button('Keep all').click()
  await until('no differences', async () => (await rows().count()) === 0)
  await window.page.getByRole('main').click({ position: { x: 5, y: 5 } })
  await window.page.keyboard.press('Control+z')
  await window.page.getByText(/Undone: keep \d differences/).waitFor()
  await row('10.9.8.8/24').waitFor()
  await row('netns second').waitFor()
})

test('Revert all gives the kernel what was deployed', async () => {
  await window.button('Revert all').click()
  await until('no differences', async () => (await rows().count()) === 0)
  const shown = await window.type('host', 'clear; ip netns list; ip -n ns0 -br addr')
  expect(shown).not.toContain('extra')
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
