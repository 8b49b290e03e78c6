import { afterAll, expect, test } from 'vitest'
import { routed } from '../../kernel/machine/found-machine.js'
import { isRoot } from '../../kernel/support/user.js'
import { violations } from '../window/axe.js'
import { MachineWindow } from './machine-window.js'

let opened: MachineWindow | undefined
afterAll(() => opened?.close())

/** Of root's, which somebody else may know of and not read. */
const elsewhere = `unshare --net --mount sleep 1000 &
until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done`

test.skipIf(!isRoot)('somebody without rights sees their own, and is told what reading the rest needs', async () => {
  opened = await MachineWindow.open(`${routed}\n${elsewhere}`, 'user', {
    ...{ locale: 'zh-CN', theme: 'light', size: { width: 1280, height: 720 } },
  })
  const { window, machine } = opened
  const { page, world } = window
  machine.background([
    ...['setpriv', `--reuid=${world.user?.uid}`, `--regid=${world.user?.gid}`, '--init-groups', '--'],
    ...['unshare', '--user', '--map-root-user', '--net', 'sh', '-c', 'ip link set lo up; exec sleep 1001'],
  ])
  await page.getByRole('navigation').getByRole('button', { name: '本机' }).click()
  await page.getByText('其他用户的', { exact: false }).waitFor()
  const needs = page.locator('.unread')
  expect(await needs.innerText()).toMatch(/其他用户的 \d 个网络命名空间无法读取。[^]*sudo .* look/)
  const list = page.getByRole('list', { name: '本机的网络命名空间' })
  await list
    .getByRole('button', { name: /sleep|sh/ })
    .first()
    .waitFor()
  expect(await violations(window)).toEqual([])
  expect(window.errors).toEqual([])
})
