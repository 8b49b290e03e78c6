/** A new lab without anything in it, drawn by keys that are counted. */
import { expect } from 'vitest'
import { LabWindow } from '../window/window.js'

export async function emptyCanvas(window?: LabWindow): Promise<LabWindow> {
  const of = window ?? (await LabWindow.open())
  if (!window) await of.ready()
  await of.page.keyboard.press('Control+k')
  await of.page.getByRole('dialog').getByRole('combobox').fill('New lab')
  await of.page.keyboard.press('Enter')
  await of.button(/^Lab: new-lab/).waitFor()
  await of.rest()
  return of
}

export const inspected = (of: LabWindow, name: string): Promise<void> =>
  expect.poll(() => of.inspector.getByLabel('Name').inputValue()).toBe(name)

export class Keys {
  pressed = 0

  constructor(private readonly of: LabWindow) {}

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.pressed += 1
      await this.of.page.keyboard.press(key)
    }
  }

  async edit(): Promise<void> {
    await this.press('e')
    await this.of.status.filter({ hasText: 'Editing' }).waitFor()
  }

  /** A new object has the keys in the field of its name; Enter leaves it as it is. */
  async make(key: string, name: string): Promise<void> {
    await this.press(key)
    await inspected(this.of, name)
    await expect
      .poll(() => this.of.inspector.getByLabel('Name').evaluate((input) => document.activeElement === input))
      .toBe(true)
    await this.press('Enter')
  }

  /** Along a cable. */
  async walk(key: string, name: string): Promise<void> {
    await this.press(key)
    await inspected(this.of, name)
  }
}
