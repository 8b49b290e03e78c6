import { afterAll, beforeAll, expect, test } from 'vitest'
import { routed } from '../../kernel/machine/found-machine.js'
import { until } from '../../kernel/support/until.js'
import { violations } from '../window/axe.js'
import { MachineWindow } from './machine-window.js'

const html = '<img src=x onerror=document.title="run">'
/** Names that anybody may give: of a terminal, of a page, and as long as a file's may be. */
const hostile = `
ip netns add "$(printf '\\033[31mred')"
ip netns add '${html}'
ip netns add ${'x'.repeat(255)}`

let opened: MachineWindow
beforeAll(async () => {
  opened = await MachineWindow.open(`${routed}\nip netns exec r sysctl -qw net.ipv4.ip_forward=0${hostile}`, 'root')
  await opened.machine.serve('db', 80)
  await opened.machine.rest()
  await opened.window.ready()
})
afterAll(() => opened?.close())

const item = (name: RegExp) => opened.window.page.getByRole('treeitem', { name })

test('the machine is seen by the names of its namespaces, as it is from one moment to the next', async () => {
  const { machine, window } = opened
  const before = await machine.dump()
  await opened.show()
  await item(/^namespace web\b/).waitFor({ state: 'attached' })
  await item(/^eth0, in db.*10\.2\.0\.2\/24.*cable to p1 in r/).waitFor({ state: 'attached' })
  const names = await opened.found(/./).allInnerTexts()
  expect(names.map((text) => text.split('\n')[0])).toEqual([
    'host',
    expect.stringMatching(/red$/),
    html,
    'db',
    'r',
    'web',
    expect.stringMatching(/^x+…x+$/),
  ])
  expect(names.join('')).not.toContain('\u001b')
  expect(await window.page.title()).not.toContain('run')
  await machine.sh('ip -n web addr add 10.9.9.9/24 dev eth0; ip netns add late')
  await item(/^eth0, in web.*10\.9\.9\.9\/24/).waitFor({ state: 'attached' })
  await opened.found(/^late/).waitFor()
  await machine.sh('ip -n web addr del 10.9.9.9/24 dev eth0; ip netns del late')
  await opened.found(/^late/).waitFor({ state: 'detached' })
  expect(await violations(window)).toEqual([])
  // Twice over: whoever writes while looking would have been seen.
  expect(await machine.dump()).toBe(before)
})

test('two ends are chosen and explained, and nothing is repaired there', async () => {
  const { window, machine } = opened
  const before = await machine.dump()
  await opened.found(/^web/).click()
  await window.inspector.getByText('10.1.0.2/24').waitFor()
  await opened.found(/^db/).click({ modifiers: ['Shift'] })
  await window.inspector.getByText('0.0.0.0:80').waitFor()
  await window.button('Explain web → db').click()
  const pane = window.page.locator('.trace-pane')
  await pane.getByRole('heading', { name: 'Forwarding is off' }).waitFor()
  await pane.getByText('ip netns exec r sysctl -w net.ipv4.ip_forward=1').waitFor()
  expect(await pane.getByRole('button', { name: 'Apply fix' }).count()).toBe(0)
  await window.page.getByRole('table').getByText('echo request').first().waitFor()
  expect(await violations(window)).toEqual([])
  expect(neighbourless(await machine.dump())).toBe(neighbourless(before))
})

/** Of what the probe itself asked for on its way, the network keeps what it keeps of any. */
const neighbourless = (dump: string): string => dump.replace(/^.*(gc_|neigh).*$/gm, '')

test('a twin is opened as a lab, repaired there, and left with the commands that repair the machine', async () => {
  const { window, machine } = opened
  const { page } = window
  await window.rest()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('twin')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('web:eth0 – r:p0').waitFor()
  expect(await violations(window)).toEqual([])
  await page.keyboard.press('Enter')
  await window.button(/^Lab: twin/).waitFor()
  await window.deploy()
  expect(await page.getByText(/^This twin differs/).count()).toBe(0)
  await page.getByRole('combobox', { name: 'Address or name' }).fill('db')
  await window.button(/^Namespace that sends/).click()
  await page.getByRole('menuitemradio', { name: 'web' }).click()
  await window.trace()
  await window.button(/^Apply fix/).click()
  const differs = page.getByText('This twin differs from your machine by 1 command.')
  await differs.waitFor()
  // What it once was is known after a reload, too.
  await page.reload()
  await differs.waitFor()
  await window.button('Show the commands').click()
  expect(await violations(window)).toEqual([])
  await dialog.getByRole('button', { name: 'Copy' }).click()
  await dialog.getByText('Copied').waitFor()
  const script = await page.evaluate(() => navigator.clipboard.readText())
  expect(script.split('\n').slice(3)).toEqual(['ip netns exec r sysctl -w net.ipv4.ip_forward=1', ''])
  // Nobody has run it yet.
  expect(await machine.sh('ip netns exec r sysctl -n net.ipv4.ip_forward')).toBe('0\n')
  await machine.sh(script)
  await page.keyboard.press('Escape')
  await opened.show()
  await page.keyboard.press('t')
  await page.getByRole('combobox', { name: 'Address or name' }).fill('db')
  await window.button(/^Namespace that sends/).click()
  await page.getByRole('menuitemradio', { name: 'web' }).click()
  await window.rest()
  await page.keyboard.press('t')
  await page.keyboard.press('t')
  await until('the answer', async () => (await page.getByRole('table').innerText()).includes('echo reply'))
  expect(window.errors).toEqual([])
})
