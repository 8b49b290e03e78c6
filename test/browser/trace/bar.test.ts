/** The trace bar: its list of addresses is there for whoever asks for it and for nobody else; it says what it waits for. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { guided } from '../window/labs.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow

beforeAll(async () => {
  const world = await World.ofUser()
  const plain = guided.slice(0, guided.indexOf('\nguide:') + 1)
  const file = world.file('plain.vethlab.yaml', plain)
  window = await LabWindow.open({ file, size: { width: 1280, height: 720 } }, world)
  await window.ready()
})
afterAll(() => window.close())

const target = () => window.page.getByRole('combobox', { name: 'Address or name' })
const list = () => window.page.getByRole('listbox', { name: 'Address or name' })
const untilClosed = () => list().waitFor({ state: 'detached' })

test('before anything stands, Trace says what it waits for, and does both', async () => {
  await window.button(/^Trace/).click()
  await window.page.getByText('deploy it first').waitFor()
  await window.button('Deploy and trace').click()
  await window.page.locator('.trace-pane').first().waitFor()
  await window.page.locator('[data-hop]').first().waitFor()
  await window.rest()
  await window.page.keyboard.press('Escape')
  await window.stop()
})

test('Deploy opens no list, whoever has pressed T before it', async () => {
  await window.rest()
  await window.page.keyboard.press('t')
  await window.deploy()
  await until('the field can be used', () => target().isEnabled())
  expect(await list().count()).toBe(0)
})

test('a click opens the list; Escape, another place and a dialog close it, and it stays closed', async () => {
  await target().click()
  await list().waitFor()
  await window.page.keyboard.press('Escape')
  await untilClosed()
  await window.page.keyboard.press('ArrowDown')
  await list().waitFor()
  await window.page.getByRole('main').click({ position: { x: 5, y: 5 } })
  await untilClosed()
  await target().click()
  await list().waitFor()
  await window.page.keyboard.press('Control+o')
  await window.page.getByRole('dialog').waitFor()
  await untilClosed()
  await window.page.keyboard.press('Escape')
  await window.page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await list().count()).toBe(0)
})

test('a choice closes the list; a letter opens it again', async () => {
  await target().click()
  await list().getByRole('option').first().click()
  await untilClosed()
  await window.page.keyboard.press('End')
  await window.page.keyboard.press('Backspace')
  await list().waitFor()
})

test('another address that was put into the field closes the list', async () => {
  expect(await list().count()).toBe(1)
  // Who sends has changed, and with it the address that is suggested: nobody has asked for a list of others.
  await window.page.keyboard.press('Escape')
  await target().fill('')
  await list().waitFor()
  await window.stop()
  await untilClosed()
  await window.deploy()
  expect(await list().count()).toBe(0)
})

test('Enter in the field hands the keys to the film: arrows step, Esc leaves it; without a film Esc leaves the field', async () => {
  const onPicture = () => window.page.evaluate(() => document.activeElement?.closest('main') !== null)
  await target().fill('127.0.0.1')
  await window.page.keyboard.press('Enter')
  await window.page.locator('[data-hop]').first().waitFor()
  await until('the picture has the keys', onPicture)
  const hop = () => window.page.locator('tbody tr[aria-current=step]').getAttribute('data-hop')
  await window.page.keyboard.press('Home')
  await until('the first hop is in view', async () => (await hop()) === '1')
  await window.page.keyboard.press('ArrowRight')
  await until('the second', async () => (await hop()) === '2')
  await window.rest()
  await window.page.keyboard.press('Escape')
  await window.status.filter({ hasText: 'Running' }).waitFor()
  await until('the film is left', async () => (await window.page.locator('.trace-pane').count()) === 0)
  await target().fill('127.0.0.1')
  await window.page.keyboard.press('Escape')
  await window.page.keyboard.press('Escape')
  expect(await onPicture()).toBe(true)
})
