/// <reference lib="dom" />
/** What a step asks somebody to do is done when they have done it, not when it would work. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open({ size: { width: 1280, height: 720 } })
  await window.ready()
  await window.openStarter(/Router between two subnets/)
})
afterAll(() => window.close())

const current = () => window.page.locator('[aria-current=step]')
const chip = (command: string) => window.button(`Put into the host terminal: ${command}`)
const untilDone = () => current().getByText('done', { exact: true }).waitFor({ state: 'attached' })
const next = async (title: string) => {
  await window.button(/^Next step/).click()
  await current().getByRole('heading', { name: title }).waitFor()
}

test('a ping that nobody has sent is no ping, although it would be answered', async () => {
  await window.type('host', 'for n in ns0 ns1 ns-router; do ip netns add $n; ip -n $n link set lo up; done')
  await untilDone()
  await next('Lay two cables')
  await window.type('host', 'ip link add veth0 netns ns0 type veth peer name veth1 netns ns-router')
  await window.type('host', 'ip link add veth2 netns ns1 type veth peer name veth3 netns ns-router')
  await untilDone()
  await next('Give each end an address')
  for (const [namespace, address, device] of [
    ['ns0', '192.168.0.2', 'veth0'],
    ['ns-router', '192.168.0.1', 'veth1'],
    ['ns1', '192.168.1.2', 'veth2'],
    ['ns-router', '192.168.1.1', 'veth3'],
  ])
    await window.type(
      'host',
      `ip -n ${namespace} addr add ${address}/24 dev ${device}; ip -n ${namespace} link set ${device} up`,
    )
  await current().getByText('nobody in ns0 has pinged 192.168.0.1 in this step').waitFor()
  expect(await current().getByText('done', { exact: true }).count()).toBe(0)
  expect(await current().locator('[data-ok]').count()).toBe(0)
  // It stands below the commands, and covers none of them.
  const missing = await current().locator('.missing').boundingBox()
  const chips = await current().locator('[data-tick]').all()
  for (const each of chips) {
    const box = await each.boundingBox()
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(missing?.y ?? 0)
  }
  // A command breaks between its words.
  const words = await current()
    .locator('[data-tick] code')
    .evaluateAll((codes) =>
      codes.flatMap((code) =>
        [...code.childNodes]
          .filter((node) => node.nodeType === Node.TEXT_NODE)
          .flatMap((node) =>
            [...(node.textContent ?? '').matchAll(/\S+/g)].map((word) => {
              const text = document.createRange()
              text.setStart(node, word.index)
              text.setEnd(node, word.index + word[0].length)
              return text.getClientRects().length
            }),
          ),
      ),
    )
  expect(new Set(words)).toEqual(new Set([1]))
  await window.type('host', 'ip netns exec ns0 ping -c 1 192.168.0.1')
  await untilDone()
})

test('a trace is as good as a ping, and a question stays open until it is answered', async () => {
  await next('Ask for the other subnet')
  await current().getByRole('radio').nth(0).check({ force: true })
  await window.type('host', 'ip netns exec ns0 ping -c 1 192.168.1.1')
  await window.page.getByRole('combobox', { name: 'Address or name' }).fill('192.168.1.2')
  await window.page.keyboard.press('Enter')
  await window.page.locator('.trace-pane').first().waitFor()
  await window.rest()
  await window.page.keyboard.press('Escape')
  await current().getByText('Not this one.').waitFor()
  await current().getByText('Question still open').waitFor()
  await window.page.locator('aside.left .panel-head').getByText('Question still open').waitFor()
  await until('the reason to be in sight', () =>
    window.page.evaluate(() => {
      const [reason, list] = ['.verdict', 'ol.steps'].map((each) => document.querySelector(each) as Element)
      const [own, around] = [reason?.getBoundingClientRect(), list?.getBoundingClientRect()]
      return own && around ? own.top >= around.top && own.bottom <= around.bottom : false
    }),
  )
  await current().getByRole('radio').nth(2).check({ force: true })
  await untilDone()
  expect(await current().getByText('Question still open').count()).toBe(0)
})

test('what was so before is not told as carried out', async () => {
  await window.type('host', 'ip netns exec ns-router sysctl -w net.ipv4.ip_forward=0')
  await next('Add a route on each side')
  const off = chip('ip netns exec ns-router sysctl -w net.ipv4.ip_forward=0 already so')
  const route = chip('ip -n ns0 route add 192.168.1.0/24 via 192.168.0.1')
  await window.type('host', 'ip -n ns0 route add 192.168.1.0/24 via 192.168.0.1')
  await current().getByText('carried out', { exact: true }).first().waitFor({ state: 'attached' })
  expect(await route.getAttribute('data-tick')).toBe('done')
  expect(await off.getAttribute('data-tick')).toBe('already')
  expect(await off.innerText()).toContain('already so')
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
