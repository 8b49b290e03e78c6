/** Tunnels of scripts, as `ip link`, `ip tunnel` and `bridge fdb` make them. */
import { expect, test } from 'vitest'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import { exportScript } from '../../../electron/core/exchange/to-script.js'
import { normalise } from '../../../electron/core/lab/normalise.js'

const read = (...lines: readonly string[]) => importScript(['#!/bin/sh', ...lines, ''].join('\n'), 'tunnels.sh')

test('every kind is read as it is written', () => {
  const { labFile, notices } = read(
    'ip addr add 10.0.0.1/24 dev lo',
    'ip link add gre1 type gre local 10.0.0.1 remote 10.0.0.2 key 7 ttl 64',
    'ip link add gt1 mtu 1400 type gretap remote 10.0.0.2 local 10.0.0.1 key 0.0.1.0',
    'ip tunnel add ipip1 mode ipip local 10.0.0.1 remote 10.0.0.2',
    'ip tunnel add sit1 mode sit remote 10.0.0.2 local 10.0.0.1 ttl inherit',
    'ip -6 tunnel add t6 mode ip6ip6 local fd00::1 remote fd00::2',
    'ip link add g6 type ip6gre local fd00::1 remote fd00::2 hoplimit 9',
    'ip link add gnv type geneve id 77 remote 10.0.0.2',
    'ip link add vx0 type vxlan id 42 local 10.0.0.1 remote 10.0.0.2 dstport 4789',
    'ip link add vx1 type vxlan id 43 local 10.0.0.1 dstport 4789 nolearning',
    'bridge fdb append 00:00:00:00:00:00 dev vx1 dst 10.0.0.2',
    'bridge fdb append 00:00:00:00:00:00 dev vx1 dst 10.0.0.3',
    'bridge fdb append 02:00:00:00:00:09 dev vx1 dst 10.0.0.4',
    'bridge fdb del 02:00:00:00:00:09 dev vx1 dst 10.0.0.4',
  )
  expect(notices.map(({ message }) => message)).toEqual([])
  const ends = { namespace: 'host', local: '10.0.0.1', remote: '10.0.0.2' }
  const ends6 = { namespace: 'host', local: 'fd00::1', remote: 'fd00::2' }
  expect(labFile?.tunnels).toEqual([
    { type: 'gre', name: 'gre1', key: 7, ttl: 64, ...ends },
    { type: 'gretap', name: 'gt1', key: 256, ...ends },
    { type: 'ipip', name: 'ipip1', ...ends },
    { type: 'sit', name: 'sit1', ...ends },
    { type: 'ip6tnl', name: 't6', ...ends6 },
    { type: 'ip6gre', name: 'g6', ttl: 9, ...ends6 },
    { type: 'geneve', name: 'gnv', id: 77, namespace: 'host', remote: '10.0.0.2', port: 6081 },
    { type: 'vxlan', name: 'vx0', id: 42, port: 4789, ...ends },
    {
      ...{ type: 'vxlan', name: 'vx1', id: 43, namespace: 'host', local: '10.0.0.1', port: 4789, learning: false },
      fdb: [
        { mac: '00:00:00:00:00:00', remote: '10.0.0.2' },
        { mac: '00:00:00:00:00:00', remote: '10.0.0.3' },
      ],
    },
  ])
  expect(labFile?.namespaces?.['host']?.interfaces?.['gt1']?.mtu).toBe(1400)
})

test('what a lab cannot say of one is named', () => {
  const { labFile, notices } = read(
    'ip link add gre1 type gre local 10.0.0.1 remote 10.0.0.2 ikey 1 okey 2',
    'ip link add gre2 type gre local 10.0.0.1 remote 10.0.0.2 tos 4 nopmtudisc',
    'ip link add ipip1 type ipip remote 10.0.0.2',
    'ip link add wg0 type wireguard',
    'wg set wg0 listen-port 51820 private-key key',
  )
  expect(labFile?.tunnels?.map(({ name }) => name)).toEqual(['gre2'])
  expect(notices.map(({ line, message }) => `${line}: ${message}`)).toEqual([
    '2: A tunnel of a lab has the same key in both directions.',
    '3: "tos" of the tunnel is left out; a lab file has no word for it.',
    '3: "nopmtudisc" of the tunnel is left out; a lab file has no word for it.',
    '4: The tunnel "ipip1" is left out: no one address of "host" is on the way to its remote end.',
    '5: WireGuard of a script is not followed: its keys are in files.',
    expect.stringMatching(/^6: .*wg/),
  ])
})

test('without `local` it is sent from the address of its way, as everything stands at the end', () => {
  const { labFile, notices } = read(
    'ip link add e0 mtu 1400 type veth peer name f0; ip link add e1 type veth peer name f1',
    'ip link add gre1 type gre remote 10.9.0.2',
    'ip link add vx0 type vxlan id 5 remote 10.0.0.2 dstport 4789 dev e0',
    'ip link add vx1 type vxlan id 6 dstport 4789 dev e0; ip link add vx2 type vxlan id 7 dstport 4789 remote fd00::2',
    'ip addr add 10.0.0.1/24 dev e0; ip addr add 10.1.0.1/24 dev e1; ip addr add fd00:9::1/64 dev e0',
    'ip addr add fd00::1/64 dev e0; ip link set e0 up; ip link set e1 up',
    'ip route add 10.9.0.0/16 via 10.1.0.9',
    'bridge fdb append 00:00:00:00:00:00 dev vx1 dst 10.1.0.2',
  )
  expect(notices.map(({ message }) => message)).toEqual([
    "`dev e0` is left out; a lab's tunnel finds its way by its addresses.",
  ])
  const locals = (labFile?.tunnels ?? []).map((each) => [each.name, 'local' in each && each.local])
  expect(locals).toEqual([
    ['gre1', '10.1.0.1'],
    ['vx0', '10.0.0.1'],
    ['vx1', '10.1.0.1'],
    ['vx2', 'fd00::1'],
  ])
  // A VXLAN that is told by which interface it leaves is as much smaller than that one.
  expect(labFile?.namespaces?.['host']?.interfaces?.['vx0']?.mtu).toBe(1350)
})

test('a key of WireGuard is in no line of an exported script', () => {
  const tunnel = { type: 'wireguard' as const, listen: 51820 }
  const { text } = exportScript(
    normalise({
      ...{ vethlab: 1, name: 'wg', namespaces: { a: {}, b: {} } },
      tunnels: [
        { ...tunnel, namespace: 'a', name: 'wg0', peers: [{ namespace: 'b', allowed: ['10.99.0.2'] }] },
        { ...tunnel, namespace: 'b', name: 'wg0' },
      ],
    }),
  )
  expect(text).toContain('wg genkey | ip netns exec a wg set wg0 private-key /dev/stdin listen-port 51820\n')
  expect(text).toContain(
    'ip netns exec a wg set wg0 peer "$(ip netns exec b wg show wg0 public-key)" allowed-ips 10.99.0.2/32\n',
  )
})
