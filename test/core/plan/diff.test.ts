import { describe, expect, test } from 'vitest'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import type { IptablesRule, LiveLink, LiveState } from '../../../electron/core/live/state.js'
import { diff, type DiffOptions } from '../../../electron/core/plan/diff.js'
import { emptyLab, emptyLive } from '../../../electron/core/plan/empty.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import { isQuieting } from '../../../electron/core/plan/sysctls.js'
import * as labs from './labs.js'
import { Model } from './model.js'

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>

const build = (lab: Lab): LiveState => new Model().run(diff(lab, new Model().state).map(({ step }) => step)).state
const texts = (lab: Lab, live: LiveState, options?: DiffOptions) => diff(lab, live, options).map(({ text }) => text)

/** What an edit of one namespace plans, from a running lab. */
function edit(file: LabFile, namespace: string, change: (entry: NamespaceEntry) => NamespaceEntry): string[] {
  const changed = {
    ...file,
    namespaces: { ...file.namespaces, [namespace]: change(file.namespaces?.[namespace] ?? {}) },
  }
  const before = normalise(file)
  return texts(normalise(changed), build(before), { former: before })
}

const withHost = (
  live: LiveState,
  change: (host: LiveState['namespaces'][number]) => Partial<LiveState['namespaces'][number]>,
): LiveState => ({
  ...live,
  namespaces: live.namespaces.map((each) => (each.name === 'host' ? { ...each, ...change(each) } : each)),
})

describe('an edit while running', () => {
  test('changes an address and gives back the route that went with it', () => {
    expect(
      edit(labs.router, 'ns0', (entry) => ({ ...entry, interfaces: { veth0: { addresses: ['192.168.0.9/24'] } } })),
    ).toEqual([
      'ip -n ns0 route del 192.168.1.0/24 via 192.168.0.1 dev veth0',
      'ip -n ns0 addr del 192.168.0.2/24 dev veth0',
      'ip -n ns0 addr add 192.168.0.9/24 dev veth0',
      'ip -n ns0 route add 192.168.1.0/24 via 192.168.0.1 dev veth0',
    ])
  })

  test('changes a gateway by removing the old route first', () => {
    expect(
      edit(labs.bridge, 'ns0', (entry) => ({ ...entry, routes: [{ to: 'default', via: '192.168.1.254' }] })),
    ).toEqual([
      'ip -n ns0 route del default via 192.168.1.1 dev veth0',
      'ip -n ns0 route add default via 192.168.1.254',
    ])
  })

  test('takes a gateway through another interface that reaches it when the first is switched off', () => {
    const on = (address: string, up?: boolean) => ({ addresses: [address], ...(up === undefined ? {} : { up }) })
    const twice: LabFile = {
      ...{ vethlab: 1, name: 'twice' },
      namespaces: {
        ns0: {
          interfaces: { eth0: on('10.0.5.2/24'), eth1: on('10.0.5.3/24') },
          routes: [{ to: 'default', via: '10.0.5.1' }],
        },
        r: { bridges: { br0: { ports: ['a', 'b'], addresses: ['10.0.5.1/24'] } } },
      },
      links: [
        ['ns0:eth0', 'r:a'],
        ['ns0:eth1', 'r:b'],
      ],
    }
    expect(
      edit(twice, 'ns0', (entry) => ({
        ...entry,
        interfaces: { eth0: on('10.0.5.2/24', false), eth1: on('10.0.5.3/24') },
      })),
    ).toEqual([
      'ip -n ns0 route del default via 10.0.5.1 dev eth0',
      'ip -n ns0 link set eth0 down',
      'ip -n ns0 route add default via 10.0.5.1',
    ])
  })

  test('gives no route through an address of its own on an interface that is switched off', () => {
    const looped: LabFile = {
      ...{ vethlab: 1, name: 'looped' },
      namespaces: {
        ns0: {
          interfaces: { eth0: { addresses: ['10.0.6.2/24'] }, eth1: { addresses: ['10.0.6.1/24'] } },
          routes: [{ to: 'default', via: '10.0.6.1' }],
        },
      },
      links: [['ns0:eth0', 'ns0:eth1']],
    }
    const off = edit(looped, 'ns0', (entry) => ({
      ...entry,
      interfaces: { eth0: { addresses: ['10.0.6.2/24'] }, eth1: { addresses: ['10.0.6.1/24'], up: false } },
    }))
    expect(off).toContain('ip -n ns0 link set eth1 down')
    expect(off.filter((text) => text.includes('route add'))).toEqual([])
  })

  test('switches an interface off, and its routes with it', () => {
    expect(
      edit(labs.router, 'ns0', (entry) => ({
        ...entry,
        interfaces: { veth0: { addresses: ['192.168.0.2/24'], up: false } },
      })),
    ).toEqual(['ip -n ns0 route del 192.168.1.0/24 via 192.168.0.1 dev veth0', 'ip -n ns0 link set veth0 down'])
  })

  test('switches forwarding off', () => {
    expect(edit(labs.router, 'ns-router', (entry) => ({ ...entry, forwarding: false }))).toEqual([
      'ip netns exec ns-router sysctl -w net.ipv4.ip_forward=0',
    ])
  })

  test('puts an MTU back to the default when the lab no longer gives one', () => {
    const file = {
      ...labs.router,
      namespaces: { ...labs.router.namespaces, ns0: { interfaces: { veth0: { mtu: 1400 } } } },
    }
    expect(edit(file, 'ns0', () => ({ interfaces: { veth0: {} } }))).toEqual(['ip -n ns0 link set veth0 mtu 1500'])
  })

  test('removes a namespace with one command', () => {
    const before = normalise(labs.bridge)
    const { ns1: _, ...namespaces } = labs.bridge.namespaces ?? {}
    const host = { ...namespaces['host'], bridges: { bridge0: { addresses: ['192.168.1.1/24'], ports: ['veth1'] } } }
    const links = labs.bridge.links?.filter((link) => !JSON.stringify(link).includes('ns1'))
    const after = normalise({ ...labs.bridge, namespaces: { ...namespaces, host }, ...(links ? { links } : {}) })
    expect(texts(after, build(before), { former: before })).toEqual(['ip netns del ns1'])
  })

  test('moves only the tail of a chain whose order changed', () => {
    const rule = (source: string) => ({ chain: 'forward', source, action: 'drop' }) as const
    const file: LabFile = {
      ...labs.bridge,
      namespaces: { host: { firewall: [rule('10.0.0.1'), rule('10.0.0.2'), rule('10.0.0.3')] } },
      links: [],
    }
    expect(edit(file, 'host', () => ({ firewall: [rule('10.0.0.1'), rule('10.0.0.3'), rule('10.0.0.2')] }))).toEqual([
      'iptables -D FORWARD -s 10.0.0.2 -j DROP',
      'iptables -A FORWARD -s 10.0.0.2 -j DROP',
    ])
  })

  test('stops responders before their namespace goes', () => {
    const file: LabFile = { vethlab: 1, name: 'x', namespaces: { ns0: { services: [{ listen: 'udp', port: 53 }] } } }
    const before = normalise(file)
    expect(texts(normalise({ vethlab: 1, name: 'x' }), build(before), { former: before })).toEqual([
      '# vethlab: stop answering on udp port 53 in ns0',
      'ip netns del ns0',
    ])
  })
})

describe('what stands in the way', () => {
  test('a cable to the wrong place is cut and laid anew', () => {
    const lab = normalise(labs.router)
    const veth = { mac: null, mtu: null }
    const live = new Model().run([
      { op: 'namespace-add', namespace: 'ns0' },
      {
        op: 'veth-add',
        namespace: 'ns0',
        name: 'veth0',
        ...veth,
        peer: { namespace: 'host', name: 'other0', ...veth },
      },
    ]).state
    const plan = texts(lab, live)
    expect(plan[0]).toBe('ip -n ns0 link del veth0')
    expect(plan).toContain('ip link add veth0 netns ns0 type veth peer name veth1 netns ns-router')
    expect(plan.filter((text) => text.includes('other0'))).toEqual([])
  })

  test('a veth under a bridge name gives way to the bridge', () => {
    const veth = { mac: null, mtu: null }
    const live = new Model().run([
      { op: 'veth-add', namespace: 'host', name: 'bridge0', ...veth, peer: { namespace: 'host', name: 'x0', ...veth } },
    ]).state
    const plan = texts(normalise(labs.bridge), live)
    expect(plan.indexOf('ip link del bridge0')).toBe(0)
    expect(plan.indexOf('ip link add bridge0 type bridge')).toBeGreaterThan(0)
  })
})

describe('what the kernel or others made', () => {
  const lab = normalise(labs.bridge)

  test("the kernel's own routes and addresses are never touched", () => {
    const live = withHost(build(lab), ({ addresses, routes }) => ({
      addresses: [
        ...addresses,
        { dev: 'lo', family: 'ipv6', address: '::1/128', scope: 'host', flags: ['permanent'] },
        { dev: 'eth0', family: 'ipv6', address: 'fe80::1/64', scope: 'link', flags: ['permanent'] },
      ],
      routes: [
        ...routes,
        ...(['kernel', 'ra'] as const).map((protocol) => ({
          ...{
            family: 'ipv6' as const,
            to: 'fe80::/64',
            via: null,
            dev: 'eth0',
            src: null,
            metric: 256,
            type: 'unicast',
          },
          ...{ protocol, scope: 'link', table: 254, mtu: null, weight: null, flags: [] },
        })),
      ],
    }))
    expect(texts(lab, live, { former: 'everything' })).toEqual([])
    const teardown = texts(emptyLab('none'), live, { former: 'everything' })
    expect(teardown.filter((text) => /fe80|::1/.test(text))).toEqual([])
  })

  test('a NAT rule counts as there whichever engine holds it', () => {
    const nat = normalise(labs.nat)
    const legacy = withHost(build(nat), ({ ruleset }) => ({
      ruleset: { nft: [], iptables: ruleset.iptables.map((rule): IptablesRule => ({ ...rule, engine: 'legacy' })) },
    }))
    expect(texts(nat, legacy, { former: nat })).toEqual([])
  })

  test("the uplink's device, its address and its route stay through deploy and teardown", () => {
    const file: LabFile = {
      ...{ vethlab: 1, name: 'up', uplink: 'on' },
      namespaces: {
        host: { forwarding: true, interfaces: { eth0: {} }, nat: [{ masquerade: '192.168.1.0/24', out: 'eth0' }] },
      },
    }
    expect(texts(normalise(file), emptyLive()).filter((text) => /(link|addr) .*eth0/.test(text))).toEqual([])
    const tap: LiveLink = {
      ...{
        index: 9,
        name: 'eth0',
        kind: 'tun',
        mac: '02:00:00:00:00:09',
        mtu: 65520,
        up: true,
        carrier: true,
        operstate: 'up',
      },
      ...{ master: null, peer: null, bridge: null, port: null, vxlan: null, impair: null },
    }
    const live = withHost(build(normalise(file)), ({ links, addresses, routes }) => ({
      links: [...links, tap],
      addresses: [
        ...addresses,
        { dev: 'eth0', family: 'ipv4', address: '10.0.2.100/24', scope: 'global', flags: ['permanent'] },
      ],
      routes: [
        ...routes,
        {
          ...{ family: 'ipv4', to: '0.0.0.0/0', via: '10.0.2.2', dev: 'eth0', src: null, metric: 0, type: 'unicast' },
          ...{ protocol: 'boot', scope: 'global', table: 254, mtu: null, weight: null, flags: [] },
        },
      ],
    }))
    expect(texts(normalise(file), live, { former: 'everything' })).toEqual([])
    const teardown = texts(emptyLab('none'), live, { former: 'everything' })
    expect(teardown.filter((text) => text.includes('10.0.2.') || / link /.test(text))).toEqual([])
    const back = labFromLive(live, 'back')
    expect(back.lab.uplink).toBe('on')
    expect(texts(normalise(back.lab), live, { former: 'everything' })).toEqual([])
  })
})

describe('switches', () => {
  const keys = [
    'net.bridge.bridge-nf-call-iptables',
    'net.bridge.bridge-nf-call-ip6tables',
    'net.bridge.bridge-nf-call-arptables',
  ]
  const withFilter = withHost(emptyLive(), () => ({ sysctls: Object.fromEntries(keys.map((key) => [key, '1'])) }))

  test('bridged frames are kept out of iptables where the kernel would send them there', () => {
    expect(texts(normalise(labs.bridge), withFilter)).toEqual(
      expect.arrayContaining(keys.map((key) => `sysctl -w ${key}=0`)),
    )
    expect(texts(normalise(labs.bridge), emptyLive()).filter((text) => text.includes('bridge-nf'))).toEqual([])
    expect(texts(normalise(labs.router), withFilter).filter((text) => text.includes('bridge-nf'))).toEqual([])
  })

  test("the lab's own word on a switch wins", () => {
    const host = { ...labs.bridge.namespaces?.['host'], sysctls: { 'net.bridge.bridge-nf-call-iptables': 1 } }
    const lab = normalise({ ...labs.bridge, namespaces: { ...labs.bridge.namespaces, host } })
    expect(texts(lab, withFilter).filter((text) => text.includes('call-iptables'))).toEqual([])
  })

  test("on the machine's own default namespace only what the lab names is set", () => {
    const plan = texts(normalise(labs.nat), withFilter, { machineHost: true })
    expect(plan.filter((text) => text.startsWith('sysctl'))).toEqual(['sysctl -w net.ipv4.ip_forward=1'])
    expect(plan).toContain('ip netns exec ns0 sysctl -w net.ipv6.conf.all.disable_ipv6=1')
  })

  test('a lab with IPv6 leaves it on and makes link-local addresses usable at once', () => {
    const lab = normalise({
      vethlab: 1,
      name: 'six',
      namespaces: { ns0: { forwarding: true, interfaces: { lo: { addresses: ['fd00::1/128'] } } } },
    })
    const live = withHost(emptyLive(), () => ({ sysctls: { 'net.ipv6.conf.all.disable_ipv6': '1' } }))
    expect(texts(lab, live).filter((text) => text.includes('sysctl'))).toEqual([
      'sysctl -w net.ipv6.conf.default.accept_dad=0',
      'sysctl -w net.ipv6.conf.all.disable_ipv6=0',
      'ip netns exec ns0 sysctl -w net.ipv6.conf.default.accept_dad=0',
      'ip netns exec ns0 sysctl -w net.ipv4.ip_forward=1',
      'ip netns exec ns0 sysctl -w net.ipv6.conf.all.forwarding=1',
    ])
  })
})

describe('a lab broken on purpose', () => {
  const broken: LabFile = {
    ...{ vethlab: 1, name: 'broken', broken: true },
    namespaces: {
      ns0: {
        interfaces: { veth0: { addresses: ['192.168.7.2/24'] } },
        routes: [{ to: 'default', via: '192.168.0.1' }],
      },
      ns1: {
        interfaces: { veth1: { addresses: ['192.168.0.1/24'], up: false } },
        routes: [{ to: 'default', via: '192.168.0.2' }],
      },
    },
    links: [['ns0:veth0', 'ns1:veth1']],
  }

  test('is built as far as the kernel goes: routes it cannot hold are left out', () => {
    const plan = texts(normalise(broken), emptyLive())
    expect(plan.filter((text) => text.includes('route'))).toEqual([])
    expect(texts(normalise(broken), build(normalise(broken)))).toEqual([])
  })

  test('in a whole lab the kernel is asked, and says why not', () => {
    expect(texts(normalise({ ...broken, broken: false }), emptyLive())).toContain(
      'ip -n ns0 route add default via 192.168.0.1',
    )
  })
})

describe('steps that only keep a lab quiet', () => {
  const quieting = (file: LabFile): string[] => {
    const lab = normalise(file)
    return diff(lab, emptyLive())
      .filter((planned) => isQuieting(lab, planned))
      .map(({ text }) => text)
  }

  test('are told from all others', () => {
    expect(quieting(labs.router).sort()).toEqual(
      ['ip netns exec ns-router ', 'ip netns exec ns0 ', 'ip netns exec ns1 ', ''].map(
        (where) => `${where}sysctl -w net.ipv6.conf.all.disable_ipv6=1`,
      ),
    )
  })

  test('are none where the lab asks for them itself', () => {
    const key = 'net.ipv6.conf.all.disable_ipv6'
    const { ns0, ...others } = labs.router.namespaces ?? {}
    const asked = { ...labs.router, namespaces: { ns0: { ...ns0, sysctls: { [key]: '1' } }, ...others } }
    expect(quieting(asked)).not.toContain(`ip netns exec ns0 sysctl -w ${key}=1`)
    expect(quieting(asked)).toContain(`ip netns exec ns1 sysctl -w ${key}=1`)
  })
})

test('a setting that the lab no longer names is again what every new namespace has, where that is certain', () => {
  const named = (sysctls: Record<string, string | number>): Lab =>
    normalise({ vethlab: 1, name: 'ttl', namespaces: { ns0: { sysctls } } })
  const keys = { 'net.ipv4.ip_default_ttl': '44', 'net.ipv4.tcp_fin_timeout': '30' }
  const before = named(keys)
  const built = build(before)
  const live: LiveState = {
    ...built,
    namespaces: built.namespaces.map((each) =>
      each.name === 'ns0' ? { ...each, sysctls: { ...each.sysctls, ...keys } } : each,
    ),
  }
  expect(texts(named({}), live, { former: before })).toEqual(['ip netns exec ns0 sysctl -w net.ipv4.ip_default_ttl=64'])
  expect(texts(before, live, { former: before })).toEqual([])
})
