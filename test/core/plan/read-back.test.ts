import { expect, test } from 'vitest'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { LiveLink, LiveState } from '../../../electron/core/live/state.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import * as labs from './labs.js'
import { Model } from './model.js'
import { inEnglish } from '../../../electron/core/words/said.js'

const build = (lab: Lab): LiveState => new Model().run(diff(lab, new Model().state).map(({ step }) => step)).state

const withHost = (
  live: LiveState,
  change: (host: LiveState['namespaces'][number]) => Partial<LiveState['namespaces'][number]>,
): LiveState => ({
  ...live,
  namespaces: live.namespaces.map((each) => (each.name === 'host' ? { ...each, ...change(each) } : each)),
})

test('a live network is read back as the lab file that made it', () => {
  const { lab, unexpressed } = labFromLive(build(normalise(labs.nat)), 'nat')
  expect(unexpressed).toEqual([])
  expect(lab).toEqual({
    vethlab: 1,
    name: 'nat',
    namespaces: {
      host: {
        forwarding: true,
        bridges: { bridge0: { addresses: ['192.168.1.1/24'], ports: ['veth1', 'veth3'] } },
        interfaces: { eth0: { addresses: ['172.16.0.157/16'] } },
        routes: [{ to: 'default', via: '172.16.0.1' }],
        nat: [{ masquerade: '192.168.1.0/24', out: 'eth0' }],
      },
      ns0: {
        interfaces: { veth0: { addresses: ['192.168.1.2/24'] } },
        routes: [{ to: 'default', via: '192.168.1.1' }],
      },
      ns1: {
        interfaces: { veth2: { addresses: ['192.168.1.3/24'] } },
        routes: [{ to: 'default', via: '192.168.1.1' }],
      },
      internet: { interfaces: { lo: { addresses: ['203.0.113.10/24'] }, wan0: { addresses: ['172.16.0.1/16'] } } },
    },
    links: [
      ['ns0:veth0', 'host:veth1'],
      ['ns1:veth2', 'host:veth3'],
      ['internet:wan0', 'host:eth0'],
    ],
  })
})

const forwards = { forwarding: true, sysctls: { 'net.ipv6.conf.all.forwarding': 1 } }

test.each<[string, Pick<LabFile, 'namespaces' | 'checks'>]>([
  ['forwarding, with that of IPv4', { namespaces: { r: forwards, a: {} } }],
  ['forwarding alone', { namespaces: { r: { sysctls: forwards.sysctls }, a: {} } }],
  ['a check', { namespaces: { r: {} }, checks: [{ from: 'r', ping: 'fd00::1', expect: 'unreachable' }] }],
  [
    'a setting, with IPv6 off elsewhere',
    {
      namespaces: {
        r: { sysctls: { 'net.ipv6.conf.default.accept_dad': 1 } },
        a: { sysctls: { 'net.ipv6.conf.all.disable_ipv6': 1 } },
      },
    },
  ],
])('a lab that speaks IPv6 without an address reads back as one: %s', (_, parts) => {
  const live = build(normalise({ vethlab: 1, name: 'switched', ...parts }))
  const back = labFromLive(live, 'back')
  expect(back.unexpressed).toEqual([])
  const again = normalise(back.lab)
  expect(diff(again, live, { former: 'everything' }).map(({ text }) => text)).toEqual([])
  expect(build(again)).toEqual(live)
})

test('what a lab file cannot say is listed, not lost', () => {
  const live = withHost(build(normalise(labs.nat)), ({ links, ruleset }) => ({
    links: [...links, { ...(links[0] as LiveLink), index: 99, name: 'macvlan0', kind: 'macvlan' }],
    ruleset: {
      nft: [],
      iptables: [
        ...ruleset.iptables,
        {
          family: 'ipv4',
          table: 'raw',
          chain: 'PREROUTING',
          rule: null,
          policy: 'DROP',
          packets: 0,
          bytes: 0,
          engine: 'nft',
        },
      ],
    },
  }))
  expect(labFromLive(live, 'nat').unexpressed.map(inEnglish)).toEqual([
    'Interface macvlan0 in host: a lab file has no macvlan devices.',
    'host: iptables -t raw -P PREROUTING DROP',
  ])
})

test('a tunnel that something is on is said once, whichever of them is read first', () => {
  const live = withHost(build(normalise(labs.nat)), ({ links }) => {
    const own = (index: number, name: string, more: Partial<LiveLink>): LiveLink => ({
      ...{ ...(links[0] as LiveLink), index, name, ...more },
    })
    const vxlan = { id: 42, local: '172.16.0.157', remote: '172.16.0.1', port: 4789 }
    const onIt = { mode: 'bridge', parent: { namespace: 'host', index: 99 } }
    return {
      links: [
        ...links,
        own(98, 'mac0', { kind: 'macvlan', share: onIt }),
        own(99, 'vx0', { kind: 'vxlan', vxlan }),
        own(100, 'mac1', { kind: 'macvlan', share: onIt }),
      ],
    }
  })
  const { lab, unexpressed } = labFromLive(live, 'nat')
  expect(unexpressed).toEqual([])
  expect(lab.tunnels?.map(({ name }) => name)).toEqual(['vx0'])
  expect(Object.keys(lab.namespaces?.['host']?.macvlans ?? {})).toEqual(['mac0', 'mac1'])
})

test('what somebody wrote into a bridge is named, and what the kernel keeps there itself is not', () => {
  const live = withHost(build(normalise(labs.nat)), ({ links, fdb }) => {
    const bridge = links.find(({ kind }) => kind === 'bridge')?.name ?? ''
    const [port, quiet] = links.filter(({ master }) => master === bridge)
    const own = links.find(({ name }) => name === bridge)?.mac ?? ''
    const at = (dev: string, mac: string, more: object = {}) => ({
      ...{ dev, mac, master: bridge, vlan: null, dst: null, permanent: false, ...more },
    })
    const [dev, other] = [port?.name ?? '', quiet?.name ?? '']
    return {
      links: links.map((link) =>
        link.port && link.name === other ? { ...link, port: { ...link.port, flood: false } } : link,
      ),
      fdb: [
        ...fdb,
        at(dev, '02:00:00:00:00:0a', { static: true, vlan: 10 }),
        at(dev, '02:00:00:00:00:0b', { permanent: true }),
        at(bridge, '02:00:00:00:00:0c', { permanent: true }),
        at(dev, '02:00:00:00:00:0d'),
        at(dev, own, { permanent: true }),
        at(dev, '02:00:00:00:00:0e', { permanent: true, master: null }),
      ],
    }
  })
  expect(labFromLive(live, 'nat').unexpressed.map(inEnglish)).toEqual([
    'host: bridge fdb add 02:00:00:00:00:0a dev veth1 master static vlan 10',
    'host: bridge fdb add 02:00:00:00:00:0b dev veth1 master',
    'host: bridge fdb add 02:00:00:00:00:0c dev bridge0 self',
    'host: bridge link set dev veth3 flood off',
  ])
})
