import { chmodSync, existsSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
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
  // A save makes a new file beside the old one, so the folder must be the user's.
  path = world.file('home/mine.vethlab.yaml', guided)
  window = await LabWindow.open({ file: path }, world)
  await window.ready()
  // A browser's own question before a page with unsaved work goes.
  window.page.on('dialog', (asked) => void asked.accept())
})
afterAll(() => window.close())

const dialog = () => window.page.getByRole('dialog')

/** Moves a namespace on the canvas, which is an edit of the lab's text. */
async function edit(): Promise<void> {
  const main = await window.page.getByRole('main').boundingBox()
  const name = await window.page.locator('main svg text', { hasText: /^ns0$/ }).first().boundingBox()
  if (!main || !name) throw new Error('ns0 is not on the canvas')
  await window.page.mouse.move(name.x + 4, name.y + 6)
  await window.page.mouse.down()
  await window.page.mouse.move(name.x - 40, name.y + 60, { steps: 5 })
  await window.page.mouse.up()
  await window.page.getByTitle('Has changes that are not saved').waitFor()
}

test('a dragged namespace is an edit: marked as unsaved, undone and redone', async () => {
  await edit()
  await window.page.keyboard.press('Control+z')
  await window.page.getByTitle('Has changes that are not saved').waitFor({ state: 'detached' })
  await window.page.keyboard.press('Control+Shift+z')
  await window.page.getByTitle('Has changes that are not saved').waitFor()
  await window.page.keyboard.press('Control+s')
  await until('the layout in the file', () => /^layout:/m.test(readFileSync(path, 'utf8')))
  expect(readFileSync(path, 'utf8')).toContain('# the left end')
})

test('what was edited right before the page is loaded again is there after it', async () => {
  const before = readFileSync(path, 'utf8')
  await edit()
  await window.page.reload()
  await window.ready()
  await window.page.getByTitle('Has changes that are not saved').waitFor()
  await window.page.keyboard.press('Control+s')
  await until('the new place in the file', () => readFileSync(path, 'utf8') !== before)
  await window.page.getByTitle('Has changes that are not saved').waitFor({ state: 'detached' })
})

test('a lab that is opened while a save is under way is not taken for the one that is saved', async () => {
  const { pid } = window.server
  process.kill(pid, 'SIGSTOP')
  try {
    await window.page.keyboard.press('Control+s')
    await window.page.keyboard.press('Control+k')
    await dialog().getByRole('combobox').fill('New lab')
    await window.page.keyboard.press('Enter')
    await dialog().waitFor({ state: 'detached' })
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await until('the new lab', async () => /new-lab/.test(await window.page.title()))
  await window.page.getByText('Saved mine.vethlab.yaml').last().waitFor()
  expect(await window.page.title()).toBe('new-lab - Vethlab')
  await window.showLabs()
  await window.page.getByRole('complementary', { name: 'Labs' }).getByText('mine.vethlab.yaml').first().click()
  await window.button(/^Lab: Two namespaces by hand/).waitFor()
})

test('leaving a lab with changes asks; Cancel stays, Discard leaves', async () => {
  await edit()
  await window.openStarter(/A veth pair/)
  await dialog().getByText('Save the changes to Two namespaces by hand?').waitFor()
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  await window.button(/^Lab: Two namespaces by hand/).waitFor()
  await window.openStarter(/A veth pair/)
  await dialog().getByRole('button', { name: 'Discard changes' }).click()
  await window.button(/^Lab: A veth pair/).waitFor()
})

test('a starter lab is saved under a name that is chosen in the window', async () => {
  await window.page.keyboard.press('Control+Shift+s')
  await dialog().getByLabel('Name').waitFor()
  await dialog().getByLabel('Name').fill('copy')
  await dialog().getByRole('button', { name: 'Save' }).click()
  const saved = join(window.world.home, 'copy.vethlab.yaml')
  await until('the saved copy', () => existsSync(saved))
  await window.page.getByText(saved).first().waitFor()
  expect(readFileSync(saved, 'utf8')).toContain('vethlab: 1')
})

test('a name that is taken is not overwritten unasked', async () => {
  const taken = join(window.world.home, 'taken.vethlab.yaml')
  writeFileSync(taken, 'keep me\n')
  window.world.give(taken)
  await window.page.keyboard.press('Control+Shift+s')
  await dialog().getByLabel('Name').fill('taken.vethlab.yaml')
  await dialog().getByRole('button', { name: 'Save' }).click()
  await dialog().getByText('There is a file already').waitFor()
  expect(readFileSync(taken, 'utf8')).toBe('keep me\n')
  await dialog().getByRole('button', { name: 'Cancel' }).click()
})

test('a file that is gone is said to be gone, and written again where that is wanted', async () => {
  const path = join(window.world.home, 'copy.vethlab.yaml')
  unlinkSync(path)
  await window.page.keyboard.press('Control+s')
  await dialog().getByText('The file is gone').waitFor()
  await dialog().getByText(`${path} was removed or renamed after it was opened here`).waitFor()
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  expect(existsSync(path)).toBe(false)
  await window.page.keyboard.press('Control+s')
  await dialog().getByRole('button', { name: 'Write it again' }).click()
  await until('the file', () => existsSync(path))
  expect(readFileSync(path, 'utf8')).toContain('vethlab: 1')
})

test('a write-protected file is asked about, and stays write-protected', async () => {
  const path = join(window.world.home, 'copy.vethlab.yaml')
  chmodSync(path, 0o444)
  const { ino } = statSync(path)
  await window.page.keyboard.press('Control+s')
  await dialog().getByText('The file is write-protected').waitFor()
  expect(statSync(path).ino).toBe(ino)
  await dialog().getByRole('button', { name: 'Overwrite' }).click()
  await until('another file', () => statSync(path).ino !== ino)
  expect(statSync(path).mode & 0o777).toBe(0o444)
})

test('Open walks folders and opens the file that is picked; it is among the recent ones then', async () => {
  await window.page.keyboard.press('Control+o')
  await dialog().getByRole('button', { name: 'To the folder above' }).click()
  await dialog().getByRole('button', { name: 'home', exact: true }).click()
  await dialog().getByRole('button', { name: 'mine.vethlab.yaml' }).click()
  await window.button(/^Lab: Two namespaces by hand/).waitFor()
  await window.showLabs()
  await window.page.getByRole('complementary', { name: 'Labs' }).getByText('copy.vethlab.yaml').waitFor()
})

test('Open takes the name of a file as it is typed, from the first key on', async () => {
  const typed = join(window.world.home, 'typed.vethlab.yaml')
  writeFileSync(typed, guided.replace('Two namespaces by hand', 'Typed by its name'))
  window.world.give(typed)
  const own = window.button(/^Lab: Two namespaces by hand/)
  await window.page.keyboard.press('Control+o')
  await dialog().getByRole('button', { name: 'mine.vethlab.yaml' }).waitFor()
  await window.page.keyboard.type('typed.vethlab.yaml')
  await window.page.keyboard.press('Enter')
  await window.button(/^Lab: Typed by its name/).waitFor()
  await window.page.keyboard.press('Control+o')
  await dialog().getByRole('button', { name: 'mine.vethlab.yaml' }).click()
  await own.waitFor()
})

test('a file changed by another program is read again; with changes of one’s own it is asked', async () => {
  writeFileSync(path, guided.replace('Two namespaces by hand', 'Changed outside'))
  await window.button(/^Lab: Changed outside/).waitFor()
  await edit()
  writeFileSync(path, guided.replace('Two namespaces by hand', 'Changed again'))
  await window.page.getByText('was changed by another program while you have changes').waitFor()
  await window.button(/^Lab: Changed outside/).waitFor()
  await window.button('Take the file').click()
  await window.button(/^Lab: Changed again/).waitFor()
})

test('a broken file keeps the last picture and says what is wrong where', async () => {
  writeFileSync(path, guided.replace('10.0.0.1/24', '10.0.0.999/24'))
  await window.inspector.getByText('Problems in the lab file').waitFor()
  expect(await window.inspector.innerText()).toContain('10.0.0.999')
  expect(await window.page.locator('main svg text', { hasText: /^ns0$/ }).count()).toBeGreaterThan(0)
  expect(await window.button(/^Deploy/).isDisabled()).toBe(true)
  writeFileSync(path, guided)
  await window.inspector.getByText('Problems in the lab file').waitFor({ state: 'detached' })
})

/** The texts that are kept for a crash. A draft still being written, under another name, would be lost with its writer. */
function kept(): string[] {
  const unsaved = join(window.world.home, 'state/vethlab/unsaved')
  return (existsSync(unsaved) ? readdirSync(unsaved) : [])
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(join(unsaved, name), 'utf8'))
}

test('an edit that was undone is kept no longer', async () => {
  await edit()
  await until('the kept work', () => kept().some((text) => text.includes('layout:')))
  await window.page.keyboard.press('Control+z')
  await window.page.getByTitle('Has changes that are not saved').waitFor({ state: 'detached' })
  await until('nothing to be kept', () => kept().length === 0)
})

test('work that cannot be kept is said to be lost in a crash', async () => {
  const unsaved = join(window.world.home, 'state/vethlab/unsaved')
  const said = window.page.getByText('Unsaved work is not kept: after a crash it would be lost.')
  chmodSync(unsaved, 0o500)
  try {
    await edit()
    await said.waitFor()
    expect(kept()).toEqual([])
  } finally {
    chmodSync(unsaved, 0o700)
  }
  await window.page.keyboard.press('Control+z')
  await window.page.getByTitle('Has changes that are not saved').waitFor({ state: 'detached' })
  await said.waitFor({ state: 'detached' })
})

test('after a crash of everything the unsaved work is offered and opens as it was', async () => {
  await edit()
  await until('the kept work', () => kept().some((text) => text.includes('layout:')))
  window.server.child.kill('SIGKILL')
  await window.server.ended
  await window.page.evaluate('sessionStorage.clear()')
  await window.page.goto('about:blank')
  await window.startAgain()
  await dialog().getByText('Work that was not saved').waitFor()
  await dialog().getByRole('button', { name: 'Open' }).click()
  await window.button(/^Lab: Two namespaces by hand/).waitFor()
  await window.page.getByTitle('Has changes that are not saved').waitFor()
  await window.page.keyboard.press('Control+s')
  await until('the recovered layout in the file', () => /^layout:/m.test(readFileSync(path, 'utf8')))
})

test('a new lab whose drawing has no file yet is as unsaved after a reload as before it, standing or not', async () => {
  const unsaved = window.page.getByTitle('Has changes that are not saved')
  const replace = async (): Promise<void> => {
    await window.page.keyboard.press('Control+k')
    await dialog().getByRole('combobox').fill('New lab')
    await window.page.keyboard.press('Enter')
  }
  const asked = dialog().getByText('Save the changes to new-lab?')
  await unsaved.waitFor({ state: 'detached' })
  await replace()
  await window.button(/^Lab: new-lab/).waitFor()
  await dialog().waitFor({ state: 'detached' })
  await window.rest()
  await window.page.keyboard.press('e')
  await window.status.filter({ hasText: 'Editing' }).waitFor()
  await window.page.keyboard.press('n')
  await unsaved.waitFor()
  await window.page.reload()
  await window.ready()
  await unsaved.waitFor()
  await replace()
  await asked.waitFor()
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  await window.deploy()
  await window.page.reload()
  await window.ready()
  await unsaved.waitFor()
  await replace()
  await asked.waitFor()
  await dialog().getByRole('button', { name: 'Discard changes' }).click()
  await dialog().getByRole('button', { name: 'Stop and open' }).click()
  await unsaved.waitFor({ state: 'detached' })
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
