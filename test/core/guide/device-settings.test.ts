import { expect, test } from 'vitest'
import { deviceDifferences } from '../../../electron/core/guide/device-settings.js'
import type { LiveLink, LiveNamespace } from '../../../electron/core/live/state.js'

const link = (name: string, more: Partial<LiveLink>): LiveLink =>
  ({ name, bridge: null, port: null, ...more }) as LiveLink
const port = (vlans: NonNullable<LiveLink['port']>['vlans']): Partial<LiveLink> => ({
  port: { number: 1, state: 'forwarding', ...(vlans ? { vlans } : {}) },
})
const live = {
  links: [
    link('br0', { bridge: { stp: false, vlanFiltering: true } }),
    link('p1', port([{ id: 10, pvid: true, untagged: true }])),
    link('p2', port([{ id: 1, pvid: true, untagged: true }])),
    link('eth0.10', { vlan: { id: 10, protocol: '802.1q', link: 'eth0' } }),
    link('bond0', { bonding: { mode: 'active-backup', miimon: 100, primary: 'm1', active: 'm1' } }),
    link('m1', { bond: 'bond0' }),
    link('m2', {}),
    link('red', { table: 10 }),
    link('eth5', { vrf: 'red' }),
  ],
} as unknown as LiveNamespace

const differences = (entry: Parameters<typeof deviceDifferences>[0]): readonly string[] =>
  [...deviceDifferences(entry, live)].map(({ key, wanted, actual }) => `${key}: ${actual}, not ${wanted}`)

test('what is as the step says it is no difference', () => {
  expect(
    differences({
      bridges: { br0: { 'vlan-filtering': true, 'port-vlans': { p1: { pvid: 10 } } } },
      vlans: { 'eth0.10': { link: 'eth0', id: 10 } },
      bonds: { bond0: { mode: 'active-backup', members: ['m1'], primary: 'm1', miimon: 100 } },
      vrfs: { red: { table: 10, members: ['eth5'] } },
    }),
  ).toEqual([])
})

test('VLANs of a port, a tag, a member and a table are told in words of ip and bridge', () => {
  expect(
    differences({
      bridges: { br0: { 'vlan-filtering': false, 'port-vlans': { p1: { tagged: [10, 20] }, p2: { pvid: 20 } } } },
      vlans: { 'eth0.10': { link: 'eth0', id: 11 } },
      bonds: { bond0: { mode: 'balance-rr', members: ['m2'] } },
      vrfs: { red: { table: 20, members: ['m2'] } },
    }),
  ).toEqual([
    'br0 vlan_filtering: 1, not 0',
    'p1 vlan: 10 PVID untagged, not 10, 20',
    'p2 vlan: 1 PVID untagged, not 20 PVID untagged',
    'eth0.10 vlan id: 10 on eth0, not 11 on eth0',
    'bond0 mode: active-backup, not balance-rr',
    'm2 master: -, not bond0',
    'red table: 10, not 20',
    'm2 master: -, not red',
  ])
})

test('a device that is not there is missing itself, and nothing is said of its settings', () => {
  expect(differences({ vlans: { 'eth0.20': { link: 'eth0', id: 20 } }, vrfs: { blue: { table: 20 } } })).toEqual([])
})
