import { describe, expect, test } from 'vitest'
import type { Step } from '../../../electron/core/plan/step.js'
import { dnsmasqEntries, normaliseDnsmasq } from '../../../electron/core/lab/dnsmasq.js'
import { dnsmasqWords } from '../../../electron/core/plan/dnsmasq.js'
import { stepText } from '../../../electron/core/plan/text.js'

const none = { mac: null, mtu: null }
const route = {
  family: 'ipv4',
  to: '0.0.0.0/0',
  via: null,
  dev: null,
  metric: null,
  type: 'unicast',
  onlink: false,
} as const

describe('a step is one command', () => {
  const cases: readonly (readonly [Step, string])[] = [
    [{ op: 'namespace-add', namespace: 'ns0' }, 'ip netns add ns0'],
    [{ op: 'namespace-delete', namespace: 'ns0' }, 'ip netns del ns0'],
    [
      { op: 'sysctl-set', namespace: 'ns0', key: 'net.ipv4.ping_group_range', value: '0\t2147483647', before: null },
      "ip netns exec ns0 sysctl -w 'net.ipv4.ping_group_range=0 2147483647'",
    ],
    [
      { op: 'veth-add', namespace: 'ns0', name: 'veth0', ...none, peer: { namespace: 'host', name: 'veth1', ...none } },
      'ip link add veth0 netns ns0 type veth peer name veth1',
    ],
    [
      { op: 'veth-add', namespace: 'host', name: 'a0', ...none, peer: { namespace: 'host', name: 'b', ...none } },
      'ip link add a0 type veth peer name b',
    ],
    [
      { op: 'veth-add', namespace: 'ns0', name: 'a0', ...none, peer: { namespace: 'ns0', name: 'b0', ...none } },
      'ip -n ns0 link add a0 type veth peer name b0',
    ],
    [
      {
        ...{ op: 'veth-add', namespace: 'host', name: 'a0', mac: '02:00:00:00:00:01', mtu: 1400 },
        peer: { namespace: 'ns0', name: 'b0', mac: '02:00:00:00:00:02', mtu: 1300 },
      },
      'ip link add a0 address 02:00:00:00:00:01 mtu 1400 type veth peer name b0 address 02:00:00:00:00:02 mtu 1300 netns ns0',
    ],
    [
      { op: 'bridge-add', namespace: 'host', name: 'br0', stp: true, ...none },
      'ip link add br0 type bridge stp_state 1',
    ],
    [
      {
        op: 'vxlan-add',
        namespace: 'r1',
        name: 'vx0',
        id: 42,
        local: '10.0.0.1',
        remote: '10.0.0.2',
        port: 4789,
        ...none,
      },
      'ip -n r1 link add vx0 type vxlan id 42 local 10.0.0.1 remote 10.0.0.2 dstport 4789',
    ],
    [{ op: 'dummy-add', namespace: 'ns0', name: 'dummy0', ...none }, 'ip -n ns0 link add dummy0 type dummy'],
    [{ op: 'link-delete', namespace: 'host', name: 'veth1', restore: [] }, 'ip link del veth1'],
    [{ op: 'link-up', namespace: 'ns0', name: 'lo' }, 'ip -n ns0 link set lo up'],
    [{ op: 'link-up', namespace: 'ns0', name: 'up' }, 'ip -n ns0 link set dev up up'],
    [{ op: 'link-down', namespace: 'host', name: 'veth1' }, 'ip link set veth1 down'],
    [{ op: 'link-mtu', namespace: 'host', name: 'veth1', mtu: 1400, before: 1500 }, 'ip link set veth1 mtu 1400'],
    [
      { op: 'link-mac', namespace: 'host', name: 'veth1', mac: '02:00:00:00:00:01', before: '02:00:00:00:00:02' },
      'ip link set veth1 address 02:00:00:00:00:01',
    ],
    [
      { op: 'link-master', namespace: 'host', name: 'veth1', master: null, before: 'br0' },
      'ip link set veth1 nomaster',
    ],
    [{ op: 'bridge-stp', namespace: 'host', name: 'br0', stp: false }, 'ip link set br0 type bridge stp_state 0'],
    [
      { op: 'address-add', namespace: 'ns0', dev: 'veth0', address: 'fd00::1/64', family: 'ipv6' },
      'ip -n ns0 addr add fd00::1/64 dev veth0 nodad',
    ],
    [
      { op: 'address-delete', namespace: 'ns0', dev: 'veth0', address: 'fd00::1/64', family: 'ipv6' },
      'ip -n ns0 addr del fd00::1/64 dev veth0',
    ],
    [
      { op: 'route-add', namespace: 'ns0', route: { ...route, via: '10.0.0.1' } },
      'ip -n ns0 route add default via 10.0.0.1',
    ],
    [
      {
        op: 'route-add',
        namespace: 'ns0',
        route: { ...route, family: 'ipv6', to: '::/0', via: 'fe80::1', dev: 'v0', metric: 5 },
      },
      'ip -6 -n ns0 route add default via fe80::1 dev v0 metric 5',
    ],
    [
      { op: 'route-add', namespace: 'host', route: { ...route, to: '10.0.0.0/8', type: 'blackhole' } },
      'ip route add blackhole 10.0.0.0/8',
    ],
    [
      { op: 'route-add', namespace: 'host', route: { ...route, via: '10.9.9.9', dev: 'v0', onlink: true } },
      'ip route add default via 10.9.9.9 dev v0 onlink',
    ],
    [
      {
        op: 'impair-set',
        namespace: 'ns0',
        dev: 'veth0',
        impair: { delayUs: 20_000, lossPercent: 1, rateBit: null },
        before: null,
      },
      'tc -n ns0 qdisc replace dev veth0 root netem delay 20ms loss 1%',
    ],
    [
      {
        op: 'impair-set',
        namespace: 'host',
        dev: 'veth0',
        impair: { delayUs: null, lossPercent: null, rateBit: 1.5e6 },
        before: null,
      },
      'tc qdisc replace dev veth0 root tbf rate 1500kbit burst 32kb latency 50ms',
    ],
    [
      {
        op: 'impair-set',
        namespace: 'host',
        dev: 'veth0',
        impair: null,
        before: { delayUs: 1, lossPercent: null, rateBit: null },
      },
      'tc qdisc del dev veth0 root',
    ],
    [
      {
        ...{ op: 'nat-add', namespace: 'host' },
        rule: {
          kind: 'dnat',
          family: 'ipv6',
          protocol: 'tcp',
          port: 8080,
          in: 'eth0',
          toAddress: 'fd00::2',
          toPort: 80,
        },
      },
      "ip6tables -t nat -A PREROUTING -i eth0 -p tcp --dport 8080 -j DNAT --to-destination '[fd00::2]:80'",
    ],
    [
      {
        ...{ op: 'firewall-delete', namespace: 'ns0' },
        rule: { chain: 'forward', families: ['ipv4'], source: '192.168.1.3/32', protocol: 'icmp', action: 'reject' },
      },
      'ip netns exec ns0 iptables -D FORWARD -s 192.168.1.3 -p icmp -j REJECT',
    ],
    [
      {
        op: 'firewall-add',
        namespace: 'host',
        rule: { chain: 'input', families: ['ipv6'], protocol: 'icmp', action: 'drop' },
      },
      'ip6tables -A INPUT -p ipv6-icmp -j DROP',
    ],
    [
      { op: 'service-start', namespace: 'ns0', service: { listen: 'tcp', port: 80, reply: '\nreboot\n' } },
      '# vethlab: answer on tcp port 80 in ns0',
    ],
  ]
  test.each(cases.map(([step, text]) => ({ step, text })))('$text', ({ step, text }) => {
    expect(stepText(step)).toBe(text)
  })
})

test('a dnsmasq is told all on its command line, and no name of a record becomes an option of its own', () => {
  const serves = normaliseDnsmasq([
    { dns: { records: { 'Web.Lab.': ['10.0.0.80', 'FD00::80'], _sip: '10.0.0.9' } } },
    { dhcp: { interface: 'br,0', range: ['10.0.0.100', '10.0.0.199'], nameservers: ['10.0.0.53', '10.0.0.54'] } },
    { ra: { interface: 'br,0', prefix: 'fd00:1::1/64' } },
  ])
  if (!serves) throw new Error('it serves nothing')
  const words = dnsmasqWords('r1', serves)
  expect(words).toEqual([
    ...['--conf-file=', '--user=', '--group=', '--no-hosts', '--cache-size=0', '--no-resolv', '--local=/#/'],
    ...['--host-record=web.lab,10.0.0.80', '--host-record=web.lab,fd00::80', '--host-record=_sip,10.0.0.9'],
    ...['--leasefile-ro', '--dhcp-authoritative', '--no-ping', '--dhcp-range=set:dhcp0,10.0.0.100,10.0.0.199,1h'],
    ...['--dhcp-option=tag:dhcp0,option:router', '--dhcp-option=tag:dhcp0,option:dns-server,10.0.0.53,10.0.0.54'],
    ...['--enable-ra', '--dhcp-range=set:ra0,fd00:1::,ra-only,64,1h'],
  ])
  const step = { op: 'dnsmasq-start', namespace: 'r1', serves } as const
  expect(stepText(step)).toMatch(/^ip netns exec r1 dnsmasq --pid-file=\/run\/dnsmasq-r1\.pid --conf-file= /)
  expect(stepText({ ...step, op: 'dnsmasq-stop' })).toBe('kill "$(cat /run/dnsmasq-r1.pid)"')
  const asks = { op: 'dhcp-start', namespace: 'r1', dev: 'eth0' } as const
  expect(stepText(asks)).toBe('ip netns exec r1 udhcpc -i eth0 -b -p /run/udhcpc-r1-eth0.pid -R -t 5 -T 1 -A 3')
  expect(stepText({ ...asks, op: 'dhcp-stop' })).toBe('kill "$(cat /run/udhcpc-r1-eth0.pid)"')
  expect(dnsmasqEntries(serves)).toEqual([
    { dns: { records: { 'web.lab': ['10.0.0.80', 'fd00::80'], _sip: '10.0.0.9' } } },
    { dhcp: { interface: 'br,0', range: ['10.0.0.100', '10.0.0.199'], nameservers: ['10.0.0.53', '10.0.0.54'] } },
    { ra: { interface: 'br,0', prefix: 'fd00:1::/64' } },
  ])
})

test('a macvlan is made from where its parent is, for where it shall be', () => {
  const share = (namespace: string, from: string) =>
    stepText({
      ...{ op: 'share-add', kind: 'macvlan', mode: 'bridge', namespace, name: 'mv0', mac: null, mtu: 1400 },
      parent: { namespace: from, interface: 'e0' },
    })
  expect(share('a', 'a')).toBe('ip -n a link add link e0 name mv0 mtu 1400 type macvlan mode bridge')
  expect(share('a', 'host')).toBe('ip link add link e0 name mv0 mtu 1400 netns a type macvlan mode bridge')
  // The shell that it is typed in is in the host, which in a lab need not be the namespace of process 1.
  expect(share('host', 'a')).toBe('ip -n a link add link e0 name mv0 mtu 1400 netns $$ type macvlan mode bridge')
})
