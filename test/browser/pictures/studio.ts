/** A window that is photographed: how a person gets to each screen, whatever the language, and the picture of it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { root } from '../../kernel/support/build.js'
import { World } from '../../kernel/support/world.js'
import { LabWindow } from '../window/window.js'
import type { WindowOptions } from '../window/window.js'
import { withPalette } from './palette.js'

export type Theme = 'dark' | 'light'
export type Language = 'en' | 'zh-CN'

/** Where the pictures go; elsewhere to look at them before they replace those of the documentation. */
export const directory = process.env['VETHLAB_PICTURES'] ?? join(root, 'docs/screenshots')

export class Studio {
  private constructor(
    readonly window: LabWindow,
    private readonly suffix: string,
  ) {}

  static async open(
    theme: Theme,
    language: Language,
    options: Omit<WindowOptions, 'file'> & { readonly lab?: { readonly name: string; readonly text: string } } = {},
  ): Promise<Studio> {
    mkdirSync(directory, { recursive: true })
    if (language === 'zh-CN' && spawnSync('fc-list', [':lang=zh-cn'], { encoding: 'utf8' }).stdout === '')
      throw new Error('This machine has no font with Chinese characters: apt-get install fonts-noto-cjk')
    const { lab, ...rest } = options
    const world = await World.ofUser()
    const file = lab ? { file: world.file(`home/${lab.name}.vethlab.yaml`, lab.text) } : {}
    const window = await LabWindow.open(
      { theme, locale: language === 'en' ? 'en-US' : 'zh-CN', ...rest, ...file },
      world,
    )
    return new Studio(window, `${theme}-${language}`)
  }

  get page() {
    return this.window.page
  }

  async picture(name: string): Promise<void> {
    // Words that come and go are no part of a screen.
    await this.page.locator('[data-sonner-toast]').first().waitFor({ state: 'detached', timeout: 20_000 })
    await this.page.evaluate(
      'document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))',
    )
    const picture = await withPalette(this.page, await this.page.screenshot())
    writeFileSync(join(directory, `${name}-${this.suffix}.png`), picture)
  }

  /** The guide as it is when a step is begun, wherever it was read to. */
  async rewindGuide(): Promise<void> {
    await this.page.evaluate("document.querySelector('[aria-current=step]')?.scrollIntoView({ block: 'start' })")
  }

  /** Away from fields and shells, so that single letters are keys. */
  readonly rest = async (): Promise<void> => {
    await this.page.evaluate('document.activeElement?.blur()')
    await this.page.mouse.move(700, 20)
  }

  readonly press = async (...keys: readonly string[]): Promise<void> => {
    await this.rest()
    for (const key of keys) await this.page.keyboard.press(key)
  }

  /** T goes to the bar, T again runs. */
  async trace(): Promise<void> {
    await this.press('t', 't')
    await this.page.getByRole('complementary', { name: /^(Packet|数据包|Why it failed|失败原因)$/ }).waitFor()
    await this.rest()
  }

  /** Moves a namespace on the canvas, which is an edit of the lab. */
  async dragNamespace(name: string): Promise<void> {
    const at = await this.page
      .locator('main svg text.ns', { hasText: new RegExp(`^${name}$`) })
      .first()
      .boundingBox()
    if (!at) throw new Error(`${name} is not on the canvas`)
    const { mouse } = this.page
    await mouse.move(at.x + 4, at.y + 6)
    await mouse.down()
    await mouse.move(at.x - 40, at.y + 40, { steps: 5 })
    await mouse.up()
    await this.page.locator('.crumb .dirty').waitFor()
  }

  async starter(id: string): Promise<void> {
    await this.window.showLabs()
    const stands = (await this.page.getByRole('button', { name: /^(Stop|停止)$/ }).count()) > 0
    await this.page.locator(`[data-starter="${id}"]`).click()
    if (stands) await this.page.getByRole('button', { name: /^(Stop and open|停止并打开)$/ }).click()
  }

  async deploy(): Promise<void> {
    await this.press('Control+Enter')
    await this.running()
  }

  async running(): Promise<void> {
    await this.window.status.filter({ hasText: /Running|运行中/ }).waitFor()
    await this.page.getByRole('button', { name: /^(Deployed|已部署)$/ }).waitFor()
  }

  /** Commands in a shell, without the mark that tests need to see their end. */
  async shell(namespace: string, command: string, until: RegExp): Promise<void> {
    await this.window.focusTerminal(namespace)
    await this.window.untilShown(namespace, /[#$] *$/)
    await this.page.keyboard.type(`${command}\n`)
    await this.window.untilShown(namespace, until)
  }

  tab(words: RegExp): Locator {
    return this.page.getByRole('tab', { name: words }).first()
  }

  async select(key: string): Promise<void> {
    await this.page.locator(`[role=treeitem][data-key="${key}"]`).first().press('Enter')
    await this.rest()
  }

  /** The palette's entry for it, by the action's id, which is the same in every language. */
  async act(id: string): Promise<void> {
    await this.press('Control+k')
    await this.page.locator('.palette-input').fill(id)
    await this.page.keyboard.press('Enter')
    await this.page
      .getByRole('dialog')
      .waitFor({ state: 'detached' })
      .catch(() => {})
  }

  close(options: { untidy?: boolean } = {}): Promise<void> {
    return this.window.close(options)
  }
}
