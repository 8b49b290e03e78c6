import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { chromium, type Browser, type Page } from 'playwright-core'
import { createServer, type ViteDevServer } from 'vite'

const path = (to: string): string => fileURLToPath(new URL(to, import.meta.url))

export interface Harness {
  readonly open: (picture: string, options?: OpenOptions) => Promise<Page>
  readonly close: () => Promise<void>
}

export interface OpenOptions {
  readonly theme?: 'dark' | 'light'
  readonly language?: 'en' | 'zh-CN'
  readonly reducedMotion?: 'reduce' | 'no-preference'
}

/** Serves the harness page on a free port of the loopback address and starts the system's Chromium with a fresh profile. */
export async function startHarness(): Promise<Harness> {
  const server: ViteDevServer = await createServer({
    configFile: false,
    root: path('harness'),
    logLevel: 'error',
    cacheDir: path('../../../node_modules/.vite-harness'),
    plugins: [svelte({ configFile: path('../../../svelte.config.js') })],
    server: { port: 0, host: '127.0.0.1', fs: { allow: [path('../../..')] }, watch: null, hmr: false },
  })
  await server.listen()
  const address = server.httpServer?.address()
  if (address === null || address === undefined || typeof address === 'string') throw new Error('the harness has no port')
  let browser: Browser
  try {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
    })
  } catch (error) {
    await server.close()
    throw error
  }
  return {
    open: async (picture, { theme = 'dark', language = 'en', reducedMotion = 'no-preference' } = {}) => {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion })
      await page.goto(`http://127.0.0.1:${address.port}/?picture=${picture}&theme=${theme}&language=${language}`)
      await page.waitForSelector('.drawing [data-namespace]', { state: 'attached', timeout: 30_000 })
      await page.evaluate('document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))')
      return page
    },
    close: async () => {
      await browser.close()
      await server.close()
    },
  }
}
