/**
 * Whatever a lab file can say, a step can ask for: for each key that the schema has there is a part that is missing where the
 * kernel has it otherwise. A new key fails here until the guide looks for it.
 */
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { missingParts, type Wanted } from '../../../electron/core/guide/missing-parts.js'
import * as schema from '../../../electron/core/lab/schema.js'
import type { LiveLink, LiveNamespace, LiveRoute, LiveState } from '../../../electron/core/live/state.js'
import { liveOf, routedLive } from './live-of.js'

const links: Readonly<Record<string, Partial<LiveLink>>> = {
  p0: { master: 'br0', port: { number: 1, state: 'forwarding' } },
  v0: { kind: 'vlan', vlan: { id: 10, protocol: '802.1q', link: 'eth0' } },
  m0: { kind: 'macvlan', share: { mode: 'bridge', parent: { namespace: 'a', index: 2 } } },
  i0: { kind: 'ipvlan', share: { mode: 'l3', parent: { namespace: 'a', index: 2 } } },
  b0: { kind: 'bond', bonding: { mode: 'balance-rr', miimon: 0, primary: null, active: null } },
  r0: { kind: 'vrf', table: 10 },
}

/** Namespace `a` has one of each, and a cable from its eth0 to that of `b`. */
const live: LiveState = (() => {
  const names = ['eth1', 'p0', 'v0', 'm0', 'i0', 'b0', 'r0']
  const plain = liveOf({
    a: { eth0: { peer: 'b:eth0' }, br0: { kind: 'bridge' }, ...Object.fromEntries(names.map((name) => [name, {}])) },
    b: { eth0: { peer: 'a:eth0' } },
  })
  const [route] =
    routedLive('a', [['10.1.0.0/16', '10.0.0.254']]).namespaces.find(({ name }) => name === 'a')?.routes ?? []
  const has: Partial<LiveNamespace> = {
    routes: [{ ...(route as LiveRoute), dev: 'eth0' }],
    rules: [
      {
        ...{ family: 'ipv4', priority: 1000, from: '10.0.0.0/24', to: null, iif: null, oif: null, fwmark: null },
        ...{ not: false, table: 100, action: 'to-table', protocol: 'boot', others: [] },
      },
    ],
    neighbours: [
      { dev: 'eth0', family: 'ipv4', address: '10.0.0.9', mac: '02:00:00:00:00:09', state: 'PERMANENT', router: false },
    ],
    services: [{ listen: 'tcp', port: 80, reply: 'hello' }],
  }
  const eth0 = plain.namespaces.find(({ name }) => name === 'a')?.links.find(({ name }) => name === 'eth0')?.index ?? 0
  const become = (link: LiveLink): LiveLink => {
    const like = links[link.name] ?? {}
    return {
      ...link,
      ...like,
      ...(like.share ? { share: { ...like.share, parent: { namespace: 'a', index: eth0 } } } : {}),
    }
  }
  return {
    ...plain,
    namespaces: plain.namespaces.map((each) =>
      each.name === 'a' ? { ...each, ...has, links: each.links.map(become) } : each,
    ),
  }
})()

const missing = (wanted: object): readonly string[] =>
  missingParts(wanted as Wanted, live).map((part) => JSON.stringify(part))

const device = {
  addresses: ['10.7.0.1/24'],
  mac: '02:00:00:00:00:77',
  mtu: 1400,
  up: false,
  multicast: false,
  promisc: true,
  arp: false,
  txqueuelen: 5,
  group: 7,
  'accept-ra': false,
  dhcp4: true,
}
type Keys<S extends z.ZodObject> = Readonly<Record<keyof S['shape'] & string, unknown>>
/** What stands, in a step's words, and by key what does not: its value, or all of the entry. */
interface Case {
  readonly shape: object
  readonly stands: Readonly<Record<string, unknown>>
  readonly other: Readonly<Record<string, unknown>>
  wanted(said: object): object
}
const inA = (table: string, name: string) => (said: object) => ({ namespaces: { a: { [table]: { [name]: said } } } })
const listed = (key: string) => (said: object) => ({ namespaces: { a: { [key]: [said] } } })
const whole = (entry: object) => ({ whole: entry })

const of = <S extends z.ZodObject>(
  { shape }: S,
  stands: Readonly<Record<string, unknown>>,
  other: Keys<S>,
  wanted: Case['wanted'],
): Case => ({ shape, stands, other, wanted })

const nothing = 'x0'
const delayed = { ends: ['a:eth0', 'b:eth0'] }
const cases: Readonly<Record<string, Case>> = {
  namespace: of(
    schema.namespaceSchema,
    {},
    {
      forwarding: true,
      bridges: { [nothing]: null },
      dummies: { [nothing]: null },
      vlans: { [nothing]: { link: 'eth0', id: 10 } },
      macvlans: { [nothing]: { link: 'eth0' } },
      ipvlans: { [nothing]: { link: 'eth0' } },
      bonds: { [nothing]: null },
      vrfs: { [nothing]: { table: 11 } },
      interfaces: { [nothing]: null },
      rules: [{ from: '10.3.0.0/24', table: 100 }],
      routes: [{ to: 'default', via: '10.0.0.254' }],
      neighbours: [{ address: '10.0.0.8', mac: '02:00:00:00:00:08', dev: 'eth0' }],
      resolver: { nameservers: ['10.0.0.53'] },
      hosts: { '10.0.0.80': ['web'] },
      nat: [{ masquerade: '10.0.0.0/24', out: 'eth0' }],
      firewall: [{ chain: 'forward', policy: 'drop' }],
      nft: 'table inet filter { chain forward { type filter hook forward priority 0; policy drop; } }',
      iptables: '*filter\n:FORWARD DROP [0:0]\nCOMMIT\n',
      ip6tables: '*filter\n-A FORWARD -j DROP\nCOMMIT\n',
      sysctls: { 'net.ipv4.conf.all.rp_filter': 1 },
      services: [{ listen: 'udp', port: 9 }],
    },
    (a) => ({ namespaces: { a } }),
  ),
  interface: of(schema.interfaceSchema, {}, device, inA('interfaces', 'eth0')),
  bridge: of(
    schema.bridgeSchema,
    { ports: ['p0'] },
    {
      ...device,
      ports: ['eth1'],
      stp: true,
      priority: 1,
      'forward-delay': 4,
      ageing: 5,
      hairpin: ['p0'],
      isolated: ['p0'],
      learning: { p0: false },
      'vlan-filtering': true,
      'port-vlans': { p0: { pvid: 10 } },
    },
    inA('bridges', 'br0'),
  ),
  vlan: of(
    schema.vlanSchema,
    { link: 'eth0', id: 10 },
    { ...device, link: 'eth1', id: 11, protocol: '802.1ad' },
    inA('vlans', 'v0'),
  ),
  macvlan: of(
    schema.macvlanSchema,
    { link: 'eth0', mode: 'bridge' },
    { ...device, link: 'eth1', mode: 'private', in: 'b' },
    inA('macvlans', 'm0'),
  ),
  ipvlan: of(
    schema.ipvlanSchema,
    { link: 'eth0', mode: 'l3' },
    { ...device, link: 'eth1', mode: 'l2', in: 'b' },
    inA('ipvlans', 'i0'),
  ),
  bond: of(
    schema.bondSchema,
    {},
    { ...device, mode: 'active-backup', members: ['eth1'], primary: 'eth1', miimon: 100 },
    inA('bonds', 'b0'),
  ),
  vrf: of(schema.vrfSchema, { table: 10 }, { ...device, table: 11, members: ['eth1'] }, inA('vrfs', 'r0')),
  route: of(
    schema.routeSchema,
    { to: '10.1.0.0/16', via: '10.0.0.254' },
    {
      to: '10.2.0.0/16',
      via: '10.0.0.253',
      dev: 'eth1',
      metric: 7,
      type: whole({ to: '10.1.0.0/16', type: 'blackhole' }),
      onlink: true,
      table: 100,
      source: '10.0.0.7',
      mtu: 1400,
      nexthops: whole({ to: '10.1.0.0/16', nexthops: [{ via: '10.0.0.254' }, { via: '10.0.0.253' }] }),
    },
    listed('routes'),
  ),
  rule: of(
    schema.ruleSchema,
    { from: '10.0.0.0/24', table: 100 },
    {
      ...{ from: '10.3.0.0/24', to: '10.4.0.0/24', iif: 'eth0', oif: 'eth0', fwmark: 1, not: true, table: 101 },
      priority: 999,
      action: whole({ from: '10.0.0.0/24', action: 'prohibit' }),
    },
    listed('rules'),
  ),
  neighbour: of(
    schema.neighbourSchema,
    { address: '10.0.0.9', mac: '02:00:00:00:00:09', dev: 'eth0' },
    { address: '10.0.0.8', mac: '02:00:00:00:00:08', dev: 'eth1', proxy: true },
    listed('neighbours'),
  ),
  resolver: of(schema.resolverSchema, {}, { nameservers: ['10.0.0.53'], search: ['lab'] }, (said) => ({
    namespaces: { a: { resolver: { nameservers: [], ...said } } },
  })),
  service: of(
    schema.serviceSchema.options[0],
    { listen: 'tcp', port: 80 },
    { listen: 'udp', port: 81, reply: 'bye', address: '10.0.0.80' },
    listed('services'),
  ),
  link: of(
    schema.linkSchema.options[1],
    delayed,
    { ends: ['a:eth0', 'b:eth9'], mtu: 1400, unplugged: 'b:eth0', impair: { delay: '20ms' } },
    (link) => ({ links: [link] }),
  ),
  impair: of(
    schema.impairSchema,
    {},
    {
      ...{ delay: '20ms', jitter: whole({ delay: '20ms', jitter: '5ms' }), loss: '1%', duplicate: '1%', corrupt: '1%' },
      ...{ reorder: whole({ delay: '20ms', reorder: '1%' }), rate: '10mbit' },
    },
    (impair) => ({ links: [{ ...delayed, impair: { 'b:eth0': impair } }] }),
  ),
}

describe.each(Object.entries(cases))('of a %s', (_, { shape, stands, other, wanted }) => {
  test('what stands is not missing', () => {
    expect(missing(wanted(stands))).toEqual([])
  })

  test.each(Object.keys(shape))('%s is looked for', (key) => {
    const said = other[key] as { readonly whole?: object } | undefined
    expect(said, 'a step that asks for it is given here').toBeDefined()
    expect(missing(wanted(said?.whole ?? { ...stands, [key]: said }))).not.toEqual([])
  })
})
