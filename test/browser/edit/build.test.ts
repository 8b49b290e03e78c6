/** Drawing a network by hand: each gesture is a change of the file with a name, and real in the kernel where the lab runs. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { violations } from '../window/axe.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow
beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
})
afterAll(() => window.close())

const press = (...keys: string[]): Promise<void> =>
  keys.reduce<Promise<void>>((before, key) => before.then(() => window.page.keyboard.press(key)), Promise.resolve())
const name = (): Locator => window.inspector.getByLabel('Name')
/** Near or far: a name is drawn twice, and one of the two is shown. */
const drawn = (text: string): Locator =>
  window.page.locator('main svg text', { hasText: new RegExp(`^${text}$`) }).filter({ visible: true })
const panel = (): Locator => window.page.getByRole('complementary', { name: 'Build' })

/** In the tree of the canvas, as keys and screen readers do. */
const select = (namespace: string): Promise<void> =>
  window.page.locator(`[role=treeitem][data-key="namespace ${namespace}"]`).press('Enter')

/** The middle of a word on the canvas. */
async function middle(text: string): Promise<{ x: number; y: number }> {
  const box = await drawn(text).first().boundingBox()
  if (!box) throw new Error(`${text} is not on the canvas`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** The file as it would be saved. */
async function saved(): Promise<string> {
  const file = join(window.world.home, 'drawn.vethlab.yaml')
  const written = (): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const before = written()
  await press('Control+Shift+s')
  const dialog = window.page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('drawn.vethlab.yaml')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  await window.page.getByTitle('Has changes that are not saved').waitFor({ state: 'detached' })
  await until('the file', () => written() > before)
  return readFileSync(file, 'utf8')
}

/** What the kernel has now: the last line that the terminal shows of it. */
const namespaces = async (): Promise<string> =>
  (await window.type('host', 'ip netns list | cut -d" " -f1 | sort | tr "\n" ","'))
    .split('\n')
    .flatMap((line) => /^((?:[a-z0-9-]+,)+)/.exec(line)?.[1] ?? [])
    .at(-1) ?? ''

test('objects come by key, each with a free name that can be typed over, and a cable from a list', async () => {
  await press('Control+k')
  await window.page.getByRole('dialog').getByRole('combobox').fill('New lab')
  await press('Enter')
  await window.button(/^Lab: new-lab/).waitFor()
  await window.rest()
  await press('e')
  await window.status.filter({ hasText: 'Editing' }).waitFor()
  await press('n')
  await expect.poll(() => name().inputValue()).toBe('ns0')
  await press('Enter', 'n')
  await expect.poll(() => name().inputValue()).toBe('ns1')
  await window.page.keyboard.type('right')
  await press('Enter')
  await drawn('right').first().waitFor()
  await press('v')
  await panel().getByText('From right to').waitFor()
  expect(await violations(window)).toEqual([])
  // The first in the list is the host.
  await press('ArrowDown', 'Enter')
  await drawn('10\\.0\\.1\\.1/24').first().waitFor()
  await window.inspector.getByText('A new segment gets 10.0.1.0/24, the first that is free.').first().waitFor()
  const text = await saved()
  expect(text).toContain('right:eth0')
  expect(text).toContain('ns0:eth0')
})

test('what was drawn is built, and answers', async () => {
  await window.deploy()
  expect(await window.type('ns0', 'ping -c 1 -W 5 10.0.1.1')).toContain('1 received')
})

test('a change of a running lab is in the kernel at once, and undo takes it back, with its name', async () => {
  await select('ns0')
  await window.rest()
  await press('Control+ArrowDown')
  await expect.poll(() => name().inputValue()).toBe('ns1')
  await press('Enter')
  await window.button('Deployed').waitFor()
  expect(await namespaces()).toBe('ns0,ns1,right,')
  expect(await window.type('ns1', 'ip -br addr show eth0')).toMatch(/10\.0\.2\.\d\/24/)
  await window.rest()
  await press('Control+z')
  await window.page.getByText('Undone: add ns1 beside ns0').first().waitFor()
  await until('ns1 is gone', async () => (await namespaces()) === 'ns0,right,')
  await window.rest()
  await press('Control+Shift+z')
  await window.page.getByText('Done again: add ns1 beside ns0').first().waitFor()
  await until('ns1 is back', async () => (await namespaces()) === 'ns0,ns1,right,')
})

test('Delete takes an object with its cables, and renaming is followed by all that names it', async () => {
  await select('ns1')
  await window.rest()
  await press('F2')
  await expect.poll(() => name().evaluate((input) => document.activeElement === input)).toBe(true)
  await window.page.keyboard.type('left')
  await press('Enter')
  await until('left is there', async () => (await namespaces()) === 'left,ns0,right,')
  await select('left')
  await window.rest()
  await press('Delete')
  await until('left is gone', async () => (await namespaces()) === 'ns0,right,')
  const text = await saved()
  expect(text).not.toContain('left')
  expect(text).not.toContain('ns0:eth1')
})

test('what the file says of an object is typed over in the inspector, and is so in the kernel', async () => {
  await window.page.locator('[role=treeitem][data-key="interface ns0:eth0"]').press('Enter')
  const address = window.inspector.getByLabel('Addresses 1')
  await address.fill('10.0.1.300/24')
  await address.press('Enter')
  await window.inspector.getByRole('alert').filter({ hasText: '10.0.1.300/24' }).waitFor()
  await address.press('Escape')
  expect(await address.inputValue()).toBe('10.0.1.2/24')
  await address.fill('10.0.1.22/24')
  await address.press('Enter')
  await window.inspector.getByLabel('Add to Addresses').fill('10.9.9.9/32')
  await window.inspector.getByLabel('Add to Addresses').press('Enter')
  await window.inspector.getByLabel('Addresses 2').waitFor()
  await window.inspector.getByLabel('MTU').fill('1400')
  await window.inspector.getByLabel('MTU').press('Enter')
  const shown = (): Promise<string> => window.type('ns0', 'clear; ip addr show dev eth0 | tr "\n" " "')
  await until('all of it is there', async () => /mtu 1400.*10\.0\.1\.22\/24.*10\.9\.9\.9\/32/s.test(await shown()))
  await select('right')
  const route = window.inspector.getByLabel('Add to Routes')
  await route.fill('default through 10.0.1.22')
  await route.press('Enter')
  await window.inspector.getByRole('alert').filter({ hasText: 'A route is written as in ip route' }).waitFor()
  await route.fill('default via 10.0.1.22')
  await route.press('Enter')
  await window.inspector.getByLabel('Routes 1').waitFor()
  expect(await violations(window)).toEqual([])
  const routes = (): Promise<string> => window.type('right', 'clear; ip route show default')
  await until('the route is there', async () => (await routes()).includes('default via 10.0.1.22'))
  await window.inspector.getByRole('button', { name: 'Take default via 10.0.1.22 out' }).click()
  await until('the route is gone', async () => !(await routes()).includes('via 10.0.1.22 dev'))
  await window.rest()
  for (const what of [
    'Routes of right',
    'Routes of right',
    'MTU of ns0:eth0',
    'Addresses of ns0:eth0',
    'Addresses of ns0:eth0',
  ]) {
    await press('Control+z')
    await window.page.getByText(`Undone: set ${what}`).first().waitFor()
  }
  await until('as it was', async () => /mtu 1500.*10\.0\.1\.2\/24/s.test(await shown()))
  expect(await shown()).not.toContain('10.9.9.9')
})

test('every other key is a line in the words of the file: what is wrong is said below it, what is right is in the kernel', async () => {
  await select('right')
  await window.inspector.locator('summary', { hasText: /^firewall/ }).click()
  const rule = window.inspector.getByLabel('Add to firewall')
  await rule.fill('chain: input, protocol: tcp')
  await rule.press('Enter')
  await window.inspector.getByRole('alert').filter({ hasText: 'needs one of action or policy' }).waitFor()
  await rule.fill('chain: input, protocol: tcp, port: 81, action: drop')
  await rule.press('Enter')
  await window.inspector.getByLabel('firewall 1').waitFor()
  await window.inspector.locator('summary', { hasText: /^sysctls/ }).click()
  await window.inspector.getByLabel('Add to sysctls').fill('net.ipv4.ip_default_ttl: 44')
  await window.inspector.getByLabel('Add to sysctls').press('Enter')
  expect(await violations(window)).toEqual([])
  const shown = (): Promise<string> =>
    window.type('right', 'clear; { iptables-save || nft list ruleset; } | grep 81; sysctl -n net.ipv4.ip_default_ttl')
  await until('both are there', async () => /81.*\n44/.test(await shown()))
  await window.rest()
  for (const what of ['sysctls', 'firewall']) {
    await press('Control+z')
    await window.page.getByText(`Undone: set ${what} of right`).first().waitFor()
  }
  await until('as it was', async () => /^64$/m.test(await shown()))
})

test('a name that is taken is refused where it is typed', async () => {
  await select('right')
  await window.rest()
  await press('F2')
  await expect.poll(() => name().evaluate((input) => document.activeElement === input)).toBe(true)
  await window.page.keyboard.type('ns0')
  await press('Enter')
  await window.inspector.getByRole('alert').filter({ hasText: 'There is a namespace "ns0"' }).waitFor()
  await press('Escape')
  expect(await name().inputValue()).toBe('right')
})

/** From the panel to the right half of the canvas. */
async function dragRouter(): Promise<void> {
  const item = await panel()
    .getByRole('button', { name: /^Router/ })
    .boundingBox()
  const main = await window.page.getByRole('main').boundingBox()
  if (!item || !main) throw new Error('no panel, or no canvas')
  await window.page.mouse.move(item.x + 20, item.y + 15)
  await window.page.mouse.down()
  await window.page.mouse.move(main.x + main.width - 160, main.y + main.height / 2, { steps: 6 })
  await window.page.mouse.up()
}

test('an object is dragged from the panel, and a cable from the edge of a box to nothing makes its other end', async () => {
  await dragRouter()
  await drawn('r0').first().waitFor()
  await until('r0 is there', async () => (await namespaces()) === 'ns0,r0,right,')
  // By the edge of its box, which is where the canvas draws the ring of what is selected.
  const body = await window.page.locator('main .ring.selected').first().boundingBox()
  if (!body) throw new Error('r0 is not selected')
  await window.page.mouse.move(body.x + body.width / 2, body.y + body.height - 8)
  await window.page.mouse.down()
  await window.page.mouse.move(body.x + body.width / 2, body.y + body.height + 60, { steps: 6 })
  await window.page.mouse.up()
  await window.page
    .getByRole('menu', { name: /r0/ })
    .getByRole('menuitem', { name: /Internet/ })
    .click()
  await drawn('internet').first().waitFor()
  await until('the far network is there', async () => (await namespaces()) === 'internet,ns0,r0,right,')
})

test('a cable is dragged from one box to another', async () => {
  await select('r0')
  const body = await window.page.locator('main .ring.selected').first().boundingBox()
  const goal = await middle('ns0')
  if (!body) throw new Error('r0 is not selected')
  await window.page.mouse.move(body.x + 8, body.y + body.height / 2)
  await window.page.mouse.down()
  await window.page.mouse.move(goal.x, goal.y, { steps: 8 })
  await window.page.mouse.up()
  await window.button('Deployed').waitFor()
  expect(await window.type('ns0', 'ip route')).toMatch(/default via 10\.0\.\d+\.1 dev eth1/)
})

test('two clicks at an edge ask for a name, and begin no cable', async () => {
  await select('r0')
  const body = await window.page.locator('main .ring.selected').first().boundingBox()
  if (!body) throw new Error('r0 is not selected')
  // Where none of its ports is; one click there begins a cable.
  await window.page.mouse.dblclick(body.x + 8, body.y + 24)
  await until('its name can be typed', () => name().evaluate((field) => field === document.activeElement))
  expect(await panel().getByText('From r0 to').count()).toBe(0)
  expect(await window.page.locator('main .rubber').count()).toBe(0)
  await press('Escape')
})

test('M hides what is behind a router, and the far network answers', async () => {
  await window.page.locator('[role=treeitem][data-key="interface r0:eth0"]').press('Enter')
  await window.rest()
  await press('m')
  await window.page
    .locator('main svg text', { hasText: /^MASQUERADE$/ })
    .first()
    .waitFor({ state: 'attached' })
  await window.button('Deployed').waitFor()
  expect(await window.type('ns0', 'ping -c 1 -W 5 203.0.113.10')).toContain('1 received')
})

test('the hexagon is NAT, and Delete on it leaves the interface', async () => {
  await window.rest()
  await press('Shift+1')
  const at = await window.page.evaluate(() => {
    interface Graph {
      nodes(kind: string): { first(): { renderedPosition(): { x: number; y: number } } }
    }
    const graph = document.querySelector('main .graph') as Element & { _cyreg: { cy: Graph } }
    const { x, y } = graph._cyreg.cy.nodes('.nat').first().renderedPosition()
    const { left, top } = graph.getBoundingClientRect()
    return { x: left + x, y: top + y }
  })
  await window.page.mouse.click(at.x, at.y)
  await press('Delete')
  const rules = (): Promise<string> => window.type('r0', 'clear; iptables -t nat -S; ip -br link')
  await until('NAT is gone', async () => !(await rules()).includes('MASQUERADE'))
  expect(await rules()).toMatch(/eth0\S* +UP/)
  await window.rest()
  await press('Control+z')
  await until('NAT is back', async () => (await rules()).includes('MASQUERADE'))
})

test('what was made by hand is not taken for a name, an address or a port', async () => {
  await window.type('host', 'clear; ip netns add ns1; ip -n ns0 link add eth7 type bridge')
  await until('it is drawn', () => drawn('ns1').first().isVisible())
  await window.rest()
  await press('n')
  await expect.poll(() => name().inputValue()).toBe('ns2')
  await press('Enter')
  await until('both are there', async () => /ns1,ns2,/.test(await namespaces()))
  await window.type('host', 'clear; ip netns del ns1; ip -n ns0 link del eth7')
  await window.button('Deployed').waitFor()
  await drawn('ns1').first().waitFor({ state: 'detached' })
})

test('what the kernel refuses is taken back from the lab, a step forward or a step back, and said', async () => {
  const limit = '/proc/sys/user/max_net_namespaces'
  await window.type('host', `clear; before=$(cat ${limit}); echo 1 > ${limit}`)
  await window.rest()
  await press('n')
  const refused = window.page.locator('.callout[role=alert]').filter({ hasText: 'Taken back: add ns1' })
  await refused.waitFor()
  await drawn('ns1').first().waitFor({ state: 'detached' })
  expect(await saved()).not.toContain('ns1')
  // What was removed cannot be made again: it stays away in the lab, too, and can be redone where it can.
  await window.type('host', `clear; echo $before > ${limit}`)
  await select('ns2')
  await window.rest()
  await press('Delete')
  await until('ns2 is gone', async () => !(await namespaces()).includes('ns2'))
  await window.type('host', `clear; echo 1 > ${limit}`)
  await window.rest()
  await press('Control+z')
  await until('the lab is without it again', async () => !(await saved()).includes('ns2'))
  await window.type('host', `clear; echo $before > ${limit}`)
  await window.rest()
  await press('Control+z')
  await until('ns2 is back', async () => (await namespaces()).includes('ns2,'))
})

test('however fast the keys, the kernel ends as the file says', async () => {
  await window.rest()
  for (let round = 0; round < 6; round += 1) {
    await press('n', 'Enter')
    await window.rest()
  }
  await press('Control+z', 'Control+z', 'Control+z', 'Control+Shift+z')
  await window.button('Deployed').waitFor()
  const text = await saved()
  const named = [...text.matchAll(/^ {2}(\w+):/gm)].flatMap(([, each]) => (each === 'host' ? [] : (each ?? [])))
  const wanted = [...new Set(named)].filter((each) => /^(ns|r|internet|right)/.test(each)).toSorted()
  await until('the same in the kernel', async () => (await namespaces()) === `${wanted.join()},`)
})

test('a name is asked for where it can be typed, so that its letters are no gestures', async () => {
  await window.rest()
  await press('Control+k')
  await window.page.getByRole('dialog').getByRole('combobox').fill('inspector')
  await press('Enter')
  await window.inspector.waitFor({ state: 'detached' })
  await window.rest()
  await press('n')
  await expect.poll(() => name().evaluate((input) => document.activeElement === input)).toBe(true)
  await window.inspector.getByText('Letters are its name now.').waitFor()
  await window.page.keyboard.type('bob')
  await press('Enter')
  await until('bob is there', async () => (await namespaces()).includes('bob,'))
  expect(await window.inspector.getByText('Letters are its name now.').filter({ visible: true }).count()).toBe(0)
  const others = (await namespaces()).replace('bob,', '')
  await window.rest()
  await press('Control+z', 'Control+z')
  await until('bob is gone', async () => (await namespaces()) === others)
})

test('what was changed in the file waits for Deploy, whatever the hand does meanwhile', async () => {
  const file = join(window.world.home, 'drawn.vethlab.yaml')
  await saved()
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^namespaces:$/m, 'namespaces:\n  outside: {}'))
  await drawn('outside').first().waitFor({ state: 'attached' })
  await window.rest()
  await press('n')
  await expect.poll(() => name().evaluate((input) => document.activeElement === input)).toBe(true)
  await press('Enter')
  await window.button(/^Deploy changes/).waitFor()
  expect(await namespaces()).not.toContain('outside')
  await window.page.locator('header').getByRole('button', { name: 'Discard' }).click()
  await window.button('Deployed').waitFor()
})

test('Esc in a drag ends the drag, and a cable that is let go of outside is given up', async () => {
  await select('r0')
  const body = await window.page.locator('main .ring.selected').first().boundingBox()
  const left = await panel().boundingBox()
  if (!body || !left) throw new Error('nothing to drag, or nowhere to')
  const from = { x: body.x + body.width / 2, y: body.y + 8 }
  await window.rest()
  await window.page.mouse.move(from.x, from.y)
  await window.page.mouse.down()
  await window.page.mouse.move(from.x, from.y - 60, { steps: 4 })
  await window.page.locator('main .rubber').waitFor({ state: 'attached' })
  await press('Escape')
  await window.page.locator('main .rubber').waitFor({ state: 'detached' })
  await window.page.mouse.up()
  await window.status.filter({ hasText: 'Editing' }).waitFor()
  await window.page.mouse.move(from.x, from.y)
  await window.page.mouse.down()
  await window.page.mouse.move(left.x + 60, left.y + 400, { steps: 6 })
  await window.page.mouse.up()
  await window.page.locator('main .rubber').waitFor({ state: 'detached' })
  expect(await window.page.getByRole('menu').count()).toBe(0)
})

test('Esc leaves step by step, and in Live a letter draws nothing', async () => {
  await select('ns0')
  await window.rest()
  await press('Escape', 'Escape')
  await window.status.filter({ hasText: 'Running' }).waitFor()
  const before = await namespaces()
  await window.rest()
  await press('r', 'b', 'i')
  expect(await namespaces()).toBe(before)
})

test('whoever drags from the panel in Live draws from then on', async () => {
  const before = await namespaces()
  await window.status.filter({ hasText: 'Running' }).waitFor()
  await dragRouter()
  await window.status.filter({ hasText: 'Editing' }).waitFor()
  await until('one more is there', async () => (await namespaces()).length > before.length)
  expect(window.errors).toEqual([])
})
