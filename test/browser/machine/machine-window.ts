/** The window on a machine that a test has made: program and browser are inside of it. */
import { chmodSync } from 'node:fs'
import { FoundMachine } from '../../kernel/machine/found-machine.js'
import { World } from '../../kernel/support/world.js'
import { chromiumFile } from '../../support/chromium.js'
import { LabWindow, type WindowOptions } from '../window/window.js'

export class MachineWindow {
  private constructor(
    readonly machine: FoundMachine,
    readonly window: LabWindow,
    private readonly outside: World,
  ) {}

  /** @param setup shell lines that make the networks of the machine */
  static async open(setup: string, as: 'root' | 'user', options: WindowOptions = {}): Promise<MachineWindow> {
    const outside = await World.ofSelf()
    const machine = await FoundMachine.start(outside, setup)
    const world = as === 'root' ? await World.ofSelf() : await World.ofUser()
    // It is in the same network as the program, whose page it loads.
    const browser = world.file('browser', `#!/bin/sh\nexec ${machine.into.join(' ')} ${chromiumFile} "$@"\n`)
    chmodSync(browser, 0o755)
    world.around = machine.into
    try {
      return new MachineWindow(machine, await LabWindow.open({ browser, ...options }, world), outside)
    } catch (error) {
      outside.killAll()
      outside.dispose()
      throw error
    }
  }

  /** Shown instead of the lab, by the rail. */
  async show(name = 'This machine'): Promise<void> {
    await this.window.page.getByRole('navigation').getByRole('button', { name }).click()
    await this.window.page.getByRole('treeitem').first().waitFor({ state: 'attached' })
  }

  /** In the list of what was found. */
  found(name: string | RegExp) {
    return this.window.page
      .getByRole('list', { name: 'Network namespaces of this machine' })
      .getByRole('button', { name })
  }

  /** The machine ends first, and everything in it: a signal from outside would reach nsenter(1) only. */
  async close(): Promise<void> {
    this.outside.killAll()
    try {
      await this.window.close({ untidy: true })
    } finally {
      this.outside.dispose()
    }
  }
}
