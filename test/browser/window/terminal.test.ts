import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  await window.openStarter(/Two namespaces on one cable/)
  await window.deploy()
})
afterAll(() => window.close())

test('a terminal is a shell in its namespace', async () => {
  const shown = await window.type('ns0', 'ip -br addr')
  expect(shown).toContain('192.168')
  expect(shown).toContain('root@ns0')
})

test('the shell of the sandbox’s host is marked as one: it is not this machine', async () => {
  expect(await window.tab('host').first().innerText()).toMatch(/^host\s*sandbox/)
  expect(await window.tab('ns0').first().innerText()).not.toContain('sandbox')
})

test('letters typed in a terminal never reach the window', async () => {
  await window.focusTerminal('ns0')
  await window.page.keyboard.type('echo 123 n t ?')
  await window.untilShown('ns0', 'echo 123 n t ?')
  expect(await window.page.getByRole('button', { name: 'All', exact: true }).getAttribute('aria-pressed')).toBe('true')
  expect(await window.page.getByRole('dialog').count()).toBe(0)
  await window.page.keyboard.press('Control+c')
})

test('Ctrl Shift Esc leaves the shell; the shell keeps plain Escape', async () => {
  await window.focusTerminal('ns0')
  await window.page.keyboard.press('Escape')
  const inTerminal = () => window.page.evaluate('document.activeElement?.closest("[data-terminal]") !== null')
  expect(await inTerminal()).toBe(true)
  // Escape begins a key of readline's; this ends it.
  await window.page.keyboard.press('Control+c')
  await window.page.keyboard.press('Control+Shift+Escape')
  expect(await inTerminal()).toBe(false)
  expect(await window.page.evaluate('document.activeElement?.getAttribute("role")')).toBe('tab')
})

test('several terminals in one namespace are numbered and separate', async () => {
  await window.button('New terminal').click()
  await window.page.getByRole('menuitem', { name: /^ns0/ }).click()
  await window.tab('ns0 2').waitFor()
  await window.untilShown('ns0', /# *$/)
  await window.page.keyboard.type('only-in-the-second')
  await window.untilShown('ns0', 'only-in-the-second')
  await window.tab('ns0 1').click()
  await window.untilShown('ns0', /# *$/)
  expect(await window.screen('ns0')).not.toContain('only-in-the-second')
  await window.tab('ns0 2').focus()
  await window.page.keyboard.press('Delete')
  await until('one tab of ns0', async () => (await window.tab(/^ns0/).count()) === 1)
})

test('Ctrl and a number opens the terminal of that namespace', async () => {
  await window.page.keyboard.press('Control+3')
  await window.untilShown('ns1', /ns1:.*# *$/)
  await window.page.keyboard.press('Control+1')
  await window.untilShown('host', /host:.*# *$/)
})

test('a flood of output arrives whole, and the window keeps up', async () => {
  await window.type('ns0', 'seq 1 60000')
  const shown = await window.screen('ns0')
  expect(shown).toContain('60000')
  expect(shown).toContain('59999')
  // Typing goes on as before: nothing is left unacknowledged.
  expect(await window.type('ns0', 'echo still-here')).toContain('still-here')
})

test('a resized dock resizes the shell', async () => {
  const before = /rows (\d+)/.exec(await window.type('ns0', 'clear; stty -a | grep -o "rows [0-9]*"'))?.[1]
  const handle = window.page.getByRole('separator', { name: 'Height of the lower panel' })
  await handle.focus()
  for (let press = 0; press < 3; press += 1) await window.page.keyboard.press('ArrowUp')
  await until('more rows', async () => {
    const shown = await window.type('ns0', 'clear; stty -a | grep -o "rows [0-9]*"')
    return Number(/rows (\d+)/.exec(shown)?.[1]) > Number(before)
  })
})

test('words are found in what the terminal has shown', async () => {
  await window.type('ns0', 'clear; echo needle-one; echo hay')
  await window.page.keyboard.press('Control+Shift+f')
  const field = window.page.getByRole('textbox', { name: 'Find in the terminal' })
  await field.fill('needle-one')
  await field.press('Enter')
  expect(await field.evaluate((input) => input.classList.contains('none'))).toBe(false)
  await field.fill('nowhere-to-be-found')
  expect(await field.evaluate((input) => input.classList.contains('none'))).toBe(true)
  await field.press('Escape')
  expect(await field.count()).toBe(0)
})

test('Ctrl Shift C and V copy and paste; a pasted line waits for Enter', async () => {
  await window.page.evaluate('navigator.clipboard.writeText("echo pasted-$((6*7))\\n")')
  await window.focusTerminal('ns0')
  await window.page.keyboard.press('Control+Shift+v')
  await window.untilShown('ns0', 'echo pasted-$((6*7))')
  expect(await window.screen('ns0')).not.toContain('pasted-42')
  await window.page.keyboard.press('Enter')
  await window.untilShown('ns0', 'pasted-42')
})

test('after a reload the terminals show what they showed, and go on', async () => {
  await window.type('ns0', 'clear; echo before-the-reload; export KEPT=yes')
  await window.page.reload()
  await window.tab('ns0').waitFor()
  await window.focusTerminal('ns0')
  await window.untilShown('ns0', 'before-the-reload')
  expect(await window.type('ns0', 'echo "kept: $KEPT"')).toContain('kept: yes')
  expect(await window.status.innerText()).toMatch(/^Running/)
})

test('a shell that ends says so, and Enter starts another', async () => {
  await window.focusTerminal('ns1').catch(async () => {
    await window.tab('ns1').click()
  })
  await window.untilShown('ns1', /# *$/)
  await window.page.keyboard.type('exit 3\n')
  await window.untilShown('ns1', 'Shell ended (exit 3). Press Enter to start a new one')
  await window.page.keyboard.press('Enter')
  expect(await window.type('ns1', 'echo again')).toContain('again')
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
