/** Devices that stand on others or over them, of scripts, as a lab says them. */
import { expect, test } from 'vitest'
import { importScript } from '../../../electron/core/exchange/from-script.js'

const read = (...lines: readonly string[]) => {
  const { labFile, notices } = importScript(lines.join('\n'), 'devices.sh')
  return { lab: labFile, host: labFile?.namespaces?.['host'], notices: notices.map(({ message }) => message) }
}

const switchLines = [
  'ip link add br0 type bridge vlan_filtering 1 priority 4096 forward_delay 400',
  'ip link add p1 type veth peer name e1',
  'ip link add p2 type veth peer name e2',
  'ip link set p1 master br0',
  'ip link set p2 master br0',
]

test('the VLAN that a bridge gives its ports by itself, before they come and while they are there', () => {
  const vlans = (...lines: readonly string[]) => {
    const { host, notices } = read(...switchLines, ...lines)
    expect(notices).toEqual([])
    return host?.bridges?.['br0']?.['port-vlans']
  }
  const later = ['ip link add p3 type veth peer name e3', 'ip link set p3 master br0']
  const set = (pvid: number) => `ip link set br0 type bridge vlan_default_pvid ${pvid}`
  expect(vlans(set(0), 'bridge vlan add dev p1 vid 10 pvid untagged', ...later)).toEqual({
    ...{ br0: {}, p1: { pvid: 10 }, p2: {}, p3: {} },
  })
  expect(vlans(set(5), ...later)).toEqual({ br0: { pvid: 5 }, p1: { pvid: 5 }, p2: { pvid: 5 }, p3: { pvid: 5 } })
  // Who was given another keeps it.
  expect(vlans('bridge vlan add dev p1 vid 10 pvid untagged', set(5))).toEqual({
    ...{ br0: { pvid: 5 }, p1: { pvid: 10, untagged: [1] }, p2: { pvid: 5 } },
  })
  expect(vlans(set(0), set(1))).toBeUndefined()
})

test('a filtering bridge with an access port and a trunk', () => {
  const { host, notices } = read(
    ...switchLines,
    'bridge vlan add dev p1 vid 10 pvid untagged',
    'bridge vlan del dev p1 vid 1',
    'bridge vlan add dev p2 vid 10-12',
    'bridge vlan add dev br0 vid 10 self',
    'bridge link set dev p1 isolated on',
    'ip link set p2 type bridge_slave hairpin on learning off',
  )
  expect(notices).toEqual([])
  expect(host?.bridges).toEqual({
    br0: {
      ports: ['p1', 'p2'],
      up: false,
      priority: 4096,
      'forward-delay': 4,
      hairpin: ['p2'],
      isolated: ['p1'],
      learning: { p2: false },
      'vlan-filtering': true,
      'port-vlans': {
        br0: { pvid: 1, tagged: [10] },
        p1: { pvid: 10 },
        p2: { pvid: 1, tagged: [10, 11, 12] },
      },
    },
  })
})

test('a port that leaves its bridge is set to nothing', () => {
  const { host } = read(
    ...switchLines,
    'bridge vlan add dev p1 vid 10',
    'ip link set p1 nomaster',
    'ip link set p1 master br0',
  )
  expect(host?.bridges?.['br0']).not.toHaveProperty('port-vlans')
})

test('sub-interfaces, one on the other, and a dummy', () => {
  const { host, notices } = read(
    'ip link add e0 type veth peer name e1',
    'ip link add link e0 name e0.100 type vlan proto 802.1ad id 100'.replace('proto ', 'protocol '),
    'ip link add name e0.100.7 link e0.100 type vlan id 7',
    'ip addr add 10.0.0.1/24 dev e0.100.7',
    'ip link add dum0 type dummy',
    'ip link set dum0 up',
  )
  expect(notices).toEqual([])
  expect(host?.vlans).toEqual({
    'e0.100': { link: 'e0', id: 100, protocol: '802.1ad', up: false },
    'e0.100.7': { link: 'e0.100', id: 7, addresses: ['10.0.0.1/24'], up: false },
  })
  expect(host?.dummies).toEqual({ dum0: {} })
})

test('VRFs, their members and their routes', () => {
  const { host, notices } = read(
    'ip link add e0 type veth peer name e1',
    'ip addr add 10.0.0.1/24 dev e0',
    'ip link set e0 up',
    'ip route add 10.8.0.0/16 via 10.0.0.2',
    'ip link add red type vrf table 10',
    'ip link set red up',
    'ip link set e0 master red',
    'ip link add blue type vrf table 20',
    'ip link set dev e1 vrf blue',
    'ip route add vrf red 10.9.0.0/16 via 10.0.0.2',
    'ip route add table 10 unreachable default metric 4278198272',
  )
  expect(notices).toEqual([])
  expect(host?.vrfs).toEqual({
    red: { table: 10, members: ['e0'] },
    blue: { table: 20, members: ['e1'], up: false },
  })
  // The move into the VRF has switched e0 off and on.
  expect(host?.routes).toEqual([
    { to: '10.9.0.0/16', via: '10.0.0.2', table: 10 },
    { to: '0.0.0.0/0', metric: 4278198272, type: 'unreachable', table: 10 },
  ])
})

test('macvlans and ipvlans, which go to other namespaces and keep their parent', () => {
  const { host, notices, lab } = read(
    'ip netns add c1',
    'ip link add e0 type veth peer name e1',
    'ip link add d0 type dummy',
    'ip link add link e0 name mv0 address 02:00:00:00:00:07 type macvlan mode bridge',
    'ip link set mv0 netns c1',
    'ip -n c1 link set mv0 name eth0',
    'ip -n c1 addr add 10.0.0.1/24 dev eth0',
    'ip -n c1 link set eth0 up',
    'ip link add link e0 mv1 netns c1 type macvlan',
    'ip link add link d0 name iv0 type ipvlan mode l2',
    'ip link add link d0 name iv1 type ipvlan mode l3s bridge',
    'ip link set iv1 up',
    'ip link add link e1 name mv2 type macvlan',
    'ip link del e1',
  )
  expect(notices).toEqual([])
  expect(lab?.links ?? []).toEqual([])
  expect(host?.macvlans).toBeUndefined()
  // The last one says the mode of all on an interface.
  expect(host?.ipvlans).toEqual({
    iv0: { link: 'd0', mode: 'l3s', up: false },
    iv1: { link: 'd0', mode: 'l3s' },
  })
  const kept = read(
    'ip netns add c1',
    'ip link add e0 type veth peer name e1',
    'ip link add link e0 name mv0 address 02:00:00:00:00:07 type macvlan mode bridge',
    'ip link set mv0 netns c1',
    'ip -n c1 link set mv0 name eth0',
    'ip -n c1 addr add 10.0.0.1/24 dev eth0',
    'ip -n c1 link set eth0 up',
    'ip link add link e0 mv1 netns c1 type macvlan',
  )
  expect(kept.host?.macvlans).toEqual({
    eth0: { link: 'e0', mode: 'bridge', in: 'c1', mac: '02:00:00:00:00:07', addresses: ['10.0.0.1/24'] },
    mv1: { link: 'e0', mode: 'vepa', in: 'c1', up: false },
  })
})

test('bonds, which take nobody who is up', () => {
  const { host, notices } = read(
    'ip link add e0 type veth peer name f0',
    'ip link add e1 type veth peer name f1',
    'ip link set e1 up',
    'ip link add bond0 type bond mode 1 miimon 100 fail_over_mac 1',
    'ip link set e0 master bond0',
    'ip link set e1 master bond0',
    'ip link set e1 down',
    'ip link set e1 master bond0',
    'ip link set bond0 type bond primary e1',
    'ip link set bond0 up',
  )
  expect(notices).toEqual([
    '"fail_over_mac" of the bond is left out; a lab file has no word for it.',
    'A bond takes no interface that is up.',
  ])
  expect(host?.bonds).toEqual({
    bond0: { mode: 'active-backup', primary: 'e1', miimon: 100, members: ['e0', 'e1'] },
  })
  // The bond has switched its members on.
  expect(host?.interfaces).toEqual({ f0: { up: false }, f1: { up: false } })
})

test('what a dnsmasq serves; what a lab cannot say of it is named', () => {
  const { labFile, notices } = importScript(
    `ip netns add a
ip -n a link add br0 type bridge
ip -n a addr add 10.0.0.1/24 dev br0
ip -n a addr add fd00:1::1/64 dev br0
ip netns exec a dnsmasq --no-resolv -i br0 --host-record=Web.lab,web,10.0.0.80 -A /db.lab/10.0.0.81 -F 10.0.0.100,10.0.0.150,12h \\
  --dhcp-range=10.0.0.151,10.0.0.199,255.255.255.0 -O 3,10.0.0.1 --dhcp-option=option:dns-server,10.0.0.1 --enable-ra --dhcp-range=fd00:1::,ra-only --dhcp-host=02:00:00:00:00:01,10.0.0.7
`,
    'x.sh',
  )
  expect(labFile?.namespaces?.['a']?.services).toEqual([
    { dns: { records: { 'web.lab': '10.0.0.80', web: '10.0.0.80', 'db.lab': '10.0.0.81' } } },
    { dhcp: { interface: 'br0', range: ['10.0.0.100', '10.0.0.150'], router: '10.0.0.1', nameservers: ['10.0.0.1'] } },
    { ra: { interface: 'br0', prefix: 'fd00:1::/64' } },
  ])
  expect(notices.map(({ message }) => message)).toEqual([
    '"dnsmasq -i br0" is nothing a lab file can say.',
    '"-A" answers for all names below "db.lab", too; in the lab it is that name alone.',
    'Leases of 12h become leases of 1h.',
    '"dnsmasq --dhcp-range=10.0.0.151,10.0.0.199,255.255.255.0" is nothing a lab file can say.',
    '"dnsmasq --dhcp-host=02:00:00:00:00:01,10.0.0.7" is nothing a lab file can say.',
  ])
})

test('a dnsmasq names itself as the router unless it is told another or none, wherever in its command that stands', () => {
  const served = (words: string, before = ''): readonly object[] | undefined => {
    const text = `ip netns add a
ip -n a link add br0 type bridge
ip -n a addr add 10.0.0.1/24 dev br0
ip -n a addr add 10.1.0.1/24 dev br0
${before}
ip netns exec a dnsmasq ${words}
`
    const { labFile, notices } = importScript(text, 'x.sh')
    expect(notices.map(({ message }) => message)).toEqual([])
    return labFile?.namespaces?.['a']?.services
  }
  const range = '-F 10.1.0.100,10.1.0.150'
  const dhcp = (more: object): readonly object[] => [
    { dhcp: { interface: 'br0', range: ['10.1.0.100', '10.1.0.150'], ...more } },
  ]
  expect(served(`-p 0 ${range},60m`)).toEqual(dhcp({ router: '10.1.0.1' }))
  expect(served(`-p 0 -O 3 ${range}`)).toEqual(dhcp({}))
  expect(served(`-p 0 -O option:router ${range}`)).toEqual(dhcp({}))
  expect(served(`-p 0 -O 3,10.1.0.9 -O 6,0.0.0.0 ${range}`)).toEqual(
    dhcp({ router: '10.1.0.9', nameservers: ['10.1.0.1'] }),
  )
  expect(served(`-p 0 -O tag:x,3,10.1.0.8 -O 3,10.1.0.9 -F set:x,10.1.0.100,10.1.0.150`)).toEqual(
    dhcp({ router: '10.1.0.8' }),
  )
  const hosts = 'mkdir -p /etc/netns/a; printf "10.0.0.80 web\\n" > /etc/netns/a/hosts; echo 10.0.0.81 db > more'
  const dns = (records: object): readonly object[] => [{ dns: { records } }]
  expect(served('-R', hosts)).toEqual(dns({ web: '10.0.0.80' }))
  expect(served('-R --no-hosts -H more', hosts)).toEqual(dns({ db: '10.0.0.81' }))
})

test('interfaces that ask for their addresses, whichever client they have', () => {
  const { labFile, notices } = importScript(
    `ip netns add a
ip netns add b
ip link add e0 netns a type veth peer name e0 netns b
ip link add e1 netns a type veth peer name e1 netns b
ip link add eth0 netns a type veth peer name eth0 netns b
ip link add e2 netns a type veth peer name e2 netns b
ip netns exec a udhcpc -B -i e0 -b -s /etc/udhcpc/default.script
ip netns exec a dhclient -v -pf /run/e1.pid e1
ip netns exec a udhcpc -q
ip netns exec a udhcpc -nqi e2
ip netns exec b dhcpcd -4 -t 5 --timeout 5 e0
ip netns exec b udhcpc --interface=e2
ip netns exec b dhclient -r e1
ip netns exec b dhclient
`,
    'x.sh',
  )
  // Each of them switches its interface on.
  expect(labFile?.namespaces).toEqual({
    a: {
      interfaces: {
        lo: { up: false },
        e0: { dhcp4: true },
        e1: { dhcp4: true },
        eth0: { dhcp4: true },
        e2: { dhcp4: true },
      },
    },
    b: {
      interfaces: {
        lo: { up: false },
        e0: { dhcp4: true },
        e1: { up: false },
        eth0: { up: false },
        e2: { dhcp4: true },
      },
    },
  })
  expect(notices.map(({ message }) => message)).toEqual([
    '"dhclient" asks on every interface there is; a lab says on which.',
  ])
})

test('words of iproute2 that are cut short, and those that say what a lab has anyway', () => {
  const { lab, host, notices } = read(
    'ip link add e0 type veth peer name e1',
    'ip link add link e0 name e0.7 type vlan proto 802.1ad id 7',
    'ip addr add 2001:db8::1/64 dev e0; ip link set e0 up',
    'ip link add t6 type ip6tnl mode any local 2001:db8::1 remote 2001:db8::2',
  )
  expect(notices).toEqual([])
  expect(host?.vlans).toMatchObject({ 'e0.7': { link: 'e0', id: 7, protocol: '802.1ad' } })
  expect(lab?.tunnels).toMatchObject([{ type: 'ip6tnl', name: 't6' }])
})
