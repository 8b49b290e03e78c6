import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from './axe.js'
import { LabWindow } from './window.js'

describe.each([
  { theme: 'dark', locale: 'en-US' },
  { theme: 'light', locale: 'zh-CN' },
] as const)('$theme, $locale', ({ theme, locale }) => {
  let window: LabWindow

  beforeAll(async () => {
    window = await LabWindow.open({ theme, locale })
    await window.ready()
  })
  afterAll(() => window.close())

  test('the first window has no accessibility faults', async () => {
    expect(await violations(window)).toEqual([])
  })

  test('a running lab with every tab of the dock has none', async () => {
    await window.page.locator('[data-starter="08-nat"]').click()
    // Also where Enter alone would open a menu.
    await window.page.locator('header button[aria-haspopup=menu]').first().focus()
    await window.page.keyboard.press('Control+Enter')
    await window.status.filter({ hasText: /Running|运行中/ }).waitFor()
    expect(await window.page.getByRole('menu').count()).toBe(0)
    for (const name of [/^(Commands|命令)/, /^(Checks|检查)/, /^host/]) {
      await window.tab(name).first().click()
      expect(await violations(window)).toEqual([])
    }
    await window.page.locator('[data-key="namespace host"]').press('Enter')
    expect(await violations(window)).toEqual([])
  })

  test('inspector, guide, film and diagnosis have none', async () => {
    for (const key of ['namespace ns0', 'interface host:bridge0']) {
      await window.page.locator(`[role=treeitem][data-key="${key}"]`).first().press('Enter')
      expect(await violations(window)).toEqual([])
    }
    // Whoever has deployed all is asked, and then reads along.
    expect(await violations(window)).toEqual([])
    await window.button(/^(Read along|跟读教程)$/).click()
    await window.page.locator('aside.left [aria-current=step]').waitFor()
    await window.trace()
    await window.page.locator('tbody tr[data-hop="6"]').click()
    expect(await violations(window)).toEqual([])
    await window.type('ns0', 'ip route del default')
    await window.trace()
    await window.page.locator('.callouts .callout').first().waitFor()
    expect(await violations(window)).toEqual([])
    await window.page.keyboard.press('Escape')
  })

  test('dialogs have none', async () => {
    for (const key of ['Control+k', '?', 'Control+o', 'Control+Shift+s']) {
      await window.page.keyboard.press('Control+Shift+Escape')
      await window.page.getByRole('main').click({ position: { x: 5, y: 5 } })
      await window.page.keyboard.press(key)
      await window.page.getByRole('dialog').waitFor()
      expect(await violations(window)).toEqual([])
      await window.page.keyboard.press('Escape')
      await window.page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await window.page.getByRole('navigation').getByRole('button').last().click()
    await window.page.getByRole('dialog').waitFor()
    expect(await violations(window)).toEqual([])
    await window.page.keyboard.press('Escape')
  })

  test('no sentence is left in the other language', async () => {
    if (locale !== 'zh-CN') return
    await window.page.getByRole('button', { name: '设置', exact: true }).waitFor()
    const words = await window.page.locator('header, nav, footer, [role=tablist]').allInnerTexts()
    const foreign = words
      .join(' ')
      .match(/\b(Deploy|Stop|Labs|Guide|Commands|Checks|Running|Settings|namespaces|bridge\b)/g)
    expect(foreign).toBeNull()
  })
})

describe('keys', () => {
  let window: LabWindow
  beforeAll(async () => {
    window = await LabWindow.open()
    await window.ready()
    await window.openStarter(/A veth pair/)
  })
  afterAll(() => window.close())

  const canvas = () => window.page.getByRole('main').click({ position: { x: 5, y: 5 } })

  test('what another window has chosen is not written over by a choice of something else', async () => {
    await window.page.evaluate(() => {
      const kept = JSON.parse(localStorage.getItem('vethlab.settings') ?? '{}') as object
      localStorage.setItem('vethlab.settings', JSON.stringify({ ...kept, theme: 'dark' }))
    })
    await canvas()
    await window.page.keyboard.press('2')
    const kept = await window.page.evaluate(() => localStorage.getItem('vethlab.settings') ?? '')
    expect(JSON.parse(kept)).toMatchObject({ theme: 'dark', layer: 'layer2' })
    await window.page.keyboard.press('1')
  })

  test('1, 2 and 3 filter layers', async () => {
    await canvas()
    await window.page.keyboard.press('2')
    expect(await window.button('Layer 2').getAttribute('aria-pressed')).toBe('true')
    await window.page.keyboard.press('3')
    expect(await window.button('Layer 3').getAttribute('aria-pressed')).toBe('true')
    await window.page.keyboard.press('1')
    expect(await window.button('All').getAttribute('aria-pressed')).toBe('true')
  })

  test('the palette finds actions, namespaces and labs, and carries them out', async () => {
    await window.page.keyboard.press('Control+k')
    const field = window.page.getByPlaceholder('Type a command')
    await field.fill('deploy')
    await field.press('Enter')
    await window.status.filter({ hasText: 'Running' }).waitFor()
    await window.page.keyboard.press('Control+k')
    await field.fill('terminal in ns0')
    await field.press('Enter')
    await window.untilShown('ns0', /ns0:.*# *$/)
  })

  test('Enter carries out what matches what was typed, however fast, and addresses are found', async () => {
    await canvas()
    await window.page.keyboard.press('Control+k')
    const field = window.page.getByPlaceholder('Type a command')
    await field.waitFor()
    // Typed and entered in one go, before the list has been drawn anew.
    await field.evaluate((input: HTMLInputElement) => {
      input.value = 'terminal in host'
      input.dispatchEvent(new InputEvent('input', { bubbles: true }))
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    })
    await window.untilShown('host', /host:.*# *$/)
    await canvas()
    await window.page.keyboard.press('Control+k')
    await field.fill('192.168.1.2')
    const list = window.page.getByRole('option')
    await list.filter({ hasText: '192.168.1.2' }).first().waitFor()
    expect(await list.first().getAttribute('aria-selected')).toBe('true')
    await window.page.keyboard.press('Escape')
  })

  test('the list of keys names them', async () => {
    await canvas()
    await window.page.keyboard.press('?')
    const list = window.page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await list.getByText('Ctrl Shift Esc').waitFor()
    expect(await list.getByText('Ctrl ↵').count()).toBe(1)
    await window.page.keyboard.press('Escape')
  })

  test('the dock collapses to its tabs, and the choice is kept', async () => {
    await window.button('Collapse').click()
    await window.button('Expand').waitFor()
    await window.page.reload()
    await window.button('Expand').waitFor()
    await window.tab('ns0').click()
    await window.button('Collapse').waitFor()
  })

  test('dock tabs are walked by arrow keys', async () => {
    await window.tab('Commands').click()
    await window.page.keyboard.press('ArrowRight')
    expect(await window.page.evaluate('document.activeElement?.textContent?.trim()')).toMatch(/^Checks/)
  })
})
