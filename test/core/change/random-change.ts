/** Changes by chance, of what a lab has; some of them of what it has not. */
import fc from 'fast-check'
import { endsOf } from '../../../electron/core/lab/ends.js'
import { parseEndpoint } from '../../../electron/core/lab/endpoint.js'
import type { ChangeOp, LabChange } from '../../../electron/core/change/lab-change.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { indexLab } from '../../../electron/core/lab/rules/lab-index.js'

type Make = (file: LabFile, pick: <T>(of: readonly T[]) => T) => LabChange

const names = ['ns0', 'ns1', 'ns9', 'r0']
const devs = ['e0', 'e1', 'e7', 'br0', 'dummy0', 'lo']
const addresses = ['10.0.0.5/24', '10.0.7.1/24', '10.0.0.5/24', 'fd00:7::1/64', 'nonsense']

const namespaces = (file: LabFile): readonly string[] => [...Object.keys(file.namespaces ?? {}), 'ns9']
const interfaces = (file: LabFile) =>
  [...indexLab(file).namespaces.values()].flatMap(({ name: namespace, interfaces }) =>
    [...interfaces.keys()].map((name) => ({ namespace, name })),
  )
const ends = (file: LabFile) => {
  const all = (file.links ?? []).flatMap((link) => endsOf(link).map(parseEndpoint))
  return all.length > 0 ? all : [{ namespace: 'ns0', interface: 'e0' }]
}

const list = <Name extends 'route' | 'rule' | 'neighbour' | 'nat' | 'firewall' | 'service'>(
  name: Name,
  entries: readonly unknown[],
): Record<string, Make> => ({
  [`${name}-add`]: (file, pick) =>
    ({
      op: `${name}-add`,
      namespace: pick(namespaces(file)),
      entry: pick(entries),
      ...pick([{}, { at: 0 }, { at: 1 }]),
    }) as LabChange,
  [`${name}-set`]: (file, pick) =>
    ({ op: `${name}-set`, ...pick(places(file, name)), entry: pick(entries) }) as LabChange,
  [`${name}-delete`]: (file, pick) => ({ op: `${name}-delete`, ...pick(places(file, name)) }) as LabChange,
  [`${name}-move`]: (file, pick) =>
    ({ op: `${name}-move`, ...pick(places(file, name)), to: pick([0, 1, 2]) }) as LabChange,
})

const listKeys = {
  ...({ route: 'routes', rule: 'rules', neighbour: 'neighbours' } as const),
  ...({ nat: 'nat', firewall: 'firewall', service: 'services' } as const),
} as const

/** Where entries are, and one place where there is none. */
const places = (file: LabFile, name: 'route' | 'rule' | 'neighbour' | 'nat' | 'firewall' | 'service') => [
  { namespace: 'ns1', at: 9 },
  ...Object.entries(file.namespaces ?? {}).flatMap(([namespace, entry]) => {
    const key = listKeys[name]
    return (entry?.[key] ?? []).map((_, at) => ({ namespace, at }))
  }),
]

const checks = [
  { from: 'host', ping: '10.0.0.9', ttl: 63 },
  { from: 'ns0', ping: '10.0.0.1' },
  { from: 'ns1', tcp: 'ns0:80', expect: 'refused' },
  { name: 'a', from: 'host', ping: 'ns1', path: ['host', 'ns1'] },
]
const words = [
  { text: 'here', x: 1, y: 2 },
  { text: { en: 'a **b**', 'zh-CN': '甲' }, x: -4, y: 0.5 },
]
const whole = (name: 'check' | 'goal' | 'note', entries: readonly object[]): Record<string, Make> => ({
  [`${name}-add`]: (_, pick) => ({ op: `${name}-add`, entry: pick(entries), ...pick([{}, { at: 0 }]) }) as LabChange,
  [`${name}-set`]: (_, pick) => ({ op: `${name}-set`, at: pick([0, 1]), entry: pick(entries) }) as LabChange,
  [`${name}-delete`]: (_, pick) => ({ op: `${name}-delete`, at: pick([0, 1]) }) as LabChange,
  [`${name}-move`]: (_, pick) => ({ op: `${name}-move`, at: pick([0, 1]), to: pick([0, 1]) }) as LabChange,
})

const makers: Readonly<Record<ChangeOp, Make>> = {
  'namespace-add': (_, pick) => ({
    op: 'namespace-add',
    namespace: pick(names),
    ...pick([{}, { at: { x: 1, y: 2 } }]),
  }),
  'names-set': (file, pick) => ({
    op: 'names-set',
    namespace: pick(namespaces(file).filter((name) => name !== 'host')),
    keys: pick([
      { resolver: { nameservers: ['10.0.0.53'] } },
      { hosts: { '10.0.0.80': ['web', 'web.lab'] }, resolver: null },
    ]),
  }),
  'namespace-delete': (file, pick) => ({ op: 'namespace-delete', namespace: pick(namespaces(file)) }),
  'namespace-rename': (file, pick) => ({
    op: 'namespace-rename',
    namespace: pick(namespaces(file)),
    to: pick(['new', 'ns1', 'a.b']),
  }),
  'forwarding-set': (file, pick) => ({
    op: 'forwarding-set',
    namespace: pick(namespaces(file)),
    forwarding: pick([true, false, null]),
  }),
  'sysctl-set': (file, pick) => ({
    op: 'sysctl-set',
    namespace: pick(namespaces(file)),
    key: pick(['net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.e0.rp_filter', 'net/ipv4/conf/e1/rp_filter']),
    value: pick([1, '2', null]),
  }),
  'ruleset-set': (file, pick) => ({
    op: 'ruleset-set',
    namespace: pick(namespaces(file)),
    kind: pick(['nft', 'iptables', 'ip6tables']),
    text: pick(['table inet t {\n  chain c {\n  }\n}\n', '*filter\nCOMMIT\n', null]),
  }),
  'veth-add': (file, pick) => ({
    op: 'veth-add',
    ends: [
      { namespace: pick(namespaces(file)), interface: pick(['e7', 'e8']) },
      { namespace: pick(namespaces(file)), interface: pick(['e9', 'e0']) },
    ],
    ...pick([{}, { mtu: 1400 }, { impair: { delay: '5ms' } }]),
  }),
  'veth-move': (file, pick) => ({
    op: 'veth-move',
    end: pick(ends(file)),
    to: { namespace: pick(namespaces(file)), interface: pick(['e5', 'e0']) },
  }),
  'veth-mtu': (file, pick) => ({ op: 'veth-mtu', end: pick(ends(file)), mtu: pick([1400, null]) }),
  'unplug-set': (file, pick) => ({ op: 'unplug-set', end: pick(ends(file)), unplugged: pick([true, null]) }),
  'impair-set': (file, pick) => ({
    op: 'impair-set',
    end: pick(ends(file)),
    impair: pick([{ loss: '2%' }, { delay: '1ms' }, null]),
  }),
  'bridge-add': (file, pick) => ({
    op: 'bridge-add',
    namespace: pick(namespaces(file)),
    name: pick(['br1', 'br0']),
    ...pick([{}, { entry: { stp: true } }]),
  }),
  'bridge-stp': (file, pick) => ({
    op: 'bridge-stp',
    namespace: pick(namespaces(file)),
    name: 'br0',
    stp: pick([true, null]),
  }),
  'tunnel-add': (file, pick) => ({
    op: 'tunnel-add',
    tunnel: {
      type: 'vxlan',
      id: 7,
      namespace: pick(namespaces(file)),
      name: 'vx1',
      local: '10.0.0.1',
      remote: '10.0.0.9',
    },
  }),
  'tunnel-set': (_, pick) => ({
    op: 'tunnel-set',
    namespace: 'host',
    name: 'vx0',
    tunnel: { type: 'vxlan', id: pick([8, 9]), local: '10.0.0.1', remote: '10.0.0.9', ...pick([{}, { port: 1 }]) },
  }),
  'dummy-add': (file, pick) => ({
    op: 'dummy-add',
    namespace: pick(namespaces(file)),
    name: pick(['dummy0', 'dummy1']),
  }),
  'bridge-set': (file, pick) => ({
    op: 'bridge-set',
    namespace: pick(namespaces(file)),
    name: 'br0',
    keys: pick([
      { priority: 4096 },
      { 'vlan-filtering': true, 'port-vlans': { br0: { tagged: [10] } } },
      { ageing: null },
    ]),
  }),
  'vlan-add': (file, pick) => {
    const { namespace, name } = pick(interfaces(file))
    return { op: 'vlan-add', namespace, name: pick(['vl0', 'vl1']), entry: { link: name, id: pick([10, 20]) } }
  },
  'vlan-set': (file, pick) => {
    const known = Object.entries(file.namespaces ?? {}).flatMap(([namespace, entry]) =>
      Object.keys(entry?.vlans ?? {}).map((vlan) => ({ namespace, vlan })),
    )
    const { namespace, vlan } = known.length > 0 ? pick(known) : { namespace: 'host', vlan: 'vl0' }
    const { name } = pick(interfaces(file).filter((each) => each.namespace === namespace))
    return { op: 'vlan-set', namespace, name: vlan, entry: { link: name, id: pick([10, 30]) } }
  },
  'share-add': (file, pick) => {
    const { namespace, name: link } = pick(interfaces(file))
    const name = pick(['mv0', 'mv1'])
    const moved = pick([{}, { in: pick(namespaces(file)) }])
    return pick<LabChange>([
      { op: 'share-add', namespace, name, link, share: 'macvlan', entry: { mode: 'private', ...moved } },
      { op: 'share-add', namespace, name, link, share: 'ipvlan', entry: { ...moved, addresses: ['10.0.9.1/24'] } },
    ])
  },
  'share-set': (file, pick) => ({
    ...{ op: 'share-set', namespace: pick(namespaces(file)), name: pick(['mv0', 'mv1']) },
    mode: pick(['bridge', 'vepa'] as const),
  }),
  'bond-add': (file, pick) => ({
    ...{ op: 'bond-add', namespace: pick(namespaces(file)), name: pick(['bond0', 'bond1']) },
    ...pick([{}, { entry: { mode: 'active-backup' as const, members: ['e1'], primary: 'e1', miimon: 100 } }]),
  }),
  'bond-set': (file, pick) => ({
    ...{ op: 'bond-set', namespace: pick(namespaces(file)), name: 'bond0' },
    keys: pick([{ mode: 'broadcast' as const }, { mode: 'active-backup' as const, miimon: 50 }, {}]),
  }),
  'vrf-add': (file, pick) => ({
    ...{ op: 'vrf-add', namespace: pick(namespaces(file)), name: pick(['red', 'blue']) },
    entry: { table: pick([10, 20]), ...pick([{}, { members: ['e0'] }]) },
  }),
  'vrf-set': (file, pick) => ({
    ...{ op: 'vrf-set', namespace: pick(namespaces(file)), name: 'red', table: pick([30, 40]) },
  }),
  'link-delete': (file, pick) => ({ op: 'link-delete', ...pick(interfaces(file)) }),
  'link-rename': (file, pick) => ({ op: 'link-rename', ...pick(interfaces(file)), to: pick(['x0', 'e0', 'a.b']) }),
  'link-up': (file, pick) => ({ op: 'link-up', ...pick(interfaces(file)), up: pick([true, false, null]) }),
  'link-mtu': (file, pick) => ({ op: 'link-mtu', ...pick(interfaces(file)), mtu: pick([1300, null]) }),
  'link-mac': (file, pick) => ({ op: 'link-mac', ...pick(interfaces(file)), mac: pick(['02:00:00:00:00:09', null]) }),
  'link-set': (file, pick) => ({
    op: 'link-set',
    ...pick(interfaces(file)),
    keys: pick([{ promisc: true }, { arp: false, group: 7 }, { txqueuelen: null }]),
  }),
  'link-master': (file, pick) => ({
    op: 'link-master',
    ...pick(interfaces(file)),
    master: pick(['br0', 'red', 'bond0', null]),
  }),
  'address-add': (file, pick) => {
    const { namespace, name } = pick(interfaces(file))
    return { op: 'address-add', namespace, dev: name, address: pick(addresses) }
  },
  'address-set': (file, pick) => {
    const { namespace, name } = pick(interfaces(file))
    return { op: 'address-set', namespace, dev: name, at: pick([0, 1]), address: pick(addresses) }
  },
  'address-delete': (file, pick) => {
    const found = [...indexLab(file).namespaces.values()].flatMap(({ name: namespace, interfaces }) =>
      [...interfaces.values()].flatMap(({ name: dev, addresses: has }) =>
        has.map(({ text: address }) => ({ namespace, dev, address })),
      ),
    )
    return {
      op: 'address-delete',
      ...pick([...found, { namespace: 'host', dev: pick(devs), address: pick(addresses) }]),
    }
  },
  ...(list('route', [
    { to: '10.9.9.0/24', via: '10.0.0.77' },
    { to: '10.8.8.8/32', type: 'blackhole' },
    { to: '10.7.0.0/16', dev: 'e0' },
  ]) as Record<`route-${'add' | 'set' | 'delete' | 'move'}`, Make>),
  ...(list('rule', [
    { from: '10.0.0.0/24', table: 'main' },
    { iif: 'e0', action: 'prohibit', priority: 7 },
  ]) as Record<`rule-${'add' | 'set' | 'delete' | 'move'}`, Make>),
  ...(list('neighbour', []) as Record<`neighbour-${'delete' | 'move'}`, Make>),
  'neighbour-add': (file, pick) => {
    const { namespace, name } = pick(interfaces(file))
    return { op: 'neighbour-add', namespace, entry: { address: '10.0.0.77', dev: name, proxy: true } }
  },
  'neighbour-set': (file, pick) => {
    const place = pick(places(file, 'neighbour'))
    const there = file.namespaces?.[place.namespace]?.neighbours?.[place.at]
    const other = { address: '10.0.0.78', dev: there?.dev ?? 'e0' }
    return { op: 'neighbour-set', ...place, entry: { ...there, ...other } }
  },
  ...(list('nat', [
    { masquerade: '10.0.0.0/24', out: 'e0' },
    { dnat: { protocol: 'tcp', port: 81 }, to: '10.0.0.2' },
  ]) as Record<`nat-${'add' | 'set' | 'delete' | 'move'}`, Make>),
  ...(list('firewall', [
    { chain: 'input', action: 'drop' },
    { chain: 'forward', in: 'e0', action: 'accept' },
  ]) as Record<`firewall-${'add' | 'set' | 'delete' | 'move'}`, Make>),
  ...(list('service', [
    { listen: 'tcp', port: 81 },
    { listen: 'udp', port: 54, reply: 'x', address: '127.0.0.1' },
  ]) as Record<`service-${'add' | 'set' | 'delete' | 'move'}`, Make>),
  ...(whole('check', checks) as Record<`check-${'add' | 'set' | 'delete' | 'move'}`, Make>),
  ...(whole('goal', checks) as Record<`goal-${'add' | 'set' | 'delete' | 'move'}`, Make>),
  ...(whole('note', words) as Record<`note-${'add' | 'set' | 'delete' | 'move'}`, Make>),
  'lab-set': (_, pick) => ({
    op: 'lab-set',
    keys: pick([
      { name: 'other' },
      { title: { en: 'A' } },
      { broken: null, uplink: 'on' },
      { description: 'x', explanation: null },
    ]),
  }),
  'layout-set': (file, pick) => ({
    op: 'layout-set',
    name: pick([...namespaces(file), 'ns0:br0']),
    at: pick([{ x: 3, y: 4 }, null]),
  }),
}

export const ops = Object.keys(makers) as readonly ChangeOp[]

export interface Seed {
  readonly op: ChangeOp
  readonly picks: readonly number[]
}

const picks = fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 })

/** Some of one operation among some of others. */
export const seedsOf = (op: ChangeOp): fc.Arbitrary<readonly Seed[]> =>
  fc
    .array(fc.record({ op: fc.constantFrom(op, op, ...ops), picks }), { minLength: 1, maxLength: 3 })
    .chain((others) =>
      fc.tuple(picks, picks, picks).map((own) => [...others, ...own.map((each) => ({ op, picks: each }))]),
    )

export function changeOf(file: LabFile, { op, picks }: Seed): LabChange {
  let at = 0
  return makers[op](file, (of) => of[(picks[at++ % picks.length] ?? 0) % of.length] as (typeof of)[number])
}
