/** Break it: a fault in the network that stands is hidden until it is repaired, or somebody gives up. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Assessor } from '../../../electron/core/challenge/assess.js'
import { readTeacher } from '../../../electron/core/challenge/teacher.js'
import { rename, variants } from '../../../electron/core/challenge/vary.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { readSubmission } from '../../../electron/session/submissions.js'
import { root } from '../../kernel/support/build.js'
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

const seed = 13
const sound = parseLabText(readFileSync(join(root, 'resources/labs/03-two-namespaces.vethlab.yaml')), '')
  .labFile as LabFile

/** Of the lab that is open, as the tab keeps it. */
async function openText(): Promise<string> {
  const kept = () => window.page.evaluate(() => JSON.parse(sessionStorage.getItem('vethlab.document') ?? '{}') as never)
  await expect.poll(async () => (await kept())['text']).toContain('vary:')
  return (await kept())['text']
}

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

test('a variant is the one of its seed, as the command line makes it', async () => {
  await window.button('Lab: Two namespaces on one cable').click()
  await window.page.getByRole('menuitem', { name: 'New variant …' }).click()
  const dialog = window.page.getByRole('dialog')
  await dialog.getByLabel('Seed').fill('4294967296')
  await dialog.getByText('A seed is a whole number').waitFor()
  expect(await dialog.getByRole('button', { name: 'Make the variant' }).isDisabled()).toBe(true)
  await dialog.getByLabel('Seed').fill(String(seed))
  expect(await violations(window)).toEqual([])
  await dialog.getByLabel('Seed').press('Enter')
  await panel().getByText(`Variant of ${sound.name}, seed ${seed}`).waitFor()
  await panel().getByText('One fault is in it.').waitFor()
  const made = rename(sound, seed)
  const choices = made.ok ? [...variants(sound.name, made.renamed, 1)].map(({ text }) => text) : []
  expect(choices).toContain(await openText())
})

test('what help it took is counted, and all of it is in the file that is handed in', async () => {
  await window.deploy()
  await panel().locator('[data-trace]').first().click()
  const pane = window.page.locator('.trace-pane')
  for (const name of ['What to look at', 'The cause', 'The repair'])
    await pane.getByRole('button', { name, exact: true }).click()
  expect(await pane.getByRole('button', { name: /Apply/ }).count()).toBe(0)
  const repair = (await pane.locator('.code').last().innerText()).split('\n')
  await window.button('Live').click()
  await panel().getByText('1 repair shown').waitFor()
  for (const command of repair) await window.type('host', command)
  await panel().getByText('All of it works again.').waitFor()
  const { goal = [], checks = [] } = parseLabText(await openText(), '').labFile ?? {}
  const [check] = [...goal, ...checks].flatMap((each) => ('ping' in each ? [each] : []))
  if (!check) throw new Error('the variant asks for no ping')
  await window.button('Predict first').click()
  await window.button(/^Namespace that sends/).click()
  await window.page.getByRole('menuitemradio', { name: check.from, exact: true }).click()
  await window.page.getByRole('combobox', { name: 'Address or name' }).fill(check.ping)
  await window.page.getByRole('combobox', { name: 'Address or name' }).press('Enter')
  const draft = window.page.getByRole('complementary', { name: 'Predict first' })
  await draft.getByLabel('Next hop').selectOption('direct')
  await draft.getByRole('button', { name: /^Send/ }).click()
  await window.page.getByText('As you predicted', { exact: true }).waitFor()
  await window.button('Predict first').click()
  await window.button('Live').click()
  // A reload loses none of it.
  await window.page.reload()
  await panel().getByText('2 hints').waitFor()
  expect(await violations(window)).toEqual([])
  await panel().getByRole('button', { name: 'Hand in …' }).click()
  const dialog = window.page.getByRole('dialog')
  await dialog.getByLabel('Your name').fill('Ada <b>')
  const saved = window.page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Save the file' }).click()
  const path = join(window.world.home, (await saved).suggestedFilename())
  await (await saved).saveAs(path)
  expect(path).toMatch(/\/Ada-b-two-namespaces-13\.vethlab-result$/)
  const read = await readSubmission(path)
  if (!read.ok) throw new Error(read.why)
  const { submission } = read
  expect(submission).toMatchObject({ student: 'Ada <b>', seed, genuine: true, help: { hints: 2, fixes: 1 } })
  expect(Object.entries(submission.answers)).toEqual([
    [`next hop from ${check.from} to ${check.ping}`, 'direct (right)'],
  ])
  // The window's typist lets each line tell that it has ended.
  expect(submission.commands.map((line) => line.replace(/; echo .*$/, ''))).toEqual(repair)
  const plain = readTeacher(new TextEncoder().encode('lab: a.yaml\n'), 't')
  const [assessed] = plain.ok ? new Assessor(sound, plain.teacher).assessAll([submission]) : []
  // What was repaired in a terminal alone is in the network that is graded.
  const made = rename(sound, seed)
  const healthy = made.ok ? normalise(made.renamed.file) : null
  const graded = assessed?.ok ? normalise(assessed.build) : null
  expect([graded?.namespaces, graded?.links]).toEqual([healthy?.namespaces, healthy?.links])
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
