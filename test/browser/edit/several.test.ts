/** Several objects at once: framed, moved, copied, taken out; cables plugged in elsewhere; menus; and looking for things. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { violations } from '../window/axe.js'
import { ask, besideOf, boxOf, portOf, type Rect, type Spot } from '../window/picture.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow
beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  await window.openStarter(/Router between two subnets/)
  await window.button(/^Lab: /).waitFor()
  await window.deploy()
  await window.page.getByRole('main').getByText('Edit', { exact: true }).first().click()
  await window.status.filter({ hasText: 'Editing' }).waitFor()
})
afterAll(() => window.close())

const item = (key: string): Locator => window.page.locator(`[role=treeitem][data-key="${key}"]`)
const selected = async (): Promise<readonly (string | null)[]> =>
  Promise.all(
    (await window.page.locator('[role=treeitem][aria-selected=true]').all()).map((each) =>
      each.getAttribute('data-key'),
    ),
  )
const zoom = (): Promise<number> => ask(window.page, (cy) => cy.zoom(), null)
/** All of the picture is in sight: what the keyboard goes to is brought there. */
async function whole(): Promise<void> {
  await window.rest()
  await window.page.keyboard.press('Shift+1')
}
const box = (name: string): Promise<Rect> => boxOf(window.page, name)
const port = (id: string): Promise<Spot> => portOf(window.page, id)
const beside = (near: string, far: string): Promise<Spot> => besideOf(window.page, near, far)
/** A place of a box that is neither its edge nor a port. */
async function body(name: string): Promise<{ x: number; y: number }> {
  const { x, y, height } = await box(name)
  return { x: x + 24, y: y + height - 16 }
}
async function drag(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  const { mouse } = window.page
  await mouse.move(from.x, from.y)
  await mouse.down()
  await mouse.move(to.x, to.y, { steps: 8 })
  await mouse.up()
}
const namespaces = async (): Promise<string> =>
  (await window.type('host', 'ip netns list | cut -d" " -f1 | sort | tr "\n" ","'))
    .split('\n')
    .flatMap((line) => /^((?:[a-z0-9-]+,)+)/.exec(line)?.[1] ?? [])
    .at(-1) ?? ''

test('a frame selects what it is drawn around, Shift and a click add to it and take out of it', async () => {
  await window.rest()
  const [a, b] = [await box('ns0'), await box('ns1')]
  const top = Math.min(a.y, b.y) - 14
  await drag(
    { x: Math.min(a.x, b.x) - 14, y: top },
    { x: Math.max(a.x + a.width, b.x + b.width) + 14, y: Math.max(a.y + a.height, b.y + b.height) + 14 },
  )
  await expect.poll(selected).toEqual(expect.arrayContaining(['namespace ns0', 'namespace ns1']))
  const at = await body('ns0')
  await window.page.keyboard.down('Shift')
  await window.page.mouse.click(at.x, at.y)
  await window.page.keyboard.up('Shift')
  await expect.poll(selected).not.toContain('namespace ns0')
  expect(await selected()).toContain('namespace ns1')
  await window.page.keyboard.press('Control+a')
  await expect.poll(async () => (await selected()).length).toBeGreaterThanOrEqual(3)
})

const layout = async (): Promise<string> => {
  const file = join(window.world.home, 'several.vethlab.yaml')
  await window.rest()
  await window.page.keyboard.press('Control+Shift+s')
  const dialog = window.page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('several.vethlab.yaml')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  await window.page.getByTitle('Has changes that are not saved').waitFor({ state: 'detached' })
  return readFileSync(file, 'utf8').split('layout:')[1] ?? ''
}
async function choose(...names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    await item(`namespace ${name}`).focus()
    await window.page.keyboard.press(index === 0 ? ' ' : 'Shift+ ')
  }
  await expect.poll(async () => (await selected()).length).toBe(names.length)
}

test('all that is selected moves as one, by hand and by arrows, and goes back by Undo', async () => {
  await choose('ns0', 'ns1')
  const [a, b, other] = [await box('ns0'), await box('ns1'), await box('ns-router')]
  const scale = await zoom()
  const from = await body('ns1')
  await window.page.keyboard.down('Alt')
  await drag(from, { x: from.x + 37, y: from.y + 61 })
  await window.page.keyboard.up('Alt')
  await expect.poll(async () => (await box('ns1')).y - b.y).toBeCloseTo(61, 0)
  expect((await box('ns0')).y - a.y).toBeCloseTo(61, 0)
  expect((await box('ns0')).x - a.x).toBeCloseTo(37, 0)
  expect(await box('ns-router')).toEqual(other)
  await window.page.getByRole('main').focus()
  await window.page.keyboard.press('Shift+ArrowUp')
  await expect.poll(async () => (await box('ns0')).y - a.y).toBeCloseTo(61 - 20 * scale, 0)
  await window.page.keyboard.press('ArrowLeft')
  await expect.poll(async () => (await box('ns1')).x - b.x).toBeCloseTo(37 - 4 * scale, 0)
  const said = await layout()
  expect(said).toContain('ns0:')
  expect(said).toContain('ns1:')
  expect(said).not.toContain('ns-router:')
  await window.rest()
  await window.page.keyboard.press('Control+z')
  await expect.poll(() => box('ns0')).toEqual(a)
})

test('what several have in common is changed for all of them as one step', async () => {
  await choose('ns0', 'ns1')
  await window.inspector.getByText('2 selected').waitFor()
  await window.inspector.getByLabel('Forwards packets').click()
  const on = (name: string): Promise<string> => window.type(name, 'clear; sysctl -n net.ipv4.ip_forward')
  for (const name of ['ns0', 'ns1']) await until(`${name} forwards`, async () => /^1$/m.test(await on(name)))
  await window.rest()
  await window.page.keyboard.press('Control+z')
  await window.page.getByText('Undone: set Forwards packets of 2 objects').first().waitFor()
  for (const name of ['ns0', 'ns1']) await until(`${name} is a station`, async () => /^0$/m.test(await on(name)))
})

test('one line runs in the shells of all that is selected, side by side', async () => {
  await choose('ns0', 'ns1')
  await window.inspector.getByRole('button', { name: 'Run a command in all that is selected' }).click()
  await window.page.getByLabel('Command for all: ns0, ns1').waitFor()
  await window.page.keyboard.type('echo in-$((40+2))')
  await window.page.keyboard.press('Enter')
  const pane = (name: string): Locator => window.page.locator(`[data-terminal="${name}"]`)
  for (const name of ['ns0', 'ns1']) await pane(name).getByText('in-42').first().waitFor()
  const [left, right] = [await pane('ns0').boundingBox(), await pane('ns1').boundingBox()]
  expect(left && right && left.x + left.width <= right.x).toBe(true)
  await window.page.getByRole('button', { name: 'One terminal alone again' }).click()
  await pane('ns1').waitFor({ state: 'hidden' })
})

test('a copy has its inner cables, names and subnets of its own, and answers in the kernel at once', async () => {
  await choose('ns0', 'ns-router')
  await window.page.getByRole('main').focus()
  await window.page.keyboard.press('Control+d')
  await expect.poll(selected).toEqual(['namespace ns2', 'namespace ns-router0'])
  await window.button('Deployed').waitFor()
  await until('the copies', async () => (await namespaces()) === 'ns-router,ns-router0,ns0,ns1,ns2,')
  const shown = await window.type('ns2', 'clear; ip -4 -br addr show up; ping -c 1 -W 5 10.0.1.1')
  expect(shown).toContain('10.0.1.2/24')
  expect(shown).toContain('1 received')
  await window.rest()
  await window.page.keyboard.press('Control+z')
  await window.page.getByText('Undone: duplicate 2 namespaces').first().waitFor()
  await until('they are gone', async () => (await namespaces()) === 'ns-router,ns0,ns1,')
})

test('Ctrl C gives a lab file, Ctrl V makes it again at the pointer; a script is pasted as what it builds', async () => {
  await window.rest()
  await choose('ns0', 'ns1')
  await window.page.getByRole('main').focus()
  await window.page.keyboard.press('Control+c')
  await window.page
    .getByText(/^Copied: 2 namespaces, without the cables to the rest: ns0:veth0 – ns-router:veth1, /)
    .waitFor()
  const text: string = await window.page.evaluate('navigator.clipboard.readText()')
  expect(text).toMatch(/^vethlab: 1\n/)
  expect(text).not.toContain('ns-router')
  const { x, y, width, height } = (await window.page.getByRole('main').boundingBox()) as Rect
  await window.page.mouse.move(x + width / 2, y + height - 90)
  await window.page.keyboard.press('Control+v')
  await expect.poll(selected).toEqual(['namespace ns2', 'namespace ns3'])
  expect((await box('ns2')).y).toBeGreaterThan(y + height / 2)
  const script = [
    'ip netns add left',
    'ip netns add right',
    'ip link add eth0 netns left type veth peer name eth0 netns right',
    'ip -n left addr add 10.7.0.1/24 dev eth0',
    'ip -n right addr add 10.7.0.2/24 dev eth0',
    'ip -n left link set eth0 up',
    'ip -n right link set eth0 up',
    'modprobe never-heard-of-it --now',
  ].join('\n')
  await window.page.evaluate((words) => navigator.clipboard.writeText(words), script)
  await window.page.keyboard.press('Control+v')
  await expect.poll(selected).toEqual(['namespace left', 'namespace right'])
  await window.button('Deployed').waitFor()
  expect(await window.type('host', 'ip netns exec left ping -c 1 -W 5 10.7.0.2')).toContain('1 received')
})

test('Delete takes all that is selected as one step, and its toast takes it back', async () => {
  await choose('ns2', 'ns3', 'left', 'right')
  await window.page.getByRole('main').focus()
  await window.page.keyboard.press('Delete')
  await until('they are gone', async () => (await namespaces()) === 'ns-router,ns0,ns1,')
  await window.page.getByText('Done: remove 4 objects').waitFor()
  await window.page.locator('[data-sonner-toast]').getByRole('button', { name: 'Undo' }).click()
  await until('they are back', async () => (await namespaces()) === 'left,ns-router,ns0,ns1,ns2,ns3,right,')
  await choose('ns2', 'ns3', 'left', 'right')
  await window.page.getByRole('main').focus()
  await window.page.keyboard.press('Control+x')
  await until('cut', async () => (await namespaces()) === 'ns-router,ns0,ns1,')
})

test('the end of a cable is plugged in elsewhere, its address goes along, and Undo plugs it back', async () => {
  await whole()
  const end = await beside('ns1:veth2', 'ns-router:veth3')
  const to = await body('ns0')
  await drag(end, to)
  await item('interface ns0:veth2').waitFor({ state: 'attached' })
  await window.button('Deployed').waitFor()
  expect(await window.type('ns0', 'clear; ip -4 -br addr show veth2')).toContain('192.168.1.2/24')
  await window.rest()
  await window.page.keyboard.press('Control+z')
  await window.page.getByText('Undone: plug ns1:veth2 into ns0').first().waitFor()
  await item('interface ns1:veth2').waitFor({ state: 'attached' })
})

test('a click at the edge of a box and a click on another one make a cable, and its commands are shown before', async () => {
  await window.tab(/^Plan/).click()
  await whole()
  const from = await box('ns0')
  const edge = { x: from.x + from.width / 2, y: from.y + from.height - 3 }
  await window.page.mouse.move(edge.x, edge.y)
  await window.page.mouse.click(edge.x, edge.y)
  const to = await body('ns1')
  await window.page.mouse.move(to.x, to.y, { steps: 4 })
  await window.page.getByText('Release to plug into ns1').waitFor()
  await window.page
    .getByText(/^ip link add veth4 netns ns0/)
    .first()
    .waitFor()
  await window.page.mouse.click(to.x, to.y)
  await item('interface ns1:veth5').waitFor({ state: 'attached' })
  await window.button('Deployed').waitFor()
  expect(await window.type('ns0', 'ping -c 1 -W 5 10.0.1.2')).toContain('1 received')
  await window.rest()
  await window.page.keyboard.press('Control+z')
  await item('interface ns1:veth5').waitFor({ state: 'detached' })
})

test('the menu of an object has what fits it, by mouse and by key, and is real', async () => {
  await whole()
  const at = await port('ns1:veth2')
  await window.page.mouse.click(at.x, at.y, { button: 'right' })
  const menu = window.page.getByRole('menu', { name: 'What can be done with ns1:veth2' })
  await menu.getByRole('menuitem', { name: 'Copy address' }).waitFor()
  expect(await violations(window)).toEqual([])
  await menu.getByRole('menuitem', { name: 'Set down' }).click()
  await menu.waitFor({ state: 'detached' })
  const shown = (): Promise<string> => window.type('ns1', 'clear; ip -br link show veth2')
  await until('veth2 is down', async () => /veth2\S*\s+DOWN/.test(await shown()))
  await item('interface ns1:veth2').focus()
  await window.page.keyboard.press(' ')
  await window.page.keyboard.press('Shift+F10')
  await menu.getByRole('menuitem', { name: 'Set up' }).waitFor()
  expect(await menu.getByRole('menuitem', { name: 'Set down' }).count()).toBe(0)
  await window.page.keyboard.press('Escape')
  await menu.waitFor({ state: 'detached' })
  await window.rest()
  await window.page.keyboard.press('Control+z')
  await until('veth2 is up', async () => /veth2\S*\s+UP/.test(await shown()))
})

test('what is looked for stays bright, and Enter goes from one to the next', async () => {
  await window.rest()
  await window.page.keyboard.press('Control+f')
  const field = window.page.getByLabel('Find on the canvas')
  await field.fill('192.168.1.77')
  await window.page.getByText('2 found').waitFor()
  expect(await violations(window)).toEqual([])
  await field.press('Enter')
  await window.page.getByText('1 of 2').waitFor()
  await expect.poll(selected).toEqual(['interface ns-router:veth3'])
  await field.press('Enter')
  await expect.poll(selected).toEqual(['interface ns1:veth2'])
  const dimmed = (): Promise<boolean> =>
    window.page
      .locator('main svg [data-namespace="ns0"]')
      .first()
      .evaluate((face) => face.classList.contains('drained'))
  expect(await dimmed()).toBe(true)
  await field.press('Escape')
  await expect.poll(dimmed).toBe(false)
})
