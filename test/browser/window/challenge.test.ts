/** Break it: a fault in the network that stands is hidden until it is repaired, or somebody gives up. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violations } from './axe.js'
import { LabWindow } from './window.js'

let window: LabWindow
beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  await window.openStarter(/^Router between two subnets/)
  await window.deploy()
})
afterAll(() => window.close())

const shown = () => window.page.locator('.dock > .content')
const panel = () => window.page.getByRole('complementary', { name: 'Guide' })

/** All words of the picture, and the names of its objects. */
const drawn = async (): Promise<readonly string[]> => [
  ...(await window.page.locator('.canvas svg text').allTextContents()),
  ...(await window.page
    .getByRole('treeitem')
    .evaluateAll((items) => items.map((item) => item.getAttribute('aria-label') ?? item.textContent ?? ''))),
]

async function breakIt(faults = '1'): Promise<void> {
  // The same faults in every run.
  await window.page.evaluate(() => {
    const random = crypto.getRandomValues.bind(crypto)
    crypto.getRandomValues = ((array: Uint32Array) =>
      array.length === 1 ? array.fill(1) : random(array as Uint32Array<ArrayBuffer>)) as typeof crypto.getRandomValues
  })
  await window.tab(/^Checks/).click()
  await window.page.getByLabel('Faults at once').selectOption(faults)
  await window.button('Break it').click()
  await panel().getByRole('heading', { name: 'Something is broken' }).waitFor()
  await panel().getByRole('timer').waitFor()
}

/** What is known of it, as the window keeps it for a reload. */
const kept = (): Promise<{ repair: string[]; faults: { code: string; namespace: string }[] }> =>
  window.page.evaluate(() => JSON.parse(sessionStorage.getItem('vethlab.challenge') ?? 'null') as never)

test('a check fails, and neither plan, differences, commands nor file say why', async () => {
  await window.tab('Commands').click()
  const before = await shown().innerText()
  const picture = await drawn()
  expect(picture.length).toBeGreaterThan(10)
  await breakIt()
  const { repair } = await kept()
  expect(repair.length).toBeGreaterThan(0)
  await panel().getByText('Not yet').or(panel().locator('button[data-ok=false]')).first().waitFor()
  for (const tab of ['Plan', 'Differences']) {
    await window.tab(new RegExp(`^${tab}`)).click()
    await shown().getByText('Something was changed.').waitFor()
  }
  await window.tab('Commands').click()
  expect(await shown().innerText()).toBe(before)
  // Neither in words nor for a screen reader does the picture say it.
  expect(await drawn()).toEqual(picture)
  expect(await window.button(/^Deploy/).count()).toBe(1)
  expect(await window.button('Deployed').isDisabled()).toBe(true)
  expect(await violations(window)).toEqual([])
})

test('the picture marks nothing, and the lab cannot be changed meanwhile', async () => {
  expect(await window.page.getByText('Only in the kernel').count()).toBe(0)
  expect(await window.page.getByText('Only in the file').count()).toBe(0)
  await window.rest()
  await window.page.keyboard.press('e')
  await window.page.keyboard.press('Control+k')
  await window.page.getByRole('dialog').getByRole('combobox').fill('Edit')
  expect(await window.page.getByRole('option', { name: /^Edit/ }).count()).toBe(0)
  await window.page.keyboard.press('Escape')
  await window.status.filter({ hasText: 'Running' }).waitFor()
})

test('a reload reveals nothing', async () => {
  await window.page.reload()
  await panel().getByRole('heading', { name: 'Something is broken' }).waitFor()
  await window.tab(/^Differences/).click()
  await shown().getByText('Something was changed.').waitFor()
})

test('a trace says where it was lost, and more for points', async () => {
  await panel().locator('[data-trace]').click()
  const pane = window.page.locator('.trace-pane')
  await pane.getByRole('button', { name: 'What to look at' }).waitFor()
  const { faults } = await kept()
  expect(await pane.getByRole('button', { name: /Apply/ }).count()).toBe(0)
  await pane.getByRole('button', { name: 'What to look at' }).click()
  await pane.getByText('Look at this yourself').waitFor()
  await panel().getByText('100 points left').waitFor()
  await pane.getByRole('button', { name: /^The cause/ }).click()
  await panel().getByText('75 points left').waitFor()
  await pane.getByRole('button', { name: /^The repair/ }).click()
  await panel().getByText('40 points left').waitFor()
  expect(await violations(window)).toEqual([])
  await panel().getByText('1 trace', { exact: true }).waitFor()
  expect(faults).toHaveLength(1)
  // The cause of this packet is the fault, by its own name.
  const { namespace } = faults[0] ?? {}
  expect(await pane.innerText()).toContain(namespace)
})

test('repaired in a terminal it is solved, and told', async () => {
  const { repair } = await kept()
  for (const command of repair) await window.type('host', command)
  await panel().getByRole('status').filter({ hasText: 'Solved in' }).waitFor()
  expect(await panel().innerText()).toContain(repair.join('\n'))
  await panel().getByText(`You typed ${repair.length} command`).waitFor()
  await window.tab(/^Differences/).click()
  await shown().getByText('The kernel has what was deployed.').waitFor()
  expect(await violations(window)).toEqual([])
})

test('who gives up is told, and the network is whole', async () => {
  await panel().getByRole('button', { name: 'Done', exact: true }).click()
  await breakIt('2')
  expect((await kept()).faults).toHaveLength(2)
  await panel().getByRole('button', { name: 'Give up and mend it' }).click()
  await panel().getByRole('status').filter({ hasText: 'Mended after' }).waitFor()
  await window.tab(/^Differences/).click()
  await shown().getByText('The kernel has what was deployed.').waitFor()
  await window.tab(/^Checks/).click()
  await window.button('Run all').click()
  await expect.poll(() => shown().locator('.c-ok').count()).toBeGreaterThan(0)
  expect(await shown().locator('.c-bad').count()).toBe(0)
})

test('how it ended is told of its own lab alone', async () => {
  await panel().getByText('What was broken').waitFor()
  await window.replaceBy(/^Two namespaces on one cable/)
  await window.status.filter({ hasText: 'Idle' }).waitFor()
  expect(await window.page.getByText('What was broken').count()).toBe(0)
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
