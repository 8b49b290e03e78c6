/** The three systems, from opening to reopening, each in another theme and language. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { LabWindow } from './window.js'

/** `--l2` of the two themes. */
const hues = {
  dark: { layer2: '#35c4c8' },
  light: { layer2: '#08727a' },
} as const

const systems = [
  {
    id: '06-router',
    title: 'Router between two subnets',
    theme: 'dark',
    locale: 'en-US',
    ping: '192.168.1.2',
    ttl: 63,
  },
  {
    id: '05-bridge-gateway',
    title: '主机经网桥自己的接口作网关',
    theme: 'light',
    locale: 'zh-CN',
    ping: '172.16.0.157',
    ttl: 64,
  },
  { id: '08-nat', title: 'NAT to the Internet', theme: 'light', locale: 'en-US', ping: '203.0.113.10', ttl: 63 },
] as const

describe.each(systems)('$id in $theme, $locale', ({ id, title, theme, locale, ping, ttl }) => {
  let window: LabWindow
  const tree = (key: string) => window.page.locator(`[role=treeitem][data-key="${key}"]`).first()
  const says = (key: string, words: RegExp) => tree(key).filter({ hasText: words }).waitFor({ state: 'attached' })

  beforeAll(async () => {
    window = await LabWindow.open({ theme, locale })
    await window.ready()
  })
  afterAll(() => window.close())

  test('opens from the gallery and is planned, then built', async () => {
    await window.page.locator(`[data-starter="${id}"]`).click()
    await window.page.getByRole('button', { name: title }).first().waitFor()
    await says('interface ns0:veth0', /not deployed|未部署/)
    await window.rest()
    await window.page.keyboard.press('Control+Enter')
    await window.status.filter({ hasText: /Running|运行中/ }).waitFor()
    await says('interface ns0:veth0', /, up,|，已启用，/)
    await expect.poll(() => window.portColour('ns0:veth0')).toBe(hues[theme].layer2)
    expect(await window.type('ns0', `ping -c1 -W2 ${ping}`)).toContain(`ttl=${ttl}`)
  })

  test('a command in a terminal is on the canvas: an interface that is down is hollow', async () => {
    await window.type('ns0', 'ip link set veth0 down')
    await says('interface ns0:veth0', /, down,|，未启用，/)
    await expect.poll(() => window.portColour('ns0:veth0')).not.toBe(hues[theme].layer2)
    await window.type('ns0', 'ip link set veth0 up')
    await expect.poll(() => window.portColour('ns0:veth0')).toBe(hues[theme].layer2)
  })

  test('a namespace made in a terminal is there as a box of its own, marked as such, and goes again', async () => {
    await window.type('host', 'ip netns add x')
    await says('namespace x', /made in a terminal|在终端中创建/)
    const box = window.page.locator('main .face[data-namespace="x"]')
    expect(await box.getAttribute('class')).toContain('foreign')
    await box.locator('text', { hasText: /made in a terminal|在终端中创建/ }).waitFor()
    await window.type('host', 'ip netns del x')
    await box.waitFor({ state: 'detached' })
  })

  test('its checks pass', async () => {
    // Taking the interface down has taken the routes over it along.
    await window.rest()
    await window.tab(/^(Differences|差异)/).click()
    await window.page.getByRole('button', { name: /^(Revert all|全部还原|全部恢复)$/ }).click()
    await window.page.getByRole('button', { name: /^(Deployed|已部署)$/ }).waitFor()
    await window.tab(/^(Checks|检查)/).click()
    await window.page.getByRole('button', { name: /^(Run all|全部运行)$/ }).click()
    await until('every check', async () => {
      const [, passed, all] = /(\d+)\/(\d+)/.exec(await window.tab(/^(Checks|检查)/).innerText()) ?? []
      return all !== undefined && passed === all
    })
  })

  test('is saved, still there after a reload, and reopened', async () => {
    await window.rest()
    await window.page.keyboard.press('Control+Shift+s')
    await window.page.getByRole('dialog').locator('#browse-name').fill('mine')
    await window.page.keyboard.press('Enter')
    const saved = join(window.world.home, 'mine.vethlab.yaml')
    await until('the file', () => existsSync(saved))
    expect(readFileSync(saved, 'utf8')).toContain('vethlab: 1')
    await window.page.reload()
    await window.page.locator('.lab-menu-trigger', { hasText: title }).waitFor()
    await window.status.filter({ hasText: /Running|运行中/ }).waitFor()
    await says('interface ns0:veth0', /, up,|，已启用，/)
    expect(await window.portColour('ns0:veth0')).toBe(hues[theme].layer2)
    await window.showLabs()
    await window.page.locator('[data-starter="02-veth-pair"]').click()
    await window.page.getByRole('button', { name: /^(Stop and open|停止并打开)$/ }).click()
    await window.page.locator('.lab-menu-trigger', { hasText: title }).waitFor({ state: 'detached' })
    await window.showLabs()
    await window.page.getByRole('button', { name: 'mine.vethlab.yaml' }).first().click()
    await window.page.locator('.lab-menu-trigger', { hasText: title }).waitFor()
    expect(window.errors).toEqual([])
  })
})
