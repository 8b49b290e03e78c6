import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWindow } from './window.js'

describe('with a lab running', () => {
  let window: LabWindow

  beforeAll(async () => {
    window = await LabWindow.open()
    await window.ready()
    await window.openStarter(/The host as gateway/)
    await window.deploy()
  })
  afterAll(() => window.close())

  test('a helper that dies is said, the lab is kept, and it can be built again', async () => {
    const helper = window.world.processes().find(({ command }) => /helper\.js/.test(command))
    if (!helper) throw new Error('no helper process')
    process.kill(helper.pid, 'SIGKILL')
    await window.status.filter({ hasText: 'Sandbox ended' }).waitFor()
    await window.button(/^Lab: The host as gateway/).waitFor()
    await window.button('Start the sandbox again').click()
    await window.ready()
    expect(await window.status.innerText()).toBe('Idle')
    await window.deploy()
    expect(await window.type('ns0', 'ip -br addr')).toContain('192.168.1.2/24')
  })

  test('a lost connection is said and blanks nothing', async () => {
    await window.inspector.getByRole('button', { name: 'ns0' }).click()
    await window.inspector.getByText('192.168.1.2/24').waitFor()
    window.server.child.kill('SIGKILL')
    await window.server.ended
    await window.page.getByText('The connection to Vethlab is lost').waitFor()
    expect(await window.status.innerText()).toBe('Connection lost')
    expect(await window.inspector.innerText()).toContain('192.168.1.2/24')
    expect(await window.screen('ns0')).toContain('192.168.1.2/24')
    await window.button(/^Lab: The host as gateway/).waitFor()
  })
})

test('a window that another one replaces is let go, and does not fight for its place', async () => {
  const window = await LabWindow.open()
  try {
    await window.ready()
    const copy = await window.context.newPage()
    await copy.goto('about:blank')
    const secret = await window.page.evaluate('sessionStorage.getItem("vethlab.secret")')
    await copy.goto(new URL(window.page.url()).origin)
    await copy.evaluate(`sessionStorage.setItem('vethlab.secret', ${JSON.stringify(secret)})`)
    await copy.reload()
    await copy.getByRole('tab', { name: 'host' }).waitFor()
    await window.page.getByText('This window was let go').waitFor()
    await window.button('Connect again').click()
    await window.page.getByText('This window was let go').waitFor({ state: 'detached' })
    await copy.getByText('This window was let go').waitFor()
  } finally {
    await window.close()
  }
})

test('an address that was used before is refused in words', async () => {
  const window = await LabWindow.open()
  try {
    await window.ready()
    const other = await window.context.newPage()
    await other.goto(`${new URL(window.page.url()).origin}/#not-the-token`)
    await other.getByText('This address has been used').waitFor()
  } finally {
    await window.close()
  }
})

const mayNestNamespaces = readFileSync('/proc/sys/user/max_user_namespaces', 'utf8').trim() !== '0'

test.skipIf(!mayNestNamespaces)(
  'where the kernel refuses user namespaces, the window says why and what to type',
  async () => {
    // A user namespace of the test's own in which no further one may be made: the kernel's real refusal.
    const forbid =
      'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --inh-caps=-all --ambient-caps=-all "$@"'
    const before = ['unshare', '--user', '--map-current-user', '--keep-caps', 'sh', '-c', forbid, 'sh']
    const window = await LabWindow.open({ before })
    try {
      await window.page.getByText('The sandbox could not be started').waitFor()
      await window.page.getByText('sudo sysctl -w user.max_user_namespaces=15000', { exact: true }).waitFor()
      await window.button('Copy').first().click()
      expect(await window.page.evaluate('navigator.clipboard.readText()')).toBe(
        'sudo sysctl -w user.max_user_namespaces=15000',
      )
      await window.page.getByText('What this machine lacks').waitFor()
      expect(await window.status.innerText()).toBe('No sandbox')
      await window.openStarter(/A veth pair/)
      expect(await window.button(/^Deploy/).isDisabled()).toBe(true)
    } finally {
      // unshare(1) of util-linux 2.38 forgets its own waiting child when the kernel refuses it.
      await window.close({ untidy: true })
    }
  },
)
