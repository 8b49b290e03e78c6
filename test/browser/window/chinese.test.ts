/// <reference lib="dom" />
import { afterAll, beforeAll, expect, test } from 'vitest'
import { World } from '../../kernel/support/world.js'
import { LabWindow } from './window.js'

let window: LabWindow

/** Wrong in several ways: a mistyped key, an address that is none, a port that is no number. */
const invalid = `vethlab: 1
name: invalid
title: { en: Wrong, zh-CN: 有错误的实验 }
namespaces:
  ns0:
    interfaces: { veth0: { adresses: [10.0.0.1/24] } }
    services: [{ listen: tcp, port: many }]
links: [[ns0:veth0, ns1]]
`
const meaningless = `vethlab: 1
name: meaningless
title: { en: Wrong, zh-CN: 意思有误的实验 }
namespaces:
  ns0:
    interfaces: { veth0: { addresses: [10.0.0.300/24] } }
    routes: [{ to: default, via: 10.9.9.9 }]
links: [[ns0:veth0, ns9:veth1]]
checks: [{ from: ns0, ping: 10.0.0.0/24 }]
`

beforeAll(async () => {
  const world = await World.ofUser()
  window = await LabWindow.open({ locale: 'zh-CN', file: world.file('invalid.vethlab.yaml', invalid) }, world)
  await window.ready()
})
afterAll(() => window.close())

const labs = () => window.page.getByRole('complementary', { name: '实验' })
const problems = () => window.page.getByRole('complementary', { name: '检查器' })

async function openStarter(title: string): Promise<void> {
  const rail = window.page.getByRole('navigation').getByRole('button').first()
  if ((await rail.getAttribute('aria-pressed')) !== 'true') await rail.click()
  await labs().getByRole('button', { name: title }).first().click()
}

async function deploy(): Promise<void> {
  await window.button(/^部署/).click()
  await window.status.filter({ hasText: '运行中' }).waitFor()
}

/** What the kernel says stays as it says it, and what is typed as it is typed. */
const foreignWords = String.raw`Network is unreachable|Read-only file system|^(?:ip|sysctl|default via) `

/**
 * Lines on the screen with three English words in a row and nothing Chinese. Left out: what is in somebody else's words
 * by its nature - terminals, commands and what they print, files.
 */
const english = (): Promise<readonly string[]> =>
  window.page.evaluate((notOurs) => {
    const foreign = 'pre, code, kbd, .code, .xterm, [data-terminal], [role=log], script, style'
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = new Set<string>()
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      if (!element || element.closest(foreign) || !element.checkVisibility({ visibilityProperty: true })) continue
      const text = (node.textContent ?? '').trim()
      if (
        /\b[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}/.test(text) &&
        !/\p{Script=Han}/u.test(text) &&
        !new RegExp(notOurs).test(text)
      )
        found.add(text)
    }
    return [...found]
  }, foreignWords)

test('Chinese characters have shapes of their own, whatever fonts the machine has', async () => {
  const same = await window.page.evaluate(async () => {
    const family = getComputedStyle(document.body).fontFamily
    await document.fonts.load(`32px ${family}`, '网络')
    const shape = (character: string): string => {
      const canvas = document.createElement('canvas')
      const context = canvas.getContext('2d') as CanvasRenderingContext2D
      context.font = `32px ${family}`
      context.fillText(character, 8, 48)
      return canvas.toDataURL()
    }
    return shape('网') === shape('络')
  })
  expect(same, 'a box for both').toBe(false)
})

test('what is wrong with a file is said in Chinese, all of it', async () => {
  const list = problems().locator('.problem')
  await list.first().waitFor()
  const said = await list.allInnerTexts()
  expect(said.join('\n')).toMatch(/未知的键 "adresses"[\s\S]*是不是想写“addresses”？/)
  expect(said.join('\n')).toMatch(/应为整数，实际是文本 "many"/)
  expect(said.join('\n')).toContain('"ns1" 不是链路的一端')
  expect(await english()).toEqual([])
})

test('what is wrong with its meaning too', async () => {
  // The open file is read again when another program has written it.
  window.world.file('invalid.vethlab.yaml', meaningless)
  const list = problems().locator('.problem')
  await list.filter({ hasText: 'ns9' }).waitFor()
  const said = (await list.allInnerTexts()).join('\n')
  for (const words of [
    '"10.0.0.300/24" 不是 IPv4 或 IPv6 地址',
    '实验中没有命名空间 "ns9"',
    '"10.0.0.0/24" 不能作 ping 的目标',
  ])
    expect(said).toContain(words)
  expect(await english()).toEqual([])
})

test('a failed check is said in Chinese, the kernel in its own words', async () => {
  await openStarter('两个子网之间的路由器')
  await deploy()
  await window.type('ns0', 'ip route del 192.168.1.0/24')
  await window.tab('检查').click()
  await window.button('全部运行').click()
  const row = window.page.getByRole('row', { name: /未通过 ns0 能到达 ns1/ })
  await row.waitFor()
  expect(await row.innerText()).toContain('不可达：Network is unreachable')
  expect(await row.innerText()).toMatch(/有应答，TTL 63，路径 ns0 → ns-router → ns1/)
  await window.tab(/检查.*1\/4/).waitFor()
  expect(await english()).toEqual([])
})

test('a failed trace is explained in Chinese', async () => {
  await window.trace()
  await window.page
    .getByText(/没有到 .* 的路由/)
    .first()
    .waitFor()
  expect(await english()).toEqual([])
})

test('a trace that cannot be made is refused in Chinese', async () => {
  const target = window.page.getByRole('combobox', { name: '地址或名称' })
  await target.fill('ns77')
  await target.press('Enter')
  await window.page.getByText('“ns77”不是地址，也不是实验中有地址的对象。').first().waitFor()
  expect(await english()).toEqual([])
})

test('a refused deploy is explained in Chinese, with the words of the kernel', async () => {
  await window.stop({ stop: '停止', idle: '空闲' })
  await openStarter('主机作路由器，IPv4 与 IPv6')
  const key = '/proc/sys/net/ipv4/ip_forward'
  await window.type('host', `mount --bind ${key} ${key} && mount -o remount,bind,ro ${key}`)
  await window.button(/^部署/).click()
  const alert = window.page.getByRole('alert').filter({ hasText: '内核拒绝了第' })
  await alert.waitFor()
  expect(await alert.innerText()).toMatch(/：.*Read-only file system。此前的步骤已全部回滚。/)
  expect(await english()).toEqual([])
  await window.type('host', `umount ${key}`)
})

test('the settings name the language so that it is found again', async () => {
  await window.button('设置').click()
  await window.page.getByText('中文 (Chinese)').waitFor()
  expect(await english()).toEqual([])
  await window.page.keyboard.press('Escape')
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
