/// <reference lib="dom" />
/** Who gets how much of the window: the picture first, every control whole, nothing on anything else. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Locator } from 'playwright-core'
import { until } from '../../kernel/support/until.js'
import { LabWindow } from './window.js'

const laptop = { width: 1280, height: 720 }
let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open({ size: laptop })
  await window.ready()
})
afterAll(() => window.close())

const left = (): Locator => window.page.locator('aside.left')
const zoom = async (): Promise<number> =>
  parseInt(await window.page.getByRole('group', { name: 'Zoom' }).locator('.percent').innerText(), 10)

/** What a person sees of picture and table, once both have come to rest. */
async function shares(): Promise<{ picture: number; rows: number; zoom: number }> {
  const measured = (): Promise<{ picture: number; rows: number }> =>
    window.page.evaluate(() => {
      const stage = document.querySelector('main') as Element
      const list = document.querySelector('.dock .list.scroll') as Element
      const around = list.getBoundingClientRect()
      const rows = [...list.querySelectorAll('tbody tr')].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect()
        return top >= around.top + 25 && bottom <= around.bottom + 1
      })
      return { picture: stage.getBoundingClientRect().height / innerHeight, rows: rows.length }
    })
  let last = ''
  return until('picture and table to come to rest', async () => {
    const now = { ...(await measured()), zoom: await zoom() }
    const same = JSON.stringify(now) === last
    last = JSON.stringify(now)
    return same ? now : null
  })
}

async function fresh(id: string): Promise<void> {
  await window.showLabs()
  await window.page.locator(`[data-starter="${id}"]`).click()
  await window.deploy()
  const target = window.page.getByRole('combobox')
  if ((await target.inputValue()) === '') await target.fill('192.168.1.3')
  await window.trace()
}

async function end(): Promise<void> {
  await window.page.keyboard.press('Escape')
  await window.stop()
}

test('the first button of the first window opens a lab with its guide', async () => {
  // What it opens is said before.
  await window.page.getByText('“Two namespaces on one cable”, 6 steps').waitFor()
  await window.button('Build a first network').click()
  await window.page.getByRole('complementary', { name: 'Guide' }).getByText('Step 1 of 6').waitFor()
  await window.page.locator('main [role=treeitem]').first().waitFor({ state: 'attached' })
})

test('features that this kernel lacks are one line, and their names a click away', async () => {
  const machine = window.inspector.locator('section', { hasText: 'This machine' })
  const line = machine.locator('summary')
  if ((await line.count()) > 0) {
    expect(await machine.locator('details p').isVisible()).toBe(false)
    await line.click()
    await machine.locator('details p').waitFor()
  }
  expect(await machine.getByText('not available').count()).toBe(0)
})

describe.each([laptop, { width: 1280, height: 800 }])('a fresh trace at $width x $height', (size) => {
  test.each([
    '02-veth-pair',
    '04-bridge',
    '05-bridge-gateway',
    '06-router',
    '07-host-router',
    '08-nat',
    '09-publish-port',
  ])('shows %s large enough to be read, and a few rows of its table', async (id) => {
    await window.page.setViewportSize(size)
    await fresh(id)
    const seen = await shares()
    expect(seen.picture).toBeGreaterThanOrEqual(0.45)
    expect(seen.zoom).toBeGreaterThanOrEqual(70)
    expect(seen.rows).toBeGreaterThanOrEqual(3)
    expect(seen.rows).toBeLessThanOrEqual(5)
    // The time axis reaches from the buttons to the readout.
    const [axis, transport] = await Promise.all(
      ['.scrubber', '.transport'].map((each) => window.page.locator(each).boundingBox()),
    )
    expect(axis?.width).toBeGreaterThan((transport?.width ?? Infinity) * 0.4)
    // Bytes are read without scrolling sideways, whatever the pane shows.
    const packet = window.page.getByRole('button', { name: 'Packet', exact: true })
    if (await packet.isVisible()) await packet.click()
    const bytes = window.page.getByRole('region', { name: 'Bytes' })
    expect(await bytes.evaluate((dump) => dump.scrollWidth - dump.clientWidth)).toBeLessThanOrEqual(0)
    await end()
  })
})

test('the left panel folds for a film where both have no room, and the way back to it is in sight', async () => {
  await window.page.setViewportSize(laptop)
  await fresh('08-nat')
  await left().waitFor({ state: 'detached' })
  const guide = window.page.getByRole('navigation').getByRole('button', { name: 'Guide' })
  expect(await guide.getAttribute('aria-pressed')).toBe('false')
  await guide.click()
  await left().waitFor()
  await guide.click()
  await left().waitFor({ state: 'detached' })
  await end()
  await guide.click()
  await left().waitFor()
  await window.deploy()
  await window.trace()
  await left().waitFor({ state: 'detached' })
  const back = window.button(/^Back to the guide/)
  await back.click()
  await left().waitFor()
  await window.page.locator('.transport').waitFor({ state: 'detached' })
  // In a wide window the guide stays beside the film, and there is no way back to where one is.
  await window.page.setViewportSize({ width: 1680, height: 1050 })
  await window.trace()
  await left().waitFor()
  expect(await back.count()).toBe(0)
  await window.page.setViewportSize(laptop)
  await back.waitFor()
  await window.page.keyboard.press('Escape')
  await left().waitFor()
})

test('a lower panel that was closed by hand stays closed while a lab is built', async () => {
  await window.stop()
  const lower = window.button('Collapse')
  await lower.click()
  await lower.waitFor({ state: 'detached' })
  await window.deploy()
  expect(await lower.count()).toBe(0)
  await window.button('Expand').click()
  await lower.waitFor()
})

test('whatever the window’s size becomes while a film runs, the shares stay; and the dock is afterwards as it was', async () => {
  const dock = (): Promise<number> =>
    window.page.evaluate(() => document.querySelector('.lower-pane')?.getBoundingClientRect().height ?? 0)
  const before = await dock()
  await window.trace()
  await window.page.setViewportSize({ width: 1440, height: 900 })
  const large = await shares()
  expect(large.picture).toBeGreaterThanOrEqual(0.45)
  expect(large.rows).toBeGreaterThan(5)
  await window.page.setViewportSize(laptop)
  const small = await shares()
  expect(small.zoom).toBeGreaterThanOrEqual(70)
  expect(small.rows).toBeLessThanOrEqual(5)
  await window.page.keyboard.press('Escape')
  await until('the dock to be as it was', async () => Math.abs((await dock()) - before) < 2)
})

test('a film says that it shows a past moment once the network has changed, and leads back', async () => {
  await window.trace()
  expect(await window.button('Back to live').count()).toBe(0)
  await window.type('host', 'ip netns exec ns1 ip link set veth2 down')
  await window.button('Back to live').click()
  await window.page.locator('.transport').waitFor({ state: 'detached' })
  await window.type(
    'host',
    'ip netns exec ns1 ip link set veth2 up; ip netns exec ns1 ip route add default via 192.168.1.1',
  )
})

/** Words that are cut, and controls that lie on each other, among all that can be pressed in the frame. */
const crowded = (): Promise<readonly string[]> =>
  window.page.evaluate(() => {
    const bars = ['header', '.dock .tabs', '.canvas .corner, .canvas .layers', '.transport', '.foot']
    const found: string[] = []
    for (const bar of bars) {
      const controls = [...document.querySelectorAll(bar)]
        .flatMap((each) => [...each.querySelectorAll('button, input, [role=status], [role=slider]')])
        .filter((each) => {
          const strip = each.closest('.strip')?.getBoundingClientRect()
          const own = each.getBoundingClientRect()
          const inStrip = !strip || (own.left >= strip.left - 1 && own.right <= strip.right + 1)
          return own.width > 1 && inStrip && !each.matches('.shell-close')
        })
      const around = (each: Element): DOMRect => (each.closest(bar) ?? each).getBoundingClientRect()
      const name = (each: Element): string => each.getAttribute('aria-label') ?? (each.textContent ?? '').trim()
      for (const [index, one] of controls.entries()) {
        const a = one.getBoundingClientRect()
        if (a.left < -0.5 || a.right > innerWidth + 0.5 || a.bottom > innerHeight + 0.5)
          found.push(`${name(one)} is cut by the window`)
        if (a.left < around(one).left - 0.5 || a.right > around(one).right + 0.5)
          found.push(`${name(one)} is cut by ${bar}`)
        if (one.matches('button') && !one.matches('.lab-menu-trigger') && one.scrollWidth > one.clientWidth + 1)
          found.push(`${name(one)} is cut`)
        for (const other of controls.slice(index + 1)) {
          const b = other.getBoundingClientRect()
          if (one.contains(other) || other.contains(one)) continue
          const apart =
            a.right <= b.left + 0.5 || b.right <= a.left + 0.5 || a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5
          if (!apart) found.push(`${name(one)} lies on ${name(other)}`)
        }
      }
    }
    return found
  })

describe.each([{ width: 853, height: 480 }, { width: 960, height: 600 }, laptop, { width: 1440, height: 900 }])(
  'at $width x $height',
  (size) => {
    test('nothing that can be pressed is cut or lies on anything else', async () => {
      await window.page.setViewportSize(size)
      await until('the bars to have room', async () => (await crowded()).length === 0).catch(async () => {
        expect(await crowded()).toEqual([])
      })
      await window.trace()
      await until('the bars to have room', async () => (await crowded()).length === 0).catch(async () => {
        expect(await crowded()).toEqual([])
      })
      await window.page.keyboard.press('Escape')
    })
  },
)

test('results say their names while there is room, and twelve shells push none of them out of sight', async () => {
  const names = ['Trace', 'Plan', 'Differences', 'Commands', 'Checks']
  const results = window.page.getByRole('tablist', { name: 'Results' })
  const silent = (): Promise<string[]> =>
    results
      .locator('.label')
      .evaluateAll((all) => all.filter((each) => each.clientWidth <= 1).map((each) => each.textContent ?? ''))
  await window.page.setViewportSize({ width: 1920, height: 900 })
  await until('all words', async () => (await silent()).length === 0)
  // Between two panels of a small window: those that are looked for most.
  await window.page.setViewportSize({ width: 1040, height: 700 })
  await until('some words only', async () => (await silent()).length > 0)
  expect(await silent()).not.toContain('Trace')
  await window.page.setViewportSize(laptop)
  await until('the words that are looked for most', async () => {
    const left = await silent()
    return !left.includes('Trace') && !left.includes('Checks')
  })
  for (let count = 0; count < 12; count++) {
    await window.button('New terminal').click()
    await window.page.getByRole('menuitem', { name: 'ns0' }).click()
    await until('its tab', async () => (await window.tab(/^ns0/).count()) > count)
  }
  for (const name of names) {
    const box = await results.getByRole('tab', { name }).boundingBox()
    expect(box?.x ?? 0, name).toBeGreaterThan(0)
    expect((box?.x ?? Infinity) + (box?.width ?? 0), name).toBeLessThan(laptop.width)
  }
  expect(await crowded()).toEqual([])
  // The shell that was opened last is in sight.
  await until('its tab in sight', () =>
    window.page.evaluate(() => {
      const on = document.querySelector('.dock .strip [aria-selected=true]')?.getBoundingClientRect()
      const strip = document.querySelector('.dock .strip')?.getBoundingClientRect()
      return on !== undefined && strip !== undefined && on.left >= strip.left - 1 && on.right <= strip.right + 1
    }),
  )
})

test('a shell that is opened moves no other tab', async () => {
  await window.page.reload()
  await window.ready()
  const order = (): Promise<string[]> => window.page.locator('.dock [role=tab]').allInnerTexts()
  await window.tab('internet').waitFor()
  const before = (await order()).map((each) => each.trim())
  await window.tab('ns1').click()
  await window.untilShown('ns1', /# *$/)
  expect((await order()).map((each) => each.trim())).toEqual(before)
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
