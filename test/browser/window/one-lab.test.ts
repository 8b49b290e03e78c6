/** One lab at a time, and nothing that surprises: what stands goes only when somebody said so, and goes whole. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { guided } from './labs.js'
import { LabWindow } from './window.js'

let window: LabWindow
let path: string
beforeAll(async () => {
  const world = await World.ofUser()
  path = world.file('home/mine.vethlab.yaml', guided)
  const folder = join(world.home, 'labs')
  mkdirSync(folder)
  world.give(folder)
  window = await LabWindow.open({}, world)
  await window.ready()
})
afterAll(() => window.close())

const dialog = () => window.page.getByRole('dialog')
const palette = () => window.page.getByPlaceholder('Type a command')
/** Names on the canvas. */
const drawn = () =>
  window.page
    .locator('main [role=treeitem][data-key^="namespace "]')
    .evaluateAll((all) => all.map((each) => each.getAttribute('data-key')?.replace('namespace ', '') ?? ''))
const shells = async () =>
  (await window.page.locator('[role=tablist]').first().getByRole('tab').allInnerTexts()).map((each) => each.trim())

test('opening a lab while another stands asks; Cancel leaves all as it is', async () => {
  await window.openStarter(/A bridge joins three namespaces/)
  await window.deploy()
  await window.tab('ns1').click()
  await window.untilShown('ns1', /ns1:.*# *$/)
  await window.openStarter(/NAT to the Internet/)
  await dialog()
    .getByText(/^Stop “.*” and open “NAT to the Internet”\?$/)
    .waitFor()
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  await window.button('Deployed').waitFor()
  expect(await window.button(/^Lab: NAT/).count()).toBe(0)
})

test('NAT after a bridge: nothing of the bridge is in its picture, its guide, its tabs, its commands or its plan', async () => {
  await window.openStarter(/NAT to the Internet/)
  await window.button('Stop and open').click()
  await window.button(/^Lab: NAT/).waitFor()
  await window.page.getByText(/^Step 1 of/).waitFor()
  expect(
    await window.page.getByRole('complementary', { name: 'Guide' }).getByText('done', { exact: true }).count(),
  ).toBe(0)
  await until('only its own namespaces are drawn', async () => {
    const names = await drawn()
    return names.includes('internet') && !names.includes('ns2')
  })
  await until('the tabs of the bridge are gone', async () => (await shells()).every((each) => each.startsWith('host')))
  expect(await window.status.innerText()).not.toContain('Running')
  await window.tab('Commands').click()
  await window.page.getByText('Nothing has run yet').waitFor()
  expect(await window.type('host', 'clear; ip netns list | wc -l; ip -br link | grep -vc "^lo"')).toMatch(/^0\n0$/m)
})

test('Ctrl K and Enter do no harm, and Stop by name asks', async () => {
  await window.deploy()
  await window.rest()
  await window.page.keyboard.press('Control+k')
  await palette().waitFor()
  await window.page.keyboard.press('Enter')
  await dialog().waitFor({ state: 'detached' })
  await window.button('Deployed').waitFor()
  await window.page.keyboard.press('Control+Shift+Escape')
  for (const typed of ['stop', 'stop the lab']) {
    await window.rest()
    await window.page.keyboard.press('Control+k')
    await palette().fill(typed)
    await window.page.keyboard.press('Enter')
    await dialog()
      .getByText(/^Stop NAT to the Internet\?$/)
      .waitFor()
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await window.button('Deployed').waitFor()
  }
  // What was typed and deleted again leaves nothing behind that Enter would do.
  await window.rest()
  await window.page.keyboard.press('Control+k')
  await palette().fill('stop')
  await palette().fill('')
  await window.page.keyboard.press('Enter')
  await dialog().waitFor({ state: 'detached' })
  await window.button('Deployed').waitFor()
})

test('Enter in the palette does what is highlighted and matches', async () => {
  await window.type('host', 'clear; for n in 1 2 3; do ip netns add n20$n; ip netns add n25$n; done; ip netns add n250')
  await until('n250 is drawn', async () => (await drawn()).includes('n250'))
  await window.rest()
  await window.page.keyboard.press('Control+k')
  await palette().waitFor()
  // As fast as a machine types.
  await window.page.keyboard.type('n250')
  await window.page.keyboard.press('Enter')
  await window.untilShown('n250', /n250:.*# *$/)
  await window.page.keyboard.press('Control+Shift+Escape')
  await window.page.keyboard.press('Control+k')
  await palette().fill('n299')
  await window.page.getByText('Nothing found').waitFor()
  await window.page.keyboard.press('Enter')
  await palette().fill('203.0.113')
  await window.page
    .getByRole('option', { name: /Interface / })
    .first()
    .waitFor()
  await window.page.keyboard.press('Escape')
})

test('the tab of a shell goes with its namespace only when the shell has ended, too', async () => {
  await window.type('host', 'ip netns del n250')
  await until('n250 is gone', async () => !(await drawn()).includes('n250'))
  expect(await window.type('n250', 'clear; echo still here')).toContain('still here')
  await window.page.keyboard.type('exit\n')
  await window.tab('n250').waitFor({ state: 'detached' })
})

test('Stop says what is in no lab and would be lost', async () => {
  await window.button('Stop').click()
  await dialog()
    .getByText(/6 objects were made or changed by hand/)
    .waitFor()
  // Enter does what looks like it.
  expect(await dialog().locator(':focus').innerText()).toBe('Keep them in the lab file first')
  await dialog().getByRole('button', { name: 'Stop' }).click()
  // While it is being stopped it still stands, and a file that is opened then asks.
  await window.status.filter({ hasText: 'Idle' }).waitFor()
})

test('before a lab that was changed by hand goes, its changes can be kept in its file', async () => {
  await window.page.keyboard.press('Control+Shift+Escape')
  await window.page.keyboard.press('Control+o')
  await dialog()
    .getByText(/shell scripts that build a network/)
    .waitFor()
  // A path that is typed is gone to, and a file that is typed is opened.
  const typed = dialog().getByRole('textbox', { name: 'Path' })
  await typed.fill(join(window.world.home, 'labs'))
  await typed.press('Enter')
  await dialog().getByText('No folders and nothing to open here').waitFor()
  await typed.fill('~/mine.vethlab.yaml')
  await typed.press('Enter')
  await window.button(/^Lab: Two namespaces/).waitFor()
  await window.deploy()
  await window.type('host', 'clear; ip netns add kept0')
  await window.tab(/Differences *1/).waitFor()
  await window.openStarter(/A bridge joins three namespaces/)
  await dialog()
    .getByText(/1 object was made or changed by hand/)
    .waitFor()
  await dialog().getByRole('button', { name: 'Keep them in the lab file first' }).click()
  await window.button(/^Lab: A bridge joins/).waitFor()
  expect(readFileSync(path, 'utf8')).toContain('kept0')
  writeFileSync(path, guided)
})

test('Save says what the network has and the lab has not; Keep all takes it in', async () => {
  await window.page.keyboard.press('Control+Shift+Escape')
  await window.page.keyboard.press('Control+o')
  await dialog().getByRole('button', { name: 'mine.vethlab.yaml' }).click()
  await window.button(/^Lab: Two namespaces/).waitFor()
  await window.deploy()
  await window.type(
    'host',
    'clear; ip netns add ns9; ip -n ns9 link add br9 type bridge; ip -n ns0 addr add 10.9.9.9/24 dev veth0',
  )
  await window.tab(/Differences *2/).waitFor()
  await window.rest()
  await window.page.keyboard.press('Control+s')
  await dialog().getByText('The network has 2 differences that are not in the lab').waitFor()
  await dialog().getByText('ns9').first().waitFor()
  await dialog().getByRole('button', { name: 'Save without' }).click()
  await window.page.getByText('Saved mine.vethlab.yaml').last().waitFor()
  await expect.poll(() => readFileSync(path, 'utf8')).toBe(guided)
  // What was to be left out is not asked about again, what comes to it is.
  await window.page.keyboard.press('Control+s')
  await dialog().waitFor({ state: 'detached' })
  await window.type('host', 'clear; ip -n ns1 addr add 10.9.9.8/24 dev veth1')
  await window.tab(/Differences *3/).waitFor()
  await window.rest()
  await window.page.keyboard.press('Control+s')
  await dialog().getByRole('button', { name: 'Keep all and save' }).click()
  await until('all of it in the file', () => {
    const text = readFileSync(path, 'utf8')
    return ['ns9', 'br9', '10.9.9.9/24', '10.9.9.8/24'].every((each) => text.includes(each))
  })
  expect(readFileSync(path, 'utf8')).toContain('# the left end')
  await window.tab(/^Differences$/).waitFor()
})

test('a path typed as a name is used, or refused while it can still be changed', async () => {
  const save = async (name: string) => {
    await dialog().getByLabel('Name or path').fill(name)
    await dialog().getByRole('button', { name: 'Save' }).click()
  }
  const saved = (place: string) => until(place, () => existsSync(join(window.world.home, place)))
  for (const [typed, place] of [
    ['labs/relative', 'labs/relative.vethlab.yaml'],
    ['~/tilde.yaml', 'tilde.yaml'],
    [join(window.world.home, 'labs/absolute'), 'labs/absolute.vethlab.yaml'],
  ] as const) {
    await window.rest()
    await window.page.keyboard.press('Control+Shift+s')
    await save(typed)
    await saved(place)
    await dialog().waitFor({ state: 'detached' })
  }
  await window.rest()
  await window.page.keyboard.press('Control+Shift+s')
  await save('nowhere/lab')
  await dialog().getByRole('alert').filter({ hasText: 'nowhere' }).waitFor()
  await dialog().getByRole('button', { name: 'Cancel' }).click()
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
