/** A lab file and a shell that mean harm: everything they say is text. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { LabWindow } from './window.js'

/** Ways to become more than text; each calls a function that the test watches, or asks the network for something. */
const attacks = [
  '<img src=x onerror=hacked()>',
  '<script>hacked()</script>',
  '<a href="javascript:hacked()">click</a>',
  '[click](javascript:hacked())',
  '![x](http://attack.invalid/x.png)',
  '<iframe src="http://attack.invalid/"></iframe>',
  '</textarea></svg><svg onload=hacked()>',
  '{{hacked()}} ${hacked()}',
  '&lt;b&gt;',
].join(' ')
const long = 'x'.repeat(10_000)
const quote = (text: string): string => JSON.stringify(text)

const lab = `vethlab: 1
name: hostile
title: ${quote(`Hostile ${attacks} ${long}`)}
description: ${quote(`${attacks} ${long}`)}
namespaces:
  ns0:
    interfaces: { veth0: { addresses: [10.0.0.1/24] } }
    services:
      - { listen: tcp, port: 80, reply: ${quote(`${attacks}${long}`)} }
  "a.-_long-name-of-32-characters.0":
    interfaces: { "i<b>&'\\"${'`'}\${}0": { addresses: [10.0.0.2/24] } }
links:
  - [ns0:veth0, "a.-_long-name-of-32-characters.0:i<b>&'\\"${'`'}\${}0"]
checks:
  - { name: ${quote(`${attacks} ${long}`.slice(0, 180))}, from: ns0, ping: 10.0.0.2 }
guide:
  - title: ${quote(`${attacks} ${long}`)}
    text: ${quote(`${attacks}\n\n- ${long}\n- ${attacks}\n\n\`\`\`\n${attacks}\n\`\`\`\n\n${'`'}${attacks}${'`'} **${'z'.repeat(300)}**`)}
    commands: [${quote(`echo ${attacks} ${'y'.repeat(2000)}`)}]
    ask:
      question: ${quote(`${attacks} ${long}`)}
      options: [${quote(attacks)}, ${quote(long)}]
      answer: 1
      explain: ${quote(attacks)}
`

let window: LabWindow
const requests: string[] = []
const dialogs: string[] = []
const popups: string[] = []
/** A link is opened on purpose. */
let follows = false

/** What must not be there, wherever the lab's words are shown. */
async function nothingHappened(): Promise<void> {
  const found = await window.page.evaluate(() => {
    const all = [...document.querySelectorAll('*')]
    return {
      called: (globalThis as { hackedTimes?: number }).hackedTimes ?? 0,
      // Pictures, frames and links are never made by the window, scripts only by its own page.
      elements: all.filter(
        (each) => /^(img|iframe|object|embed|a|script)$/i.test(each.localName) && !each.closest('head'),
      ).length,
      handlers: all.flatMap((each) => [...each.attributes]).filter(({ name }) => /^on/.test(name)).length,
      wide: document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth,
      out: ['header', 'nav', 'main', 'aside', 'footer', '.dock']
        .flatMap((selector) => [...document.querySelectorAll(selector)])
        .filter((each) => {
          const { left, right, top, bottom } = each.getBoundingClientRect()
          return left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1
        })
        .map((each) => each.className || each.localName),
      // A line that is too long is broken or ends in dots; it makes nothing wider. A table of hops may be scrolled.
      stretched: [
        ...document.querySelectorAll(
          'aside, aside .scroll, aside label, .dock .scroll:not(:has(table)), header, footer',
        ),
      ]
        .filter((each) => each.scrollWidth > each.clientWidth + 1)
        .map((each) => each.className || each.localName),
    }
  })
  expect(found).toEqual({ called: 0, elements: 0, handlers: 0, wide: false, out: [], stretched: [] })
  expect(requests).toEqual([])
  expect(dialogs).toEqual([])
  expect(popups).toEqual([])
  expect(window.errors).toEqual([])
}

beforeAll(async () => {
  const world = await World.ofUser()
  window = await LabWindow.open({ file: world.file('home/hostile.vethlab.yaml', lab) }, world)
  const own = new URL(window.page.url()).host
  window.page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).host !== own) requests.push(request.url())
  })
  window.page.on('dialog', (asked) => {
    dialogs.push(asked.message())
    void asked.dismiss()
  })
  window.context.on('page', (popup) => {
    if (!follows) popups.push(popup.url())
  })
  await window.page.evaluate('globalThis.hacked = () => { globalThis.hackedTimes = (globalThis.hackedTimes ?? 0) + 1 }')
  await window.ready()
})
afterAll(() => window.close())

test('title, description and guide are shown as they are written', async () => {
  await window.page.locator('.lab-menu-trigger', { hasText: '<script>hacked()</script>' }).waitFor()
  expect(await window.inspector.innerText()).toContain('<img src=x onerror=hacked()>')
  const guide = window.page.getByRole('complementary', { name: 'Guide' })
  expect(await guide.innerText()).toContain('[click](javascript:hacked())')
  expect(
    await guide
      .locator('[aria-current=step] .text *')
      .evaluateAll((all) => [...new Set(all.map((each) => each.localName))].sort()),
  ).toEqual(['code', 'li', 'p', 'pre', 'strong', 'ul'])
  await guide.locator('label').first().click()
  await nothingHappened()
})

test('every button of the top bar can still be reached, and the canvas be used', async () => {
  for (const button of [window.button(/^Deploy/), window.page.getByRole('combobox', { name: 'Address or name' })]) {
    const at = await button.boundingBox()
    expect(at && at.x >= 0 && at.x + at.width <= 1440).toBe(true)
  }
  const main = await window.page.getByRole('main').boundingBox()
  expect(main?.width).toBeGreaterThan(600)
  await window.deploy()
  await window.page.locator('main svg text.ns', { hasText: /^ns0$/ }).click({ force: true })
  await window.inspector.getByText('10.0.0.1/24').waitFor()
  await nothingHappened()
})

test('its names go through plan, commands, checks, differences, tree and palette', async () => {
  await window.tab(/^Checks/).click()
  await window.button('Run all').click()
  await window.tab(/Checks.*1\/1/).waitFor()
  await nothingHappened()
  await window.tab('Commands').click()
  await window.page.getByRole('log').getByText('i<b>&').first().waitFor()
  await nothingHappened()
  await window.type('host', 'ip netns add "<img src=x onerror=hacked()>"; ip netns add "$(printf \'\\033[31mred\')"')
  await window.tab(/Differences/).click()
  await nothingHappened()
  await window.rest()
  await window.page.keyboard.press('Control+k')
  await window.page.getByPlaceholder('Type a command').fill('<img')
  await nothingHappened()
  await window.page.keyboard.press('Escape')
  await window.page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('a trace to and from them is text, too', async () => {
  await window.trace()
  await window.page.locator('tbody tr[data-hop]').first().waitFor()
  await nothingHappened()
  await window.rest()
  await window.page.keyboard.press('Escape')
})

/** Clicks on words in the host's terminal, and waits for them to be a link where they are meant to be one. */
async function clickOn(words: string, isLink = false): Promise<void> {
  const terminal = window.page.locator('[data-terminal=host]:visible')
  const row = terminal.locator('.xterm-rows > div').filter({ hasText: words }).first()
  const box = await row.boundingBox()
  if (!box) throw new Error(`${words} is not on the screen`)
  // A cell is 7.2 px wide at 12 px.
  const x = box.x + (await row.innerText()).indexOf(words) * 7.2
  const isPointer = terminal.locator('.xterm-cursor-pointer')
  const hover = async (): Promise<boolean> => {
    // What a row offers is asked anew when the pointer comes to it from another one.
    await window.page.mouse.move(x, box.y + 2.5 * box.height)
    for (const cell of [1, 2, 3]) await window.page.mouse.move(x + cell * 7.2 + 3, box.y + box.height / 2)
    return (await isPointer.count()) > 0
  }
  // A row that is drawn again forgets what was pointed at.
  await window.untilShown('host', /[#$] *$/)
  if (isLink) await until('the link', hover)
  else expect(await hover()).toBe(false)
  await window.page.mouse.down()
  await window.page.mouse.up()
}

test('what a shell prints reaches neither clipboard, title, address bar nor another page', async () => {
  await window.page.evaluate('navigator.clipboard.writeText("mine")')
  const title = await window.page.title()
  const osc = (body: string): string => `\\033]${body}\\007`
  const shown = await window.type(
    'host',
    `clear; printf '${osc(`52;c;${Buffer.from('stolen').toString('base64')}`)}${osc('0;stolen title')}${osc('2;stolen')}${osc('8;;javascript:hacked()')}click-me${osc('8;;')} ${osc('8;;data:text/html,<script>hacked()</script>')}data-me${osc('8;;')} \\033P+q544e\\033\\\\ \\033[21t \\033[5i'`,
  )
  expect(shown).toContain('click-me')
  expect(await window.page.evaluate('navigator.clipboard.readText()')).toBe('mine')
  expect(await window.page.title()).toBe(title)
  for (const words of ['click-me', 'data-me']) await clickOn(words)
  await nothingHappened()
})

test('a web address in a terminal is opened in a tab of its own, without a way back', async () => {
  await window.type('host', "clear; printf '\\033]8;;http://127.0.0.1:9/osc8\\007go-there\\033]8;;\\007\\n'")
  // Held back, so that nothing is asked of the network; what was asked for is told all the same.
  const asked: string[] = []
  await window.context.route('**/osc8', (route) => {
    asked.push(route.request().url())
    return route.fulfill({ contentType: 'text/html', body: '<title>there</title>' })
  })
  follows = true
  const opened = window.context.waitForEvent('page')
  await clickOn('go-there', true)
  const page = await opened
  await page.waitForURL('http://127.0.0.1:9/osc8')
  expect(await page.evaluate('window.opener')).toBeNull()
  expect(asked).toEqual(['http://127.0.0.1:9/osc8'])
  await page.close()
  follows = false
  await nothingHappened()
})

test('its escape sequences are no sequences: a command that is placed runs nothing and clears nothing', async () => {
  await window.type('host', 'clear')
  await window.page.locator('[aria-current=step] button').first().click()
  await window.untilShown('host', /y{40}/)
  expect(await window.screen('host')).not.toMatch(/No such file|\n *<img/)
  await window.page.keyboard.press('Control+c')
  await nothingHappened()
})
