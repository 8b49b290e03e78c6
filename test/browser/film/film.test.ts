/// <reference lib="dom" />
/** Film files as the command makes them, opened from disk in a real browser that has no network. */
import axe from 'axe-core'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../kernel/support/build.js'
import { World } from '../../kernel/support/world.js'
import { launchChromium } from '../../support/chromium.js'

const lab = (name: string): string => join(root, `resources/labs/${name}.vethlab.yaml`)
const films = [
  ['bridge', lab('04-bridge'), ['--from', 'ns0', '--to', 'ns1']],
  ['router', lab('06-router'), ['--from', 'ns0', '--to', 'ns1']],
  ['nat', lab('08-nat'), ['--from', 'ns0', '--to', '203.0.113.10']],
  ['failure', lab('06-router.broken'), ['--from', 'ns0', '--to', 'ns1']],
  ['tunnel', lab('11-vxlan'), ['--from', 'c1', '--to', '10.1.1.2']],
] as const

describe('a film file', () => {
  let world: World
  let browser: Browser
  beforeAll(async () => {
    world = await World.ofUser()
    browser = await launchChromium()
    // A folder that the world's user may write.
    for (const [name, file, probe] of films) {
      const made = await world.runCli(['film', file, ...probe, '-o', path(name), '--json'], {})
      expect(made.status, made.stderr).toBe(0)
      expect(JSON.parse(made.stdout)).toMatchObject({ ok: true, bytes: statSync(path(name)).size })
      expect(statSync(path(name)).size).toBeLessThanOrEqual(500_000)
    }
  })
  afterAll(async () => {
    await browser.close()
    world.dispose()
  })

  const path = (name: string): string => join(world.home, `${name}.html`)

  async function open(name: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Shown> {
    const context = await browser.newContext({ offline: true, reducedMotion: 'reduce', ...options })
    const page = await context.newPage()
    const wrong: string[] = []
    page.on('console', (message) => wrong.push(message.text()))
    page.on('pageerror', (error) => wrong.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) wrong.push(request.url())
    })
    await page.goto(`file://${path(name)}`)
    await page.getByRole('table').waitFor()
    return { context, page, wrong }
  }
  interface Shown {
    readonly context: BrowserContext
    readonly page: Page
    /** What the browser complained of, and what was asked of a network. */
    readonly wrong: readonly string[]
  }

  test.each(films)('%s: its rows are the hops of the document it carries, and axe finds nothing', async (name) => {
    const [english, chinese] = [
      ['dark', 'en-US'],
      ['light', 'zh-CN'],
    ] as const
    for (const [colorScheme, locale] of name === 'failure' || name === 'nat' ? [english, chinese] : [english]) {
      const { context, page, wrong } = await open(name, { colorScheme, locale })
      const seen = await page.evaluate(() => {
        const { trace } = JSON.parse(document.getElementById('vethlab-film')?.textContent ?? '')
        const rows = [...document.querySelectorAll<HTMLTableRowElement>('tr[data-hop]')].map((row) => ({
          n: Number(row.dataset['hop']),
          event: row.dataset['event'],
          namespace: row.cells[2]?.textContent,
          changed: [...row.querySelectorAll<HTMLElement>('[data-changed]')].map((each) => each.dataset['changed']),
        }))
        return { trace, rows, lang: document.documentElement.lang, theme: document.documentElement.dataset['theme'] }
      })
      expect(seen.rows).toEqual(
        seen.trace.hops.map((hop: { n: number; event: string; namespace: string; changed: string[] }) => ({
          n: hop.n,
          event: hop.event,
          namespace: hop.namespace,
          changed: hop.changed,
        })),
      )
      expect([seen.lang, seen.theme]).toEqual([locale === 'zh-CN' ? 'zh-CN' : 'en', colorScheme])
      // Its own policy forbids even this script; the browser's debugger may.
      const found = (await page.evaluate(
        `${axe.source}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
      )) as AxeResults
      expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)).toEqual([])
      expect(wrong).toEqual([])
      await context.close()
    }
  })

  test('its hops are those of `trace`, but for what differs from one run to the next', async () => {
    const [, file, probe] = films[2]
    const traced = await world.runCli(['trace', file, ...probe, '--json'], {})
    const { page, context } = await open('nat')
    const film = await page.evaluate(() => JSON.parse(document.getElementById('vethlab-film')?.textContent ?? ''))
    await context.close()
    const document = JSON.parse(traced.stdout)
    expect(Object.keys(film.trace)).toEqual(Object.keys(document))
    const kept = ({ leg, namespace, interface: name, direction, event, observed, changed }: Record<string, unknown>) =>
      JSON.stringify({ leg, namespace, name, direction, event, observed, changed })
    // Which flood copy is seen first is chance.
    expect(film.trace.hops.map(kept).toSorted()).toEqual(document.hops.map(kept).toSorted())
  })

  test('plays by keys, in both languages and themes, and prints every hop on white', async () => {
    const { page, context, wrong } = await open('nat')
    const current = page.locator('tr[aria-current=step]')
    const at = (): Promise<string | null> => current.getAttribute('data-hop')
    const last = String(await page.locator('tr[data-hop]').count())
    expect(await at()).toBe('1')
    await page.keyboard.press('ArrowRight')
    expect(await at()).toBe('2')
    await page.keyboard.press('ArrowLeft')
    expect(await at()).toBe('1')
    await page.keyboard.press('End')
    expect(await at()).toBe(last)
    await page.keyboard.press('Home')
    await page.keyboard.press(' ')
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.keyboard.press(' ')
    await page.getByRole('button', { name: 'Play' }).waitFor()
    await page.getByRole('button', { name: '中文' }).click()
    await page.getByRole('heading', { name: '通过 NAT 访问互联网' }).waitFor()
    await page.getByRole('button', { name: '浅色' }).click()
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light')
    await page.getByRole('button', { name: '深色' }).click()
    await page.emulateMedia({ media: 'print' })
    await page.locator('html[data-theme=light]').waitFor()
    expect(await page.getByRole('button', { name: '播放' }).isVisible()).toBe(false)
    expect(await page.locator('tr[data-hop]').last().isVisible()).toBe(true)
    expect(wrong).toEqual([])
    await context.close()
  })

  test('a failure says its cause with the evidence', async () => {
    const { page, context } = await open('failure')
    await page.getByRole('heading', { name: 'Forwarding is off' }).waitFor()
    await page.getByText('net.ipv4.ip_forward = 0').waitFor()
    await context.close()
  })

  test('gives the lab and the capture back, and every command takes it for the lab', async () => {
    const { page, context } = await open('router')
    const saved = async (name: string): Promise<Buffer> => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()])
      return readFileSync(await download.path())
    }
    expect(await saved('Lab file')).toEqual(readFileSync(lab('06-router')))
    // The block type of a section header (pcapng, 4.1).
    expect((await saved('Capture for Wireshark')).readUInt32LE(0)).toBe(0x0a0d0d0a)
    await context.close()
    const [ofFilm, ofLab] = await Promise.all([
      world.runCli(['plan', path('router'), '--json'], {}),
      world.runCli(['plan', lab('06-router'), '--json'], {}),
    ])
    expect([ofFilm.status, ofFilm.stdout]).toEqual([0, ofLab.stdout])
    const other = await world.runCli(['validate', world.file('page.html', '<!doctype html><p>hello')], {})
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('is no film of Vethlab')])
  })

  test('wrong flags are met as those of trace', async () => {
    const wrong = await world.runCli(
      ['film', lab('06-router'), '--from', 'ns0', '--to', 'ns1', '--proto', 'tcp', '-o', path('no')],
      {},
    )
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('--proto tcp needs --port')])
    const nowhere = await world.runCli(['film', lab('06-router'), '--from', 'ns0', '--to', 'ns1'], {})
    expect(nowhere.status).toBe(2)
  })
})
