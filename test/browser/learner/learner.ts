/** Somebody who learns: real clicks, real keys in the terminal, at a size of window and in a language. */
import type { Locator } from 'playwright-core'
import type { GuideStep, Text } from '../../../electron/core/lab/schema.js'
import { format } from '../../../renderer/i18n/catalogue.js'
import type { Language, Parameters } from '../../../renderer/i18n/catalogue.js'
import { en } from '../../../renderer/i18n/en.js'
import { zhCN } from '../../../renderer/i18n/zh-CN.js'
import { until } from '../../kernel/support/until.js'
import type { LabWindow } from '../window/window.js'

export type Key = keyof typeof en
export const sizes = { small: { width: 1280, height: 720 }, large: { width: 1440, height: 900 } } as const

export class Learner {
  language: Language = 'en'

  constructor(readonly window: LabWindow) {}

  say(key: Key, values: Parameters = {}): string {
    return format({ en, 'zh-CN': zhCN }[this.language][key], this.language, values)
  }

  /** As it is shown: words of the glossary without their marks. */
  text(text: Text | undefined): string {
    const written = typeof text === 'string' ? text : (text?.[this.language] ?? '')
    return written.replace(/\[([^\]]+)\]\(#[^)]+\)/g, '$1')
  }

  get panel(): Locator {
    return this.window.page.getByRole('complementary', { name: this.say('rail.guide') })
  }

  get current(): Locator {
    return this.panel.locator('[aria-current=step]')
  }

  button(key: Key): Locator {
    return this.window.button(this.say(key))
  }

  async sitDown(language: Language, size: keyof typeof sizes): Promise<void> {
    await this.window.page.setViewportSize(sizes[size])
    if (language === this.language) return
    await this.button('settings.title').click()
    await this.window.page.getByText(language === 'en' ? 'English' : '中文 (Chinese)', { exact: true }).click()
    await this.window.page.keyboard.press('Escape')
    this.language = language
  }

  async open(id: string): Promise<void> {
    await this.window.showLabs()
    await this.window.page.locator(`[data-lab="${id}"]`).click()
  }

  async next(): Promise<void> {
    await this.window.button(new RegExp(`^${this.say('guide.next')}`)).click()
  }

  async isAt(step: number, total: number): Promise<void> {
    await this.panel.getByText(this.say('guide.step', { step, total }), { exact: true }).waitFor()
  }

  async deploy(): Promise<void> {
    const deploy = new RegExp(`^${this.say('deploy.deploy')}`)
    await this.window.page.locator('header').getByRole('button', { name: deploy }).click()
    await this.button('deploy.deployed').waitFor()
  }

  async takeDown(): Promise<void> {
    await this.press(this.window.page.getByRole('button', { name: this.say('guide.againEmpty') }))
    await this.window.confirmStop({ stop: this.say('deploy.stop'), idle: this.say('status.idle') })
  }

  /** A film has the window to itself; whoever leaves it has the panel back. */
  async leaveFilm(): Promise<void> {
    if (!(await this.panel.isVisible())) await this.window.page.keyboard.press('Escape')
  }

  /** Presses what is in the panel, whatever film comes up meanwhile: the one after a fix comes in its own time. */
  async press(button: Locator): Promise<void> {
    const tryMs = 1000
    await until('it is pressed', async () => {
      await this.leaveFilm()
      return button.click({ timeout: tryMs }).then(
        () => true,
        () => false,
      )
    })
  }

  async type(command: string): Promise<string> {
    await this.window.focusTerminal('host')
    // A fresh prompt, wherever a change of size has left the text.
    await this.window.page.keyboard.press('Enter')
    return this.window.type('host', command)
  }

  /** The sentence that meets a mistake. */
  async meets(key: Key, values: Parameters): Promise<void> {
    await this.current.getByText(this.say(key, values), { exact: true }).waitFor()
  }

  /** Predicts wrongly, does what the step says, reads why it was wrong, and chooses what was right. */
  async follow(step: GuideStep, instead: Readonly<Record<string, readonly Typed[]>>): Promise<void> {
    const { ask } = step
    const options = this.current.getByRole('radio')
    const wrong = ask?.options.findIndex((_, index) => index !== ask.answer) ?? -1
    if (ask) await options.nth(wrong).check({ force: true })
    for (const command of step.commands ?? []) {
      for (const typed of instead[command] ?? [command]) {
        if (typeof typed === 'string') await this.type(typed)
        else await this.meets(typed.meets, typed.values)
      }
    }
    if (ask) {
      await this.current.getByText(this.text(ask.reasons?.[0])).waitFor()
      await options.nth(ask.answer).check({ force: true })
      await this.current.getByText(this.text(ask.explain)).waitFor()
    }
    await this.isDone(step.commands?.at(-1))
  }

  /** Whoever has asked too early - of a port that does not forward yet, of a server that is starting - asks again. */
  private async isDone(again: string | undefined): Promise<void> {
    const done = this.current.getByText(this.say('guide.done'), { exact: true })
    const lookMs = 2000
    await until('the step is done', async () => {
      const told = done.waitFor({ state: 'attached', timeout: lookMs }).then(
        () => true,
        () => false,
      )
      if (await told) return true
      if (again !== undefined && asks.test(again)) await this.type(again)
      return false
    })
  }
}

/** Commands that only ask the network something. */
const asks = /\b(ping|curl|getent)\b|\/dev\/(tcp|udp)\//

/** A command, or the sentence that the one before it is met with. */
export type Typed = string | { readonly meets: Key; readonly values: Parameters }
