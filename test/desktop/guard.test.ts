/** What a page that has gone bad can do: nothing but speak through its one port. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newLife, shell, slow, under, untilTitle, type Life } from './life.js'

describe.skipIf(shell === null)(`the window's page is kept in (${under})`, () => {
  let life: Life
  beforeAll(async () => {
    life = await newLife()
    await life.launch(life.lab('kept-in', 'Kept in'))
    await untilTitle(life.app(), 'Kept in - Vethlab')
    await life.app().evaluate(({ shell: desktop }) => {
      const opened: string[] = []
      Object.assign(globalThis, { opened })
      desktop.openExternal = (address: string) => {
        opened.push(address)
        return Promise.resolve()
      }
    }, null)
  })
  afterAll(() => life.finish())

  const opened = (): Promise<string[]> =>
    life.app().evaluate(() => (globalThis as unknown as { opened: string[] }).opened, null)

  test('it has a secure origin of its own', async () => {
    const { page } = life.app()
    expect(await page.evaluate(() => isSecureContext)).toBe(true)
    expect(await page.evaluate(() => origin)).not.toBe('null')
    const shown = await life
      .app()
      .evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL(), null)
    expect(shown).toBe('vethlab://app/index.html')
  })

  test('nothing of Node or Electron is in reach of its scripts', async () => {
    const names = ['require', 'process', 'module', 'exports', 'Buffer', 'electron', 'ipcRenderer', '__electronIpc']
    const found = await life.app().page.evaluate((all) => all.filter((name) => name in globalThis), names)
    expect(found).toEqual([])
  })

  test('a script in the page does not run', async () => {
    const ran = await life.app().page.evaluate(async () => {
      const violated = new Promise<string | null>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
          once: true,
        })
        setTimeout(resolve, 2000, null)
      })
      const script = document.createElement('script')
      script.textContent = 'globalThis.injected = true'
      document.body.append(script)
      return { directive: await violated, ran: 'injected' in globalThis }
    })
    expect(ran).toEqual({ directive: 'script-src-elem', ran: false })
  })

  test('text does not become code', async () => {
    const words = await life.app().page.evaluate(() => {
      const element = document.createElement('div')
      element.setAttribute('onclick', 'globalThis.injected = true')
      element.click()
      return 'injected' in globalThis
    })
    expect(words).toBe(false)
    // By a script of the page itself: what the test evaluates is above the policy.
    const policy = await life
      .app()
      .page.evaluate(async () => (await fetch('index.html')).headers.get('content-security-policy'))
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toContain('unsafe-eval')
  })

  test.each(['https://example.com/', 'http://127.0.0.1:1/', 'ws://127.0.0.1:1/'])(
    'it cannot reach %s',
    async (address) => {
      const directive = await life.app().page.evaluate(async (url) => {
        const violated = new Promise<string | null>((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
            once: true,
          })
          setTimeout(resolve, 2000, null)
        })
        try {
          if (url.startsWith('ws')) new WebSocket(url)
          else await fetch(url)
        } catch {
          // As it should be; why is what the event says.
        }
        return violated
      }, address)
      expect(directive).toBe('connect-src')
    },
  )

  test('it holds no frames', async () => {
    const directive = await life.app().page.evaluate(async () => {
      const violated = new Promise<string | null>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
          once: true,
        })
        setTimeout(resolve, 2000, null)
      })
      const frame = document.createElement('iframe')
      frame.src = 'https://example.com/'
      document.body.append(frame)
      const found = await violated
      frame.remove()
      return found
    })
    expect(directive).toBe('frame-src')
  })

  test('only files of the built window are answered with', async () => {
    const statuses = await life.app().page.evaluate(async () => {
      const paths = ['index.html', 'nothing.html', '..%2f..%2fpackage.json', '%2e%2e/node/main.js', 'assets']
      const answers = await Promise.all(paths.map((path) => fetch(`/${path}`)))
      const posted = await fetch('/index.html', { method: 'POST' })
      return [...answers, posted].map(({ status }) => status)
    })
    expect(statuses).toEqual([200, 404, 404, 404, 404, 405])
  })

  test.each(['https://example.com/', 'vethlab://app/assets/', 'vethlab://app/other.html'])(
    'it does not go to %s',
    async (address) => {
      const { page } = life.app()
      const before = page.url()
      await page.evaluate((url) => {
        Object.assign(globalThis, { isStillHere: true })
        location.href = url
      }, life.app().addressInPage(address))
      // A navigation that is let through replaces the page's world within this time; the same page answers before and after.
      await expect.poll(() => page.evaluate(() => performance.now())).toBeGreaterThan(0)
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 300))))
      expect(await page.evaluate(() => 'isStillHere' in globalThis)).toBe(true)
      expect(page.url()).toBe(before)
      expect(await opened()).toEqual([])
    },
  )

  test('a link opens in the browser of the user, and the page gets no window', async () => {
    const given = await life.app().page.evaluate(() => window.open('https://example.com/a?b=c', '_blank'))
    expect(given).toBeNull()
    await expect.poll(opened).toEqual(['https://example.com/a?b=c'])
  })

  test.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'vethlab://app/',
    'https://name@example.com/',
    'smb://example.com/',
  ])('%s is no link to open', async (address) => {
    // Past the pause between two links, so that only the address can be the reason.
    await life.app().page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)))
    await life.app().page.evaluate((url) => void window.open(url), address)
    await life.app().evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)), null)
    expect(await opened()).toEqual(['https://example.com/a?b=c'])
  })

  test('many links at once open one', async () => {
    await life.app().page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)))
    const before = (await opened()).length
    await life.app().page.evaluate(() => {
      for (let number = 0; number < 20; number++) window.open(`https://example.com/${number}`)
    })
    await expect.poll(async () => (await opened()).length).toBeGreaterThan(before)
    await life.app().evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)), null)
    expect((await opened()).slice(before)).toEqual(['https://example.com/0'])
  })

  test('it gets the clipboard and no other permission', async () => {
    const ask = (name: string): Promise<boolean> => life.app().isPermitted(name)
    expect(await ask('clipboard-read')).toBe(true)
    for (const name of ['geolocation', 'notifications', 'midi']) expect(await ask(name), name).toBe(false)
  })

  test('a second port is not given to the same page', async () => {
    const { page } = life.app()
    await page.evaluate(() => {
      const ports: unknown[] = []
      Object.assign(globalThis, { ports })
      addEventListener('message', (event) => event.data === 'vethlab:port' && ports.push(...event.ports))
      postMessage('vethlab:port-wanted', location.origin)
    })
    await expect.poll(() => life.app().stderr()).toContain('this page has its port already')
    expect(await page.evaluate(() => (globalThis as unknown as { ports: unknown[] }).ports.length)).toBe(0)
  })

  test('nobody else is given a port', async () => {
    const handed = await life.app().evaluate(({ BrowserWindow, ipcMain }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0] as Electron.BrowserWindow
      // The next load's port is free to be taken from here on.
      webContents.emit('did-navigate', {}, webContents.getURL())
      const { mainFrame } = webContents
      const taken: string[] = []
      const frame = (name: string, properties: object): object => ({
        url: mainFrame.url,
        parent: null,
        detached: false,
        ...properties,
        postMessage: () => taken.push(name),
      })
      const senders: Record<string, object> = {
        'another window': { sender: {}, senderFrame: frame('another window', {}) },
        'another page': { sender: webContents, senderFrame: frame('another page', { url: 'https://example.com/' }) },
        'a frame': { sender: webContents, senderFrame: frame('a frame', { parent: mainFrame }) },
        'a copy': { sender: webContents, senderFrame: frame('a copy', {}) },
        'a frame that is gone': { sender: webContents, senderFrame: null },
      }
      for (const event of Object.values(senders)) ipcMain.emit('vethlab:port', event as never)
      return taken
    }, null)
    expect(handed).toEqual([])
    expect(
      life
        .app()
        .stderr()
        .match(/a connection was refused: the sender/g),
    ).toHaveLength(5)
  })

  test('a page that is loaded again has its port, its lab and the same sandbox', async () => {
    const { page } = life.app()
    const before = life.world.networks()
    await page.evaluate(() => location.reload())
    await expect.poll(() => page.evaluate(() => 'ports' in globalThis).catch(() => true), slow).toBe(false)
    await untilTitle(life.app(), 'Kept in - Vethlab')
    await expect.poll(() => page.locator('.pill').innerText(), slow).toContain('Idle')
    expect(life.world.networks()).toEqual(before)
  })
})
