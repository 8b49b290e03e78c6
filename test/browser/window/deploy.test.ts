/// <reference lib="dom" />
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
})
afterAll(() => window.close())

test('the first window says what the sandbox is and that this machine stays untouched', async () => {
  await window.page.getByText('the network of this machine stays untouched').waitFor()
  expect(await window.status.innerText()).toBe('Idle')
  expect(await window.button(/^Deploy/).count()).toBe(0)
})

test('starter labs stand in the order of the ladder, each with its picture and its repair', async () => {
  const panel = window.page.getByRole('complementary', { name: 'Labs' })
  const rungs = await panel.getByText(/^Level \d+$/).allInnerTexts()
  const numbers = rungs.map((text) => Number(text.slice('Level '.length)))
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  expect(numbers.slice(0, 9)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  // Drawn once a row is seen, the last ones only after the list was scrolled to them.
  for (const at of [0, rungs.length - 1]) {
    const picture = panel.locator('[data-starter]').nth(at)
    await picture.scrollIntoViewIfNeeded()
    await picture.locator('svg .node').first().waitFor()
  }
  expect(await panel.getByRole('button', { name: /^Repair/ }).count()).toBeGreaterThan(4)
})

test('before a deploy the plan shows every command with its reason, and nothing has run', async () => {
  await window.openStarter(/Router between two subnets/)
  await window.button(/^\d+ commands$/).click()
  const plan = window.page.getByRole('group', { name: 'Plan' }).last()
  await plan.getByText('ip netns add ns-router').waitFor()
  await window.page.getByText('Nothing has run yet', { exact: true }).waitFor()
  expect(await plan.getByText('create the namespace').count()).toBe(3)
  await window.button('As a script').click()
  await plan.getByText('#!/usr/bin/env bash').waitFor()
  await window.button('Undo plan').click()
  await plan.getByText('ip netns del ns-router').waitFor()
  await window.tab('Commands').click()
  await window.page.getByText('Nothing has run yet.').waitFor()
  // What stands by hand is there, although nothing of this plan has run.
  await window.type('host', 'clear; ip netns add by-hand')
  await window.tab('Plan').click()
  await window.page.getByText('None of these commands has run yet', { exact: true }).waitFor()
  await window.type('host', 'clear; ip netns del by-hand')
  await window.tab('Plan').click()
  await window.page.getByText('Nothing has run yet', { exact: true }).waitFor()
})

test('Deploy builds the lab in the kernel, and every command that ran is listed', async () => {
  await window.deploy()
  await window.page.getByText(/^Deployed: \d+ commands/).waitFor()
  await window.button('Deployed').waitFor()
  const shown = await window.type('ns0', 'ip -br addr show dev veth0; ping -c1 -W2 192.168.1.2')
  expect(shown).toContain('192.168.0.2/24')
  expect(shown).toContain('ttl=63')
  await window.tab('Commands').click()
  const log = window.page.getByRole('log')
  await log.getByText('sysctl -w net.ipv4.ip_forward=1').waitFor()
  expect(await log.getByText(/^ip -n ns1 route add 192\.168\.0\.0\/24/).count()).toBe(1)
})

test('checks run on the real network, one or all, and tell what came back', async () => {
  await window.tab('Checks').click()
  await window.button('Run the check “ns0 reaches ns1”').click()
  await window.page.getByRole('row', { name: /passed ns0 reaches ns1/ }).waitFor()
  await window.button('Run all').click()
  await window.tab(/Checks.*4\/4/).waitFor()
  await window.type('ns-router', 'sysctl -qw net.ipv4.ip_forward=0')
  await window.tab('Checks').click()
  await window.button('Run all').click()
  const row = window.page.getByRole('row', { name: /failed ns0 reaches ns1/ })
  await row.waitFor()
  // What was expected is beside what came, each below its own head.
  const heads = await window.page.locator('.dock th').allInnerTexts()
  const cells = await row.locator('td').allInnerTexts()
  expect(cells[heads.indexOf('Expected')]).toMatch(/^reply\b/)
  expect(cells[heads.indexOf('Expected')]).not.toMatch(/lost|no answer/)
  expect(cells[heads.indexOf('Result')]).toMatch(/lost|no answer/)
  await window.tab(/Checks.*2\/4/).waitFor()
})

test('what is said about a deploy goes when the next one begins', async () => {
  await window.button('Stop').click()
  // The setting that was changed by hand is in no lab.
  await window.page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click()
  await window.page.getByText('Everything the lab had built is gone').waitFor()
  expect(await window.page.getByText(/^Deployed: /).count()).toBe(0)
  await window.deploy()
  await window.page.getByText(/^Deployed: /).waitFor()
  expect(await window.page.getByText('Everything the lab had built is gone').count()).toBe(0)
  // It lies over nothing that can be pressed, and a menu that is opened meanwhile lies over it.
  const covered = await window.page.evaluate(() => {
    const toast = document.querySelector('[data-sonner-toast]')?.getBoundingClientRect()
    return [...document.querySelectorAll('main button')].flatMap((each) => {
      const { left, right, top, bottom } = each.getBoundingClientRect()
      const apart = !toast || right <= toast.left || left >= toast.right || bottom <= toast.top || top >= toast.bottom
      return apart ? [] : [each.textContent.trim()]
    })
  })
  expect(covered).toEqual([])
  await window.page.locator('header .probe-pick').last().click()
  const onTop = await window.page.locator('.menu').evaluate((menu) => {
    const [own, toast] = [menu, document.querySelector('[data-sonner-toast]')].map((each) =>
      each?.getBoundingClientRect(),
    )
    if (!own || !toast) return 'no toast'
    const [x, y] = [Math.max(own.left, toast.left) + 4, Math.max(own.top, toast.top) + 4]
    const both = x < Math.min(own.right, toast.right) && y < Math.min(own.bottom, toast.bottom)
    return both ? menu.contains(document.elementFromPoint(x, y)) : 'apart'
  })
  await window.page.keyboard.press('Escape')
  expect(onTop).toBe(true)
})

test('a second lab replaces the first', async () => {
  await window.replaceBy(/A veth pair/)
  await window.button(/^Lab: A veth pair/).waitFor()
  await window.deploy()
  const shown = await window.type('host', 'ip netns list')
  expect(shown).not.toContain('ns-router')
  expect(shown).toMatch(/^ns0/m)
})

test('a step that the kernel refuses stops the deploy with its words, and all before it is undone', async () => {
  await window.replaceBy(/The host as router/)
  const key = '/proc/sys/net/ipv4/ip_forward'
  await window.type('host', `mount --bind ${key} ${key} && mount -o remount,bind,ro ${key}`)
  await window.button(/^Deploy/).click()
  const alert = window.page.getByRole('alert').filter({ hasText: 'refused step' })
  await alert.waitFor()
  expect(await alert.innerText()).toMatch(/Read-only file system/)
  expect(await alert.innerText()).toContain('Everything before it was undone')
  const host = window.page.locator('main .body.failed')
  expect(await host.count()).toBe(1)
  await window.page.locator('[role=treeitem][data-key="namespace host"]', { hasText: /step \d+ refused/ }).waitFor({
    state: 'attached',
  })
  await window.tab(/Plan ×/).waitFor()
  const failed = window.page.getByRole('group', { name: 'Plan' }).last().getByText('sysctl -w net.ipv4.ip_forward=1')
  await failed.waitFor()
  const shown = await window.type('host', `clear; umount ${key}; ip netns list`)
  expect(shown).not.toContain('ns-')
})

test('Stop removes all that was built and keeps the lab', async () => {
  await window.deploy()
  await window.button('Stop').click()
  await window.page.getByText('Everything the lab had built is gone').waitFor()
  expect(await window.status.innerText()).toBe('Idle')
  await window.button(/^Deploy/).waitFor()
  const shown = await window.type('host', 'clear; ip netns list | wc -l; ip -br link')
  expect(shown).toMatch(/^0$/m)
  expect(shown).not.toContain('veth')
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
