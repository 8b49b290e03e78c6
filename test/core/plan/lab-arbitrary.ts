/** Random labs that a kernel can hold. All draw from the same few names, so that any two of them overlap. */
import fc from 'fast-check'
import { networkOf } from '../../../electron/core/lab/address.js'
import type { LabFile, ServiceEntry } from '../../../electron/core/lab/schema.js'

const namespaceNames = ['host', 'ns0', 'ns1', 'ns2', 'ns3']
const endNames = ['e0', 'e1', 'e2', 'e3']

type NamespaceEntry = NonNullable<NonNullable<LabFile['namespaces']>[string]>
type RuleEntry = NonNullable<NamespaceEntry['rules']>[number]
type RouteEntry = NonNullable<NamespaceEntry['routes']>[number]

const address = (ipv6: boolean): fc.Arbitrary<string> => {
  const ipv4 = fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 6 })).map(([net, host]) => `10.0.${net}.${host}/24`)
  return ipv6
    ? fc.oneof(
        ipv4,
        fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 4 })).map(([net, host]) => `fd00:${net}::${host}/64`),
      )
    : ipv4
}

/** Bytes; of a lab with VLANs nobody says any: what is on top of another is no larger, and each is cut along. */
const sizes = (tagged: boolean) => (tagged ? fc.constant(undefined) : fc.constantFrom(1400, 9000))

type DeviceSettings = Pick<
  NonNullable<NonNullable<NamespaceEntry['interfaces']>[string]>,
  'multicast' | 'promisc' | 'arp' | 'txqueuelen' | 'group'
>

const device = (ipv6: boolean, tagged: boolean) =>
  fc
    .record(
      {
        addresses: fc.uniqueArray(address(ipv6), { maxLength: 3 }),
        mtu: sizes(tagged),
        mac: fc.constantFrom('02:00:00:00:00:01', '02:00:00:00:00:02'),
        up: fc.constantFrom(true, true, true, false),
        settings: fc.constantFrom<DeviceSettings>(
          {},
          {},
          { arp: false },
          { promisc: true, group: 7 },
          { multicast: false, arp: true, txqueuelen: 7 },
        ),
      },
      { requiredKeys: ['addresses'] },
    )
    .map(({ mtu, settings = {}, ...rest }) => ({ ...rest, ...settings, ...(mtu === undefined ? {} : { mtu }) }))

const firewall = (ipv6: boolean): fc.Arbitrary<NonNullable<NamespaceEntry['firewall']>> =>
  fc.uniqueArray(
    fc.constantFrom<NonNullable<NamespaceEntry['firewall']>[number]>(
      { chain: 'forward', source: '10.0.0.3', action: 'drop' },
      { chain: 'forward', destination: '10.0.1.0/24', protocol: 'tcp', port: 80, action: 'accept' },
      { chain: 'forward', protocol: 'icmp', in: 'e0', action: 'reject' },
      { chain: 'forward', out: 'e1', action: 'drop' },
      { chain: 'input', protocol: 'udp', port: 53, action: 'reject' },
      { chain: 'output', source: '0.0.0.0/0', action: 'accept' },
      { chain: 'forward', ctstate: ['established', 'related'], action: 'accept' },
      { chain: 'input', protocol: 'tcp', port: 22, ctstate: 'new', action: 'drop' },
      { chain: 'forward', policy: 'drop' },
      { chain: 'input', policy: 'accept' },
      { chain: 'output', policy: 'drop', family: 'ipv4' },
      ...(ipv6 ? [{ chain: 'forward', source: 'fd00:1::/64', action: 'drop' } as const] : []),
    ),
    { maxLength: 4 },
  )

const nat: fc.Arbitrary<NonNullable<NamespaceEntry['nat']>> = fc.uniqueArray(
  fc.constantFrom<NonNullable<NamespaceEntry['nat']>[number]>(
    { masquerade: '10.0.0.0/24', out: 'e0' },
    { masquerade: '0.0.0.0/0', out: 'e1' },
    { snat: '10.0.1.0/24', out: 'e0', to: '10.0.2.9' },
    { dnat: { protocol: 'tcp', port: 8080 }, in: 'e0', to: '10.0.0.2:80' },
    { dnat: { protocol: 'udp', port: 53 }, to: '10.0.1.2' },
    { masquerade: '10.0.0.0/24' },
    { masquerade: '10.0.0.0/24', destination: '10.0.0.0/24', not: ['destination'] },
    { masquerade: '10.0.0.0/24', out: 'e0', protocol: 'tcp', port: 25, not: ['out', 'port'] },
    { dnat: {}, destination: '10.0.2.7', to: '10.0.0.2' },
    { dnat: { protocol: 'tcp', port: 81 }, chain: 'output', destination: '10.0.2.0/24', to: '10.0.0.2:80' },
    { redirect: { protocol: 'tcp', port: 82 }, in: 'e1', not: ['in'], to: 8082 },
    { redirect: { protocol: 'udp', port: 53 }, chain: 'output', out: 'lo' },
  ),
  { maxLength: 4 },
)

const rules = (ipv6: boolean): fc.Arbitrary<RuleEntry[]> =>
  fc.uniqueArray(
    fc
      .record({
        selector: fc.constantFrom<RuleEntry>(
          {},
          { from: '10.0.1.0/24' },
          { from: '0.0.0.0/0' },
          { to: '10.9.0.0/16', not: true },
          { iif: 'lo' },
          { oif: 'lo', fwmark: 7 },
          ...(ipv6 ? [{ from: 'fd00:1::/64' }, { from: '::/0' }] : []),
        ),
        end: fc.constantFrom<RuleEntry>({ table: 100 }, { table: 'main' }, { action: 'unreachable' }),
        priority: fc.constantFrom(undefined, undefined, 1, 1000, 40000),
      })
      .map(({ selector, end, priority }) => ({ ...selector, ...end, ...(priority === undefined ? {} : { priority }) })),
    { maxLength: 4, selector: (rule) => rule.priority ?? JSON.stringify(rule) },
  )

const neighbours = (ipv6: boolean) =>
  fc.uniqueArray(
    fc.record({
      address: fc.constantFrom('10.0.0.9', '10.0.1.9', ...(ipv6 ? ['fd00:1::9'] : [])),
      pick: fc.nat(20),
      mac: fc.constantFrom('02:00:00:00:00:09', '02:00:00:00:00:0a', null),
    }),
    { maxLength: 3, selector: ({ address, mac }) => `${address} ${mac === null}` },
  )

type NeighbourEntry = NonNullable<NamespaceEntry['neighbours']>[number]

function neighboursOf(
  seeds: readonly { readonly address: string; readonly pick: number; readonly mac: string | null }[],
  entry: NamespaceEntry,
): NeighbourEntry[] {
  const devices = Object.keys({ ...entry.bridges, ...entry.dummies, ...entry.vlans, ...entry.interfaces })
  const others = devices.filter((name) => name !== 'lo')
  return seeds.flatMap(({ address, pick, mac }): NeighbourEntry[] => {
    const dev = others[pick % Math.max(1, others.length)]
    return dev === undefined ? [] : [{ address, dev, ...(mac === null ? { proxy: true } : { mac }) }]
  })
}

const services: fc.Arbitrary<NonNullable<NamespaceEntry['services']>> = fc
  .uniqueArray(
    fc.record({
      listen: fc.constantFrom('tcp', 'udp'),
      port: fc.constantFrom(80, 53),
      reply: fc.constantFrom('a', 'b'),
    }),
    { maxLength: 2, selector: ({ listen, port }) => `${listen}${port}` },
  )
  .map((all) => [
    // What the one answers is answered on one address only.
    ...all.map((each) => (each.reply === 'b' ? { ...each, address: '127.0.0.1' } : each)),
    ...all.flatMap(({ port, reply }) => (port === 80 ? [namesOf(reply)] : [])).slice(0, 1),
  ])

const namesOf = (name: string): ServiceEntry => ({ dns: { records: { [`${name}.lab`]: '10.0.0.80' } } })

/** What a route is made of once the namespace's addresses are known. */
const routeSeeds = fc.uniqueArray(
  fc.record({
    to: fc.constantFrom('default', '10.9.0.0/16', '10.8.1.0/24', '10.7.7.7/32'),
    pick: fc.nat(20),
    host: fc.integer({ min: 100, max: 110 }),
    shape: fc.constantFrom<'via' | 'dev' | 'blackhole'>('via', 'via', 'dev', 'blackhole'),
    metric: fc.constantFrom(undefined, undefined, 50),
    table: fc.constantFrom(undefined, undefined, 100, 1000),
    mtu: fc.constantFrom(undefined, undefined, 1400),
    source: fc.constantFrom(false, false, true),
  }),
  { maxLength: 4, selector: ({ to, metric, table }) => `${to} ${metric} ${table}` },
)

function routesOf(
  seeds: typeof routeSeeds extends fc.Arbitrary<infer T> ? T : never,
  entry: NamespaceEntry,
): RouteEntry[] {
  const devices = Object.entries({
    ...entry.bridges,
    ...entry.dummies,
    ...entry.vlans,
    ...entry.vrfs,
    ...entry.bonds,
    ...entry.interfaces,
  }).filter(([name, each]) => name !== 'lo' && each)
  const reachable = devices.flatMap(([, each]) => each?.addresses ?? [])
  const taken = new Set<string>()
  const { red } = entry.vrfs ?? {}
  const inside = new Set(red ? ['red', ...(red.members ?? [])] : [])
  const outside = devices.filter(([name]) => !inside.has(name))
  return seeds.flatMap(({ to, pick, host, shape, metric, table: anyTable, mtu, source }): RouteEntry[] => {
    const target = to === 'default' ? '0.0.0.0/0' : to
    const near = reachable[pick % Math.max(1, reachable.length)]
    const isIpv6 = shape === 'via' && near?.includes(':') === true
    const isKnownTo = (those: typeof devices): boolean =>
      those.some(
        ([, each]) =>
          each?.up !== false && each?.addresses?.some((has) => networkOf(has) === networkOf(near ?? '')) === true,
      )
    // Only the table of the VRF knows the subnets of its members.
    const isInside = shape === 'via' && isKnownTo(devices) && !isKnownTo(outside)
    const table = red && isInside ? red.table : anyTable
    const own = outside
      .filter(([, each]) => each?.up !== false)
      .flatMap(([, each]) => each?.addresses ?? [])
      .find((each) => each.includes(':') === isIpv6)
    const common = {
      ...(metric === undefined ? {} : { metric }),
      ...(table === undefined ? {} : { table }),
      ...(shape !== 'blackhole' && mtu !== undefined ? { mtu } : {}),
      ...(shape !== 'blackhole' && source && own !== undefined ? { source: own.split('/')[0] } : {}),
    }
    const route: RouteEntry | null =
      shape === 'blackhole'
        ? { to: target, type: 'blackhole', ...common }
        : shape === 'dev'
          ? devices[0]
            ? { to: target, dev: devices[pick % devices.length]?.[0] ?? '', ...common }
            : null
          : near === undefined
            ? null
            : near.includes(':')
              ? {
                  to: to === 'default' ? to : `fd99:${to.length}::/48`,
                  via: near.replace(/::\d+\/64/, `::${host}`),
                  ...common,
                }
              : { to, via: near.replace(/\d+\/24/, String(host)), ...common }
    const slot =
      route && `${route.to === 'default' ? target : route.to}${route.via?.includes(':') ? 6 : 4} ${metric} ${table}`
    if (!route || !slot || taken.has(slot)) return []
    taken.add(slot)
    return [route]
  })
}

const someEnds = fc.subarray(endNames)
const bridgeSettings = fc.record({
  filtering: fc.boolean(),
  priority: fc.constantFrom(undefined, 4096, 32768),
  ageing: fc.constantFrom(undefined, 60),
  'forward-delay': fc.constantFrom(undefined, 4),
  hairpin: someEnds,
  isolated: someEnds,
  deaf: someEnds,
  vlans: fc.dictionary(
    fc.constantFrom('br0', ...endNames),
    fc.record({
      pvid: fc.constantFrom(undefined, 1, 10),
      tagged: fc.subarray([1, 20, 30]),
      untagged: fc.subarray([40]),
    }),
  ),
})

type BridgeEntry = NonNullable<NonNullable<NamespaceEntry['bridges']>[string]>

/** What is said of ports is said of those that the bridge has. */
function bridgeEntry(
  {
    filtering,
    priority,
    ageing,
    hairpin,
    isolated,
    deaf,
    vlans,
    ...rest
  }: typeof bridgeSettings extends fc.Arbitrary<infer T> ? T : never,
  ports: readonly string[],
): BridgeEntry {
  const those = (ends: readonly string[]): string[] => ends.filter((end) => ports.includes(end))
  const said = Object.entries(vlans).filter(([port]) => port === 'br0' || ports.includes(port))
  return {
    ports: [...ports],
    ...(priority === undefined ? {} : { priority }),
    ...(rest['forward-delay'] === undefined ? {} : { 'forward-delay': rest['forward-delay'] }),
    ...(ageing === undefined ? {} : { ageing }),
    hairpin: those(hairpin),
    isolated: those(isolated),
    learning: Object.fromEntries(those(deaf).map((end) => [end, false])),
    ...(filtering
      ? {
          'vlan-filtering': true,
          'port-vlans': Object.fromEntries(
            said.map(([port, { pvid, ...others }]) => [port, { ...(pvid === undefined ? {} : { pvid }), ...others }]),
          ),
        }
      : {}),
  }
}

/** Of what is no port and carries no VLAN; a member has the addresses of its bond only. */
function bondEntry(
  seed: (typeof bond extends (ipv6: boolean) => fc.Arbitrary<infer T> ? T : never) | null,
  entry: NamespaceEntry,
  own: readonly string[],
): void {
  if (!seed) return
  const ports = new Set(entry.bridges?.['br0']?.ports)
  const stacked = new Set(Object.values(entry.vlans ?? {}).map(({ link }) => link))
  const members = seed.members.filter(
    (each) =>
      (own.includes(each) || Object.hasOwn(entry.dummies ?? {}, each)) && !ports.has(each) && !stacked.has(each),
  )
  for (const each of members) {
    for (const table of [entry.interfaces, entry.dummies]) {
      const said = table?.[each]
      if (table && said) table[each] = { ...(said.up === undefined ? {} : { up: said.up }) }
    }
  }
  const { device, mode, miimon, prefers } = seed
  const [first] = members
  entry.bonds = {
    bond0: {
      ...device,
      ...(mode === undefined ? {} : { mode }),
      ...(miimon === undefined ? {} : { miimon }),
      ...(mode !== undefined && prefers && first !== undefined ? { primary: first } : {}),
      members,
    },
  }
}

type VlanEntry = NonNullable<NamespaceEntry['vlans']>[string]

/** Those whose parents are there, each tag once; without an MTU of their own, which is no larger than another's. */
function vlansOf(
  seeds: readonly { name: string; device: object; link: string; id: number; protocol: VlanEntry['protocol'] }[],
  parents: readonly string[],
  isUp: (parent: string) => boolean | undefined,
): Record<string, VlanEntry> {
  const vlans: Record<string, VlanEntry> = {}
  const taken = new Set<string>()
  for (const { name, device, link, id, protocol } of seeds) {
    const key = `${link} ${id} ${protocol ?? '802.1q'}`
    if (taken.has(key) || name === link || !(parents.includes(link) || Object.hasOwn(vlans, link))) continue
    taken.add(key)
    const under = Object.hasOwn(vlans, link) ? vlans[link]?.up : isUp(link)
    vlans[name] = {
      ...{ link, id, ...(protocol === undefined ? {} : { protocol }), ...device },
      ...(under === false ? { up: false } : {}),
    }
  }
  return vlans
}

type MacvlanEntry = NonNullable<NamespaceEntry['macvlans']>[string]
type IpvlanEntry = NonNullable<NamespaceEntry['ipvlans']>[string]

const share = (ipv6: boolean, tagged: boolean) =>
  fc.record({
    name: fc.constantFrom('mv0', 'mv1', 'e3'),
    from: fc.constantFrom(...namespaceNames),
    link: fc.constantFrom('br0', 'bond0', 'dum0', 'vl0', 'e0', 'e1'),
    home: fc.constantFrom(null, null, ...namespaceNames),
    isMacvlan: fc.boolean(),
    macvlan: fc.constantFrom<MacvlanEntry['mode']>(undefined, 'private', 'vepa', 'passthru'),
    ipvlan: fc.constantFrom<IpvlanEntry['mode']>(undefined, 'l3', 'l3s'),
    isDescribed: fc.boolean(),
    device: device(ipv6, tagged),
  })
type ShareSeed = typeof share extends (...all: never[]) => fc.Arbitrary<infer T> ? T : never

/** Those whose parent is there and goes to nobody else, as the kernel lets them share it; each name once where it is. */
function addShares(seeds: readonly ShareSeed[], namespaces: NonNullable<LabFile['namespaces']>): void {
  const kinds = new Map<string, string>()
  for (const { name, from, link, home: said, isMacvlan, macvlan, ipvlan, isDescribed, device: full } of seeds) {
    const [above, home] = [namespaces[from], said ?? from]
    const there = namespaces[home]
    if (!above || !there) continue
    const given = [...(above.bridges?.['br0']?.ports ?? []), ...(above.bonds?.['bond0']?.members ?? [])]
    const has = [above.bridges, above.bonds, above.dummies, above.vlans, above.interfaces].some((table) =>
      Object.hasOwn(table ?? {}, link),
    )
    const isTaken = [there.interfaces, there.macvlans, there.ipvlans, above.macvlans, above.ipvlans].some((table) =>
      Object.hasOwn(table ?? {}, name),
    )
    const moved = Object.values(namespaces).some(
      (each) => each?.macvlans?.[name]?.in === home || each?.ipvlans?.[name]?.in === home,
    )
    const kind = isMacvlan ? (macvlan === 'passthru' ? 'alone' : 'macvlan') : `ipvlan ${ipvlan ?? ''}`
    const before = kinds.get(`${from} ${link}`)
    const clashes = before !== undefined && (before !== kind || kind === 'alone')
    if (!has || given.includes(link) || isTaken || moved || clashes) continue
    kinds.set(`${from} ${link}`, kind)
    const { mac, arp: _, ...rest } = full as typeof full & { mac?: string; arp?: boolean }
    const own = { ...rest, ...(kind === 'macvlan' && mac !== undefined ? { mac } : {}) }
    const place = { link, ...(said === null ? {} : { in: said }) }
    const described = isDescribed && home !== from
    if (described) there.interfaces = { ...there.interfaces, [name]: own }
    const entry = { ...place, ...(described ? {} : own) }
    if (isMacvlan) above.macvlans = { ...above.macvlans, [name]: { ...entry, ...(macvlan ? { mode: macvlan } : {}) } }
    else above.ipvlans = { ...above.ipvlans, [name]: { ...entry, ...(ipvlan ? { mode: ipvlan } : {}) } }
  }
}

const vrf = (ipv6: boolean) =>
  fc.record({
    device: device(ipv6, true),
    table: fc.constantFrom(100, 200),
    members: fc.subarray(['br0', 'bond0', 'dum0', 'vl0', ...endNames]),
  })

const bond = (ipv6: boolean) =>
  fc.record({
    device: device(ipv6, true),
    mode: fc.constantFrom(undefined, 'active-backup' as const),
    miimon: fc.constantFrom(undefined, 100),
    members: fc.subarray(['dum0', ...endNames]),
    prefers: fc.boolean(),
  })

const namespaceSeed = (ipv6: boolean, tagged: boolean) =>
  fc.record({
    forwarding: fc.constantFrom(undefined, true, false),
    bridge: fc.option(fc.record({ device: device(ipv6, tagged), ports: fc.subarray(endNames), stp: fc.boolean() })),
    settings: bridgeSettings.map((each) => ({ ...each, filtering: tagged && each.filtering })),
    vlans: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('vl0', 'vl1', 'vl2'),
        link: fc.constantFrom('br0', 'e0', 'e1', 'vl0', 'vl1'),
        id: fc.constantFrom(10, 20),
        protocol: fc.constantFrom(undefined, '802.1ad' as const),
        device: device(ipv6, tagged),
      }),
      { maxLength: tagged ? 3 : 0, selector: ({ name }) => name },
    ),
    dummy: tagged ? fc.option(device(ipv6, tagged)) : fc.constant(null),
    vrf: tagged ? fc.option(vrf(ipv6)) : fc.constant(null),
    bond: tagged ? fc.option(bond(ipv6)) : fc.constant(null),
    bare: fc.option(device(ipv6, tagged)),
    lo: fc.option(fc.uniqueArray(fc.constantFrom('203.0.113.1/32', '203.0.113.2/24'), { maxLength: 2 })),
    devices: fc.tuple(...endNames.map(() => fc.option(device(ipv6, tagged)))),
    routes: routeSeeds,
    rules: rules(ipv6),
    neighbours: neighbours(ipv6),
    resolver: fc.option(
      fc.constantFrom<NonNullable<NamespaceEntry['resolver']>>(
        { nameservers: ['10.0.0.53'] },
        { nameservers: ['10.0.0.53', '10.0.1.53'], search: ['lab', 'a.lab'] },
      ),
    ),
    hosts: fc.option(
      fc.constantFrom<NonNullable<NamespaceEntry['hosts']>>(
        { '10.0.0.80': ['web', 'web.lab'] },
        { '10.0.0.80': ['web'], '10.0.1.1': ['db'] },
      ),
    ),
    nat,
    firewall: firewall(ipv6),
    services,
    rpFilter: fc.constantFrom(undefined, '2', '0'),
  })

/** Ends are paired in the order of a random permutation of all of them. */
const pairs = fc
  .shuffledSubarray(
    namespaceNames.flatMap((namespace) => endNames.map((name) => ({ namespace, name }))),
    { maxLength: 12 },
  )
  .map((ends) => Array.from({ length: ends.length >> 1 }, (_, i) => [ends[2 * i], ends[2 * i + 1]] as const))

type Tunnels = NonNullable<LabFile['tunnels']>

/** With one remote end, or with none but those of its forwarding entries. */
const vxlan: fc.Arbitrary<Tunnels> = fc.oneof(
  fc.constant<Tunnels>([]),
  fc
    .record(
      {
        id: fc.constantFrom(42, 43),
        remote: fc.constantFrom('10.0.0.2', '10.0.0.3'),
        fdb: fc.subarray([
          { mac: '00:00:00:00:00:00', remote: '10.0.0.3' },
          { mac: '02:00:00:00:00:09', remote: '10.0.0.3' },
          { mac: '02:00:00:00:00:09', remote: '10.0.0.4' },
        ]),
        learning: fc.boolean(),
        ttl: fc.constantFrom(7, 64),
      },
      { requiredKeys: ['id'] },
    )
    .map((tunnel): Tunnels => [{ type: 'vxlan', namespace: 'host', name: 'vx0', local: '10.0.0.1', ...tunnel }]),
)

const gre: fc.Arbitrary<Tunnels> = fc
  .record({ key: fc.constantFrom(7, 8), ttl: fc.constant(9) }, { requiredKeys: [] })
  .map((more): Tunnels => [
    { type: 'gre', namespace: 'host', name: 'gre1', local: '10.0.0.1', remote: '10.0.0.2', ...more },
  ])

/** Between `host` and another namespace, which knows `host` or does not. */
const wireguard: fc.Arbitrary<Tunnels> = fc
  .record({
    listen: fc.constantFrom(51820, 51821),
    allowed: fc.subarray(['10.99.0.2/32', '10.98.0.0/16']),
    endpoint: fc.option(fc.constantFrom('10.0.0.2:51820', '10.0.0.3:51820'), { nil: undefined }),
    known: fc.boolean(),
  })
  .map(({ listen, allowed, endpoint, known }): Tunnels => [
    {
      ...{ type: 'wireguard', namespace: 'host', name: 'wg0', listen },
      peers: [{ namespace: namespaceNames[1] ?? '', ...(endpoint === undefined ? {} : { endpoint }), allowed }],
    },
    {
      ...{ type: 'wireguard', namespace: namespaceNames[1] ?? '', name: 'wg1', listen: 51820 },
      peers: known ? [{ namespace: 'host', allowed: ['10.99.0.1/32'] }] : [],
    },
  ])

const ofFamily = (ipv6: boolean, tagged: boolean): fc.Arbitrary<LabFile> =>
  fc
    .record({
      names: fc.subarray(namespaceNames.slice(1)),
      seeds: fc.tuple(...namespaceNames.map(() => namespaceSeed(ipv6, tagged))),
      pairs,
      impaired: fc.nat(12),
      shares: fc.array(share(ipv6, tagged), { maxLength: tagged ? 5 : 0 }),
      tunnels: tagged ? fc.tuple(vxlan, gre, wireguard).map((each) => each.flat()) : vxlan,
    })
    .map(({ names, seeds, pairs, impaired, shares, tunnels }): LabFile => {
      const there = new Set(['host', ...names])
      const cables = pairs.filter(([a, b]) => a && b && there.has(a.namespace) && there.has(b.namespace))
      const namespaces: NonNullable<LabFile['namespaces']> = {}
      namespaceNames.forEach((name, at) => {
        const seed = seeds[at]
        if (!seed || !there.has(name)) return
        const own = cables.flat().flatMap((end) => (end?.namespace === name ? [end.name] : []))
        const entry: NamespaceEntry = {
          ...(seed.forwarding === undefined ? {} : { forwarding: seed.forwarding }),
          ...(seed.bridge
            ? {
                bridges: {
                  br0: {
                    ...seed.bridge.device,
                    stp: seed.bridge.stp,
                    // A client that nobody answers makes who types its command wait: not in labs whose commands are typed.
                    ...(tagged && seed.bridge.stp ? { dhcp4: true } : {}),
                    ...bridgeEntry(
                      seed.settings,
                      seed.bridge.ports.filter((port) => own.includes(port)),
                    ),
                  },
                },
              }
            : {}),
          ...(seed.dummy ? { dummies: { dum0: seed.dummy } } : {}),
          vlans: vlansOf(seed.vlans, [...own, ...(seed.bridge ? ['br0'] : [])], (end) =>
            end === 'br0' ? seed.bridge?.device.up : seed.devices[endNames.indexOf(end)]?.up,
          ),
          ...(seed.vrf ? { vrfs: { red: { ...seed.vrf.device, table: seed.vrf.table } } } : {}),
          interfaces: {
            ...(seed.lo ? { lo: { addresses: seed.lo } } : {}),
            ...Object.fromEntries(
              own.flatMap((end) =>
                seed.devices[endNames.indexOf(end)] ? [[end, seed.devices[endNames.indexOf(end)]]] : [],
              ),
            ),
            ...(seed.bare ? { dummy0: seed.bare } : {}),
          },
          rules: seed.rules,
          nat: seed.nat,
          firewall: seed.firewall,
          services: seed.services,
          ...(name !== 'host' && seed.resolver ? { resolver: seed.resolver } : {}),
          ...(name !== 'host' && seed.hosts ? { hosts: seed.hosts } : {}),
          ...(seed.rpFilter === undefined ? {} : { sysctls: { 'net.ipv4.conf.all.rp_filter': seed.rpFilter } }),
        }
        bondEntry(seed.bond, entry, own)
        const ports = [...(entry.bridges?.['br0']?.ports ?? []), ...(entry.bonds?.['bond0']?.members ?? [])]
        const isThere = (each: string): boolean =>
          own.includes(each) ||
          [entry.bridges, entry.bonds, entry.dummies, entry.vlans].some((table) => Object.hasOwn(table ?? {}, each))
        const red = entry.vrfs?.['red']
        // What asks for an address of its own is nobody's member.
        const asks = (each: string): boolean => each === 'br0' && entry.bridges?.['br0']?.dhcp4 === true
        if (red)
          red.members = (seed.vrf?.members ?? []).filter(
            (each) => isThere(each) && !ports.includes(each) && !asks(each),
          )
        namespaces[name] = {
          ...entry,
          routes: routesOf(seed.routes, entry),
          neighbours: neighboursOf(seed.neighbours, entry),
        }
      })
      addShares(shares, namespaces)
      return {
        vethlab: 1,
        name: 'random',
        namespaces,
        links: cables.map(([a, b], at) => {
          const ends: [string, string] = [`${a?.namespace}:${a?.name}`, `${b?.namespace}:${b?.name}`]
          return at === impaired ? { ends, impair: { delay: '20ms', loss: '1%' } } : ends
        }),
        tunnels: tunnels
          .filter(({ namespace }) => there.has(namespace))
          .map((tunnel) =>
            tunnel.type === 'wireguard'
              ? { ...tunnel, peers: tunnel.peers?.filter((peer) => there.has(peer.namespace)) ?? [] }
              : tunnel,
          ),
      }
    })

const anyFamily = (tagged: boolean): fc.Arbitrary<LabFile> =>
  fc.oneof(ofFamily(false, tagged), ofFamily(false, tagged), ofFamily(true, tagged))
/** Of nothing that a kernel may lack. */
export const plainLabFile = anyFamily(false)
const withTags = anyFamily(true)

export const labFile: fc.Arbitrary<LabFile> = fc.oneof(plainLabFile, withTags)

/** Two labs, of which one may become the other. */
export const labFilePair: fc.Arbitrary<readonly [LabFile, LabFile]> = fc.oneof(
  fc.tuple(plainLabFile, plainLabFile),
  fc.tuple(withTags, withTags),
)
