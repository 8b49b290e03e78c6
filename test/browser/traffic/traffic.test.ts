/** Live traffic as a learner has it: their own ping in a terminal, on the canvas, caught and looked into. */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  await window.openStarter(/^NAT to the Internet/)
  await window.deploy()
  // Neighbours know each other from here on, so that every ping takes the same hops.
  await window.type('ns0', 'ping -q -c 1 203.0.113.10')
})
afterAll(() => window.close())

const toggle = () => window.page.getByRole('button', { name: 'Live traffic' })
const capsules = () => window.page.locator('.traffic .capsule')
const flow = (text: string | RegExp) => window.page.locator('tr[data-flow]').filter({ hasText: text })
const hops = () => window.page.locator('tbody tr[data-hop]')
const said = () => window.page.locator('[data-traffic-announcer]')
const status = () => window.page.locator('footer.status')

/** Away from every field and terminal, so that single letters are keys. */
async function rest(): Promise<void> {
  await window.page.evaluate('document.activeElement && document.activeElement.blur()')
}

/** Packet sockets of the lab's host, as the kernel lists them. */
async function packetSockets(): Promise<number> {
  const helper = window.world.processes().find(({ command }) => command.includes('helper.js'))
  const listed = execFileSync('nsenter', ['--target', String(helper?.pid), '--net', 'cat', '/proc/self/net/packet'])
  return listed.toString().trim().split('\n').length - 1
}

test('F switches it on: the status bar says on how many interfaces, a screen reader is told', async () => {
  expect(await toggle().getAttribute('aria-pressed')).toBe('false')
  expect(await packetSockets()).toBe(0)
  await rest()
  await window.page.keyboard.press('f')
  await window.page.getByRole('button', { name: 'Live traffic', pressed: true }).waitFor()
  await status().getByText('Capturing on 7 interfaces · 0 dropped').waitFor()
  await said().filter({ hasText: 'Live traffic is shown' }).waitFor({ state: 'attached' })
  expect(await packetSockets()).toBe(1)
  await window.tab(/^Trace/).click()
  await window.page.getByText('Ping, curl or nc in a terminal').waitFor()
})

test('a ping that is typed in a terminal moves on the canvas and stands in the list', async () => {
  await window.focusTerminal('ns0')
  await window.page.keyboard.type('ping -i 0.5 203.0.113.10\n')
  await capsules().first().waitFor({ state: 'attached' })
  // It moves by itself: the browser has its whole way.
  const places = new Set<string>()
  await until('it has been at several places', async () => {
    const [first] = await capsules().evaluateAll((all) => all.map((each) => getComputedStyle(each).transform))
    if (first) places.add(first)
    return places.size >= 3
  })
  // The line of the terminal and the packet on the canvas are the same ping.
  await window.page.locator('[data-terminal="ns0"] .terminal-note').getByText('on the canvas now').waitFor()
  await window.tab(/^Trace/).click()
  const row = flow('192.168.1.2 → 203.0.113.10')
  await row.getByText('reply').waitFor()
  expect(await row.innerText()).toMatch(/ping\s+ns0/)
  await row.getByText('on the canvas now').waitFor()
  await said()
    .filter({ hasText: /ping from ns0 to 203\.0\.113\.10|new kinds of traffic/ })
    .waitFor({ state: 'attached' })
})

test('of a flow that is faster than its film, one packet is on the canvas at a time, with its rate', async () => {
  await window.focusTerminal('ns1')
  await window.page.keyboard.type('ping -i 0.1 192.168.1.1\n')
  await window.tab(/^Trace/).click()
  const row = flow(/^\s*ping.*192\.168\.1\.3 → 192\.168\.1\.1/)
  const id = await row.getAttribute('data-flow')
  await window.page.evaluate(`(() => {
    window.mostAtOnce = 0
    const look = () => {
      const shown = document.querySelectorAll('.traffic [data-of="${id}"]').length
      window.mostAtOnce = Math.max(window.mostAtOnce, shown)
      window.looking = requestAnimationFrame(look)
    }
    look()
  })()`)
  // Ten pings and ten answers a second; the machine may be slower.
  const packet = window.page.locator(`.traffic [data-of="${id}"]`)
  await packet
    .locator('.rate')
    .filter({ hasText: /^[12]?\d\/s$/ })
    .first()
    .waitFor({ state: 'attached' })
  expect(await window.page.evaluate('cancelAnimationFrame(window.looking); window.mostAtOnce')).toBe(1)
  const sign = (await row.locator('[data-mark]').getAttribute('data-mark')) ?? ''
  const other = await flow('192.168.1.2 → 203.0.113.10').locator('[data-mark]').getAttribute('data-mark')
  expect(other).not.toBe(sign)
  await packet.locator(`[data-mark="${sign}"]`).first().waitFor({ state: 'attached' })
  await window.focusTerminal('ns1')
  await window.page.keyboard.press('Control+c')
  await packet.first().waitFor({ state: 'detached' })
})

test('a click on a packet freezes it where it was: its hops, its bytes, and no diagnosis', async () => {
  await capsules().first().waitFor({ state: 'attached' })
  // Packets come and go: whichever can be caught. One that was is looked at before another one is tried for.
  const [tryMs, lookMs] = [1000, 10_000]
  await until('a packet is caught', () =>
    capsules()
      .first()
      .dispatchEvent('click', undefined, { timeout: tryMs })
      .then(() => window.button('Play').waitFor({ timeout: lookMs }))
      .then(
        () => true,
        () => false,
      ),
  )
  await window.button('Replay').waitFor()
  await capsules().first().waitFor({ state: 'detached' })
  await hops().filter({ hasText: 'NAT rewrote source' }).first().waitFor()
  // The same hops as the film of a probe.
  const words = await hops().evaluateAll((all) =>
    all.map((each) => Array.from(each.querySelectorAll('td'), (cell) => cell.innerText.replace(/\s+/g, ' ').trim())),
  )
  expect(words.map(([, , namespace, name, , what]) => [namespace, name, what])).toEqual([
    ['ns0', 'veth0', 'Emitted echo request'],
    ['host', 'veth1', 'Entered bridge0, port 1'],
    ['host', 'bridge0', 'Bridge passed it up to host'],
    ['host', '–', 'Routed, TTL 64 → 63'],
    ['host', '–', 'NAT rewrote source'],
    ['host', 'eth0', 'Sent on by eth0'],
    ['internet', 'wan0', 'Received, TTL 63'],
    ['internet', 'wan0', 'Delivered in internet'],
    ['internet', 'wan0', 'Emitted echo reply'],
    ['host', 'eth0', 'Received by host'],
    ['host', '–', 'NAT restored dst'],
    ['host', '–', 'Routed, TTL 64 → 63'],
    ['host', 'bridge0', 'host handed it to the bridge'],
    ['host', 'veth1', 'Bridge forwarded to port 1'],
    ['ns0', 'veth0', 'Received echo reply, TTL 63'],
    ['ns0', 'veth0', 'Delivered in ns0'],
  ])
  await hops().filter({ hasText: 'Sent on by eth0' }).click()
  const pane = window.page.getByRole('complementary', { name: 'Packet' })
  await pane.getByText('5 fields changed').waitFor()
  expect(await pane.getByRole('region', { name: 'Bytes' }).locator('b.nat').innerText()).toBe('ac 10 00 9d')
  await hops().filter({ hasText: 'NAT rewrote source' }).click()
  await pane.getByText(/src=192\.168\.1\.2 dst=203\.0\.113\.10/).waitFor()
  await status().getByText('Captured on 7 interfaces · 0 dropped').waitFor()
})

test('Esc goes back to the traffic, Tab and Enter on a row freeze the latest packet of its flow', async () => {
  await rest()
  await window.page.keyboard.press('Escape')
  const button = window.page.getByRole('button', { name: /^Freeze the latest packet of ping 192\.168\.1\.2/ })
  await button.focus()
  await window.page.keyboard.press('Enter')
  await window.button('Replay').waitFor()
  await hops().filter({ hasText: 'Received echo reply, TTL 63' }).first().waitFor({ state: 'attached' })
  await rest()
  await window.page.keyboard.press('Escape')
  await button.waitFor()
})

test('what gets no answer is said to, dies on the canvas, and can be traced for the cause', async () => {
  await window.focusTerminal('ns0')
  await window.page.keyboard.press('Control+c')
  await window.type('host', 'sysctl -qw net.ipv4.ip_forward=0')
  await window.focusTerminal('ns1')
  await window.page.keyboard.type('ping -i 0.5 -W 1 203.0.113.10\n')
  await window.page.locator('.traffic .dead').first().waitFor({ state: 'attached' })
  await window.tab(/^Trace/).click()
  const row = flow('192.168.1.3 → 203.0.113.10')
  await row.getByText('lost').waitFor()
  await said()
    .filter({ hasText: /gets no answer|new kinds of traffic/ })
    .waitFor({ state: 'attached' })
  await row.getByRole('button').click()
  await hops().filter({ hasText: 'Dropped in host' }).waitFor({ state: 'attached' })
  await window.button('Why it failed').click()
  await window.button('Trace one like it').click()
  const card = window.page.getByRole('complementary', { name: 'Why it failed' })
  await card.getByRole('heading', { name: 'Forwarding is off' }).waitFor()
  await rest()
  await window.page.keyboard.press('Escape')
})

test('off is off: no capsule, no list, no socket', async () => {
  await toggle().click()
  await window.page.getByRole('button', { name: 'Live traffic', pressed: false }).waitFor()
  await capsules().first().waitFor({ state: 'detached' })
  await flow('192.168.1.3').first().waitFor({ state: 'detached' })
  await status().getByText('Capturing on').waitFor({ state: 'detached' })
  await until('no packet socket is open', async () => (await packetSockets()) === 0)
  await window.focusTerminal('ns1')
  await window.page.keyboard.press('Control+c')
})

test('a window that is loaded again begins with it off, and nothing is captured for nobody', async () => {
  await toggle().click()
  await until('the socket is open', async () => (await packetSockets()) === 1)
  await window.page.reload()
  await window.button('Deployed').waitFor()
  expect(await toggle().getAttribute('aria-pressed')).toBe('false')
  await until('no packet socket is open', async () => (await packetSockets()) === 0)
})

test('no script has failed meanwhile', () => {
  expect(window.errors).toEqual([])
})
