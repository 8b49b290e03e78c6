/** What is drawn besides the network, and whole parts of it: notes, ready-made parts, order among boxes. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { World } from '../../kernel/support/world.js'
import { violations } from '../window/axe.js'
import { fingersOn } from '../window/fingers.js'
import { boxOf, type Spot } from '../window/picture.js'
import { LabWindow } from '../window/window.js'

const noted = `vethlab: 1
name: noted
namespaces:
  ns0: {}
layout: { ns0: { x: 0, y: 0 } }
notes:
  # says nothing of a stranger's markup
  - { text: "**Here** is <img src=x onerror='document.title=1'>", x: 0, y: -120 }
`
let window: LabWindow
beforeAll(async () => {
  const world = await World.ofUser()
  window = await LabWindow.open({ file: world.file('home/noted.vethlab.yaml', noted) }, world)
  await window.ready()
  await window.rest()
  await window.page.keyboard.press('e')
  await window.status.filter({ hasText: 'Editing' }).waitFor()
})
afterAll(() => window.close())

const press = (keys: string) => window.page.keyboard.press(keys)
const item = (name: RegExp) => window.page.getByRole('treeitem', { name })
const palette = (name: RegExp) =>
  window.page.getByRole('complementary', { name: 'Build' }).getByRole('button', { name })
const field = () => window.page.getByRole('textbox', { name: 'Text of the note' })
const drawn = (words: string) => window.page.locator('main .note').filter({ hasText: words })
/** The lab's text, as it is copied from the file. */
async function text(): Promise<string> {
  await window.tab('File').click()
  const sheet = window.page.getByRole('textbox', { name: 'Text of the lab' })
  await sheet.waitFor()
  const lines = await sheet.locator('.cm-line').allInnerTexts()
  await window.rest()
  return lines.join('\n')
}

test('a note is drawn as text, and read out', async () => {
  await drawn("Here is <img src=x onerror='document.title=1'>").waitFor()
  expect(await window.page.locator('main .note img').count()).toBe(0)
  await item(/^Note: Here is/).waitFor({ state: 'attached' })
})

test('a new note is typed where it stands, moved by keys and by hand, taken out and put back', async () => {
  await palette(/^Note/).click()
  await field().waitFor()
  await window.page.keyboard.type('to be **seen**')
  await press('Enter')
  await drawn('to be seen').waitFor()
  const before = await drawn('to be seen').boundingBox()
  if (!before) throw new Error('no note')
  await press('Shift+ArrowRight')
  await expect.poll(async () => (await drawn('to be seen').boundingBox())?.x).toBeCloseTo(before.x + 20, 0)
  const { mouse } = window.page
  await mouse.move(before.x + 40, before.y + 14)
  await mouse.down()
  await mouse.move(before.x + 140, before.y - 26, { steps: 6 })
  await mouse.up()
  await expect.poll(async () => (await drawn('to be seen').boundingBox())?.y).toBeLessThan(before.y - 20)
  await window.rest()
  await press('Delete')
  await drawn('to be seen').waitFor({ state: 'detached' })
  await press('Control+z')
  await drawn('to be seen').waitFor()
  expect(await text()).toContain("# says nothing of a stranger's markup")
})

test('a double click types over it, Esc leaves it as it was, and without a text it goes', async () => {
  const at = await drawn('to be seen').boundingBox()
  if (!at) throw new Error('no note')
  // Through the words that say what was undone, which lie over it.
  const said = window.page.locator('[data-sonner-toast]').filter({ hasText: 'Undone' }).first()
  await expect.poll(async () => (await said.boundingBox())?.y).toBeGreaterThan(at.y - 60)
  const over = await said.boundingBox()
  if (!over) throw new Error('nothing said')
  const low = over.y + over.height - 2
  await window.page.mouse.dblclick(at.x + 30, Math.max(low, at.y + 1))
  await field().waitFor()
  await window.page.keyboard.type('other')
  await press('Escape')
  await field().waitFor({ state: 'detached' })
  await drawn('to be seen').waitFor()
  await item(/^Note: to be seen/).focus()
  await press('Enter')
  await field().waitFor()
  expect(await violations(window)).toEqual([])
  await press('Delete')
  await press('Enter')
  await drawn('to be seen').waitFor({ state: 'detached' })
})

test('one finger chooses and moves, a long press asks for the menu, two pan and zoom about what is between them', async () => {
  const { page } = window
  const hand = await fingersOn(page)
  await page.keyboard.press('Shift+1')
  const rest = await boxOf(page, 'ns0')
  const body = { x: rest.x + 24, y: rest.y + rest.height - 16 }
  await hand.tap(body)
  await expect.poll(() => item(/^namespace ns0/).getAttribute('aria-selected')).toBe('true')
  await hand.drag([body], [{ x: body.x + 60, y: body.y + 40 }])
  await expect.poll(async () => (await boxOf(page, 'ns0')).y).toBeGreaterThan(rest.y + 30)
  const moved = await boxOf(page, 'ns0')
  // The press is as long as it takes for the menu to come.
  const release = await hand.press({ x: moved.x + 24, y: moved.y + moved.height - 16 })
  const menu = page.getByRole('menu', { name: 'What can be done with ns0' })
  await menu.waitFor()
  await release()
  expect(await menu.count()).toBe(1)
  await page.keyboard.press('Escape')
  await menu.waitFor({ state: 'detached' })
  const before = await boxOf(page, 'ns0')
  const [left, right] = [
    { x: before.x + 20, y: before.y + before.height - 16 },
    { x: before.x + 120, y: before.y + before.height - 16 },
  ]
  // Both on a box: it stays where it is in the lab, and nothing else comes of it.
  const down = (at: Spot): Spot => ({ x: at.x + 30, y: at.y - 50 })
  await hand.drag([left, right], [down(left), down(right)])
  await expect.poll(async () => (await boxOf(page, 'ns0')).x).toBeCloseTo(before.x + 30, 0)
  const panned = await boxOf(page, 'ns0')
  expect(panned).toMatchObject({ y: expect.closeTo(before.y - 50, 0), width: before.width })
  const middle = { x: (left.x + right.x) / 2 + 30, y: left.y - 50 }
  await hand.drag(
    [down(left), down(right)],
    [-100, 100].map((by) => ({ x: middle.x + by, y: middle.y })),
  )
  // Twice as far apart: twice as large, and the point between them has not moved.
  await expect.poll(async () => (await boxOf(page, 'ns0')).width).toBeCloseTo(panned.width * 2, -1)
  const large = await boxOf(page, 'ns0')
  expect((middle.x - large.x) / large.width).toBeCloseTo((middle.x - panned.x) / panned.width, 1)
  expect((middle.y - large.y) / large.height).toBeCloseTo((middle.y - panned.y) / panned.height, 1)
  expect(await page.getByRole('menu').count()).toBe(0)
  await hand.away()
  await page.keyboard.press('Shift+1')
})

test('ready-made parts are one step each, and work in the kernel as they come', async () => {
  const names = [/^LAN/, /^Two LANs/, /^Gateway/, /^Container host/, /^Line of routers/]
  for (const name of names) await palette(name).click()
  await press('Control+z')
  await window.page.getByText('Undone: insert Line of routers').waitFor()
  await press('Control+Shift+Z')
  await window.deploy()
  // By their roles: names and subnets are renewed as they come.
  const seen = await window.type(
    'host',
    `clear; p() { ip netns exec $1 ping -c1 -W2 $2 >/dev/null && echo "$1 yes" || echo "$1 no"; }
a() { ip -n $1 -4 -o addr show dev eth0 | awk '{sub("/.*", "", $4); print $4}'; }
p ns1 $(a ns3); p ns4 $(a ns6); p ns8 $(a outside0); p ns9 $(a ns10); ip netns exec outside0 ping -c1 -W1 $(a ns8) >/dev/null 2>&1 || echo "outside no"; p app0 $(a client0)
exec 3<>/dev/null; ip netns exec client0 bash -c "exec 3<>/dev/tcp/$(ip -n docker0 -4 -o addr show dev eth0 | awk '{sub("/.*", "", $4); print $4}')/8080; head -c5 <&3"; echo " served"`.replaceAll(
      '\n',
      '; ',
    ),
  )
  expect(seen).toMatch(/ns1 yes[^]*ns4 yes[^]*ns8 yes[^]*ns9 yes[^]*outside no[^]*app0 yes[^]*hello served/)
})

test('what is selected is kept as a lab file of its own, and put in again, and a name is taken once', async () => {
  await window.rest()
  await press('Control+a')
  const name = window.page.getByLabel(/^Save what is selected/)
  await name.fill('no name')
  await press('Enter')
  await window.page.getByRole('alert').filter({ hasText: 'A name of 1 to 40 of a-z' }).waitFor()
  await name.fill('my-net')
  await press('Enter')
  await palette(/^my-net/).waitFor()
  const file = join(window.world.home, '.local/share/vethlab/stamps/my-net.vethlab.yaml')
  expect(readFileSync(file, 'utf8')).toMatch(/^vethlab: 1\nname: my-net\n/)
  const before = await window.page.getByRole('treeitem', { level: 1 }).count()
  await palette(/^my-net/).click()
  await expect.poll(() => window.page.getByRole('treeitem', { level: 1 }).count()).toBeGreaterThan(before)
  await name.fill('my-net')
  await press('Enter')
  await window.page.getByRole('alert').filter({ hasText: 'There is a ready-made part my-net already' }).waitFor()
  await press('Escape')
  await window.page.getByRole('button', { name: 'Take my-net out of what is ready made' }).click()
  await palette(/^my-net/).waitFor({ state: 'detached' })
  expect(existsSync(file)).toBe(false)
  await window.rest()
  await press('Control+z')
  await window.page.getByText('Undone: insert my-net').waitFor()
})

test('what is selected is put in line and tidied by its menu, each a step of its own', async () => {
  await window.rest()
  await press('Control+a')
  await press('Shift+F10')
  await window.page.getByRole('menuitem', { name: 'Align left' }).click()
  await press('Control+z')
  await window.page.getByText('Undone: align left').waitFor()
  await press('Shift+F10')
  await window.page.getByRole('menuitem', { name: 'Tidy what is selected' }).click()
  await press('Control+z')
  await window.page.getByText(/Undone: tidy \d+ namespaces/).waitFor()
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
