/** Keys go where the eye is: into the shell that came into view, else to something that takes them; never nowhere. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { LabWindow } from './window.js'

/** No check says what is worth tracing. */
const plain = `vethlab: 1
name: plain
title: Plain
namespaces:
  ns0: { interfaces: { veth0: { addresses: [10.0.0.1/24] } } }
  ns1:
    interfaces: { veth1: { addresses: [10.0.0.2/24] } }
    services: [{ listen: tcp, port: 80, reply: hello }]
links: [[ns0:veth0, ns1:veth1]]
`

let window: LabWindow
beforeAll(async () => {
  const world = await World.ofUser()
  world.file('home/plain.vethlab.yaml', plain)
  window = await LabWindow.open({}, world)
  await window.ready()
})
afterAll(() => window.close())

const focused = () =>
  window.page.evaluate(() => {
    const { activeElement: at } = document
    return at === null || at === document.body
      ? 'nothing'
      : (at.closest('[data-terminal]')?.getAttribute('data-terminal') ?? at.localName)
  })
const untilFocused = (where: RegExp) =>
  until(`the focus is on ${where}`, async () => where.test(await focused())).catch(async (error: Error) => {
    throw new Error(`${error.message}; it is on ${await focused()}`)
  })
const target = () => window.page.getByRole('combobox', { name: 'Address or name' })

test('after a lab was opened from the gallery, the palette or a file, the focus is on something', async () => {
  await window.openStarter(/NAT to the Internet/)
  await window.page.getByText(/^Step 1 of/).waitFor()
  await untilFocused(/^(?!nothing)/)
  await window.page.keyboard.press('Control+k')
  await window.page.getByPlaceholder('Type a command').fill('lab 02-veth')
  await window.page.keyboard.press('Enter')
  await window.button(/^Lab: A veth pair/).waitFor()
  await untilFocused(/^(?!nothing)/)
  await window.page.keyboard.press('Control+o')
  await window.page.getByRole('dialog').getByRole('button', { name: 'plain.vethlab.yaml' }).click()
  await window.button(/^Lab: Plain/).waitFor()
  await untilFocused(/^(?!nothing)/)
})

test('a tab that is chosen gives its shell the keyboard, whatever was shown before', async () => {
  await window.deploy()
  await window.tab('ns0').click()
  await window.untilShown('ns0', /ns0:.*# *$/)
  for (const other of ['Commands', 'Checks', 'host']) {
    await window.tab(other).first().click()
    await window.tab('ns0').click()
    await untilFocused(/^ns0$/)
  }
  // The letters of this word are keys of the window: T traces, N turns the page, 1 filters.
  await window.page.keyboard.type('traceroute -n 10.0.0.1')
  await window.untilShown('ns0', 'traceroute -n 10.0.0.1')
  expect(await window.page.locator('.trace-pane').count()).toBe(0)
  await window.page.keyboard.press('Control+c')
  // Delete closes a tab that has the focus; in a shell it deletes.
  await window.page.keyboard.press('Delete')
  expect(await window.tab('ns0').count()).toBe(1)
})

test('by keyboard, too: Enter on a tab goes into its shell', async () => {
  await window.tab('Commands').click()
  await window.tab('ns0').focus()
  await window.page.keyboard.press('Enter')
  await untilFocused(/^ns0$/)
})

test('a shell that is left before it came into view does not take the keyboard later', async () => {
  await window.tab('Commands').click()
  await window.page.evaluate(() => {
    const tabs = [...document.querySelectorAll<HTMLElement>('[role=tab]')]
    for (const name of ['ns0', 'Checks', 'Commands']) {
      const tab = tabs.find((each) => each.textContent?.trim().startsWith(name))
      tab?.focus()
      tab?.click()
    }
  })
  await window.tab('Commands').and(window.page.locator('[aria-selected=true]')).waitFor()
  // It comes into view by itself, as the neighbour of one that is closed.
  await window.tab('host').click()
  await untilFocused(/^host$/)
  await window.tab('host').focus()
  await window.page.keyboard.press('Delete')
  await window.page.locator('[data-terminal=ns0]:visible .xterm-rows').waitFor()
  expect(await focused()).toBe('button')
  await window.page.keyboard.press('Control+1')
  await untilFocused(/^host$/)
})

test('a tab that is closed in the frame in which its screen got another size leaves nothing behind', async () => {
  await window.tab('ns0').click()
  await untilFocused(/^ns0$/)
  // No frame is drawn before it is closed, however fast the machine.
  await window.page.evaluate(async () => {
    const held = new Map<number, FrameRequestCallback>()
    const { requestAnimationFrame: request, cancelAnimationFrame: cancel } = globalThis
    let last = 0
    globalThis.requestAnimationFrame = (callback) => {
      held.set((last -= 1), callback)
      return last
    }
    globalThis.cancelAnimationFrame = (id) => void (held.delete(id) || cancel(id))
    const screen = document.querySelector<HTMLElement>('[data-terminal=ns0]')
    if (!screen) throw new Error('no screen')
    screen.style.width = '300px'
    for (let turn = 0; turn < 1000 && held.size === 0; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 10))
    const tabs = [...document.querySelectorAll<HTMLElement>('[role=tab]')]
    const own = tabs.find((each) => each.textContent?.trim().startsWith('ns0'))
    own?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Delete', bubbles: true }))
    for (let turn = 0; turn < 1000 && screen.isConnected; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 10))
    Object.assign(globalThis, { requestAnimationFrame: request, cancelAnimationFrame: cancel })
    for (const callback of held.values()) callback(performance.now())
  })
  expect(await window.page.locator('[data-terminal=ns0]').count()).toBe(0)
  expect(window.errors).toEqual([])
  await window.tab('ns0').click()
  await untilFocused(/^ns0$/)
})

test('closing a tab leaves the keyboard in the list of tabs', async () => {
  await window.button('New terminal').click()
  await window.page.getByRole('menuitem', { name: /^ns0/ }).click()
  await untilFocused(/^ns0$/)
  await window.tab('ns0 2').focus()
  await window.page.keyboard.press('Delete')
  await until('one tab of ns0', async () => (await window.tab(/^ns0/).count()) === 1)
  await untilFocused(/^button$/)
  expect(await window.page.evaluate('document.activeElement?.getAttribute("role")')).toBe('tab')
})

test('T T traces to somebody where nobody said whom, and the focus stays on something', async () => {
  await window.rest()
  await window.page.keyboard.press('t')
  await window.page.keyboard.press('t')
  await window.page.locator('.trace-pane').first().waitFor()
  await untilFocused(/^(?!nothing)/)
  expect(await target().inputValue()).toBe('10.0.0.2')
  // What plays and steps a film still reaches it, and T T traces again.
  await window.page.keyboard.press('Escape')
  await window.page.locator('.trace-pane').first().waitFor({ state: 'detached' })
  await untilFocused(/^(?!nothing)/)
})

test('T T never types a t: where there is nowhere to go, the key leads to the field and waits there', async () => {
  await target().fill('')
  await window.rest()
  await window.page.keyboard.press('t')
  await window.page.keyboard.press('t')
  await untilFocused(/^input$/)
  expect(await target().inputValue()).toBe('')
  await window.page.getByRole('listbox').getByText('10.0.0.2').waitFor()
  await window.page.keyboard.type('tt')
  expect(await target().inputValue()).toBe('tt')
  await window.page.keyboard.press('Escape')
})

test('ADDRESS:PORT is understood: a connection to that port', async () => {
  await target().fill('10.0.0.2:80')
  await target().press('Enter')
  await window.page.locator('.trace-pane').first().waitFor()
  expect(await target().inputValue()).toBe('10.0.0.2')
  expect(await window.page.getByRole('spinbutton', { name: 'port' }).inputValue()).toBe('80')
  await window.page.getByRole('button', { name: /: tcp$/ }).waitFor()
  await window.page.locator('[data-hop]').first().waitFor()
  await window.rest()
  await window.page.keyboard.press('Escape')
})

test('Ctrl Alt N turns the page of the guide from within a shell, and no shell sees it', async () => {
  await window.button('Stop').click()
  await window.status.filter({ hasText: 'Idle' }).waitFor()
  await window.openStarter(/NAT to the Internet/)
  await window.page.getByText(/^Step 1 of/).waitFor()
  await window.focusTerminal('host')
  await window.untilShown('host', /# *$/)
  await window.page.keyboard.type('before')
  await window.page.keyboard.press('Control+Alt+n')
  await window.page.getByText(/^Step 2 of/).waitFor()
  await window.page.keyboard.press('Control+Alt+Shift+n')
  await window.page.getByText(/^Step 1 of/).waitFor()
  await window.page.keyboard.type('-after')
  await window.untilShown('host', /before-after *$/)
  await window.page.keyboard.press('Control+c')
  await window.rest()
  await window.page.keyboard.press('?')
  await window.page.getByRole('dialog').getByText('Ctrl Alt N', { exact: false }).first().waitFor()
  await window.page.keyboard.press('Escape')
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
