/** A fix changes the network, not the file: what the lab does not say stands as a difference, to keep or to revert. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../../kernel/support/build.js'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow
let path: string

beforeAll(async () => {
  const world = await World.ofUser()
  const lab = readFileSync(join(root, 'resources/labs/06-router.no-routes.vethlab.yaml'), 'utf8')
  path = world.file('home/no-routes.vethlab.yaml', lab)
  window = await LabWindow.open({ file: path }, world)
  await window.ready()
  await window.deploy()
})
afterAll(() => window.close())

const difference = (words: string) => window.page.getByRole('listitem').filter({ hasText: words })

async function trace(): Promise<void> {
  await window.page.evaluate('document.activeElement && document.activeElement.blur()')
  await window.page.keyboard.press('t')
  await window.page.keyboard.press('t')
}

test('the route that a fix added is in the list of differences, and Keep writes it into the file', async () => {
  await window.page.getByRole('combobox', { name: 'Address or name' }).fill('192.168.1.1')
  await trace()
  const card = window.page.getByRole('complementary', { name: 'Why it failed' })
  await card.getByRole('heading', { name: 'Network is unreachable' }).waitFor()
  await card.getByRole('button', { name: /^Apply fix/ }).click()
  await window.page
    .locator('tbody tr[data-hop]')
    .filter({ hasText: /Received echo reply/ })
    .waitFor({ state: 'attached' })
  await window.tab(/Differences/).click()
  await difference('192.168.1.0/24').getByText('ip -n ns0 route del 192.168.1.0/24').waitFor()
  await difference('192.168.1.0/24').getByRole('button', { name: 'Keep in lab' }).click()
  await difference('192.168.1.0/24').waitFor({ state: 'detached' })
  await window.page.keyboard.press('Control+s')
  await until('the file has the route', () =>
    /to: 192\.168\.1\.0\/24, via: 192\.168\.0\.1/.test(readFileSync(path, 'utf8')),
  )
  expect(window.errors).toEqual([])
})
