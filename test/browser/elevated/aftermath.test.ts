/** What is left of a lab on the machine itself is said in the user's language, in both themes: here in Chinese. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reasonAgainst } from '../../kernel/elevated/machine.js'
import { until } from '../../kernel/support/until.js'
import { violations } from '../window/axe.js'
import { HostWindow } from './host-window.js'

const reason = reasonAgainst('nsenter', 'iptables', 'nft')

describe.skipIf(reason !== null)(`what stays of a lab on this machine${reason === null ? '' : ` (${reason})`}`, () => {
  let host: HostWindow
  let before: string

  beforeAll(async () => {
    host = await HostWindow.open('root', { locale: 'zh-CN' })
    await host.window.ready()
    before = host.machine.dump()
    await host.window.button(/^实验：/).click()
    await host.window.page.getByRole('menuitemradio', { name: '本机' }).click()
    await host.window.button('请求管理员权限').click()
  })
  afterAll(() => host?.close())

  const deploy = async (): Promise<void> => {
    await host.window.button('部署到本机').click()
    await host.window.status.filter({ hasText: '运行中 · 本机' }).waitFor()
  }
  const inBothThemes = async (): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await host.window.page.emulateMedia({ colorScheme })
      expect(await violations(host.window), colorScheme).toEqual([])
    }
  }

  test('a stop after which the machine is otherwise says so', async () => {
    const { window, machine } = host
    await deploy()
    machine.ask('sh', '-c', 'ip link del lab0 && ip link add lab0 type bridge')
    // More than the dialog shows at once: its list scrolls, by keys as well.
    const others = Array.from({ length: 20 }, (_, index) => `198.51.100.${77 + index}/32`)
    for (const each of others) machine.ask('ip', 'addr', 'add', each, 'dev', 'up0')
    await window.button('停止').click()
    const dialog = window.page.getByRole('dialog', { name: 'through-uplink 已拆除；本机与原先不完全相同' })
    await dialog.waitFor()
    expect(await dialog.innerText()).toContain('198.51.100.77/32')
    await inBothThemes()
    for (const each of others) machine.ask('ip', 'addr', 'del', each, 'dev', 'up0')
    machine.ask('ip', 'link', 'del', 'lab0')
    await dialog.getByRole('button', { name: '关闭' }).click()
    await until('the machine is as it was', () => machine.dump() === before)
  })

  test('an undo that the kernel refuses leaves a banner with what stays, until it can be undone', async () => {
    const { window, machine } = host
    const [key, keys] = ['/proc/sys/net/ipv4/ip_forward', '/proc/sys/net/ipv4']
    await window.button(/^部署/).click()
    await deploy()
    machine.ask('sh', '-c', `mount --bind ${keys} ${keys} && mount -o remount,bind,ro ${keys}`)
    await window.button('停止').click()
    const banner = window.page.getByText(/^实验 through-uplink 在本机上的更改未能全部还原。仍然存在：.*ip_forward/)
    await banner.waitFor()
    await inBothThemes()
    expect((await banner.innerText()).match(/net\.ipv4\.ip_forward=0/g)).toHaveLength(1)
    // What could be undone is; what the banner names is not.
    expect(machine.ask('ip', 'netns')).not.toContain('ns0')
    expect(machine.ask('cat', key).trim()).toBe('1')
    await window.button('还原它留下的更改').click()
    await window.page
      .getByText(/^实验在本机上的更改有 \d+ 项未能还原/)
      .first()
      .waitFor()
    await banner.waitFor()
    machine.ask('umount', keys)
    await window.button('还原它留下的更改').click()
    await window.page.getByText(/^已还原：\d+ 条命令/).waitFor()
    await banner.waitFor({ state: 'detached' })
    await until('the machine is as it was', () => machine.dump() === before)
  })
})
