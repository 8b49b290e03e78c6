/** The whole way through the window without a mouse, and the focus in sight on every step of it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
})
afterAll(() => window.close())

interface Focus {
  readonly name: string
  readonly key: string | null
  readonly shown: boolean
}

/** What has the keyboard, and whether a person can see it: an outline, the ring on the canvas, or a cursor in a shell. */
const focus = (): Promise<Focus> =>
  window.page.evaluate(() => {
    const active = document.activeElement
    if (!(active instanceof HTMLElement) || active === document.body) return { name: '', key: null, shown: false }
    // 1.5 px of ink, which is one whole pixel on a screen that has no halves.
    const outlined = (element: Element | null): boolean => {
      if (!element) return false
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element)
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 && !/, 0\)$|transparent/.test(outlineColor)
    }
    const inShell = active.closest('[data-terminal]')
    const shown = inShell
      ? inShell.querySelector('.xterm.focus, .xterm-cursor-block, .xterm-cursor') !== null
      : active.getAttribute('role') === 'treeitem'
        ? document.querySelector('main .ring.focused, main .ring.selected') !== null
        : outlined(active) || outlined(active.closest('label')) || active.matches('.palette-input')
    return {
      name: (active.getAttribute('aria-label') ?? active.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 80),
      key: active.dataset['key'] ?? active.dataset['starter'] ?? null,
      shown,
    }
  })

/** Presses a key until something has the focus; it must be in sight all the way. */
async function walk(key: string, wanted: (at: Focus) => boolean, most = 60): Promise<Focus> {
  const way: string[] = []
  for (let presses = 0; presses < most; presses += 1) {
    await window.page.keyboard.press(key)
    const at = await focus()
    way.push(at.name)
    if (at.name !== '') expect(at.shown, `the focus is not in sight on “${at.name}”`).toBe(true)
    if (wanted(at)) return at
  }
  throw new Error(`not reached by ${key}: ${way.join(' | ')}`)
}

const press = (key: string) => window.page.keyboard.press(key)

test('a starter lab is opened from the gallery', async () => {
  await window.page.evaluate('document.activeElement?.blur()')
  await walk('Tab', ({ key }) => key === '08-nat')
  await press('Enter')
  await window.button(/^Lab: NAT to the Internet/).waitFor()
})

test('it is deployed by the button of the top bar', async () => {
  await walk('Tab', ({ name }) => /^Deploy/.test(name))
  await press('Enter')
  await window.status.filter({ hasText: 'Running' }).waitFor()
  await window.button('Deployed').waitFor()
})

test('Ctrl 1 goes into a shell; it is typed in, and left by Ctrl Shift Esc', async () => {
  await press('Control+2')
  await window.untilShown('ns0', /ns0:.*# *$/)
  await until('the shell has the keyboard', async () => (await focus()).shown)
  await window.page.keyboard.type("echo by''-keys\n")
  await window.untilShown('ns0', 'by-keys')
  await press('Control+Shift+Escape')
  expect(await focus()).toMatchObject({ name: expect.stringMatching(/^ns0/) as string, shown: true })
})

test('T goes to the trace bar, T again traces; arrows walk the film; Esc leaves it', async () => {
  await press('t')
  await press('t')
  await window.page.locator('tbody tr[data-hop="1"]').waitFor()
  await window.button('Replay').waitFor()
  await press('Home')
  await press('ArrowRight')
  await window.page.locator('tbody tr[aria-current=step][data-hop="2"]').waitFor()
  await press('Escape')
  await window.button('Replay').waitFor({ state: 'detached' })
})

test('the objects of the canvas are walked along a cable, and Enter shows one in the inspector', async () => {
  await walk('Tab', ({ key }) => key?.startsWith('namespace ') ?? false)
  await press('Home')
  await walk('ArrowDown', ({ key }) => key === 'interface ns0:veth0', 30)
  const peer = await walk('ArrowRight', () => true)
  expect(peer.key).toBe('interface host:veth1')
  await press('Enter')
  await window.inspector.getByText('Interface in host').waitFor()
  await walk('ArrowLeft', ({ key }) => key === 'namespace host')
  await press('Enter')
  await window.inspector.getByText('-j MASQUERADE').waitFor()
})

test('checks are run from their tab', async () => {
  // One tab stop for each list of tabs; the arrows move inside.
  await walk('Tab', ({ name }) => /^Trace/.test(name))
  await walk('ArrowRight', ({ name }) => /^Checks/.test(name))
  await press('Enter')
  await walk('Tab', ({ name }) => name === 'Run all')
  await press('Enter')
  await window.tab(/Checks.*3\/3/).waitFor()
})

test('a dialog keeps the focus inside, and gives it back when it closes', async () => {
  const before = (await focus()).name
  await press('?')
  await window.page.getByRole('dialog').waitFor()
  for (let presses = 0; presses < 5; presses += 1) {
    await press('Tab')
    expect(await window.page.evaluate('document.activeElement?.closest("[role=dialog]") !== null')).toBe(true)
  }
  await press('Escape')
  await window.page.getByRole('dialog').waitFor({ state: 'detached' })
  expect((await focus()).name).toBe(before)
})

test('Save as asks for a name and saves', async () => {
  await press('Control+Shift+s')
  await window.page.getByRole('dialog').waitFor()
  await until('the name has the keyboard', async () => {
    await press('Tab')
    const at = await focus()
    expect(at.shown).toBe(true)
    return window.page.evaluate('document.activeElement?.id === "browse-name"')
  })
  await press('Control+a')
  await window.page.keyboard.type('by-keys')
  await press('Enter')
  await until('the file', () => existsSync(join(window.world.home, 'by-keys.vethlab.yaml')))
  await window.page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('the lab is stopped from the palette', async () => {
  await window.rest()
  await press('Control+k')
  await window.page.keyboard.type('stop')
  await press('Enter')
  // It asks first, with the keyboard on the way back.
  await window.page.getByText(/^Stop .+\?$/).waitFor()
  await walk('Tab', ({ name }) => name === 'Stop')
  await press('Enter')
  await window.status.filter({ hasText: 'Idle' }).waitFor()
  expect(window.errors).toEqual([])
})
