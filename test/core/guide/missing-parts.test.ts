import { describe, expect, test } from 'vitest'
import { commandEffects, shownByKernel } from '../../../electron/core/guide/command-effects.js'
import { hasParts, isMeans, missingParts } from '../../../electron/core/guide/missing-parts.js'
import type { Wanted } from '../../../electron/core/guide/missing-parts.js'
import { isSameCommand, probeOf } from '../../../electron/core/guide/typed-command.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { normaliseDnsmasq } from '../../../electron/core/lab/dnsmasq.js'
import type { LiveLink, LiveNamespace, LiveState } from '../../../electron/core/live/state.js'
import { routedLive, liveOf } from './live-of.js'

const known = normalise({
  vethlab: 1,
  name: 'owned',
  namespaces: {
    ns0: { interfaces: { veth0: { addresses: ['10.0.0.7/24'] }, veth9: { addresses: ['10.0.0.9/24'] } } },
    ns1: { interfaces: { veth2: { addresses: ['10.0.0.9/24'] } } },
    'ns-router': {},
  },
}).namespaces
const said = (wanted: Wanted, live: Parameters<typeof liveOf>[0]) =>
  missingParts(wanted, liveOf(live), known).map(({ code, values }) => [code, ...Object.values(values)].join(' '))

const cable: Wanted = { links: [['ns0:veth0', 'ns-router:veth1']] }

describe('what a step misses is told by its part', () => {
  test.each<[string, Wanted, Parameters<typeof liveOf>[0], string[]]>([
    ['nothing there', { namespaces: ['ns0'] }, {}, ['namespace ns0']],
    ['a slip of the fingers', { namespaces: ['ns0'] }, { nso: {} }, ['namespace-like ns0 nso']],
    ['a namespace of the lab is no slip', { namespaces: ['ns0'] }, { ns1: {} }, ['namespace ns0']],
    [
      'an end in the wrong namespace',
      cable,
      { ns0: {}, ns1: { veth0: { peer: 'ns-router:veth1' } }, 'ns-router': { veth1: { peer: 'ns1:veth0' } } },
      ['interface-elsewhere veth0 ns0 ns1'],
    ],
    ['no end at all', cable, { ns0: {}, 'ns-router': {} }, ['interface veth0 ns0', 'interface veth1 ns-router']],
    [
      'a cable to somebody else',
      cable,
      {
        ns0: { veth0: { peer: 'ns-router:veth3' } },
        'ns-router': { veth1: {}, veth3: { peer: 'ns0:veth0' } },
      },
      ['cable-elsewhere ns0:veth0 ns-router:veth1 ns-router:veth3'],
    ],
    [
      'a forgotten up',
      { namespaces: { ns0: { interfaces: { veth0: { up: true, addresses: ['10.0.0.1/24'] } } } } },
      { ns0: { veth0: { up: false, addresses: ['10.0.0.1/24'] } } },
      ['interface-down veth0 ns0'],
    ],
    [
      'a forgotten prefix length',
      { namespaces: { ns0: { interfaces: { veth0: { addresses: ['10.0.0.1/24'] } } } } },
      { ns0: { veth0: { addresses: ['10.0.0.1/32'] } } },
      ['address-length 10.0.0.1/24 veth0 ns0 10.0.0.1/32'],
    ],
    [
      'an address at another interface',
      { namespaces: { ns0: { interfaces: { veth0: { addresses: ['10.0.0.1/24'] } } } } },
      { ns0: { veth0: {} }, ns1: { veth2: { addresses: ['10.0.0.1/24'] } } },
      ['address-elsewhere 10.0.0.1/24 veth0 ns0 ns1:veth2'],
    ],
    [
      'an address at two interfaces, of which the lab has one',
      { namespaces: { ns0: { interfaces: { veth0: { addresses: ['10.0.0.7/24'] } } } } },
      { ns0: { veth0: { addresses: ['10.0.0.7/24'] } }, ns1: { veth2: { addresses: ['10.0.0.7/32'] } } },
      ['address-twice 10.0.0.7/24 veth0 ns0 ns1:veth2'],
    ],
    [
      'an address that the lab has twice',
      { namespaces: { ns0: { interfaces: { veth9: { addresses: ['10.0.0.9/24'] } } } } },
      { ns0: { veth9: { addresses: ['10.0.0.9/24'] } }, ns1: { veth2: { addresses: ['10.0.0.9/24'] } } },
      [],
    ],
    [
      'an address on its way to where the lab has it in the end',
      { namespaces: { ns1: { interfaces: { veth2: { addresses: ['10.0.0.7/24'] } } } } },
      { ns1: { veth2: { addresses: ['10.0.0.7/24'] } } },
      [],
    ],
    [
      'a port that is not plugged in',
      { namespaces: { host: { bridges: { bridge0: { ports: ['veth1'] } } } } },
      { host: { bridge0: { kind: 'bridge' }, veth1: {} } },
      ['port veth1 bridge0 host'],
    ],
    [
      'forwarding',
      { namespaces: { 'ns-router': { forwarding: true } } },
      { 'ns-router': {} },
      ['setting ns-router net.ipv4.ip_forward 1 0'],
    ],
    [
      'a rule',
      { namespaces: { host: { nat: [{ masquerade: '10.0.0.0/24', out: 'eth0' }] } } },
      {},
      ['rule host POSTROUTING -s 10.0.0.0/24 -o eth0 -j MASQUERADE'],
    ],
    [
      'what a cable does to packets, by end',
      { links: [{ ends: ['ns0:veth0', 'ns1:veth1'], impair: { 'ns1:veth1': { delay: '20ms', loss: '1%' } } }] },
      { ns0: { veth0: { peer: 'ns1:veth1' } }, ns1: { veth1: { peer: 'ns0:veth0' } } },
      ['setting ns1 veth1 qdisc delay 20ms loss 1% -'],
    ],
    [
      'a rule in the words of iptables-save',
      {
        namespaces: {
          host: { iptables: '*nat\n:WEB - [0:0]\n-A WEB -m statistic --mode random -j RETURN\nCOMMIT\n' },
        },
      },
      {},
      ['rule host -t nat -A WEB -m statistic --mode random -j RETURN'],
    ],
  ])('%s', (_, wanted, live, parts) => {
    expect(said(wanted, live)).toEqual(parts)
  })

  test('a way to a purpose may be another; a thing that later steps name may not', () => {
    const missing = missingParts(
      { namespaces: { host: { forwarding: true, nat: [{ masquerade: '10.0.0.0/24', out: 'eth0' }] }, ns0: {} } },
      liveOf({}),
    )
    expect(missing.map((part) => [part.code, isMeans(part)])).toEqual([
      ['setting', true],
      ['rule', true],
      ['namespace', false],
    ])
  })
})

describe('a route counts by where it leads', () => {
  const wanted: Wanted = { namespaces: { ns0: { routes: [{ to: '192.168.1.0/24', via: '192.168.0.1' }] } } }
  const routed = (...routes: [string, string][]) => routedLive('ns0', routes)

  test('a default route by the same gateway will do', () => {
    expect(hasParts(wanted, routed(['0.0.0.0/0', '192.168.0.1']))).toBe(true)
  })
  test('the more specific one decides', () => {
    const astray = routed(['0.0.0.0/0', '192.168.0.1'], ['192.168.1.0/24', '192.168.0.9'])
    expect(missingParts(wanted, astray).map(({ code }) => code)).toEqual(['route-elsewhere'])
  })
  test('without one it is missed', () => {
    expect(missingParts(wanted, routed()).map(({ code }) => code)).toEqual(['route'])
  })
})

describe('a command is ticked by what the kernel shows', () => {
  const commands = [
    'ip netns add ns0',
    'ip netns add ns-router',
    'ip link add veth0 type veth peer name veth1',
    'ip link set veth0 netns ns0',
    'ip link set veth1 netns ns-router',
    'ip -n ns0 addr add 10.0.0.1/24 dev veth0',
    'ip netns exec ns0 ping -c 1 10.0.0.2',
  ]
  const ticks = (live: Parameters<typeof liveOf>[0]) => shownByKernel(commandEffects(commands), liveOf(live))

  test('none in an empty network; looking changes nothing', () => {
    expect(ticks({})).toEqual([false, false, false, false, false, false, null])
  })
  test('in any order, and when a later command has moved its work on', () => {
    const half = {
      ns0: {},
      'ns-router': { veth1: { peer: 'host:veth0' } },
      host: { veth0: { peer: 'ns-router:veth1' } },
    }
    expect(ticks(half)).toEqual([true, true, true, false, true, false, null])
  })
  test('an end in the wrong namespace is laid, and not moved', () => {
    const wrong = { ns0: {}, ns1: { veth0: { peer: 'host:veth1' } }, host: { veth1: { peer: 'ns1:veth0' } } }
    expect(ticks(wrong)).toEqual([true, false, true, false, false, false, null])
  })
  test('a guide of thousands of commands is not followed', () => {
    expect(commandEffects(Array.from({ length: 501 }, () => 'ip netns add a')).every((each) => each === null)).toBe(
      true,
    )
  })
})

describe('a typed command', () => {
  test('is the same from another terminal, and a ping whatever its options', () => {
    const guide = { namespace: 'host', line: 'ip netns exec ns0 ping -c 1 -W 1 10.0.0.2' }
    expect(isSameCommand({ namespace: 'ns0', line: 'ping 10.0.0.2' }, guide)).toBe(true)
    expect(isSameCommand({ namespace: 'host', line: 'sudo ip netns exec ns0  ping 10.0.0.2' }, guide)).toBe(true)
    expect(isSameCommand({ namespace: 'host', line: 'ping 10.0.0.2' }, guide)).toBe(false)
    expect(probeOf(guide)).toEqual({ kind: 'ping', from: 'ns0', target: '10.0.0.2' })
    expect(probeOf({ namespace: 'ns0', line: 'echo 10.0.0.2' })).toBeNull()
  })
  test('that looks a name up is the same by whichever program', () => {
    const guide = { namespace: 'host', line: 'ip netns exec pc getent hosts web.lab' }
    expect(probeOf(guide)).toEqual({ kind: 'dns', from: 'pc', target: 'web.lab' })
    expect(isSameCommand({ namespace: 'pc', line: 'getent ahostsv4 web.lab' }, guide)).toBe(true)
    expect(isSameCommand({ namespace: 'pc', line: 'getent hosts db.lab' }, guide)).toBe(false)
  })
  test.each([
    ["timeout 2 bash -c '</dev/tcp/10.0.0.2/80'", '10.0.0.2', 80],
    ['bash -c ": < /dev/tcp/fd00::2/8080"', 'fd00::2', 8080],
    ['nc -zv 10.0.0.2 80', '10.0.0.2', 80],
    ['curl -s http://10.0.0.2/index.html', '10.0.0.2', 80],
    ['curl 10.0.0.2:8080', '10.0.0.2', 8080],
    ['wget -qO- http://[fd00::2]:8080/', 'fd00::2', 8080],
  ])('that connects is the same by whichever program: %s', (line, target, port) => {
    const sent = { kind: 'tcp', from: 'pc', target, port } as const
    expect(probeOf({ namespace: 'pc', line })).toEqual(sent)
    expect(probeOf({ namespace: 'host', line: `ip netns exec pc ${line}` })).toEqual(sent)
    const guide = { namespace: 'host', line: `ip netns exec pc bash -c '</dev/tcp/${target}/${port}'` }
    expect(isSameCommand({ namespace: 'pc', line }, guide)).toBe(true)
    expect(isSameCommand({ namespace: 'ns0', line }, guide)).toBe(false)
    expect(isSameCommand({ namespace: 'pc', line }, { ...guide, line: guide.line.replace(`${port}'`, "81'") })).toBe(
      false,
    )
  })
  test.each(['nc -l 80', 'nc -lk -p 80', 'curl example.org', 'ip route add 10.0.0.2/80'])(
    'is not taken for a connection: %s',
    (line) => {
      expect(probeOf({ namespace: 'pc', line })).toBeNull()
    },
  )
})

describe('names and resolvers', () => {
  const wanted: Wanted = {
    namespaces: {
      pc: { resolver: { nameservers: ['10.0.0.53'], search: ['lab'] }, hosts: { '10.0.0.80': ['web'] } },
    },
  }
  const missing = (files: Readonly<Record<string, string>>) => {
    const live = liveOf({ pc: {} })
    const namespaces = live.namespaces.map((each) => (each.name === 'pc' ? { ...each, files } : each))
    return missingParts(wanted, { ...live, namespaces }).map(({ values }) => [
      ...[values['key'], values['wanted'], values['actual']],
    ])
  }

  test('count by what the files say, whoever has written them, and however', () => {
    const files = {
      'resolv.conf': '# mine\nsearch  lab\nnameserver 10.0.0.53\n',
      hosts: '127.0.0.1 localhost\n10.0.0.80 www web\n',
    }
    expect(missing(files)).toEqual([])
  })
  test('are missed with the file, what it should say, and what it says', () => {
    expect(missing({ 'resolv.conf': 'nameserver 10.0.0.54\n' })).toEqual([
      ['/etc/netns/pc/resolv.conf nameserver', '10.0.0.53', '10.0.0.54'],
      ['/etc/netns/pc/resolv.conf search', 'lab', '-'],
      ['/etc/netns/pc/hosts 10.0.0.80', 'web', '-'],
    ])
  })
})

describe('what shares a cable, asks for a lease or serves', () => {
  const wanted: Wanted = {
    namespaces: {
      host: { macvlans: { mac0: { link: 'eth0', mode: 'private', in: 'ns0' } }, ipvlans: { ipv0: { link: 'eth0' } } },
      ns0: { interfaces: { eth1: { dhcp4: true } } },
      ns1: {
        services: [
          { dns: { records: { 'web.lab': '10.0.0.80', 'db.lab': '10.0.0.81' } } },
          { dhcp: { interface: 'br0', range: ['10.0.0.100', '10.0.0.150'], router: '10.0.0.1' } },
          { ra: { interface: 'br0', prefix: 'fd00::/64' } },
        ],
      },
    },
  }
  const changed = (
    live: LiveState,
    name: string,
    change: (each: LiveNamespace) => Partial<LiveNamespace>,
  ): LiveState => ({
    ...live,
    namespaces: live.namespaces.map((each) => (each.name === name ? { ...each, ...change(each) } : each)),
  })
  const missing = (live: LiveState) =>
    missingParts(wanted, live, known).map(({ code, values }) => [code, ...Object.values(values)].join(' '))
  const begun = liveOf({ host: { eth0: {}, ipv0: { kind: 'dummy' } }, ns0: { eth1: {} }, ns1: { br0: {} } })

  test('is looked for', () => {
    expect(missing(begun)).toEqual([
      'interface mac0 ns0',
      'setting host ipv0 type ipvlan dummy',
      'setting ns0 eth1 dhcp4 on off',
      'served ns1 dns web.lab 10.0.0.80',
      'served ns1 dns db.lab 10.0.0.81',
      'served ns1 dhcp br0 10.0.0.100-10.0.0.150 router 10.0.0.1',
      'served ns1 ra br0 fd00::/64',
    ])
  })

  test('is found where it is, and told where it is otherwise', () => {
    const made = liveOf({ host: { eth0: {}, ipv0: {} }, ns0: { eth1: {}, mac0: {} }, ns1: { br0: {} } })
    const parent = made.namespaces[0]?.links.find(({ name }) => name === 'eth0')?.index ?? 0
    const share = (kind: string, mode: string) => (link: LiveLink) => ({
      ...{ ...link, kind, share: { mode, parent: { namespace: 'host', index: parent } } },
    })
    const shared = (name: string, link: string, become: (link: LiveLink) => LiveLink) => (live: LiveState) =>
      changed(live, name, ({ links }) => ({ links: links.map((each) => (each.name === link ? become(each) : each)) }))
    const served = changed(made, 'ns1', () => ({
      dnsmasq:
        normaliseDnsmasq([
          { dns: { records: { 'db.lab': '10.0.0.81', 'web.lab': ['10.0.0.80', 'fd00::80'] } } },
          { dhcp: { interface: 'br0', range: ['10.0.0.100', '10.0.0.150'], router: '10.0.0.1' } },
          { ra: { interface: 'br0', prefix: 'fd00::/64' } },
        ]) ?? null,
    }))
    const leased = changed(served, 'ns0', () => ({ dhcp: [{ dev: 'eth1', program: 'udhcpc', lease: null, last: '' }] }))
    const all = shared('host', 'ipv0', share('ipvlan', 'l3'))(leased)
    expect(missing(shared('ns0', 'mac0', share('macvlan', 'private'))(all))).toEqual([])
    expect(missing(shared('ns0', 'mac0', share('macvlan', 'bridge'))(all))).toEqual([
      'setting ns0 mac0 mode private bridge',
    ])
  })
})
