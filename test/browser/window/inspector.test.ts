import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../kernel/support/until.js'
import { LabWindow } from './window.js'

let window: LabWindow

beforeAll(async () => {
  window = await LabWindow.open()
  await window.ready()
  await window.openStarter(/NAT to the Internet/)
  await window.deploy()
})
afterAll(() => window.close())

const section = (title: string | RegExp) => window.inspector.getByRole('region', { name: title })

test('every section of facts names the command it comes from', async () => {
  await window.inspector.getByRole('button', { name: 'ns0' }).click()
  const shown: Record<string, string> = {}
  for (const [title, command] of [
    ['Interface', 'ip addr'],
    ['Routes', 'ip route'],
    ['Kernel settings', 'sysctl'],
  ] as const)
    shown[title] = (await section(title).innerText()).includes(command) ? 'named' : 'missing'
  expect(shown).toEqual({ Interface: 'named', Routes: 'named', 'Kernel settings': 'named' })
  expect(await section('Routes').innerText()).toContain('default via 192.168.1.1 dev veth0')
})

test('what is typed in a terminal is in the inspector at once', async () => {
  await window.type('ns0', 'ip addr add 10.7.7.7/24 dev veth0')
  await section('Interface').getByText('10.7.7.7/24').waitFor()
  await section('Routes').getByText('10.7.7.0/24').waitFor()
  await window.type('ns0', 'ip addr del 10.7.7.7/24 dev veth0; ip link set lo down')
  await section('Interface').getByText('10.7.7.7/24').waitFor({ state: 'detached' })
  await section('Interface').getByText('DOWN').waitFor()
  await window.type('ns0', 'ip link set lo up; ping -c1 -W2 192.168.1.1')
  await section('Neighbours').getByText('192.168.1.1', { exact: true }).waitFor()
})

test('the host shows its bridge, its ports, NAT with counters and its settings', async () => {
  await window.tab('ns0').click()
  await window.type('ns0', 'ping -c2 -i0.2 -W2 203.0.113.10')
  await window.inspector.getByText('net:[').waitFor()
  await window.page.keyboard.press('Control+Shift+Escape')
  await window.page.locator('[role=treeitem][data-key="namespace host"]').press('Enter')
  await section('Ports of bridge0').getByText('veth1').waitFor()
  await section('Learned addresses').getByText('veth1').first().waitFor()
  await window.page.keyboard.press('Control+k')
  await window.page.getByPlaceholder('Type a command').fill('Read the kernel again')
  await window.page.keyboard.press('Enter')
  const nat = section('NAT')
  await nat.getByText('-s 192.168.1.0/24 -o eth0 -j MASQUERADE').waitFor()
  await nat
    .getByText(/[1-9]\d* pkts, [1-9]\d* bytes/)
    .first()
    .waitFor()
  await section('Kernel settings').getByText('ipv4.ip_forward').waitFor()
})

test('counters and connections move while one looks, without asking', async () => {
  await window.page.locator('[role=treeitem][data-key="namespace host"]').press('Enter')
  const connections = section('Connections')
  await window.focusTerminal('ns0')
  await window.untilShown('ns0', /# *$/)
  const counted = async (): Promise<number> => {
    const [, packets] = /MASQUERADE\s+(\d+) pkts/.exec(await section('NAT').innerText()) ?? []
    return Number(packets)
  }
  const before = await counted()
  await window.page.keyboard.type('for n in 1 2 3; do ping -c1 -W2 203.0.113.10; done\n')
  await until('the counter', async () => (await counted()) > before)
  await connections.getByText('192.168.1.2 → 203.0.113.10').first().waitFor()
  // What conntrack expects as the answer is addressed to the host.
  await connections.getByText('203.0.113.10 → 172.16.0.157').first().waitFor()
})

test('a policy rule is a fact like the others, and so is each routing table', async () => {
  await window.type('ns0', 'ip rule add from 192.168.1.2 lookup 100')
  await window.page.locator('[role=treeitem][data-key="namespace ns0"]').press('Enter')
  await section('Policy rules').getByText('from 192.168.1.2 lookup 100').waitFor()
  await window.type('ns0', 'ip route add 198.51.100.0/24 via 192.168.1.1 table 100 mtu 1400')
  const table = section('Routes of table 100')
  await table.getByText('via 192.168.1.1 dev veth0 mtu 1400').waitFor()
  await table.getByText('ip route show table 100').waitFor()
  expect(
    await section(/^Routes$/)
      .getByText('198.51.100.0/24')
      .count(),
  ).toBe(0)
  await window.type('ns0', 'ip rule del from 192.168.1.2 lookup 100')
  await section('Policy rules').waitFor({ state: 'detached' })
  await window.type('ns0', 'ip route flush table 100')
  await table.waitFor({ state: 'detached' })
})

test('an interface is shown by itself, with the cable’s other end', async () => {
  await window.page
    .getByRole('treeitem', { name: /^veth0/ })
    .first()
    .press('Enter')
  await window.inspector.getByText('Interface in ns0').waitFor()
  await window.inspector.getByText('host · veth1').waitFor()
  await window.inspector.getByRole('button', { name: 'ns0' }).click()
  await window.inspector.getByText('Network namespace').waitFor()
})

test('nothing in the page threw', () => {
  expect(window.errors).toEqual([])
})
