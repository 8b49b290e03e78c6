import { describe, expect, test } from 'vitest'
import { networkFileMatches } from '../../../electron/core/host/conflicts/daemons.js'
import { foreignTouch, ownWithPlan } from '../../../electron/core/host/guard.js'
import { isMarkedRule, nothingOwn, ownView, withoutOwn, type Own } from '../../../electron/core/host/own-view.js'
import { chooseUplink, findUplinks, meansUplink, placeOnHost } from '../../../electron/core/host/uplink.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { IptablesRule, LiveLink, LiveNamespace, LiveRoute, LiveState } from '../../../electron/core/live/state.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { emptyLive, emptyLiveNamespace } from '../../../electron/core/plan/empty.js'
import { marksOf } from '../../../electron/core/plan/marks.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'

const labOf = (text: string) => {
  const { labFile, problems } = parseLabText(text, 'test')
  if (!labFile) throw new Error(JSON.stringify(problems))
  return normalise(labFile)
}

const link = (index: number, name: string, kind = 'veth'): LiveLink => ({
  ...{ index, name, kind, mac: `02:00:00:00:00:0${index}`, mtu: 1500, up: true, carrier: true, operstate: 'up' },
  ...{ master: null, peer: null, bridge: null, port: null, vxlan: null, impair: null },
})
const route = (
  to: string,
  via: string | null,
  dev: string,
  metric: number,
  more: Partial<LiveRoute> = {},
): LiveRoute => ({
  ...{ family: to.includes(':') ? 'ipv6' : 'ipv4', to, via, dev, metric },
  ...{
    src: null,
    type: 'unicast',
    protocol: 'static',
    scope: 'global',
    table: 254,
    mtu: null,
    weight: null,
    flags: [],
    ...more,
  },
})
const rule = (text: string): IptablesRule => ({
  ...{
    family: 'ipv4',
    table: 'nat',
    chain: 'POSTROUTING',
    rule: text,
    policy: null,
    packets: 0,
    bytes: 0,
    engine: 'nft',
  },
})

function machine(more: Partial<LiveNamespace>): LiveState {
  const [host] = emptyLive().namespaces
  if (!host) throw new Error('no host')
  // A machine that runs has its lo on.
  const lo = host.links.map((each) => ({ ...each, up: true }))
  return { revision: 0, namespaces: [{ ...host, links: lo, ...more }] }
}

const natText = (uplink: string): string => `
vethlab: 1
name: n
uplink: ${uplink}
namespaces:
  host:
    forwarding: true
    interfaces: { veth1: { addresses: [10.0.0.1/24] } }
    routes: [{ to: 10.9.0.0/16, via: 10.0.0.2 }]
    nat: [{ masquerade: 10.0.0.0/24, out: eth0 }]
    firewall: [{ chain: forward, in: eth0, out: veth1, action: accept }]
  ns0: { interfaces: { veth0: { addresses: [10.0.0.2/24], mac: "02:00:00:00:00:aa" } } }
links: [[ns0:veth0, host:veth1]]
`

describe('the uplink', () => {
  const addresses = [
    { dev: 'wlan0', family: 'ipv4', address: '192.0.2.7/24', scope: 'global', flags: [] },
    { dev: 'wlan0', family: 'ipv6', address: 'fe80::7/64', scope: 'link', flags: [] },
  ] as const
  const live = machine({
    links: [link(2, 'wlan0', 'physical'), link(3, 'tun0', 'tun'), link(4, 'spare', 'physical'), link(5, 'ours')],
    addresses,
    routes: [
      route('0.0.0.0/0', '192.0.2.1', 'wlan0', 600),
      route('::/0', 'fe80::1', 'spare', 1),
      route('0.0.0.0/0', null, 'tun0', 700),
      route('0.0.0.0/0', '10.0.0.9', 'dead0', 1, { flags: ['linkdown'] }),
      route('0.0.0.0/0', '10.0.0.9', 'lab0', 0, { protocol: '86' }),
      route('0.0.0.0/0', '10.0.0.9', 'ours', 0),
      route('0.0.0.0/0', '10.0.0.9', 'other0', 0, { table: 100 }),
    ],
  })
  const own: Own = { ...nothingOwn, links: new Set(['ours']) }

  test("is the machine's own best default route, IPv4 first", () => {
    expect(findUplinks(live, own)).toEqual([
      { name: 'wlan0', via: '192.0.2.1', addresses: ['192.0.2.7/24'] },
      { name: 'tun0', via: null, addresses: [] },
      { name: 'spare', via: 'fe80::1', addresses: [] },
    ])
    expect(chooseUplink(live, own, 'tun0')?.name).toBe('tun0')
    expect(chooseUplink(live, own, 'lo')).toBeNull()
    expect(chooseUplink(live, own, 'ours')).toBeNull()
  })

  test("takes the lab's eth0's place in rules and routes, and eth0 is no interface of the lab", () => {
    const lab = labOf(natText('on'))
    expect(meansUplink(lab)).toBe(true)
    const placed = placeOnHost(lab, 'wlan0', (name) => `02:00:00:00:00:${name.length.toString(16).padStart(2, '0')}`)
    const host = placed.namespaces.get('host')
    expect(host?.nat).toMatchObject([{ out: 'wlan0' }])
    expect(host?.firewall).toMatchObject([{ in: 'wlan0', out: 'veth1' }])
    expect(host?.interfaces.map(({ name, mac }) => [name, mac])).toEqual([
      ['lo', null],
      ['veth1', '02:00:00:00:00:05'],
    ])
    // Inside its own namespaces nothing of the lab need be known again.
    expect(placed.namespaces.get('ns0')).toBe(lab.namespaces.get('ns0'))
  })

  test('takes its place in rules of policy routing and in next hops, too', () => {
    const lab = labOf(
      natText('on').replace(
        'routes: [',
        'rules: [{ iif: eth0, table: main }]\n    routes: [{ to: 10.8.0.0/16, nexthops: [{ dev: eth0 }, { dev: veth1 }] }, ',
      ),
    )
    const host = placeOnHost(lab, 'wlan0', () => '02:00:00:00:00:05').namespaces.get('host')
    expect(host?.rules).toMatchObject([{ iif: 'wlan0' }])
    expect(host?.routes[0]).toMatchObject({ nexthops: [{ dev: 'wlan0' }, { dev: 'veth1' }] })
  })

  test('is not meant by a cable that the lab itself calls eth0', () => {
    const text = natText('on').replace('host:veth1', 'host:eth0').replaceAll('veth1', 'eth0')
    expect(meansUplink(labOf(text))).toBe(false)
  })
})

describe('the planner on the machine itself', () => {
  const lab = placeOnHost(labOf(natText('on')), 'wlan0', () => '02:00:00:00:00:05')

  test('marks routes and rules of host, and those alone', () => {
    const plan = diff(lab, machine({}), { machineHost: true, marks: marksOf('n') })
    expect(plan.filter(({ text }) => /route|iptables/.test(text)).map(({ text }) => text)).toEqual([
      'ip route add 10.9.0.0/16 via 10.0.0.2 proto 86',
      'iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -o wlan0 -m comment --comment vethlab:n -j MASQUERADE',
      'iptables -A FORWARD -i wlan0 -o veth1 -m comment --comment vethlab:n -j ACCEPT',
    ])
    const undo = plan.flatMap((each) => each.undo)
    expect(undo).toContainEqual(expect.objectContaining({ op: 'nat-delete', comment: 'vethlab:n' }))
    expect(undo).toContainEqual(
      expect.objectContaining({ op: 'route-delete', route: expect.objectContaining({ protocol: 86 }) as object }),
    )
  })

  test('sees nothing of others, and so changes nothing of theirs, even for `everything`', () => {
    const live: LiveState = {
      revision: 0,
      namespaces: [
        {
          ...emptyLiveNamespace('host', 1),
          links: [
            ...emptyLiveNamespace('host', 1).links,
            link(2, 'wlan0', 'physical'),
            link(3, 'docker0', 'bridge'),
            link(4, 'veth1'),
          ],
          addresses: [{ dev: 'docker0', family: 'ipv4', address: '172.17.0.1/16', scope: 'global', flags: [] }],
          routes: [
            route('0.0.0.0/0', '192.0.2.1', 'wlan0', 0),
            route('10.8.0.0/16', '192.0.2.1', 'wlan0', 0, { protocol: '86' }),
          ],
          ruleset: {
            nft: [],
            iptables: [
              rule('-s 10.0.0.0/24 -o wlan0 -j MASQUERADE'),
              rule('-o wlan0 -m comment --comment "vethlab:other" -j MASQUERADE'),
            ],
          },
          sysctls: { 'net.ipv4.ip_forward': '1' },
        },
        emptyLiveNamespace('theirs', 2),
      ],
    }
    const own: Own = { ...nothingOwn, lab: 'n' }
    const nothing = { ...lab, namespaces: new Map() }
    const plan = diff(nothing, ownView(live, own), { former: 'everything', machineHost: true, marks: marksOf('n') })
    // What carries the mark is the lab's.
    expect(plan.map(({ text }) => text)).toEqual(['ip route del 10.8.0.0/16 via 192.0.2.1 dev wlan0 proto 86'])
    const rest = withoutOwn(live, { ...own, links: new Set(['veth1']) })
    expect(rest.namespaces.map(({ name }) => name)).toEqual(['host', 'theirs'])
    expect(rest.namespaces[0]?.links.map(({ name }) => name)).toEqual(['lo', 'wlan0', 'docker0'])
    expect(rest.namespaces[0]?.routes).toHaveLength(1)
  })

  test('puts a setting back to what it was on this machine, and touches none that it had not set', () => {
    const former = lab
    const now = {
      ...lab,
      namespaces: new Map([...lab.namespaces].map(([name, each]) => [name, { ...each, forwarding: undefined }])),
    }
    const live = machine({ sysctls: { 'net.ipv4.ip_forward': '1' } })
    const texts = (before: ReadonlyMap<string, string>): string[] =>
      diff(now, live, { former, machineHost: true, before, marks: marksOf('n') }).flatMap(({ text }) =>
        text.startsWith('sysctl') ? [text] : [],
      )
    expect(texts(new Map())).toEqual([])
    expect(texts(new Map([['net.ipv4.ip_forward', '0']]))).toEqual(['sysctl -w net.ipv4.ip_forward=0'])
  })

  test('a rule is ours by its whole comment', () => {
    expect(isMarkedRule(rule('-o wlan0 -m comment --comment "vethlab:n" -j MASQUERADE'), 'n')).toBe(true)
    expect(isMarkedRule(rule('-o wlan0 -m comment --comment vethlab:n -j MASQUERADE'), 'n')).toBe(true)
    expect(isMarkedRule(rule('-o wlan0 -m comment --comment "vethlab:n2" -j MASQUERADE'), 'n')).toBe(false)
    expect(isMarkedRule(rule('-o wlan0 -m comment --comment "not vethlab:n" -j MASQUERADE'), 'n')).toBe(false)
    expect(isMarkedRule(rule('-o wlan0 -j MASQUERADE'), null)).toBe(false)
  })
})

describe('the guard under the planner', () => {
  const own: Own = { ...nothingOwn, namespaces: new Set(['ns0']), links: new Set(['veth1']) }

  test.each([
    [{ op: 'link-up', namespace: 'host', name: 'wlan0' }, 'the interface wlan0'],
    [{ op: 'link-down', namespace: 'host', name: 'lo' }, 'the interface lo'],
    [{ op: 'link-master', namespace: 'host', name: 'veth1', master: 'docker0', before: null }, 'the interface docker0'],
    [
      { op: 'address-add', namespace: 'host', dev: 'wlan0', address: '10.0.0.1/24', family: 'ipv4' },
      'the interface wlan0',
    ],
    [{ op: 'namespace-delete', namespace: 'theirs' }, 'the namespace theirs'],
    [{ op: 'link-up', namespace: 'theirs', name: 'eth0' }, 'the namespace theirs'],
    [{ op: 'ruleset-load', namespace: 'host', kind: 'nft', clears: [], text: 'table inet x { }' }, 'its firewall'],
    [{ op: 'dhcp-start', namespace: 'host', dev: 'eth0' }, 'its addresses, its default route and its nameservers'],
    [
      { op: 'dnsmasq-start', namespace: 'host', serves: { dns: null, dhcp: [], ra: [] } },
      'who is asked for names and addresses in its networks',
    ],
    [{ op: 'ruleset-load', namespace: 'theirs', kind: 'iptables', clears: [], text: '' }, 'the namespace theirs'],
    [{ op: 'ruleset-load', namespace: 'ns0', kind: 'nft', clears: [], text: 'table inet x { }' }, null],
    [
      { op: 'policy-set', namespace: 'host', family: 'ipv4', chain: 'forward', policy: 'drop', before: 'accept' },
      'the policy of its chain FORWARD',
    ],
  ] as const)('%j', (step, touched) => {
    expect(foreignTouch(step, own)).toBe(touched)
  })

  test('lets everything pass that the lab has, or makes in the same plan', () => {
    expect(foreignTouch({ op: 'link-up', namespace: 'host', name: 'veth1' }, own)).toBeNull()
    const plan = diff(
      placeOnHost(labOf(natText('on')), 'wlan0', () => '02:00:00:00:00:05'),
      machine({}),
      {
        machineHost: true,
        marks: marksOf('n'),
      },
    )
    const all = ownWithPlan(nothingOwn, plan)
    expect(plan.flatMap(({ step }) => foreignTouch(step, all) ?? [])).toEqual([])
    expect(plan.some(({ step }) => foreignTouch(step, nothingOwn) !== null)).toBe(true)
  })
})

test.each([
  ['[Match]\nName=veth*\n', true],
  ['[Match]\nName=!veth* en*\n', false],
  ['[Match]\nName=en* veth1\n[Network]\nDHCP=yes\n', true],
  ['[Match]\nKind=veth\nName=host0\n', false],
  ['[Match]\nKind=veth\nName=ve-*\nDriver=veth\n', false],
  ['[Match]\nType=ether\n', true],
  ['[Match]\nType=wlan\n', false],
  ['[Match]\nName=*\n[Link]\nUnmanaged=yes\n', false],
  ['[Network]\nDHCP=yes\n', false],
])('systemd-networkd takes veth1 by %j: %s', (text, expected) => {
  expect(networkFileMatches(text, { name: 'veth1', kind: 'veth' })).toBe(expected)
})
