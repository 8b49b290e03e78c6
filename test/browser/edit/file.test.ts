/** The lab's text beside its picture: typed in, selected from either side, and one history for both. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { violations } from '../window/axe.js'
import { guided } from '../window/labs.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow
beforeAll(async () => {
  const world = await World.ofUser()
  const path = world.file('home/typed.vethlab.yaml', guided)
  window = await LabWindow.open({ file: path }, world)
  await window.ready()
  await window.deploy()
  await window.tab('File').click()
  await sheet().waitFor()
})
afterAll(() => window.close())

const sheet = () => window.page.getByRole('textbox', { name: 'Text of the lab' })
const line = (words: string) => sheet().locator('.cm-line').filter({ hasText: words })
const shown = async (): Promise<string> =>
  (await sheet().locator('.cm-line').allInnerTexts()).map((each) => (each === '\n' ? '' : each)).join('\n')
const selected = async (): Promise<(string | null)[]> =>
  Promise.all(
    (await window.page.locator('[role=treeitem][aria-selected=true]').all()).map((each) =>
      each.getAttribute('data-key'),
    ),
  )
const press = (keys: string) => window.page.keyboard.press(keys)
/** The caret at the end of a line. */
async function caretAt(words: string): Promise<void> {
  await line(words).first().click()
  await press('End')
}
const kernel = async (command: string): Promise<string> => {
  const said = await window.type('host', `clear; ${command}`)
  await window.tab('File').click()
  await sheet().waitFor()
  return said
}

test('what is selected on the canvas is marked in the text, and the caret selects on the canvas', async () => {
  await window.page.locator('[role=treeitem][data-key="namespace ns1"]').focus()
  await press('Enter')
  await window.page.locator('.cm-selected-object').filter({ hasText: 'ns1:' }).waitFor()
  expect(await window.page.locator('.cm-selected-object').allInnerTexts()).toHaveLength(3)
  await caretAt('the left end')
  await expect.poll(selected).toEqual(['interface ns0:veth0'])
  await caretAt('- [ns0:veth0')
  await window.inspector
    .getByRole('heading', { name: 'veth0 – veth1' })
    .or(window.inspector.getByText('veth pair'))
    .first()
    .waitFor()
})

test('the outcome of a trace becomes a check, which is asked again when the network changes, and can be taken out', async () => {
  await window.rest()
  await window.page.locator('[role=treeitem][data-key="namespace ns0"]').focus()
  await press('Enter')
  await press('Shift+F10')
  await window.page.getByRole('menuitem', { name: 'Trace from here' }).click()
  // Whom to reach is known already; a key that comes before the button has the focus would be the canvas's.
  await window.page.locator('.go button:focus').waitFor()
  await press('Enter')
  await window.page.locator('.trace-pane').first().waitFor()
  await window.button('Expect this').click()
  await window.tab(/Checks.*1\/2/).waitFor()
  await window.rest()
  await press('Escape')
  await window.type('host', 'ip -n ns1 link set veth1 down')
  await window.tab(/Checks.*0\/2/).click()
  await window.button('Change “ns0 ping 10.0.0.2”').click()
  const typed = window.page.getByRole('textbox', { name: 'Change “ns0 ping 10.0.0.2”' })
  await typed.fill('from: ns0, ping: 10.0.0.2, expect: maybe')
  await press('Enter')
  await window.page.getByRole('alert').filter({ hasText: 'expect' }).waitFor()
  await typed.fill('from: ns0, ping: 10.0.0.2, expect: unreachable')
  await press('Enter')
  await window.tab(/Checks.*1\/2/).waitFor()
  await window.rest()
  await press('Control+z')
  await window.page.getByText('Undone: change a check').first().waitFor()
  await window.tab(/Checks.*0\/2/).waitFor()
  await window.button('Remove the check “ns0 ping 10.0.0.2”').click()
  await window.tab(/Checks.*0\/1/).waitFor()
  await window.type('host', 'ip -n ns1 link set veth1 up')
  await window.tab(/Checks.*1\/1/).waitFor()
  await window.tab('File').click()
})

test('what is typed is a step of the lab after a pause, and the kernel follows', async () => {
  await caretAt('ns0:')
  await press('Enter')
  await window.page.keyboard.type('forward')
  await window.page.getByRole('option', { name: 'forwarding' }).click()
  await window.page.keyboard.type('tr')
  await window.page.getByRole('option', { name: 'true' }).click()
  await line('forwarding: true').waitFor()
  expect(await kernel('ip netns exec ns0 sysctl net.ipv4.ip_forward')).toContain('ip_forward = 1')
})

test('what is no lab stays in the text and out of the lab, over another tab and a reload, until it is one', async () => {
  await caretAt('forwarding: true')
  await window.page.keyboard.type('ish')
  await window.page.getByText('Not a lab yet').waitFor()
  await window.page.locator('.cm-lintRange-error').filter({ hasText: 'trueish' }).waitFor()
  expect(await kernel('ip netns exec ns0 sysctl net.ipv4.ip_forward')).toContain('ip_forward = 1')
  expect(await shown()).toContain('forwarding: trueish')
  await window.page.reload()
  await window.tab('File').click()
  await line('forwarding: trueish').waitFor()
  await window.page.getByText('Not a lab yet').waitFor()
})

test('a change on the canvas comes into the text around what is typed there', async () => {
  await window.page.locator('[role=treeitem][data-key="interface ns1:veth1"]').focus()
  await press('Enter')
  await press('Shift+F10')
  await window.page.getByRole('menuitem', { name: 'Set down' }).click()
  await line('up: false').waitFor()
  expect(await shown()).toContain('forwarding: trueish')
  expect(await shown()).toContain('# the right end')
  await caretAt('trueish')
  for (let each = 0; each < 'trueish'.length; each += 1) await press('Backspace')
  await window.page.keyboard.type('false')
  await press('Escape')
  await window.page.getByText('Not a lab yet').waitFor({ state: 'detached' })
  expect(await kernel('ip netns exec ns0 sysctl net.ipv4.ip_forward; ip -n ns1 -br link show veth1')).toMatch(
    /ip_forward = 0[^]*veth1\S* +DOWN/,
  )
})

test('Ctrl Z in the text goes back through the steps of both, and Ctrl Shift Z forth', async () => {
  await caretAt('vethlab: 1')
  await press('Control+z')
  await line('forwarding: true').waitFor()
  await press('Control+z')
  await line('up: false').waitFor({ state: 'detached' })
  // What was there before the reload is all there was; of a long text the editor draws what is in sight.
  const [before = ''] = guided.split('guide:')
  expect(await shown()).toContain(before.replace('  ns0:\n', '  ns0:\n    forwarding: true\n'))
  await press('Control+Shift+Z')
  await line('up: false').waitFor()
  expect(await kernel('ip netns exec ns0 sysctl net.ipv4.ip_forward')).toContain('ip_forward = 1')
})

test('Ctrl F in the text looks in the text, and Esc ends that and nothing else', async () => {
  await sheet().focus()
  await press('Control+f')
  const field = window.page.getByRole('textbox', { name: 'Find' })
  await field.waitFor()
  await window.page.keyboard.type('the left end')
  await press('Enter')
  await window.page.locator('.cm-searchMatch-selected').filter({ hasText: 'the left end' }).waitFor()
  expect(await window.page.getByLabel('Find on the canvas').count()).toBe(0)
  await press('Escape')
  await field.waitFor({ state: 'detached' })
  await sheet().waitFor()
})

test('the keyboard gets out of it, by Tab and by Esc, and letters typed into it are letters', async () => {
  await sheet().focus()
  await press('Tab')
  await until('the keyboard to have left', () => window.page.evaluate("!document.activeElement.closest('.cm-editor')"))
  await sheet().focus()
  await press('Escape')
  await until('the keyboard on the tab', () =>
    window.page.evaluate("document.activeElement.getAttribute('role') === 'tab'"),
  )
})

test('axe finds nothing, with problems in the text and what can be typed shown', async () => {
  await caretAt('forwarding: true')
  await press('Enter')
  await window.page.keyboard.type('rou')
  await window.page.getByRole('option', { name: 'routes' }).waitFor()
  await window.page.locator('.cm-lintRange-error').first().waitFor()
  expect(await violations(window)).toEqual([])
  await press('Escape')
  await window.button('Discard the text').click()
  await window.page.locator('.cm-lintRange-error').first().waitFor({ state: 'detached' })
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
