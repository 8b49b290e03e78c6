/** The window on a test's machine: the program, its helper and the browser in a network that plays the real one. */
import { chmodSync } from 'node:fs'
import { Machine } from '../../kernel/elevated/machine.js'
import { World } from '../../kernel/support/world.js'
import { chromiumFile } from '../../support/chromium.js'
import { LabWindow, type WindowOptions } from '../window/window.js'

/** A way out of the machine, and somebody behind it who knows no way back to a lab. */
const outside = [
  'ip netns add outside',
  'ip link add up0 type veth peer name far0 netns outside',
  'ip addr add 198.51.100.2/24 dev up0',
  'ip link set up0 up',
  'ip -n outside addr add 198.51.100.1/24 dev far0',
  'ip -n outside link set far0 up',
  'ip -n outside link set lo up',
  'ip -n outside addr add 203.0.113.10/32 dev lo',
  'ip route add default via 198.51.100.1',
  // Addresses must be settled before anything is compared.
  'sysctl -qw net.ipv6.conf.up0.disable_ipv6=1',
].join(' && ')

/** Its uplink is the machine's own. */
export const throughUplink = `vethlab: 1
name: through-uplink
title: Out through the uplink
uplink: on
namespaces:
  host:
    forwarding: true
    bridges:
      lab0: { addresses: [192.168.77.1/24], ports: [veth1] }
    nat:
      - { masquerade: 192.168.77.0/24, out: eth0 }
  ns0:
    interfaces:
      veth0: { addresses: [192.168.77.2/24] }
    routes:
      - { to: default, via: 192.168.77.1 }
links:
  - [ns0:veth0, host:veth1]
checks:
  - { name: ns0 reaches the outside, from: ns0, ping: 203.0.113.10, expect: reply }
`

export class HostWindow {
  private constructor(
    readonly machine: Machine,
    readonly window: LabWindow,
    readonly options: WindowOptions,
  ) {}

  static async open(as: 'root' | 'user', options: WindowOptions = {}): Promise<HostWindow> {
    const machine = await Machine.make()
    machine.ask('sh', '-c', outside)
    const world = as === 'root' ? await World.ofSelf() : machine.world
    const file = world.file('through-uplink.vethlab.yaml', throughUplink)
    // The browser is in the same network as the program; for whom it works, the kernel does not ask.
    const browser = world.file(
      'browser',
      `#!/bin/sh\nexec ${machine.inside
        .slice(0, -1)
        .filter((word) => word !== '--mount')
        .join(' ')} -- ${chromiumFile} "$@"\n`,
    )
    chmodSync(browser, 0o755)
    world.around = machine.inside
    const whole = { browser, file, ...options }
    try {
      return new HostWindow(machine, await LabWindow.open(whole, world), whole)
    } catch (error) {
      machine.dispose()
      throw error
    }
  }

  /** The page that lists what would change. */
  get page() {
    return this.window.page.getByRole('dialog', { name: /on this machine$/ })
  }

  /** Chooses where the lab runs, in the lab's menu. */
  async place(where: 'Sandbox' | 'This machine'): Promise<void> {
    await this.window.button(/^Lab: /).click()
    await this.window.page.getByRole('menuitemradio', { name: where }).click()
  }

  /** Every command that the page lists. */
  async listed(): Promise<string[]> {
    return this.page.locator('.command').evaluateAll((all) => all.map((each) => each.textContent ?? ''))
  }

  /** Every command that has run, from the list of them, which draws only what is in view. */
  async ran(): Promise<string[]> {
    const { window } = this
    await window.tab('Commands').click()
    const log = window.page.getByRole('log')
    await log.waitFor()
    const found = new Map<number, string>()
    for (let top = 0; ; top += 100) {
      await log.evaluate((list, to) => (list.scrollTop = to), top)
      const rows = await log
        .locator('.row')
        .evaluateAll((all) =>
          all.map(
            (row) =>
              [Number(row.getAttribute('data-index')), row.querySelector('.command')?.textContent ?? ''] as const,
          ),
        )
      for (const [index, text] of rows) found.set(index, text)
      if (await log.evaluate((list, to) => to > list.scrollHeight, top)) break
    }
    return [...found].sort(([one], [other]) => one - other).map(([, text]) => text)
  }

  async close(): Promise<void> {
    try {
      await this.window.close({ untidy: true })
    } finally {
      this.machine.dispose()
    }
  }
}
