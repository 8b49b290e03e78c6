/** Shapes are Docker's 20.10, Podman's 4.3 with netavark 1.4, and CNI's 1.1, as they were found under Debian 12. */
import { expect, test } from 'vitest'
import {
  fromCni,
  fromDockerSettings,
  fromNetavark,
  networkOfBridge,
  networkOfMember,
} from '../../../electron/core/machine/networks.js'
import { publishedPorts } from '../../../electron/core/machine/published.js'
import { emptyLiveNamespace } from '../../../electron/core/plan/empty.js'
import type { IptablesRule, LiveNamespace } from '../../../electron/core/live/state.js'

const back = {
  NetworkID: 'df96bf5f87eeaaa5acb239e92cc37ca018e30c3364a99d3bc7961239b14074eb',
  ...{ Gateway: '172.19.0.1', IPAddress: '172.19.0.2', IPPrefixLen: 16, IPv6Gateway: '', GlobalIPv6Address: '' },
}
const lan = {
  NetworkID: '8fb380c92e91ff0b5f4bbe0e8f51c6dd4a1ab7ad5a6d8b14b1a0f11c49b8a6fe',
  ...{ Gateway: '198.51.100.64', IPAddress: '198.51.100.65', IPv6Gateway: '', GlobalIPv6Address: '' },
}
const usual = { NetworkID: 'dfb2db5789f8', Gateway: '172.17.0.1', IPAddress: '172.17.0.2' }
const none = { NetworkID: '9d009c2af96c', Gateway: '', IPAddress: '' }

test("a container's state says the names of its networks, and by which bridge and address they are known", () => {
  const networks = fromDockerSettings({ Networks: { shop_back: back, lan, bridge: usual, none } })
  expect(networks.map(({ name }) => name)).toEqual(['shop_back', 'lan', 'bridge'])
  const bridge = (name: string, ...addresses: string[]) =>
    networkOfBridge({ name, kind: 'bridge' }, addresses, networks)?.name ?? null
  expect(bridge('br-df96bf5f87ee')).toBe('shop_back')
  // The first network's bridge bears no id.
  expect(bridge('docker0', '172.17.0.1')).toBe('bridge')
  expect(bridge('br-other', '10.0.0.1')).toBeNull()
  expect(networkOfMember({ name: 'eth0', kind: 'macvlan' }, ['198.51.100.65'], networks)?.name).toBe('lan')
  // The gateway of a macvlan's network is anybody's.
  expect(networkOfBridge({ name: 'eth0', kind: 'physical' }, ['198.51.100.64'], networks)).toBeNull()
})

test("Podman's and CNI's own files say whose a bridge is", () => {
  const subnets = [{ subnet: '10.89.0.0/24', gateway: '10.89.0.1' }]
  expect(fromNetavark({ name: 'pnet', driver: 'bridge', network_interface: 'podman1', subnets })).toEqual([
    { engine: 'podman', name: 'pnet', bridge: 'podman1', gateways: ['10.89.0.1'], members: [] },
  ])
  const plugins = [{ type: 'bridge', bridge: 'cni-podman0' }, { type: 'portmap' }]
  const ofCni = { engine: 'cni', gateways: [], members: [] }
  expect(fromCni({ name: 'podman', plugins })).toEqual([{ ...ofCni, name: 'podman', bridge: 'cni-podman0' }])
  expect(fromCni({ name: 'handnet', type: 'bridge' })).toEqual([{ ...ofCni, name: 'handnet', bridge: 'cni0' }])
})

test.each([null, 7, [], {}, { Networks: [[]] }, { name: 7 }, { name: 'x', subnets: [7], plugins: 'x' }])(
  'what is in no such shape is no network: %j',
  (value) => {
    expect(fromDockerSettings(value)).toEqual([])
    expect(fromNetavark(value).flatMap(({ gateways }) => gateways)).toEqual([])
    expect(fromCni(value)).toEqual([])
  },
)

const named = (name: string, inode: number, ...addresses: readonly string[]): LiveNamespace => ({
  ...emptyLiveNamespace(name, inode),
  addresses: addresses.map((address) => ({
    ...{ dev: 'eth0', family: 'ipv4' as const, address, scope: 'global', flags: [] },
  })),
})
const saved = (chain: string, rule: string): IptablesRule => ({
  ...{ family: 'ipv4', table: 'nat', chain, rule, policy: null, packets: 0, bytes: 0, engine: 'nft' },
})

test('ports that rules redirect into a namespace are published, whoever wrote the rules', () => {
  const iptables = [
    saved('DOCKER', '! -i br-cc34c2a745da -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80'),
    saved('DOCKER', '-d 127.0.0.1/32 ! -i br-df9 -p tcp -m tcp --dport 5432 -j DNAT --to-destination 172.19.0.3:5432'),
    saved('DOCKER', '-i docker0 -j RETURN'),
    saved('NETAVARK-DN-644E', '-s 10.89.0.0/24 -p tcp -m tcp --dport 8181 -j NETAVARK-HOSTPORT-SETMARK'),
    saved('NETAVARK-DN-644E', '-p tcp -m tcp --dport 8181 -j DNAT --to-destination 10.89.0.2:80'),
    saved('KUBE-SEP-X', '-p tcp -m tcp -j DNAT --to-destination 172.18.0.2:80'),
    saved('DOCKER', '-p tcp -m tcp --dport 99 -j DNAT --to-destination 172.20.0.9:99'),
  ]
  const match = (protocol: string, field: string, right: unknown) => ({
    match: { op: '==', left: { payload: { protocol, field } }, right },
  })
  const expr = [
    match('ip', 'daddr', '198.51.100.2'),
    match('udp', 'dport', 53),
    { dnat: { addr: '172.18.0.2', port: 5353 } },
  ]
  const sets = [match('tcp', 'dport', { set: [1, 2] }), { dnat: { addr: '172.18.0.2' } }]
  const nft = [{ table: {} }, { rule: { family: 'ip', expr } }, { rule: { family: 'ip', expr: sets } }]
  const host = { ...named('host', 1, '198.51.100.2/24'), ruleset: { iptables, nft } }
  const all = [
    ...[host, named('web', 2, '172.18.0.2/16'), named('db', 3, '172.19.0.3/16'), named('pod-web', 4, '10.89.0.2/24')],
    // Whose it is, no rule says.
    ...[named('one', 5, '172.20.0.9/16'), named('other', 6, '172.20.0.9/16')],
  ]
  expect(Object.fromEntries(publishedPorts(all))).toEqual({
    web: [
      { protocol: 'tcp', address: '0.0.0.0', port: 8080, to: 80 },
      { protocol: 'udp', address: '198.51.100.2', port: 53, to: 5353 },
    ],
    db: [{ protocol: 'tcp', address: '127.0.0.1', port: 5432, to: 5432 }],
    'pod-web': [{ protocol: 'tcp', address: '0.0.0.0', port: 8181, to: 80 }],
  })
})
