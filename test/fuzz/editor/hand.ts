/// <reference lib="dom" />
/** A hand that draws by chance in the window, by keys and by mouse, and sees after each gesture that the kernel has followed. */
import { readFileSync } from 'node:fs'
import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import { endsOf } from '../../../electron/core/lab/ends.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { besideOf, boxOf, type Spot } from '../../browser/window/picture.js'
import type { LabWindow } from '../../browser/window/window.js'
import { netnsOf } from '../../kernel/engine/sandbox.js'
import { until } from '../../kernel/support/until.js'

/** The same seed draws the same, as far as the machine lets it. */
export function random(seed: number): () => number {
  // Spread (Knuth), so that seeds beside each other begin with different choices.
  let state = Math.imul(seed, 2654435761) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** What a hand may have meant otherwise, and is told. */
const refusals =
  /cannot join|No other interface of|masqueraded already|is plugged in there already|is the namespace that every lab has|has no address/

export class Hand {
  /** What it did, in words. */
  readonly done: string[] = []
  /** What may be told besides. */
  expected: RegExp | null = null
  private turn = 0

  constructor(
    readonly window: LabWindow,
    /** The lab's file on the disk. */
    readonly path: string,
    private readonly chance: () => number,
  ) {}

  pick<Item>(of: readonly Item[]): Item {
    return of[Math.floor(this.chance() * of.length)] as Item
  }

  get text(): string {
    return readFileSync(this.path, 'utf8')
  }

  get file(): LabFile {
    const { labFile, problems } = parseLabText(this.text, this.path)
    const errors = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)
    expect(errors, this.done.join('\n')).toEqual([])
    if (!labFile) throw new Error('no lab')
    return labFile
  }

  get own(): readonly string[] {
    return Object.keys(this.file.namespaces ?? {}).filter((name) => name !== 'host')
  }

  /** What is drawn: of the host only where it has something. */
  get names(): readonly string[] {
    const isDrawn =
      this.ends.some((end) => end.startsWith('host:')) ||
      Object.keys(this.file.namespaces?.['host']?.bridges ?? {}).length > 0
    return [...this.own, ...(isDrawn ? ['host'] : [])]
  }

  get ends(): readonly string[] {
    return (this.file.links ?? []).flatMap((link) => [...endsOf(link)])
  }

  press(...keys: readonly string[]): Promise<void> {
    return keys.reduce<Promise<void>>(
      (before, key) => before.then(() => this.window.page.keyboard.press(key)),
      Promise.resolve(),
    )
  }

  item(key: string): Locator {
    return this.window.page.locator(`[role=treeitem][data-key="${key}"]`)
  }

  /** By the tree, as keys and screen readers do; the picture has the keys then. */
  async select(...keys: readonly string[]): Promise<void> {
    for (const [index, key] of keys.entries()) {
      await this.item(key).focus()
      await this.press(index === 0 ? ' ' : 'Shift+ ')
    }
    await this.window.rest()
  }

  /** What has just come has the keys in the field of its name: it is left as it is. */
  async named(): Promise<void> {
    const field = this.window.inspector.getByLabel('Name')
    await expect.poll(() => field.evaluate((input) => document.activeElement === input)).toBe(true)
    await this.press('Enter')
  }

  async drag(from: Spot, to: Spot): Promise<void> {
    const { mouse } = this.window.page
    await mouse.move(from.x, from.y)
    await mouse.down()
    await mouse.move(to.x, to.y, { steps: 4 })
    await mouse.up()
  }

  /** All of the picture is in sight. */
  async whole(): Promise<void> {
    await this.window.rest()
    await this.press('Shift+1')
  }

  /** On its cable, beside its port. */
  end(id: string): Promise<Spot> {
    const other = (this.file.links ?? [])
      .map(endsOf)
      .find((each) => each.includes(id))
      ?.find((each) => each !== id)
    return besideOf(this.window.page, id, other ?? '')
  }
  async body(name: string): Promise<Spot> {
    const { x, y, height } = await boxOf(this.window.page, name)
    return { x: x + 24, y: y + height - 16 }
  }

  /** One gesture by chance, and what the window and the kernel then have. */
  async go(gestures: Readonly<Record<string, (hand: Hand, turn: number) => Promise<unknown>>>): Promise<void> {
    const what = this.pick(Object.keys(gestures))
    this.turn += 1
    this.done.push(what)
    await this.window.rest()
    // Why the one before was refused may lie over what this one is done to.
    if ((await this.window.page.locator('.callout[role=alert]').count()) > 0) await this.press('Escape')
    // Esc that had nothing to give up has left Edit.
    if (!/Editing/.test(await this.window.status.innerText())) await this.press('e')
    try {
      await gestures[what]?.(this, this.turn)
      await this.settled()
    } catch (error) {
      throw new Error(`${this.done.join(', ')}: ${String(error)}\n${this.text}`, { cause: error })
    }
  }

  /** The lab is saved, parses, stands, and nothing in the kernel is otherwise. */
  async settled(): Promise<void> {
    const { window } = this
    await window.button('Deployed').waitFor()
    await window.rest()
    await this.save()
    const wanted = this.own.toSorted()
    await until(
      'the namespaces of the lab, and no other',
      async () => (await netnsOf(this.sandbox)).join() === wanted.join(),
    )
    const differs = (): Promise<string> => window.tab(/Differences/).innerText()
    await expect.poll(differs, { message: this.done.join(', ') }).not.toMatch(/\d/)
    expect(window.errors).toEqual([])
    const told = window.page.locator('[data-sonner-toast][data-type=error], .callout[role=alert]')
    for (const words of await told.allInnerTexts())
      if (!this.expected?.test(words)) expect(words, this.done.join(', ')).toMatch(refusals)
  }

  async save(): Promise<void> {
    const dirty = this.window.page.getByTitle('Has changes that are not saved')
    // What was changed while a save was under way is saved by the next one.
    await until('the lab is saved', async () => {
      if ((await dirty.count()) === 0) return true
      await this.press('Control+s')
      return false
    }).catch(async (error: Error) => {
      // What a save asks about is in its way.
      const asked = await this.window.page.getByRole('dialog').allInnerTexts()
      throw new Error(`${error.message}\n${asked.join('\n')}`)
    })
  }

  /** Whom commands in the sandbox are run beside. */
  get sandbox(): { readonly anchorPid: number } {
    return { anchorPid: helperOf(this.window) }
  }
}

export function helperOf({ world }: LabWindow): number {
  const found = world.processes().filter(({ command }) => /^\S*node (?:-\S+ )*\S*helper\.js/.test(command))
  // What it starts is called the same, until it is the program that it is to be.
  const helper = found.find(({ pid }) => !found.some((each) => each.pid === parentOf(pid)))
  if (!helper) throw new Error('no helper')
  return helper.pid
}

/** 0: it has gone. */
function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
