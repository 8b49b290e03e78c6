import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../../support/chromium.js'
import { build, preview, type InlineConfig } from 'vite'

const path = (to: string): string => fileURLToPath(new URL(to, import.meta.url))

export interface Harness {
  readonly open: (picture: string, options?: OpenOptions) => Promise<Page>
  readonly close: () => Promise<void>
}

export interface OpenOptions {
  readonly theme?: 'dark' | 'light'
  readonly language?: 'en' | 'zh-CN'
  readonly reducedMotion?: 'reduce' | 'no-preference'
  /** CSS pixels to device pixels. */
  readonly scale?: number
}

/**
 * Builds the harness page as the app is built, serves it on a free port of the loopback address and starts the system's
 * Chromium. `close` frees all three.
 */
export async function startHarness(): Promise<Harness> {
  const outDir = await mkdtemp(join(tmpdir(), 'vethlab-canvas-'))
  const undo: (() => Promise<unknown>)[] = [() => rm(outDir, { recursive: true, force: true })]
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const config: InlineConfig = {
      configFile: false,
      root: path('harness'),
      logLevel: 'error',
      plugins: [svelte({ configFile: path('../../../svelte.config.js') })],
      build: { outDir, emptyOutDir: true, target: 'chrome120', assetsInlineLimit: 0 },
      preview: { port: 0, host: '127.0.0.1' },
    }
    await build(config)
    const server = await preview(config)
    undo.push(() => server.close())
    const address = server.httpServer.address()
    if (address === null || typeof address === 'string') throw new Error('the harness has no port')
    const browser = await launchChromium()
    undo.push(() => browser.close())
    const origin = `http://127.0.0.1:${address.port}`
    return { open: (picture, options) => openPage(browser, origin, picture, options), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openPage(browser: Browser, origin: string, picture: string, options: OpenOptions = {}): Promise<Page> {
  const { theme = 'dark', language = 'en', reducedMotion = 'no-preference', scale = 1 } = options
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    reducedMotion,
    deviceScaleFactor: scale,
  })
  await page.goto(`${origin}/?picture=${picture}&theme=${theme}&language=${language}`)
  await page.waitForSelector('.drawing [role=tree]', { state: 'attached', timeout: 60_000 })
  await page.evaluate('document.fonts.ready')
  await frames(page, 2)
  return page
}

/** Waits until the page has painted this many times. */
export const frames = (page: Page, count: number): Promise<unknown> =>
  page.evaluate(`(async () => { for (let n = 0; n < ${count}; n++) await new Promise(requestAnimationFrame) })()`)
