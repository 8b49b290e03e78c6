/** A lab on the machine itself: nothing is done that the page has not shown, and all of it is taken back. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reasonAgainst } from '../../kernel/elevated/machine.js'
import { until } from '../../kernel/support/until.js'
import { violations } from '../window/axe.js'
import { HostWindow } from './host-window.js'

const reason = reasonAgainst('nsenter', 'iptables', 'nft')

describe.skipIf(reason !== null)(`a lab on this machine${reason === null ? '' : ` (${reason})`}`, () => {
  let host: HostWindow
  let before: string

  beforeAll(async () => {
    host = await HostWindow.open('root')
    await host.window.ready()
    before = host.machine.dump()
  })
  afterAll(() => host?.close())

  const untilAsBefore = (): Promise<unknown> =>
    until('the machine is as it was', () => host.machine.dump() === before).catch((error: Error) => {
      expect(host.machine.dump()).toBe(before)
      throw error
    })

  test('is shown command by command, with what undoes each, before anybody is asked for rights', async () => {
    const { window, page } = host
    await host.place('This machine')
    await page.getByText('So far nobody has looked at this machine as root.').waitFor()
    const listed = await host.listed()
    expect(listed).toContain('ip netns add ns0')
    expect(listed).not.toContain('ip link set lo up')
    expect(listed.filter((text) => /^sysctl -w net\.ipv4\.ip_forward=1/.test(text))).toHaveLength(1)
    expect(listed.filter((text) => /MASQUERADE/.test(text))).toHaveLength(1)
    for (const heading of [
      'Network namespaces',
      'Interfaces',
      'Addresses and routes',
      'Kernel settings',
      'Packet rules',
    ])
      await page.getByRole('heading', { name: heading }).waitFor()
    await page.getByText('ip netns del ns0').waitFor()
    expect(await violations(window)).toEqual([])
    await page.getByRole('button', { name: 'Stay in the sandbox' }).click()
    await page.waitFor({ state: 'detached' })
    expect(host.machine.helpers()).toEqual([])
    expect(host.machine.dump()).toBe(before)
  })

  test('is what the page listed, and nothing else: the helper’s own plan, with the real uplink', async () => {
    const { window, page, machine } = host
    await host.place('This machine')
    await page.getByRole('button', { name: 'Ask for administrator rights' }).click()
    const deploy = page.getByRole('button', { name: 'Deploy on this machine' })
    await deploy.and(window.page.locator(':enabled')).waitFor()
    expect(await page.getByLabel('Way out of this machine').inputValue()).toBe('up0')
    // It was looked at, and not touched.
    expect(machine.dump()).toBe(before)
    await page.getByText(/^Inside the lab’s namespaces/).click()
    expect(await violations(window)).toEqual([])
    const listed = await host.listed()
    expect(listed.filter((text) => /MASQUERADE/.test(text) && text.includes('-o up0'))).toHaveLength(1)
    await deploy.click()
    await window.status.filter({ hasText: 'Running · this machine' }).waitFor()
    // Nobody may take the shell of this machine for the one of a sandbox.
    expect(await window.tab('host').first().getByTitle('this machine').getAttribute('class')).toMatch(/\bmachine\b/)
    await window.focusTerminal('host')
    await window.page.getByText('This machine itself, not a sandbox').waitFor()
    expect(await violations(window)).toEqual([])
    expect((await host.ran()).sort()).toEqual(listed.sort())
    expect(machine.ask('ip', 'netns')).toContain('ns0')
    expect(machine.ask('ip', '-br', 'addr', 'show', 'dev', 'lab0')).toContain('192.168.77.1/24')
    expect(machine.ask('iptables', '-t', 'nat', '-S')).toContain('-o up0')
    await window.tab('Checks').click()
    await window.button('Run all').click()
    await window.tab(/Checks.*1\/1/).waitFor()
  })

  test('is taken back with its last trace when the user leaves, who is asked', async () => {
    const { window } = host
    await host.place('Sandbox')
    const question = window.page.getByRole('dialog', { name: 'The lab through-uplink runs on this machine' })
    await question.waitFor()
    expect(await violations(window)).toEqual([])
    await question.getByRole('button', { name: 'Cancel' }).click()
    await window.status.filter({ hasText: 'Running · this machine' }).waitFor()
    await host.place('Sandbox')
    await question.getByRole('button', { name: 'Undo and leave' }).click()
    await window.status.filter({ hasText: 'Idle' }).waitFor()
    await window.page.getByText('User + network namespaces, no sudo').waitFor()
    await until('the shell is one of the sandbox', async () =>
      /sandbox/.test((await window.tab('host').first().locator('.name').getAttribute('title')) ?? ''),
    )
    await window.focusTerminal('host')
    expect(await window.tab('host').first().locator('.machine').count()).toBe(0)
    expect(await window.page.getByText('This machine itself, not a sandbox').count()).toBe(0)
    await untilAsBefore()
    expect(host.machine.helpers()).toEqual([])
  })

  test('with something in the way is deployed with the remedy that was chosen, which goes with it', async () => {
    const { window, page, machine } = host
    machine.ask('iptables', '-P', 'FORWARD', 'DROP')
    before = machine.dump()
    await host.place('This machine')
    await page.getByRole('button', { name: 'Ask for administrator rights' }).click()
    await page.getByRole('heading', { name: 'What is in the way' }).waitFor()
    await page.getByText('iptables -S FORWARD').first().waitFor()
    expect(await violations(window)).toEqual([])
    const remedy = page.getByRole('checkbox', { name: /Do this with the deploy/ }).first()
    await remedy.check()
    await page.getByRole('button', { name: 'Deploy on this machine' }).click()
    await window.status.filter({ hasText: 'Running · this machine' }).waitFor()
    expect(machine.ask('iptables', '-S', 'FORWARD')).toMatch(/-A FORWARD .*vethlab:through-uplink.* -j ACCEPT/)
    await window.tab('Checks').click()
    await window.button('Run all').click()
    await window.tab(/Checks.*1\/1/).waitFor()
    await window.button('Stop').click()
    await window.status.filter({ hasText: 'Idle' }).waitFor()
    await untilAsBefore()
    machine.ask('iptables', '-P', 'FORWARD', 'ACCEPT')
  })

  test('that is kept running is offered again, and gone on with', async () => {
    const { window, page, machine } = host
    before = machine.dump()
    await window.button(/^Deploy/).click()
    await page.getByRole('button', { name: 'Deploy on this machine' }).click()
    await window.status.filter({ hasText: 'Running · this machine' }).waitFor()
    await host.place('Sandbox')
    await window.button('Keep it running').click()
    await window.page.getByText(/^The lab through-uplink was left running on this machine/).waitFor()
    expect(machine.helpers()).toEqual([])
    expect(machine.ask('ip', 'netns')).toContain('ns0')
    await window.page.reload()
    await window.button('Attach').click()
    await window.status.filter({ hasText: 'Running · this machine' }).waitFor()
    await window.button('Stop').click()
    await window.status.filter({ hasText: 'Idle' }).waitFor()
    await untilAsBefore()
    await host.place('Sandbox')
    await window.page.getByText('User + network namespaces, no sudo').waitFor()
  })

  test('that somebody else has changed says what stayed and what is otherwise', async () => {
    const { window, page, machine } = host
    before = machine.dump()
    await host.place('This machine')
    await page.getByRole('button', { name: 'Ask for administrator rights' }).click()
    await page.getByRole('button', { name: 'Deploy on this machine' }).click()
    await window.status.filter({ hasText: 'Running · this machine' }).waitFor()
    machine.ask('sh', '-c', 'ip link del lab0 && ip link add lab0 type bridge')
    machine.ask('ip', 'addr', 'add', '198.51.100.77/32', 'dev', 'up0')
    await window.button('Stop').click()
    const dialog = window.page.getByRole('dialog', { name: /^through-uplink is down; this machine is not quite/ })
    await dialog.waitFor()
    for (const colorScheme of ['dark', 'light'] as const) {
      await window.page.emulateMedia({ colorScheme })
      expect(await violations(window), colorScheme).toEqual([])
    }
    expect(await dialog.innerText()).toContain('198.51.100.77/32')
    expect(await dialog.innerText()).toContain('lab0 is another link now')
    machine.ask('ip', 'addr', 'del', '198.51.100.77/32', 'dev', 'up0')
    machine.ask('ip', 'link', 'del', 'lab0')
    await dialog.getByRole('button', { name: 'Close' }).click()
    await untilAsBefore()
    await host.place('Sandbox')
    await window.page.getByText('User + network namespaces, no sudo').waitFor()
  })

  test('whose helper was killed is told, and undone when the user says so', async () => {
    const { window, page, machine } = host
    before = machine.dump()
    await host.place('This machine')
    await page.getByRole('button', { name: 'Ask for administrator rights' }).click()
    await page.getByRole('button', { name: 'Deploy on this machine' }).click()
    await window.status.filter({ hasText: 'Running · this machine' }).waitFor()
    for (const { pid } of machine.helpers()) process.kill(pid, 'SIGKILL')
    await window.page.getByText(/^The lab through-uplink was not taken down/).waitFor()
    expect(await violations(window)).toEqual([])
    await window.button('Undo what it left').click()
    await window.page.getByText(/^Undone: \d+ commands/).waitFor()
    await untilAsBefore()
    await window.page.getByText('User + network namespaces, no sudo').waitFor()
    expect(await window.page.getByText('was not taken down').count()).toBe(0)
  })

  test('is reached by the keyboard alone', async () => {
    const { window, page } = host
    const { keyboard } = window.page
    await keyboard.press('Control+Shift+Escape')
    await keyboard.press('Control+k')
    await keyboard.type('on this machine')
    await keyboard.press('Enter')
    await page.waitFor()
    const focused = (): Promise<string> => window.page.evaluate('document.activeElement?.textContent?.trim() ?? ""')
    await until('the button has the focus', async () => {
      await keyboard.press('Tab')
      return (await focused()) === 'Ask for administrator rights'
    })
    await keyboard.press('Escape')
    await page.waitFor({ state: 'detached' })
  })
})

describe.skipIf(reason !== null)('a user whom nobody can ask for a password', () => {
  let host: HostWindow

  beforeAll(async () => {
    const light = { theme: 'light', locale: 'en-US' } as const
    host = await HostWindow.open('user', light)
    await host.window.ready()
  })
  afterAll(() => host?.close())

  test('is shown the command to type, may copy it, and may give up', async () => {
    const { window, page, machine } = host
    const before = machine.dump()
    await host.place('This machine')
    await page.getByRole('button', { name: 'Ask for administrator rights' }).click()
    const rights = window.page.getByRole('dialog', { name: 'Administrator rights are needed' })
    await rights.getByText('Nobody can ask you for a password here.').waitFor()
    expect(await violations(window)).toEqual([])
    await rights.getByRole('button', { name: 'Copy' }).click()
    const copied: string = await window.page.evaluate('navigator.clipboard.readText()')
    expect(copied).toMatch(
      /^sudo \/usr\/bin\/env \S+=\S+ \S+ \S+helper\.js elevated --connect \/\S+\/vethlab-[0-9a-f]{16}$/,
    )
    await rights.getByRole('button', { name: 'Cancel' }).click()
    await window.page.getByText('Cancelled. Nothing was changed on this machine.').waitFor()
    await page.getByRole('button', { name: 'Stay in the sandbox' }).click()
    expect(await window.status.innerText()).toBe('Idle')
    expect(machine.dump()).toBe(before)
  })

  test('who types it comes to the page, and the lab to the machine', async () => {
    const { window, page, machine } = host
    const before = machine.dump()
    await host.place('This machine')
    await page.getByRole('button', { name: 'Ask for administrator rights' }).click()
    const rights = window.page.getByRole('dialog', { name: 'Administrator rights are needed' })
    await rights.getByText('Nobody can ask you for a password here.').waitFor()
    const command = await rights.locator('code').innerText()
    machine.start('root', command.split(' ').slice(1), { SUDO_UID: String(machine.user.uid) })
    await page.getByRole('button', { name: 'Deploy on this machine' }).click()
    await window.status.filter({ hasText: 'Running · this machine' }).waitFor()
    expect(await window.type('ns0', 'id -u; ping -c1 -W2 203.0.113.10')).toMatch(
      new RegExp(`^${machine.user.uid}$[^]*1 received`, 'm'),
    )
    const pid = machine.helpers().at(-1)?.pid
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Uid:\t0/m)
    window.server.child.kill('SIGKILL')
    await until('the helper has taken all down', () => machine.helpers().length === 0)
    expect(machine.dump()).toBe(before)
  })
})
