import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KernelStep } from '../../../electron/core/plan/step.js'
import { stepText } from '../../../electron/core/plan/text.js'
import type { KernelNamespace } from '../../../electron/helper/kernel/protocol.js'
import {
  bridgeFdb,
  comparableAddress,
  ipAddresses,
  ipLinks,
  ipNeighbours,
  ipRoutes,
  sorted,
  type ComparedLink,
} from './iproute2.js'
import { Sandbox, whyNot, type User } from './sandbox.js'
import { address, bridgeAdd, master, namespaceAdd, route, routerLab, sysctl, up, vethAdd } from './steps.js'

/** Everything a step can make, on top of the router lab. */
const more: KernelStep[] = [
  namespaceAdd('plain.name-1'),
  bridgeAdd('host', 'bridge0', true),
  bridgeAdd('host', 'bridge1'),
  vethAdd('host:veth5', 'plain.name-1:eth0', { mac: '02:00:00:00:00:05', mtu: 1400 }),
  vethAdd('host:loop0', 'host:loop1'),
  master('host', 'veth5', 'bridge0'),
  master('host', 'loop0', 'bridge1'),
  { op: 'link-mac', namespace: 'host', name: 'loop1', mac: '02:00:00:00:00:77', before: '' },
  { op: 'link-mtu', namespace: 'host', name: 'loop1', mtu: 1300, before: 1500 },
  ...up('host', 'bridge0', 'bridge1', 'veth5', 'loop0', 'loop1'),
  ...up('plain.name-1', 'eth0', 'lo'),
  address('host', 'bridge0', '10.5.0.1/24'),
  address('host', 'bridge0', '10.5.0.9/24'),
  address('host', 'bridge0', 'fd00:5::1/64'),
  address('plain.name-1', 'lo', '127.5.0.1/8'),
  address('plain.name-1', 'eth0', '10.5.0.2/24'),
  address('plain.name-1', 'eth0', 'fd00:5::2/64'),
  {
    ...{ op: 'vxlan-add', namespace: 'host', name: 'vx0', id: 42, local: '10.5.0.1', remote: '10.5.0.2' },
    ...{ port: 4790, mac: '02:00:00:00:00:42', mtu: null },
  },
  {
    ...{ op: 'vxlan-add', namespace: 'host', name: 'vx6', id: 43, local: 'fd00:5::1', remote: 'fd00:5::2' },
    ...{ port: 4789, mac: null, mtu: 1350 },
  },
  master('host', 'vx0', 'bridge1'),
  { op: 'dummy-add', namespace: 'plain.name-1', name: 'idle', mac: '02:00:00:00:00:99', mtu: 1280 },
  ...up('plain.name-1', 'idle'),
  route('plain.name-1', '0.0.0.0/0', { via: '10.5.0.1' }),
  route('plain.name-1', '::/0', { via: 'fd00:5::1', metric: 7 }),
  route('plain.name-1', '10.60.0.0/16', { dev: 'eth0', metric: 12 }),
  route('plain.name-1', '10.61.0.0/16', { via: '192.0.2.1', dev: 'eth0', onlink: true }),
  route('plain.name-1', '10.62.0.0/16', { type: 'blackhole' }),
  route('plain.name-1', '10.63.0.0/16', { type: 'unreachable' }),
  route('plain.name-1', '10.64.0.0/16', { type: 'prohibit' }),
  route('plain.name-1', 'fd00:62::/48', { type: 'blackhole' }),
  route('ns0', '192.168.1.0/24', { via: '192.168.0.1' }),
  route('ns1', '192.168.0.0/24', { via: '192.168.1.1' }),
  sysctl('ns1', 'net.ipv4.conf.veth2.rp_filter', '2'),
  sysctl('ns1', 'net.ipv4.ip_default_ttl', '33'),
  {
    ...{ op: 'impair-set', namespace: 'ns1', dev: 'veth2', before: null },
    impair: { delayUs: null, lossPercent: null, rateBit: 10_000_000 },
  },
]

const comparable = ({ bridge, ...link }: KernelNamespace['links'][number]): ComparedLink => ({
  index: link.index,
  name: link.name,
  kind: link.kind,
  mac: link.mac,
  mtu: link.mtu,
  up: link.up,
  carrier: link.carrier,
  operstate: link.operstate,
  master: link.master,
  port: link.port,
  stp: bridge && bridge.stp,
})

const names = ['host', 'ns0', 'ns1', 'ns-router', 'plain.name-1']

describe.each(['root', 'a user'] satisfies User[])('built as %s', (user) => {
  const reason = whyNot(user)
  if (reason) {
    test.skip(`cannot run here: ${reason}`)
    return
  }
  let sandbox: Sandbox
  let read: readonly KernelNamespace[]
  const namespace = (name: string): KernelNamespace => {
    const found = read.find((one) => one.name === name)
    if (!found) throw new Error(`No ${name}`)
    return found
  }
  const link = (name: string, dev: string) => namespace(name).links.find((one) => one.name === dev)

  beforeAll(async () => {
    sandbox = await Sandbox.start(user)
    await sandbox.run(...routerLab(true), ...more)
    // Traffic, so that there are neighbours and learned addresses to compare. IPv6 and the bridge take their time.
    await sandbox.output('ns0', 'ping -c1 -W1 192.168.1.2')
    await sandbox.shell('sleep 2.2; nsenter --net=/run/netns/plain.name-1 ping -c1 -W1 10.5.0.1')
    read = (await sandbox.request('read', { namespaces: null })).namespaces
  })
  afterAll(() => sandbox.stop())

  test('namespaces are seen by `ip netns`, host first in order of appearance', async () => {
    expect(read.map(({ name }) => name)).toEqual(['host', 'ns0', 'ns1', 'ns-router', 'plain.name-1'])
    const listed = await sandbox.output('host', 'ip netns list')
    expect(
      listed
        .split('\n')
        .map((line) => line.split(' ')[0])
        .filter(Boolean)
        .sort(),
    ).toEqual(names.slice(1).sort())
    for (const { name, inode } of read)
      expect(await sandbox.output(name, 'readlink /proc/self/ns/net')).toBe(`net:[${inode}]\n`)
  })

  test.each(names)('links of %s are what `ip -d link` tells', async (name) => {
    expect(sorted(namespace(name).links.map(comparable))).toEqual(sorted(await ipLinks(sandbox, name)))
  })

  test.each(names)('addresses of %s are what `ip addr` tells', async (name) => {
    const expected = (await ipAddresses(sandbox, name)).map(comparableAddress)
    expect(sorted(namespace(name).addresses.map(comparableAddress))).toEqual(sorted(expected))
  })

  test.each(names)('routes of %s are what `ip route` tells, in its order', async (name) => {
    expect(namespace(name).routes).toEqual(await ipRoutes(sandbox, name))
  })

  test.each(names)('neighbours of %s are what `ip neigh` tells', async (name) => {
    const stateless = ({ state: _, ...entry }: KernelNamespace['neighbours'][number]) => entry
    const expected = (await ipNeighbours(sandbox, name)).map(stateless)
    expect(sorted(namespace(name).neighbours.map(stateless))).toEqual(sorted(expected))
    if (name === 'ns0') expect(namespace(name).neighbours.map(({ address }) => address)).toContain('192.168.0.1')
  })

  test.each(names)('the forwarding databases of %s are what `bridge fdb` tells', async (name) => {
    expect(sorted(namespace(name).fdb)).toEqual(sorted(await bridgeFdb(sandbox, name)))
    if (name !== 'host') return
    expect(namespace(name).fdb).toContainEqual(
      expect.objectContaining({ dev: 'vx0', mac: '00:00:00:00:00:00', dst: '10.5.0.2', master: null }),
    )
  })

  test('peers are named across namespaces and inside one', () => {
    expect(link('ns0', 'veth0')?.peer).toEqual({ namespace: 'ns-router', index: link('ns-router', 'veth1')?.index })
    expect(link('ns-router', 'veth3')?.peer).toEqual({ namespace: 'ns1', index: link('ns1', 'veth2')?.index })
    expect(link('host', 'veth5')?.peer).toEqual({
      namespace: 'plain.name-1',
      index: link('plain.name-1', 'eth0')?.index,
    })
    expect(link('host', 'loop0')?.peer).toEqual({ namespace: 'host', index: link('host', 'loop1')?.index })
    expect(link('host', 'bridge0')?.peer).toBeNull()
  })

  test('tunnels, STP and impairments are read', () => {
    expect(link('host', 'vx0')?.vxlan).toEqual({ id: 42, local: '10.5.0.1', remote: '10.5.0.2', port: 4790 })
    expect(link('host', 'vx6')?.vxlan).toEqual({ id: 43, local: 'fd00:5::1', remote: 'fd00:5::2', port: 4789 })
    expect(link('host', 'bridge0')?.bridge).toEqual({ stp: true, vlanFiltering: false })
    expect(link('host', 'bridge1')?.bridge).toEqual({ stp: false, vlanFiltering: false })
    expect(link('ns1', 'veth2')?.impair).toEqual({ delayUs: null, lossPercent: null, rateBit: 10_000_000 })
  })

  test('sysctls are those of the namespace, not of the worker', async () => {
    expect(namespace('ns1').sysctls).toMatchObject({
      'net.ipv4.ip_forward': '0',
      'net.ipv4.ip_default_ttl': '33',
      'net.ipv4.conf.veth2.rp_filter': '2',
    })
    expect(namespace('ns-router').sysctls).toMatchObject({
      'net.ipv4.ip_forward': '1',
      'net.ipv4.ip_default_ttl': '64',
    })
    expect(await sandbox.output('ns1', 'sysctl -n net.ipv4.ip_default_ttl')).toBe('33\n')
    expect(await sandbox.output('host', 'sysctl -n net.ipv4.ip_forward net.ipv4.ip_default_ttl')).toBe('0\n64\n')
  })

  test('rules are the kernel’s three and two', () => {
    expect(namespace('ns0').rules.map(({ family, priority, table }) => [family, priority, table])).toEqual([
      ['ipv4', 0, 255],
      ['ipv4', 32766, 254],
      ['ipv4', 32767, 253],
      ['ipv6', 0, 255],
      ['ipv6', 32766, 254],
    ])
  })

  test('a rate makes the queue that its command makes', async () => {
    const ours = await sandbox.output('ns1', 'tc -d qdisc show dev veth2')
    const step = { op: 'impair-set', namespace: 'ns1', dev: 'veth2', before: null } as const
    const command = stepText({ ...step, impair: { delayUs: null, lossPercent: null, rateBit: 10_000_000 } })
    expect(command).toMatch(/^tc -n ns1 qdisc replace dev veth2 root tbf rate 10mbit /)
    await sandbox.output('ns1', command.replace(' -n ns1', ''))
    const theirs = await sandbox.output('ns1', 'tc -d qdisc show dev veth2')
    const withoutHandle = (text: string) => text.replace(/ [0-9a-f]+: /, ' ')
    expect(withoutHandle(ours)).toBe(withoutHandle(theirs))
    await sandbox.run({ op: 'impair-set', namespace: 'ns1', dev: 'veth2', impair: null, before: null })
    expect(await sandbox.output('ns1', 'tc qdisc show dev veth2')).not.toContain('tbf')
  })

  test('what steps made, steps take back', async () => {
    const added = more.filter((step) => step.op === 'route-add' && step.namespace === 'plain.name-1')
    await sandbox.run(
      ...added.map((step): KernelStep => (step.op === 'route-add' ? { ...step, op: 'route-delete' } : step)),
      { op: 'address-delete', namespace: 'plain.name-1', dev: 'eth0', address: '10.5.0.2/24', family: 'ipv4' },
      { op: 'address-delete', namespace: 'plain.name-1', dev: 'eth0', address: 'fd00:5::2/64', family: 'ipv6' },
      { op: 'bridge-stp', namespace: 'host', name: 'bridge0', stp: false },
      master('host', 'loop0', null),
      { op: 'link-down', namespace: 'host', name: 'loop1' },
      { op: 'link-delete', namespace: 'host', name: 'vx0', restore: [] },
      { op: 'link-delete', namespace: 'host', name: 'vx6', restore: [] },
      { op: 'link-delete', namespace: 'plain.name-1', name: 'eth0', restore: [] },
      { op: 'namespace-delete', namespace: 'ns1' },
    )
    read = (await sandbox.request('read', { namespaces: null })).namespaces
    expect(namespace('plain.name-1').routes.filter(({ protocol }) => protocol === 'boot')).toEqual([])
    expect(namespace('plain.name-1').links.map(({ name }) => name)).toEqual(['lo', 'idle'])
    expect(link('host', 'veth5'), 'the other end goes with it').toBeUndefined()
    expect(link('host', 'vx0')).toBeUndefined()
    expect(link('host', 'bridge0')?.bridge?.stp).toBe(false)
    expect(link('host', 'loop0')?.master).toBeNull()
    expect(link('host', 'loop1')?.up).toBe(false)
    expect(read.map(({ name }) => name)).not.toContain('ns1')
    expect(await sandbox.output('host', 'ls /run/netns')).not.toContain('ns1')
  })
})
