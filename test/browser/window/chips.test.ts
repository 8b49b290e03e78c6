/** A command of the guide on its way into a shell: alone on the line, as text, never into another program. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { World } from '../../kernel/support/world.js'
import { guided } from './labs.js'
import { LabWindow } from './window.js'

let window: LabWindow
beforeAll(async () => {
  const world = await World.ofUser()
  world.file('home/evil.vethlab.yaml', guided.replace('[ip netns add ns0,', '["touch evil\\u000f", "touch evil\\r",'))
  window = await LabWindow.open({ file: world.file('home/guided.vethlab.yaml', guided) }, world)
  await window.ready()
})
afterAll(() => window.close())

const chip = (command: string) => window.button(`Put into the host terminal: ${command}`)
/** What the shell's line holds: all of the screen, on which nothing has run yet. */
const line = async () => (await window.screen('host')).replace(/\s*\n\s*/g, '')

test('that Enter runs it can be read beside the commands', async () => {
  const step = window.page.locator('[aria-current=step]')
  await step.getByText('Enter runs it.').waitFor()
})

test('a chip replaces what is on the line, and clicked again it changes nothing', async () => {
  await window.focusTerminal('host')
  await window.page.keyboard.type('half a com')
  await window.untilShown('host', 'half a com')
  await chip('ip netns add ns0').dblclick()
  await window.untilShown('host', /# ip netns add ns0 *$/)
  await chip('ip netns add ns1').click()
  await window.untilShown('host', /# ip netns add ns1 *$/)
  await chip('ip netns add ns0').click()
  await chip('ip netns add ns0').click()
  await window.untilShown('host', /# ip netns add ns0 *$/)
  expect(await line()).toMatch(/[^#]*# ip netns add ns0$/)
  // The shell has the keyboard: Enter runs it, and one namespace is there.
  await window.page.keyboard.press('Enter')
  await window.page.getByText('2 namespaces').waitFor()
  expect(await window.type('host', 'clear; ip netns list | wc -l')).toMatch(/^1$/m)
})

test('a busy shell is not typed into; the window says what runs and offers another terminal', async () => {
  await window.type('host', 'clear')
  await window.page.keyboard.type('cat\n')
  await window.untilShown('host', /# cat$/)
  await chip('ip netns add ns1').click()
  const words = window.page.getByText('cat runs in this terminal. Nothing was typed into it.')
  await words.waitFor()
  expect(await window.screen('host')).not.toContain('netns')
  await window.button('Use another terminal').click()
  await window.tab('host 2').waitFor()
  await window.untilShown('host', /# ip netns add ns1 *$/)
  expect(await words.count()).toBe(0)
  await window.page.keyboard.press('Enter')
  await window.page.getByText('3 namespaces').waitFor()
  // The next one goes to the shell that is in view.
  await chip('ip netns add ns0').click()
  await window.untilShown('host', /# ip netns add ns0 *$/)
  await window.page.keyboard.press('Control+c')
  await window.tab('host 1').click()
  await window.untilShown('host', /# cat$/)
  await window.page.keyboard.press('Control+c')
})

test('a lab whose commands hold more than text is no lab: nothing of it reaches a shell, and every place is named', async () => {
  await window.page.keyboard.press('Control+Shift+Escape')
  await window.page.keyboard.press('Control+o')
  await window.page.getByRole('dialog').getByRole('button', { name: 'evil.vethlab.yaml' }).click()
  await window.button('Stop and open').click()
  await window.inspector.getByText('guide[0].commands[0] holds the character U+000F').waitFor()
  expect(await window.inspector.innerText()).toContain('guide[0].commands[1] holds the character U+000D')
  expect(await window.page.locator('[aria-label^="Put into the host terminal"]').count()).toBe(0)
  expect(existsSync(join(window.world.home, 'evil'))).toBe(false)
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
