/// <reference lib="dom" />
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { frames, startHarness, type Harness, type OpenOptions } from './harness-server.js'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())

/** Opens a picture, runs the test, and closes the page whatever happens. Errors on the page fail the test. */
async function on(picture: string, run: (page: Page) => Promise<void>, options?: OpenOptions): Promise<void> {
  const page = await harness.open(picture, options)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  try {
    await run(page)
    expect(errors).toEqual([])
  } finally {
    await page.close()
  }
}

/** Where the canvas stands in the harness, as in the design's pictures. */
const canvas = { x: 304, y: 48, width: 844, height: 591 }
/** Fit puts the drawing of N here. */
const origin = { x: canvas.x + 32, y: canvas.y + 91 }
const events = (page: Page): Promise<Record<string, unknown>[]> => page.evaluate('harness.events')
const text = (page: Page, words: string): Promise<number> =>
  page.evaluate(
    (wanted) =>
      [...document.querySelectorAll('.drawing svg text')].filter((each) => each.textContent === wanted).length,
    words,
  )

/** The colour that is really on the screen, as `#rrggbb`. */
async function pixel(page: Page, x: number, y: number): Promise<string> {
  const shot = await page.screenshot({ clip: { x, y, width: 1, height: 1 } })
  return page.evaluate(
    async (source) => {
      const image = new Image()
      image.src = source
      await image.decode()
      const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D
      context.drawImage(image, 0, 0)
      return `#${[...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((each) => each.toString(16).padStart(2, '0')).join('')}`
    },
    `data:image/png;base64,${shot.toString('base64')}`,
  )
}

const hues = {
  dark: { l2: '#35c4c8', canvas: '#101318', bad: '#ff736e', text3: '#8a94a3' },
  light: { l2: '#08727a', canvas: '#f6f7f9' },
}

describe.each(['dark', 'light'] as const)('N in %s', (theme) => {
  test('has its cables, ports and bodies in the design’s places and colours', () =>
    on(
      'nat',
      async (page) => {
        const at = (x: number, y: number): Promise<string> => pixel(page, origin.x + x, origin.y + y)
        // On the cable between host and ns0, on the uplink, on a port left of its eye, and in the eye itself.
        expect(await at(88, 300)).toBe(hues[theme].l2)
        expect(await at(552, 100)).toBe(hues[theme].l2)
        expect(await at(84, 326)).toBe(hues[theme].l2)
        expect(await at(500, 100)).toBe(hues[theme].canvas)
      },
      { theme },
    ))

  test('has no accessibility violations', () =>
    on(
      'nat',
      async (page) => {
        const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
        await page.evaluate(source)
        const found: { id: string }[] = await page.evaluate('axe.run(".frame").then((result) => result.violations)')
        expect(found.map((each) => each.id)).toEqual([])
      },
      { theme },
    ))
})

test('the theme follows the system until one is picked', () =>
  on('nat', async (page) => {
    const background = (): Promise<string> =>
      page.evaluate('getComputedStyle(document.querySelector(".canvas")).backgroundColor')
    await page.evaluate('harness.theme(null)')
    await page.emulateMedia({ colorScheme: 'light' })
    await frames(page, 3)
    expect(await background()).toBe('rgb(246, 247, 249)')
    expect(await pixel(page, origin.x + 88, origin.y + 300)).toBe(hues.light.l2)
    await page.evaluate('harness.theme("dark")')
    await frames(page, 3)
    expect(await background()).toBe('rgb(16, 19, 24)')
    expect(await pixel(page, origin.x + 88, origin.y + 300)).toBe(hues.dark.l2)
  }))

test('Chinese words, English names and addresses', () =>
  on(
    'nat',
    async (page) => {
      expect(await text(page, '三层 · 路由')).toBe(1)
      expect(await text(page, '交换机，2 端口')).toBe(1)
      expect(await text(page, '192.168.1.2/24')).toBe(1)
    },
    { language: 'zh-CN' },
  ))

describe('the pointer', () => {
  test('chooses what it is on: a box, a port a little beside its square, a cable, nothing', () =>
    on('nat', async (page) => {
      await page.mouse.click(origin.x + 300, origin.y + 395)
      await page.mouse.click(origin.x + 98, origin.y + 222)
      await page.mouse.click(origin.x + 552, origin.y + 100)
      await page.mouse.click(origin.x + 20, origin.y + 450)
      expect((await events(page)).map((each) => each['select'])).toEqual([
        { kind: 'namespace', id: 'ns1' },
        { kind: 'interface', id: 'host:veth1' },
        { kind: 'cable', id: 'host:eth0~internet:wan0' },
        null,
      ])
    }))

  test('a double click opens, a secondary click asks for actions', () =>
    on('nat', async (page) => {
      await page.mouse.dblclick(origin.x + 300, origin.y + 395)
      await page.mouse.click(origin.x + 300, origin.y + 395, { button: 'right' })
      await expect
        .poll(async () => (await events(page)).filter((each) => !('select' in each)))
        .toEqual([{ open: { kind: 'namespace', id: 'ns1' } }, { context: { kind: 'namespace', id: 'ns1' } }])
    }))

  const drag = async (page: Page, by: { x: number; y: number }): Promise<void> => {
    await page.mouse.move(origin.x + 300, origin.y + 395)
    await page.mouse.down()
    await page.mouse.move(origin.x + 300 + by.x / 2, origin.y + 395 + by.y / 2, { steps: 3 })
    await page.mouse.move(origin.x + 300 + by.x, origin.y + 395 + by.y, { steps: 3 })
    await frames(page, 2)
  }

  test('drags a box onto the line of its neighbours, shows the guide and tells its place in lab coordinates', () =>
    on('nat', async (page) => {
      await drag(page, { x: 61, y: 3 })
      expect(await page.locator('.guide').count()).toBeGreaterThan(0)
      // The bar has grown with its port; its stem still stands upright.
      const stem: number[] = await page.evaluate(
        `(() => { const stem = document.querySelector('.graph')._cyreg.cy.edges('.stem')[0]; return [stem.sourceEndpoint().x, stem.targetEndpoint().x] })()`,
      )
      expect(stem).toEqual([216, 216])
      await page.mouse.up()
      await frames(page, 2)
      expect(await page.locator('.guide').count()).toBe(0)
      const moves = (await events(page)).filter((each) => 'move' in each)
      expect(moves).toEqual([{ move: { ns1: { x: expect.closeTo(304, -0.5) as number, y: 326 } } }])
      expect(await page.evaluate('harness.canvas().geometry().box("ns0")')).toMatchObject({ x: 0, y: 326 })
    }))

  test('Escape puts a dragged box back', () =>
    on('nat', async (page) => {
      await drag(page, { x: 120, y: 60 })
      expect(await page.evaluate('harness.canvas().geometry().box("ns1").y')).not.toBe(326)
      await page.keyboard.press('Escape')
      await page.mouse.up()
      await frames(page, 2)
      expect(await page.evaluate('harness.canvas().geometry().box("ns1")')).toMatchObject({ x: 244, y: 326 })
      expect((await events(page)).filter((each) => 'move' in each)).toEqual([])
    }))

  test('nothing moves in a replay', () =>
    on('nat', async (page) => {
      await page.evaluate('harness.mode("replay")')
      await drag(page, { x: 120, y: 60 })
      await page.mouse.up()
      expect((await events(page)).filter((each) => 'move' in each)).toEqual([])
    }))

  test('on the ground it pans, and words and graph stay together', () =>
    on('nat', async (page) => {
      await page.mouse.move(origin.x + 600, origin.y + 380)
      await page.mouse.down()
      await page.mouse.move(origin.x + 640, origin.y + 350, { steps: 4 })
      await page.mouse.up()
      await frames(page, 3)
      expect(await pixel(page, origin.x + 40 + 88, origin.y - 30 + 300)).toBe(hues.dark.l2)
      const name = await page.evaluate(() => {
        const title = [...document.querySelectorAll('.drawing svg text.ns')].find((each) => each.textContent === 'ns0')
        return title?.getBoundingClientRect().x
      })
      expect(Math.round((name ?? 0) - (origin.x + 40 + 34))).toBe(0)
    }))

  test('a wheel and two fingers pan, whichever way', () =>
    on('nat', async (page) => {
      const now = (): Promise<{ x: number; y: number; zoom: number }> =>
        page.evaluate(
          '(() => { const { cy } = document.querySelector(".graph")._cyreg; return { ...cy.pan(), zoom: cy.zoom() } })()',
        )
      const from = await now()
      await page.mouse.move(origin.x + 200, origin.y + 200)
      await page.mouse.wheel(30, 70)
      await expect.poll(now).toEqual({ x: from.x - 30, y: from.y - 70, zoom: from.zoom })
      await page.mouse.move(origin.x + 200, origin.y + 200)
      await page.mouse.down({ button: 'middle' })
      await page.mouse.move(origin.x + 230, origin.y + 270)
      await page.mouse.up({ button: 'middle' })
      await expect.poll(now).toEqual(from)
    }))

  test('a pinch zooms about the pointer and leaves out what would be too small to read', () =>
    on('nat', async (page) => {
      const shown = (selector: string): Promise<boolean> => page.locator(selector).first().isVisible()
      expect([await shown('.drawing .cp'), await shown('.drawing .ad')]).toEqual([true, true])
      await page.evaluate('harness.canvas().zoomTo("out"); harness.canvas().zoomTo("out")')
      await frames(page, 3)
      expect([await shown('.drawing .cp'), await shown('.drawing .ad')]).toEqual([false, true])
      await page.mouse.move(origin.x + 200, origin.y + 200)
      await page.keyboard.down('Control')
      await page.mouse.wheel(0, 60)
      await page.keyboard.up('Control')
      await expect.poll(() => page.locator('.percent').innerText()).not.toBe('64%')
      await page.keyboard.press('Tab')
      await page.evaluate('harness.canvas().zoomTo("fit")')
      await expect.poll(() => page.locator('.percent').innerText()).toBe('100%')
    }))
})

describe('the keyboard', () => {
  const focused = (page: Page): Promise<string> => page.evaluate('document.activeElement?.textContent?.trim() ?? ""')

  test('one Tab enters the tree, arrows go along cables, Enter opens', () =>
    on('nat', async (page) => {
      await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('namespace ns0, default via 192.168.1.1')
      for (let at = 0; at < 2; at++) await page.keyboard.press('ArrowDown')
      expect(await focused(page)).toBe('veth0, in ns0, up, 192.168.1.2/24, cable to veth1 in host')
      await page.keyboard.press('ArrowRight')
      expect(await focused(page)).toBe('veth1, in host, up, port of bridge0, no address, cable to veth0 in ns0')
      expect(await page.locator('.ring.focused').count()).toBe(1)
      await page.keyboard.press('Enter')
      expect(await events(page)).toEqual([{ open: { kind: 'interface', id: 'host:veth1' } }])
      await page.keyboard.press('Tab')
      expect(await focused(page)).toBe('Live')
    }))

  test('2 and 3 drain the other layer, 1 brings it back', () =>
    on('nat', async (page) => {
      await page.keyboard.press('Tab')
      await page.keyboard.press('3')
      await frames(page, 2)
      expect(await pixel(page, origin.x + 88, origin.y + 300)).toBe(hues.dark.text3)
      await page.keyboard.press('1')
      await frames(page, 2)
      expect(await pixel(page, origin.x + 88, origin.y + 300)).toBe(hues.dark.l2)
    }))
})

describe('a change in the kernel', () => {
  const switchOff = (
    on_: boolean,
  ): string => `harness.live((live) => ({ revision: live.revision + 1, namespaces: live.namespaces.map((each) =>
    each.name !== 'ns5' ? each : { ...each, links: each.links.map((link) => link.name === 'eth0' ? { ...link, up: ${on_} } : link) }) }))`

  test('touches only what changed', () =>
    on('star100', async (page) => {
      await page.evaluate(`
        window.touched = []
        new MutationObserver((records) => { for (const each of records) touched.push(each.target.parentElement?.closest('[data-namespace]')?.dataset.namespace ?? each.target.closest?.('[data-namespace]')?.dataset.namespace ?? '') })
          .observe(document.querySelector('.drawing'), { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['x', 'y', 'd', 'class'] })
        const cy = document.querySelector('.graph')._cyreg.cy
        window.graphChanges = []
        cy.on('add remove position', (event) => graphChanges.push(event.target.id()))
        void 0
      `)
      await page.evaluate(switchOff(false))
      await frames(page, 3)
      const named: string[] = await page.evaluate('[...new Set(touched)].filter(Boolean)')
      expect(named).toEqual(['ns5'])
      // Its box grew by the line that says "down".
      expect(await page.evaluate('[...new Set(graphChanges)]')).toEqual(['namespace ns5'])
      expect(await text(page, 'down')).toBe(1)
    }))

  test('a new value fades in over its tint, and not where motion is unwanted', async () => {
    await on('star100', async (page) => {
      expect(await page.locator('.news').count()).toBe(0)
      // The beginning is what is waited for: on a busy machine it is over before anybody looks.
      await page.evaluate(
        'globalThis.begun = []; document.addEventListener("animationstart", ({ target }) => begun.push(target.getAttribute("class")))',
      )
      await page.evaluate(switchOff(false))
      await page.waitForFunction('begun.some((names) => names.includes("news"))')
    })
    await on(
      'star100',
      async (page) => {
        await page.evaluate(switchOff(false))
        await frames(page, 2)
        expect(await page.evaluate('document.getAnimations().length')).toBe(0)
      },
      { reducedMotion: 'reduce' },
    )
  })
})

test('a short pan over 300 namespaces moves the picture and changes nothing in it', () =>
  on('many', async (page) => {
    for (const zoom of ['fit', 'actual'] as const) {
      await page.evaluate(`harness.canvas().zoomTo("${zoom}")`)
      await frames(page, 3)
      const changed = await page.evaluate(async () => {
        const graph = document.querySelector('.graph') as unknown as {
          _cyreg: { cy: { panBy: (by: object) => void } }
        }
        let changes = 0
        const watch = new MutationObserver((records) => (changes += records.length))
        watch.observe(document.body, { childList: true, characterData: true, subtree: true })
        for (let at = 0; at < 20; at++) {
          graph._cyreg.cy.panBy({ x: at < 10 ? 7 : -7, y: at % 2 ? 3 : -3 })
          await new Promise(requestAnimationFrame)
        }
        changes += watch.takeRecords().length
        watch.disconnect()
        return changes
      })
      expect(changed, `nodes and texts that came or went at ${zoom}`).toBe(0)
    }
  }))

describe('the export', () => {
  test('is one valid SVG with everything that is drawn and no scripts', () =>
    on('nat', async (page) => {
      const source: string = await page.evaluate('harness.canvas().toSvg()')
      const facts = await page.evaluate((markup) => {
        const parsed = new DOMParser().parseFromString(markup, 'image/svg+xml')
        const all = [...parsed.querySelectorAll('*')]
        return {
          error: parsed.querySelector('parsererror')?.textContent ?? null,
          unsafe: all.filter((each) => ['script', 'foreignObject', 'image', 'a'].includes(each.localName)).length,
          handlers: all
            .flatMap((each) => [...each.attributes])
            .filter((each) => each.name.startsWith('on') || each.name === 'href').length,
          texts: all.filter((each) => each.localName === 'text').map((each) => each.textContent),
        }
      }, source)
      expect(facts).toMatchObject({ error: null, unsafe: 0, handlers: 0 })
      expect(facts.texts).toEqual(
        expect.arrayContaining([
          '192.168.1.1/24',
          'MASQUERADE',
          'ip_forward=1',
          'veth pair',
          'default via 192.168.1.1',
        ]),
      )
      const families = [...source.matchAll(/@font-face\{font-family:"?([^";]+)/g)].map(([, family]) => family)
      expect([...new Set(families)].sort()).toEqual(['Inter Variable', 'JetBrains Mono'])
    }))

  test('a Chinese one carries the parts of a font that have its characters', () =>
    on(
      'nat',
      async (page) => {
        const source: string = await page.evaluate('harness.canvas().toSvg()')
        const faces = [...source.matchAll(/@font-face\{font-family:"?Noto Sans SC[^}]*unicode-range:([^;]+)/g)]
        expect(faces.length).toBeGreaterThan(0)
        const ranges = faces.flatMap(([, list = '']) =>
          list.split(',').map((range) => {
            const [from = '', to = from] = range.trim().replace(/^U\+/i, '').split('-')
            return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const
          }),
        )
        const chinese = [...source.slice(source.indexOf('</style>'))].filter((each) => /\p{Script=Han}/u.test(each))
        expect(chinese.length).toBeGreaterThan(5)
        const missing = chinese.filter((each) => {
          const point = each.codePointAt(0) ?? 0
          return !ranges.some(([from, to]) => point >= from && point <= to)
        })
        expect(missing).toEqual([])
      },
      { language: 'zh-CN' },
    ))

  test('the PNG shows the same: a cable where the cable is', () =>
    on('nat', async (page) => {
      const facts = await page.evaluate(async () => {
        const blob = await (
          window as unknown as { harness: { canvas: () => { toPng: (scale: number) => Promise<Blob> } } }
        ).harness
          .canvas()
          .toPng(2)
        const image = await createImageBitmap(blob)
        const context = new OffscreenCanvas(image.width, image.height).getContext(
          '2d',
        ) as OffscreenCanvasRenderingContext2D
        context.drawImage(image, 0, 0)
        // The picture starts 32 units left of and above the drawing.
        const at = (x: number, y: number): number[] => [
          ...context.getImageData((x + 32) * 2, (y + 32) * 2, 1, 1).data.slice(0, 3),
        ]
        return { type: blob.type, width: image.width, height: image.height, cable: at(88, 300), band: at(300, 50) }
      })
      expect(facts).toEqual({
        type: 'image/png',
        width: (780 + 64) * 2,
        height: (410 + 64) * 2,
        cable: [0x35, 0xc4, 0xc8],
        band: [0x19, 0x1e, 0x33],
      })
    }))

  test('holds all of a large lab, also what is out of sight', () =>
    on('many', async (page) => {
      await page.evaluate('harness.canvas().zoomTo("actual")')
      await frames(page, 3)
      const source: string = await page.evaluate('harness.canvas().toSvg()')
      expect(source).toContain('>ns0<')
      expect(source).toContain('>ns298<')
    }))
})

test('a name is text and never markup', () =>
  on('nat', async (page) => {
    await page.evaluate(`harness.live((live) => ({ revision: 9, namespaces: live.namespaces.map((each) => each.name !== 'ns0' ? each
      : { ...each, links: [...each.links, { ...each.links[1], index: 99, name: '<i>x</i>&#9;', peer: null }] }) }))`)
    await frames(page, 2)
    expect(await text(page, '<i>x</i>&#9;')).toBe(1)
    expect(await page.locator('.drawing i').count()).toBe(0)
    expect(await page.evaluate('harness.canvas().toSvg()')).toContain('&lt;i&gt;x&lt;/i&gt;&amp;#9;')
  }))

test('what a failed packet did not reach loses its hue, and the place of the failure is red', () =>
  on('failed', async (page) => {
    expect(await pixel(page, origin.x + 332, origin.y + 300)).toBe(hues.dark.text3)
    expect(await pixel(page, origin.x + 84, origin.y + 326)).toBe(hues.dark.l2)
    expect(await pixel(page, origin.x, origin.y + 370)).toBe(hues.dark.bad)
    expect([await text(page, 'not reached'), await text(page, 'no route matches')]).toEqual([1, 1])
  }))

test('without a lab it says what to do', () =>
  on('empty', async (page) => {
    expect(await page.locator('.empty').innerText()).toContain('Add a namespace, or open a lab')
    expect(await page.getByRole('button', { name: 'Open a lab' }).isVisible()).toBe(true)
  }))
