import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changeSource } from '../../../electron/core/change/change.js'
import { entryText, parseEntryText, parseItemText } from '../../../electron/core/change/entry-text.js'
import { interfaceSettings, namespaceSettings, type Setting } from '../../../electron/core/change/settings.js'
import { deviceTables } from '../../../electron/core/lab/device-tables.js'
import * as schema from '../../../electron/core/lab/schema.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { open } from './open.js'

const text = `vethlab: 1
name: every-key
namespaces:
  r:
    # asked in this order
    firewall:
      - { chain: forward, policy: drop }
      # the web
      - { chain: forward, protocol: tcp, port: 80, action: accept }
      - { chain: input, action: accept }
    sysctls: { net.ipv4.conf.all.rp_filter: 2 }
    bridges:
      br0: { ports: [eth0], stp: true } # loops
    bonds:
      bond0: { mode: active-backup, members: [eth2] }
    vrfs:
      red: { table: 10, members: [eth3] }
    vlans:
      eth1.10: { link: eth1, id: 10 }
    macvlans:
      mv0: { link: eth1, mode: private }
  s: {}
links:
  - [r:eth0, s:eth0]
  - [r:eth1, s:eth1]
  - [r:eth2, s:eth2]
  - [r:eth3, s:eth3]
  - [r:eth4, s:eth4]
tunnels:
  - { type: vxlan, id: 7, namespace: r, name: vx0, local: 10.0.0.1, remote: 10.0.0.2 }
  - { type: gre, namespace: r, name: gre1, local: 10.0.0.1, remote: 10.0.0.2 }
  - { type: wireguard, namespace: r, name: wg0, listen: 51820 }
`
const source = open(text)
const file = source.value as LabFile
const of = (name: string, kind: string) => interfaceSettings(file, { namespace: 'r', interface: name }, kind)
const keysOf = (settings: readonly Setting[]): string[] => settings.map(({ key }) => key)

/** What is said of the file after a key was given a value; why not, where it is refused. */
function said(settings: readonly Setting[], key: string, value: unknown): string {
  const setting = settings.find((each) => each.key === key)
  if (!setting) throw new Error(`no field for ${key}`)
  const changed = changeSource(source, setting.change(value))
  return changed.ok ? changed.source.text : (changed.problems[0]?.message ?? '')
}

test('every key that the file may have has a field, or one that is made for it', () => {
  const made = [
    'addresses',
    'mac',
    'mtu',
    'up',
    'forwarding',
    'routes',
    'in',
    'type',
    'namespace',
    'name',
    ...deviceTables,
  ]
  const fields: [keyof typeof schema, readonly Setting[]][] = [
    ['namespaceSchema', namespaceSettings(file, 'r')],
    ['interfaceSchema', of('eth1', 'veth')],
    ['bridgeSchema', of('br0', 'bridge')],
    ['bondSchema', of('bond0', 'bond')],
    ['vrfSchema', of('red', 'vrf')],
    ['vlanSchema', of('eth1.10', 'vlan')],
    ['vxlanSchema', of('vx0', 'vxlan')],
    ['wireguardSchema', of('wg0', 'wireguard')],
  ]
  for (const [name, settings] of fields) {
    const shape = Object.keys((schema[name] as { shape: object }).shape)
    expect(shape.filter((key) => !made.includes(key) && !keysOf(settings).includes(key))).toEqual([])
  }
  expect(keysOf(of('mv0', 'macvlan'))[0]).toBe('mode')
  expect(keysOf(of('gre1', 'gre')).slice(0, 4)).toEqual(['local', 'remote', 'key', 'ttl'])
})

test('a value is said where its object is said, and all comments stay with what they are about', () => {
  const r = namespaceSettings(file, 'r')
  const [drop, web, input] = file.namespaces?.['r']?.firewall ?? []
  const moved = said(r, 'firewall', [web, drop, input])
  expect(moved).toMatch(
    /# the web\n +- \{ chain: forward, protocol: tcp.*\n(.*\n)*? +- \{ chain: forward, policy: drop/,
  )
  expect(said(r, 'firewall', [drop, input])).not.toContain('port: 80')
  expect(said(r, 'firewall', [drop, web, input, { chain: 'output', action: 'drop' }])).toContain(
    '- { chain: output, action: drop }',
  )
  expect(said(r, 'sysctls', { 'net.ipv4.conf.all.rp_filter': 1, 'net.ipv4.ip_default_ttl': 32 })).toContain(
    'sysctls: { net.ipv4.conf.all.rp_filter: 1, net.ipv4.ip_default_ttl: 32 }',
  )
  expect(said(r, 'sysctls', null)).not.toContain('sysctls')
  expect(said(of('br0', 'bridge'), 'priority', 4096)).toContain('stp: true, priority: 4096 } # loops')
  expect(said(of('br0', 'bridge'), 'ports', ['eth0', 'eth4'])).toContain('ports: [eth0, eth4]')
  expect(said(of('bond0', 'bond'), 'primary', 'eth2')).toContain('mode: active-backup, members: [eth2], primary: eth2')
  expect(said(of('red', 'vrf'), 'table', 20)).toContain('red: { table: 20')
  expect(said(of('eth1.10', 'vlan'), 'protocol', '802.1ad')).toContain('link: eth1, id: 10, protocol: 802.1ad')
  expect(said(of('mv0', 'macvlan'), 'mode', 'vepa')).toContain('mode: vepa')
  expect(said(of('vx0', 'vxlan'), 'ttl', 9)).toMatch(/type: vxlan, id: 7, .*ttl: 9/)
  expect(said(of('eth1', 'veth'), 'promisc', true)).toContain('eth1: { promisc: true }')
})

test('what a key cannot be is refused in a sentence, and nothing is changed', () => {
  expect(said(of('br0', 'bridge'), 'priority', 'high')).toMatch(/priority/)
  expect(said(of('eth1.10', 'vlan'), 'id', null)).toMatch(/id/)
  expect(said(namespaceSettings(file, 'r'), 'firewall', [{ chain: 'sideways' }])).toMatch(/firewall|chain/)
})

test('what is written on a line is read as that, whatever is in it', () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean())
  const entry = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(scalar, fc.array(scalar)), { minKeys: 1 })
  fc.assert(
    fc.property(entry, (each) => {
      const kept = { ...each }
      expect(parseEntryText(entryText(kept))).toEqual(kept)
    }),
  )
  for (const value of ['eth0', '10.0.0.1/24', 7, true, [1, 2], { chain: 'forward' }, 'fd00::1'])
    expect(parseItemText(entryText(value))).toEqual(value)
  for (const broken of ['', 'a: 1 }, {', '} a: 1', 'a: [1', '{ a: 1 } b'])
    expect(parseItemText(broken) ?? parseEntryText(broken)).toBeNull()
})
