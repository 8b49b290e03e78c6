/** The uplink in the window: asked for, seen on the canvas, pulled with one click. No test sends a packet through it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../kernel/support/build.js'
import { until } from '../../kernel/support/until.js'
import { World } from '../../kernel/support/world.js'
import { missingHere, withTun } from '../../kernel/uplink/cut-off.js'
import { LabWindow } from './window.js'

const reason = missingHere()

describe.skipIf(reason !== null)(`the uplink${reason === null ? '' : ` (cannot run here: ${reason})`}`, () => {
  let window: LabWindow
  let path: string
  beforeAll(async () => {
    const world = await World.ofUser()
    const text = readFileSync(join(root, 'test/fixtures/labs/uplink.vethlab.yaml'), 'utf8').replace('uplink: on\n', '')
    // Without an uplink in the file there is no eth0 to name.
    path = world.file('home/uplinked.vethlab.yaml', text.replace(/ +nat:\n.*\n/, ''))
    window = await LabWindow.open({ file: path, outside: withTun }, world)
    await window.ready()
    await window.deploy()
  })
  afterAll(() => window.close())

  const bar = () => window.page.getByRole('contentinfo')
  const outside = () => window.page.getByText('the network of this computer')
  const plug = async (): Promise<void> => {
    await bar().getByRole('button', { name: 'Plug in' }).click()
    await window.page.getByRole('dialog').getByRole('button', { name: 'Plug in' }).click()
    await bar().getByText('Uplink eth0 10.0.2.100/24').waitFor()
  }

  test('is off, and asks before it is plugged in; who cancels stays cut off', async () => {
    await bar().getByText('Uplink off').waitFor()
    expect(await outside().count()).toBe(0)
    await bar().getByRole('button', { name: 'Plug in' }).click()
    const dialog = window.page.getByRole('dialog', { name: 'Let this lab reach your network?' })
    await dialog.getByText(/Programs of the lab will reach the Internet and the devices of your own network/).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
    await bar().getByText('Uplink off').waitFor()
    expect(await window.type('host', 'clear; ip -br link')).not.toContain('eth0')
  })

  test('plugged in, it is on the canvas and in the status bar, and the lab remembers it', async () => {
    await plug()
    await outside().first().waitFor()
    const shown = await window.type('host', 'clear; ip -br -4 addr; ip route; cat /etc/resolv.conf')
    expect(shown).toMatch(/eth0 +\S+ +10\.0\.2\.100\/24/)
    expect(shown).toContain('default via 10.0.2.2 dev eth0')
    expect(shown).toContain('nameserver 10.0.2.3')
    await window.tab('Commands').click()
    await window.page.keyboard.press('Control+s')
    await until('the saved file', () => /^uplink: on$/m.test(readFileSync(path, 'utf8')))
    // Nothing of it is a difference between lab and kernel, nor something to deploy.
    await window.button('Deployed').waitFor()
    expect(await window.page.getByRole('listitem').filter({ hasText: 'Revert runs' }).count()).toBe(0)
  })

  test('is there after the page is loaded again', async () => {
    await window.page.reload()
    await window.ready()
    await bar().getByText('Uplink eth0 10.0.2.100/24').waitFor()
  })

  test('is pulled with one click', async () => {
    await bar().getByRole('button', { name: 'Unplug' }).click()
    await bar().getByText('Uplink unplugged, the lab asks for it').waitFor()
    await outside().first().waitFor({ state: 'detached' })
    expect(await window.type('host', 'clear; ip -br link; cat /etc/resolv.conf')).not.toMatch(/eth0|10\.0\.2\.3/)
  })

  test('stopping the lab pulls it, too', async () => {
    await plug()
    await window.button('Stop').click()
    await bar().getByText('Uplink unplugged, the lab asks for it').waitFor()
    expect(window.errors).toEqual([])
  })
})
