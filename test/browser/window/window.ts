/// <reference lib="dom" />
/** The window as a person has it: the built program as an unprivileged user, a real browser, a real kernel. */
import { join } from 'node:path'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { cliFile } from '../../kernel/support/build.js'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import type { Running } from '../../kernel/support/world.js'
import { launchChromium } from '../../support/chromium.js'
import { buildWindow } from './build-window.js'

/** No test file takes so long (milliseconds). */
const serveLimitMs = 3_600_000

export interface WindowOptions {
  readonly file?: string
  readonly theme?: 'dark' | 'light'
  readonly locale?: string
  /** Of the window as it is opened (CSS pixels); a laptop's by default. */
  readonly size?: { readonly width: number; readonly height: number }
  /** Runs in the page before its own scripts. */
  readonly script?: string
  /** Words in front of the program, e.g. to run it where the kernel refuses user namespaces. */
  readonly before?: readonly string[]
  /** Words that root runs in front before it becomes the user. */
  readonly outside?: readonly string[]
  /** In place of the system's browser. */
  readonly browser?: string
}

/** What takes longer than this will not come, on however busy a machine (milliseconds). */
const patienceMs = 60_000

export class LabWindow {
  private constructor(
    readonly world: World,
    private readonly browser: Browser,
    readonly context: BrowserContext,
    readonly page: Page,
    public server: Running,
    /** What the page's scripts threw. */
    readonly errors: string[],
  ) {}

  static async open(options: WindowOptions = {}, world?: World): Promise<LabWindow> {
    const [place] = await Promise.all([world ?? World.ofUser(), buildWindow()])
    const server = await serve(place, options)
    const browser = await launchChromium(options.browser)
    const context = await browser.newContext({
      viewport: options.size ?? { width: 1440, height: 900 },
      colorScheme: options.theme ?? 'dark',
      locale: options.locale ?? 'en-US',
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    const page = await context.newPage()
    page.setDefaultTimeout(patienceMs)
    if (options.script !== undefined) await page.addInitScript(options.script)
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.stack ?? error.message))
    await page.goto(addressOf(server))
    return new LabWindow(place, browser, context, page, server, errors)
  }

  /** The same person starts the program again, and opens the new address in the same tab. */
  async startAgain(options: WindowOptions = {}): Promise<void> {
    this.server = await serve(this.world, options)
    await this.page.goto(addressOf(this.server))
  }

  /** A lab with a guide puts the guide in place of the gallery. */
  async showLabs(): Promise<void> {
    const rail = this.page.getByRole('navigation').getByRole('button').first()
    if ((await rail.getAttribute('aria-pressed')) !== 'true') await rail.click()
  }

  tab(name: string | RegExp): Locator {
    return this.page.getByRole('tab', { name })
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' })
  }

  get status(): Locator {
    return this.page.locator('header [role=status]')
  }

  get inspector(): Locator {
    return this.page.getByRole('complementary', { name: 'Inspector' })
  }

  /** A shell that shows its prompt. */
  async ready(): Promise<void> {
    await this.tab('host').waitFor()
    await this.untilShown('host', /host:.*# *$/)
  }

  async openStarter(title: string | RegExp): Promise<void> {
    await this.showLabs()
    await this.page.getByRole('complementary', { name: 'Labs' }).getByRole('button', { name: title }).first().click()
  }

  /** Another lab in place of the one that stands. */
  async replaceBy(title: string | RegExp): Promise<void> {
    await this.openStarter(title)
    await this.button('Stop and open').click()
  }

  async deploy(): Promise<void> {
    // Of the window: an open Trace tab offers to deploy, too.
    await this.page
      .locator('header')
      .getByRole('button', { name: /^Deploy/ })
      .click()
    await this.button('Deployed').waitFor()
    await this.status.filter({ hasText: 'Running' }).waitFor()
  }

  /** Stops the lab, and says that it is meant where hand-made work would go with it. */
  async stop(words = { stop: 'Stop', idle: 'Idle' }): Promise<void> {
    await this.button(words.stop).first().click()
    await this.confirmStop(words)
  }

  /** To the question that may come before the end of a network, and to that end. */
  async confirmStop(words = { stop: 'Stop', idle: 'Idle' }): Promise<void> {
    const sure = this.page.getByRole('dialog').getByRole('button', { name: words.stop, exact: true })
    const idle = this.status.filter({ hasText: words.idle })
    await sure.or(idle).first().waitFor()
    if (await sure.isVisible()) await sure.click()
    await idle.waitFor()
  }

  /** The text on the screen of a namespace's visible terminal. */
  async screen(namespace: string): Promise<string> {
    const rows = this.page.locator(`[data-terminal="${namespace}"]:visible .xterm-rows > div`)
    return (await rows.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ').trimEnd()
  }

  async untilShown(namespace: string, words: RegExp | string): Promise<string> {
    const pattern = typeof words === 'string' ? new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : words
    let last = ''
    return until(`the terminal of ${namespace} shows ${pattern}`, async () =>
      pattern.test((last = await this.screen(namespace))) ? last : null,
    ).catch(async (error: Error) => {
      const focus = await this.page.evaluate('document.activeElement?.outerHTML.slice(0, 200)')
      throw new Error(`${error.message}\n${last}\nThe keyboard is on ${String(focus)}`)
    })
  }

  async focusTerminal(namespace: string): Promise<void> {
    await this.tab(namespace).first().click()
    await this.page
      .locator(`[data-terminal="${namespace}"]:visible textarea`)
      .focus()
      .catch(async (error: Error) => {
        const dock = await this.page.evaluate(
          '[...document.querySelectorAll("[role=tab][aria-selected=true], [data-terminal]")].map((each) => each.outerHTML.slice(0, 300)).join("\\n")',
        )
        throw new Error(`${error.message}\nIn view instead:\n${String(dock)}`)
      })
  }

  /** Types into a namespace's terminal and waits for the word that says the command has ended. */
  async type(namespace: string, command: string): Promise<string> {
    await this.focusTerminal(namespace)
    await this.untilShown(namespace, /[#$] *$/)
    const mark = `done-${Math.random().toString(36).slice(2, 8)}`
    // In two parts on the line, so that only the output holds it whole.
    // After `&` comes another command, and no `;`.
    const next = command.endsWith('&') ? '' : ';'
    await this.page.keyboard.type(`${command}${next} echo ${mark.slice(0, 5)}''${mark.slice(5)}\n`)
    return this.untilShown(namespace, mark)
  }

  /** Away from fields and shells, so that single letters are keys. */
  async rest(): Promise<void> {
    await this.page.evaluate('document.activeElement && document.activeElement.blur()')
  }

  /** T goes to the trace bar, T again runs; then its film or its diagnosis is there. */
  async trace(): Promise<void> {
    await this.rest()
    await this.page.keyboard.press('t')
    await this.page.keyboard.press('t')
    await this.page.locator('.trace-pane').first().waitFor()
  }

  /** The colour on the screen at a place of an element, as `#rrggbb`. */
  async pixel(x: number, y: number): Promise<string> {
    const shot = await this.page.screenshot({ clip: { x, y, width: 1, height: 1 } })
    return this.page.evaluate(
      async (source) => {
        const image = new Image()
        image.src = source
        await image.decode()
        const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D
        context.drawImage(image, 0, 0)
        const bytes = [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)]
        return `#${bytes.map((each) => each.toString(16).padStart(2, '0')).join('')}`
      },
      `data:image/png;base64,${shot.toString('base64')}`,
    )
  }

  /** The colour of an interface's square on the canvas, beside its dark centre. */
  async portColour(id: string): Promise<string> {
    const at = await this.page.evaluate((wanted) => {
      const graph = document.querySelector('main .graph') as Element & {
        _cyreg: { cy: { getElementById(id: string): { renderedPosition(): { x: number; y: number } }; zoom(): number } }
      }
      const { cy } = graph._cyreg
      const { x, y } = cy.getElementById(`port ${wanted}`).renderedPosition()
      const { left, top } = graph.getBoundingClientRect()
      // 4.5 of 7 units from the centre: outside of the eye, inside of the square's own border.
      return { x: left + x - 4.5 * cy.zoom(), y: top + y }
    }, id)
    return this.pixel(Math.round(at.x), Math.round(at.y))
  }

  /** @param untidy what the program leaves behind is not this test's subject */
  async close({ untidy = false } = {}): Promise<void> {
    await this.browser.close()
    this.server.child.kill('SIGINT')
    await this.server.ended.catch(() => {})
    try {
      if (!untidy) await this.world.untilNothingIsLeft()
    } finally {
      this.world.dispose()
    }
  }
}

async function serve(world: World, { file, before = [], outside = [] }: WindowOptions): Promise<Running> {
  const words = [...before, process.execPath, cliFile, 'serve', ...(file === undefined ? [] : [file])]
  const env = { XDG_STATE_HOME: join(world.home, 'state') }
  const server = world.start(words, { limitMs: serveLimitMs, env, before: outside })
  await until('the address', () => /http:\S+/.test(server.stdout()) || server.child.exitCode !== null)
  if (server.child.exitCode !== null) throw new Error(`vethlab serve ended: ${server.stderr()}`)
  return server
}

const addressOf = (server: Running): string => /http:\S+/.exec(server.stdout())?.[0] ?? ''
