import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { violations } from '../window/axe.js'
import { LabWindow } from '../window/window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  await window.openStarter(/^NAT to the Internet/)
  await window.deploy()
})
afterAll(() => window.close())

const row = (text: string | RegExp) => window.page.locator('tbody tr[data-hop]').filter({ hasText: text })
const current = () => window.page.locator('tbody tr[aria-current=step]')
const pane = () => window.page.getByRole('complementary', { name: 'Packet' })
const said = () => window.page.locator('[data-announcer]')

const draft = () => window.page.getByRole('complementary', { name: 'Predict first' })
const marked = () => window.page.getByRole('complementary', { name: 'Prediction' })
const places = () => draft().getByRole('listitem').allInnerTexts()

/** By the middle of what is drawn there: the picture itself is one canvas. */
async function click(words: string): Promise<void> {
  const box = await window.page
    .locator('.canvas svg text', { hasText: new RegExp(`^${words}$`) })
    .first()
    .boundingBox()
  if (!box) throw new Error(`${words} is not drawn`)
  await window.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
}

/** Away from every field and button, so that single letters are keys. */
async function rest(): Promise<void> {
  await window.page.evaluate('document.activeElement && document.activeElement.blur()')
}
/** T goes to the bar, T again runs. */
async function trace(): Promise<void> {
  await rest()
  await window.page.keyboard.press('t')
  await window.page.keyboard.press('t')
}

const threads = (pid: number): number => readdirSync(`/proc/${pid}/task`).length
/** A file of the network that a process is in, as itself sees it. */
const file = (pid: number, name: string): string => readFileSync(`/proc/${pid}/net/${name}`, 'utf8')
/** Packets that have come over cables into the network that a process is in. */
const answered = (pid: number): number =>
  [...file(pid, 'dev').matchAll(/veth\d+:\s*\d+\s+(\d+)/g)].reduce((sum, [, received]) => sum + Number(received), 0)
const runs = (is: (command: string) => boolean): number | null =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        return is(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim())
      } catch {
        return false
      }
    }) ?? null

test('T twice traces the ping of the lab: every hop is a row, the film runs on the canvas', async () => {
  await trace()
  await row('Received echo reply, TTL 63').waitFor({ state: 'attached' })
  await window.button('Replay').waitFor()
  await row('NAT rewrote source').first().waitFor()
  await window.page.locator('.film .actor').first().waitFor({ state: 'attached' })
  expect(await window.tab(/^Trace/).getAttribute('aria-selected')).toBe('true')
})

test('arrows step through the hops, Home and End go to their ends, and each hop is said', async () => {
  await rest()
  await window.page.keyboard.press('Home')
  expect(await current().getAttribute('data-hop')).toBe('1')
  await window.page.keyboard.press('ArrowRight')
  expect(await current().getAttribute('data-hop')).toBe('2')
  await said().filter({ hasText: 'Hop 2, host veth1 in, Entered bridge0, port 1' }).waitFor({ state: 'attached' })
  await window.page.keyboard.press('ArrowLeft')
  expect(await current().getAttribute('data-hop')).toBe('1')
  await window.page.keyboard.press('End')
  await said().filter({ hasText: 'Delivered in ns0' }).waitFor({ state: 'attached' })
})

test('space plays from the first hop on, with pictures instead of movement where motion is not wanted', async () => {
  await rest()
  await window.page.keyboard.press('Home')
  await window.page.keyboard.press('Space')
  await window.button('Pause').waitFor()
  await window.page.locator('tbody tr[aria-current=step][data-hop="2"]').waitFor()
  await window.page.keyboard.press('Space')
  await window.button('Play').waitFor()
})

test('the packet pane shows what the hop changed, what it was, and the rule', async () => {
  await row('Sent on by eth0').click()
  await pane().getByText('5 fields changed').waitFor()
  expect(await pane().locator('del').allInnerTexts()).toEqual(expect.arrayContaining(['192.168.1.2', '64']))
  await pane().getByText('-j MASQUERADE').waitFor()
  expect(await pane().getByRole('region', { name: 'Bytes' }).locator('b.nat').innerText()).toBe('ac 10 00 9d')
})

test('the callout of the rewriting speaks of a range of time, because nobody saw the moment', async () => {
  await row('NAT rewrote source').click()
  const callout = window.page.locator('.callouts .callout')
  await callout.getByText('host rewrote the source').waitFor()
  expect(await callout.innerText()).toMatch(/\+\d+\.\d–\d+\.\d µs/)
})

test('a question comes before the address changes, and nobody has to answer it', async () => {
  await window.button('Earlier traces').click()
  await window.page.getByRole('menuitemcheckbox', { name: /^Ask me/ }).click()
  await row('NAT rewrote source').click()
  await rest()
  await window.page.keyboard.press('ArrowLeft')
  await window.page.keyboard.press('ArrowRight')
  const question = window.page.getByRole('radiogroup', { name: /source address/ })
  await question.waitFor()
  expect(await row('? → ?').count()).toBeGreaterThan(0)
  await question.getByText('192.168.1.2', { exact: true }).click()
  await window.page.getByText('Not quite: 172.16.0.157.').waitFor()
  await rest()
  await window.page.keyboard.press('ArrowRight')
  await question.waitFor({ state: 'detached' })
  expect(await current().innerText()).toContain('NAT rewrote source')
  await window.button('Earlier traces').click()
  await window.page.getByRole('menuitemcheckbox', { name: /^Ask me/ }).click()
  await window.page.getByRole('menu').waitFor({ state: 'detached' })
})

test('Esc leaves the replay, a row brings it back', async () => {
  await rest()
  await window.page.keyboard.press('Escape')
  await window.button('Replay').waitFor({ state: 'detached' })
  await window.inspector.waitFor()
  await row('Emitted echo request').click()
  await window.button('Replay').waitFor()
})

test('without its route the packet dies in ns0: cause, evidence, lookup and drained picture', async () => {
  await window.type('ns0', 'ip route del default')
  await trace()
  const card = window.page.getByRole('complementary', { name: 'Why it failed' })
  await card.getByRole('heading', { name: 'Network is unreachable' }).waitFor()
  await card.getByText('RTNETLINK answers: Network is unreachable').waitFor()
  await window.page.locator('.callouts .died:not(.unseen)').getByText('The packet died here, inside ns0').waitFor()
  await window.page.getByText('Nothing to fall back on').waitFor()
  expect(
    await window.page
      .locator('.face.drained')
      .evaluateAll((all) => all.map((each) => each.getAttribute('data-namespace')).sort()),
  ).toEqual(['host', 'internet', 'ns1'])
  expect(await window.page.locator('.face.failed').getAttribute('data-namespace')).toBe('ns0')
})

test('Ctrl Enter applies the fix and traces again; the answer is there, and the fix can be taken back', async () => {
  await rest()
  await window.page.keyboard.press('Control+Enter')
  await row('Received echo reply, TTL 63').waitFor({ state: 'attached' })
  const strip = pane().getByRole('status')
  await strip.getByText(/ip -n ns0 route add/).waitFor()
  expect(await window.type('ns0', 'ip route')).toContain('via 192.168.1.1')
  await strip.getByRole('button', { name: 'Undo' }).click()
  await strip.waitFor({ state: 'detached' })
  expect(await window.type('ns0', 'clear; ip route')).not.toContain('via 192.168.1.1')
})

test('the trace that worked and the one that did not, side by side', async () => {
  await window.tab(/^Trace/).click()
  await window.button('Earlier traces').click()
  const items = window.page.getByRole('group', { name: 'Compare with this one' }).getByRole('menuitem')
  await items.filter({ hasText: 'no route matches' }).click()
  await window.page.getByText('What changed between the two').waitFor()
  await window.page.getByText('First difference: ns0').waitFor()
  await window.page.getByText('ns0 never sent it').waitFor()
  await window.button('Close the comparison').click()
})

test('the address field suggests what the lab has', async () => {
  const field = window.page.getByRole('combobox', { name: 'Address or name' })
  await field.fill('intern')
  await window.page.getByRole('option', { name: /203\.0\.113\.10/ }).waitFor()
  await field.press('ArrowDown')
  await field.press('Enter')
  expect(await field.inputValue()).toMatch(/^(172\.16\.0\.1|203\.0\.113\.10)$/)
})

test('count, size and kind of the probe are what the bar says', async () => {
  await window.page.getByRole('combobox', { name: 'Address or name' }).fill('192.168.1.1')
  await window.button('More about the probe').click()
  await window.page.getByRole('spinbutton', { name: 'Count' }).fill('2')
  await window.page.getByRole('spinbutton', { name: 'Payload, bytes' }).fill('100')
  await window.page.getByRole('checkbox', { name: 'Don’t fragment' }).check()
  await window.page.keyboard.press('Escape')
  await trace()
  await row('Emitted echo request').nth(1).waitFor({ state: 'attached' })
  await row('Emitted echo request').first().click()
  await pane().getByText('142 bytes').waitFor()
  await window.button('More about the probe').click()
  for (const name of ['Count', 'Payload, bytes']) await window.page.getByRole('spinbutton', { name }).fill('')
  await window.page.getByRole('checkbox', { name: 'Don’t fragment' }).uncheck()
  await window.page.keyboard.press('Escape')

  await window.page.getByRole('button', { name: /^What to send/ }).click()
  await window.page.getByRole('menuitemradio', { name: 'traceroute' }).click()
  await window.type('ns0', 'ip route replace default via 192.168.1.1')
  await window.page.getByRole('combobox', { name: 'Address or name' }).fill('203.0.113.10')
  await trace()
  await row('Dropped in host').first().waitFor({ state: 'attached' })
  await window.button('Replay').waitFor()
  await row('Received echo reply, TTL 63').waitFor({ state: 'attached' })
  await window.page.getByRole('button', { name: /^What to send/ }).click()
  await window.page.getByRole('menuitemradio', { name: 'ping' }).click()
})

test('Trace asks first, clicks on the picture are the way, and nothing is sent until then', async () => {
  await window.page.getByRole('combobox', { name: 'Address or name' }).fill('203.0.113.10')
  await window.button('Predict first').click()
  await trace()
  await draft().waitFor()
  expect(await draft().getByRole('button', { name: /^Send/ }).isDisabled()).toBe(true)
  await click('host')
  await expect.poll(places).toEqual(['ns0', '1\nhost'])
  await click('ns1')
  await expect.poll(places).toEqual(['ns0', '1\nhost', '2\nns1'])
  await click('ns1')
  await expect.poll(places).toEqual(['ns0', '1\nhost'])
  await click('ns1')
  await draft().getByLabel('Next hop').selectOption('direct')
  expect(await window.page.locator('.trace-pane').count()).toBe(0)
  expect(await violations(window)).toEqual([])
})

test('the film marks it: right up to where the route led elsewhere, and so is what the program predicted', async () => {
  await draft().getByRole('button', { name: /^Send/ }).click()
  await marked().getByText('Not as you predicted').waitFor()
  const text = await marked().innerText()
  expect(text).toContain('Right:\nhost\nWrong:\nns1')
  expect(text).toContain('from host to internet:wan0')
  expect(text).toMatch(/ip route\s+default via 172\.16\.0\.1 dev eth0/)
  expect(text).toContain('It was: 192.168.1.1.')
  expect(text).toMatch(/Request\nRight:\nns0:veth0 → host:veth1 → host:bridge0 → host:eth0 → internet:wan0/)
  expect(text).toMatch(/Outcome\nRight:\nreply/)
  await window.page.locator('.way .wrong').waitFor({ state: 'attached' })
  expect(await window.page.locator('.way .good').count()).toBe(1)
  expect(await violations(window)).toEqual([])
})

test('by keyboard alone: places of the tree, T sends, and what is right is said', async () => {
  await window.page.keyboard.press('Escape')
  await trace()
  await draft().waitFor()
  const tree = window.page.getByRole('tree')
  for (const key of ['host', 'internet']) {
    await tree.locator(`[data-key="namespace ${key}"]`).focus()
    await window.page.keyboard.press('Enter')
  }
  await expect.poll(places).toEqual(['ns0', '1\nhost', '2\ninternet'])
  await window.page.keyboard.press('Backspace')
  await expect.poll(places).toEqual(['ns0', '1\nhost'])
  await window.page.keyboard.press('Enter')
  await draft().getByLabel('Next hop').selectOption('192.168.1.1')
  await tree.locator('[data-key="namespace host"]').focus()
  await window.page.keyboard.press('t')
  await marked().getByText('As you predicted', { exact: true }).waitFor()
  await window.button('Predict first').click()
})

test('frames that were not captured are said: the film has gaps', async () => {
  await window.focusTerminal('ns1')
  // Its padding tells it from every other ping on this machine.
  const command = `ping -q -f -w 250 -p ${process.pid.toString(16).padStart(8, '0')} 192.168.1.1`
  await window.page.keyboard.type(`${command}\n`)
  await window.untilShown('ns1', 'bytes of data')
  const flood = await until('the flood is a process', () => runs((line) => line === command))
  const helper = window.world.processes().find(({ pid, command: line }) => /helper\.js/.test(line) && threads(pid) > 2)
  if (!helper) throw new Error('no helper')
  await window.page.getByRole('combobox', { name: 'Address or name' }).fill('192.168.1.77')
  await trace()
  await until('the capture is there', () => file(flood, 'packet').split('\n').length > 2)
  // Whoever does not read loses frames, on however fast or busy a machine: more than fit into a socket arrive meanwhile.
  process.kill(helper.pid, 'SIGSTOP')
  try {
    const before = answered(flood)
    await until('more frames than fit', () => answered(flood) > before + 5000)
  } finally {
    process.kill(helper.pid, 'SIGCONT')
  }
  await window.page.getByText(/^Incomplete: \d+ frames were not captured$/).waitFor()
  expect(await window.page.locator('footer.status').innerText()).toMatch(/Captured on 7 interfaces · [1-9]\d* dropped/)
  await window.focusTerminal('ns1')
  await window.page.keyboard.press('Control+c')
})

test('no script has failed meanwhile', () => {
  expect(window.errors).toEqual([])
})
