/** Faults of IP itself: routes and rules that refuse, filters, IPv6; and causes that only look like one. */
import { bridge, listening, quickSysctl, router, tcp, type Fault } from './fault-labs.js'

const pair6 = (b = ''): string => `
broken: true
namespaces:
  a: { interfaces: { e0: { addresses: ["fd00::a/64"] } } }
  b: { interfaces: { e0: { addresses: ["fd00::b/64"] } }, services: [{ listen: tcp, port: 80 }]${b} }
links: [[a:e0, b:e0]]
`

const vxlan = `
namespaces:
  t1: { interfaces: { u: { addresses: [192.0.2.1/24] }, vx: { addresses: [10.9.0.1/24] } }, ${quickSysctl('vx')} }
  t2: { interfaces: { u: { addresses: [192.0.2.2/24] }, vx: { addresses: [10.9.0.2/24] } } }
links: [[t1:u, t2:u]]
tunnels:
  - { type: vxlan, id: 42, namespace: t1, name: vx, local: 192.0.2.1, remote: 192.0.2.2, port: 4789 }
  - { type: vxlan, id: 42, namespace: t2, name: vx, local: 192.0.2.2, remote: 192.0.2.1, port: 4789 }
`

export const layer3Faults: readonly Fault[] = [
  {
    name: 'a strict source check, and no way back at all',
    code: 'no-return-route',
    lab: router({ routes1: '', ns1: ', sysctls: { net.ipv4.conf.all.rp_filter: 2 }' }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns1',
    evidence: /route get 192\.168\.0\.2[\s\S]*Network is unreachable/,
    fix: ['ip -n ns1 route add 192.168.0.0/24 via 192.168.1.1'],
  },
  {
    name: 'a rule that lowers the TTL in the router',
    alike: true,
    code: 'ttl-exceeded',
    lab: router(),
    typed: ['ip netns exec ns-router iptables -t mangle -A PREROUTING -p icmp -j TTL --ttl-set 1'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /iptables -t mangle[\s\S]*ttl-set 1/i,
    fix: ['ip netns exec ns-router iptables -t mangle -D PREROUTING -p icmp -j TTL --ttl-set 1'],
  },
  {
    name: 'a rule of policy routing that refuses',
    code: 'no-route',
    lab: router(),
    typed: ['ip -n ns0 rule add priority 100 to 192.168.1.2 unreachable'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    evidence: /unreachable\n[\s\S]*100:\s+from all to 192\.168\.1\.2 unreachable/,
    fix: ['ip -n ns0 rule del priority 100 to 192.168.1.2/32 unreachable'],
  },
  {
    name: 'a table that refuses, beside a main table that has the way',
    code: 'policy-rule',
    lab: router(),
    typed: [
      'ip -n ns1 route add blackhole default table 100',
      'ip -n ns1 rule add priority 100 to 192.168.0.2 lookup 100',
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns1',
    evidence: /100:\s+from all to 192\.168\.0\.2 lookup 100/,
    fix: ['ip -n ns1 rule del priority 100 to 192.168.0.2/32 lookup 100'],
  },
  {
    name: 'a marked answer, and a rule that counted for another connection',
    code: 'no-return-route',
    lab: bridge(),
    typed: [
      'ip netns exec ns1 iptables -A INPUT -p tcp --dport 22 -j DROP',
      'ip netns exec ns1 iptables -t mangle -A OUTPUT -p tcp --sport 80 -j MARK --set-mark 1',
      'ip -n ns1 rule add priority 100 fwmark 1 blackhole',
      '(timeout 2 ip netns exec ns0 nc -w 2 10.0.0.2 22 || true) >/dev/null 2>&1 &',
    ],
    from: 'ns0',
    to: '10.0.0.2',
    probe: tcp(80),
    namespace: 'ns1',
    evidence: /mark 1[\s\S]*fwmark 0x1 blackhole/,
    fix: ['ip -n ns1 rule del priority 100 fwmark 1 blackhole'],
  },
  {
    name: "a gateway that is the sender's own address",
    code: 'own-gateway',
    lab: router({ routes0: 'routes: [{ to: default, via: 192.168.0.1 }]' }),
    typed: ['ip -n ns0 route replace default via 192.168.0.2 dev veth0'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /default via 192\.168\.0\.2 dev veth0[\s\S]*192\.168\.1\.2 dev veth0/,
    fix: ['ip -n ns0 route del default via 192.168.0.2 dev veth0', 'ip -n ns0 route add default via 192.168.0.1'],
  },
  {
    name: 'a prefix that claims what is behind a router',
    code: 'wrong-prefix',
    lab: `
namespaces:
  host:
    forwarding: true
    bridges: { dock0: { addresses: [172.18.0.1/16], ports: [v1] } }
    interfaces: { eth0: { addresses: [192.0.2.10/24] } }
    routes: [{ to: default, via: 192.0.2.1 }]
    ${quickSysctl('dock0')}
  box: { interfaces: { e0: { addresses: [172.18.0.2/16] } }, routes: [{ to: default, via: 172.18.0.1 }] }
  gw: { forwarding: true, interfaces: { e0: { addresses: [192.0.2.1/24] }, e1: { addresses: [172.18.5.1/24] } } }
  office: { interfaces: { e0: { addresses: [172.18.5.5/24] } }, routes: [{ to: default, via: 172.18.5.1 }] }
links: [[box:e0, host:v1], [host:eth0, gw:e0], [gw:e1, office:e0]]
`,
    from: 'host',
    to: '172.18.5.5',
    namespace: 'host',
    interface: 'dock0',
    evidence: /172\.18\.0\.1\/16/,
    fix: ['ip route add 172.18.5.0/24 via 192.0.2.1'],
  },
  {
    name: 'a route that leads astray, beside the subnet itself',
    code: 'ttl-exceeded',
    lab: `
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r1: { forwarding: true, interfaces: { e1: { addresses: [10.1.0.1/24] }, x1: { addresses: [10.9.0.1/30] } }, routes: [{ to: 10.2.0.0/24, via: 10.9.0.2 }] }
  r2: { forwarding: true, interfaces: { x2: { addresses: [10.9.0.2/30] }, e2: { addresses: [10.2.0.1/24] } }, routes: [{ to: 10.1.0.0/24, via: 10.9.0.1 }] }
  b: { interfaces: { e3: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
links: [[a:e0, r1:e1], [r1:x1, r2:x2], [r2:e2, b:e3]]
`,
    typed: ['ip -n r2 route add 10.2.0.2/32 via 10.9.0.1'],
    from: 'a',
    to: '10.2.0.2',
    namespace: 'r2',
    evidence: /IcmpOutTimeExcds \+1/,
    fix: ['ip -n r2 route del 10.2.0.2/32 via 10.9.0.1 dev x2'],
  },
  {
    name: 'fragments that run out of hops go in no circle',
    code: 'ttl-exceeded',
    lab: router(),
    from: 'ns0',
    to: '192.168.1.2',
    probe: { size: 4000, ttl: 1 },
    namespace: 'ns-router',
    evidence: /IcmpOutTimeExcds \+1/,
    fix: null,
  },
  {
    name: 'echoes that are ignored, beside an interface that is down',
    code: 'arp-off',
    lab: router({ ns1: ', sysctls: { net.ipv4.icmp_echo_ignore_all: 1 }' })
      .replace(
        'veth2: { addresses: [192.168.1.2/24] } }',
        'veth2: { addresses: [192.168.1.2/24] }, e5: { addresses: [192.168.0.9/16], up: false } }',
      )
      .replace('links: [', 'links: [[ns1:e5, ns0:e6], '),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns1',
    interface: 'veth2',
    evidence: /net\.ipv4\.icmp_echo_ignore_all = 1/,
    fix: ['ip netns exec ns1 sysctl -w net.ipv4.icmp_echo_ignore_all=0'],
  },
  {
    name: 'a cable beside the bridge, and an unused interface that is down',
    code: 'not-a-bridge-port',
    lab: `
namespaces:
  h: { interfaces: { e0: { addresses: [10.2.0.3/24] }, e1: { addresses: [10.0.200.1/8], up: false } }, routes: [{ to: default, via: 10.2.0.1 }], ${quickSysctl('e0')} }
  r: { forwarding: true, interfaces: { e0: { addresses: [10.2.0.1/24] }, e1: { addresses: [10.1.0.2/24] } } }
  s: { bridges: { br0: { ports: [p1] } } }
  z: {}
links: [[r:e0, s:p0], [h:e0, s:p1], [h:e1, z:e6], [r:e1, z:e7]]
`,
    from: 'h',
    to: '10.1.0.2',
    namespace: 's',
    interface: 'p0',
    evidence: /p0@if\d+/,
    fix: ['ip -n s link set p0 master br0'],
  },
  {
    name: 'IPv6 that is switched off',
    code: 'ipv6-off',
    lab: pair6(', sysctls: { net.ipv6.conf.e0.disable_ipv6: 1 }'),
    from: 'a',
    to: 'fd00::b',
    namespace: 'b',
    interface: 'e0',
    evidence: /net\.ipv6\.conf\.e0\.disable_ipv6 = 1/,
    fix: ['ip netns exec b sysctl -w net.ipv6.conf.e0.disable_ipv6=0', 'ip -n b addr add fd00::b/64 dev e0 nodad'],
  },
  {
    name: 'a rule for all that drops neighbour discovery, too',
    code: 'firewall-drop',
    lab: pair6(
      ', firewall: [{ chain: input, source: "::/0", protocol: tcp, port: 80, action: accept }, { chain: input, source: "::/0", action: drop }]',
    ),
    from: 'a',
    to: 'fd00::b',
    probe: tcp(80),
    namespace: 'b',
    evidence: /-A INPUT -c [1-9]\d* \d+ -j DROP/,
    fix: ['ip netns exec b ip6tables -t filter -I INPUT 2 -p ipv6-icmp -j ACCEPT'],
    holds: [['a', 'fd00::b', {}]],
  },
  {
    name: 'a policy of iptables-legacy',
    code: 'firewall-drop',
    lab: router(),
    typed: ['ip netns exec ns-router iptables-legacy -P FORWARD DROP'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /iptables-legacy[\s\S]*-P FORWARD DROP/,
    fix: [
      'ip netns exec ns-router iptables-legacy -t filter -I FORWARD 1 -s 192.168.0.2/32 -d 192.168.1.2/32 -j ACCEPT',
      'ip netns exec ns-router iptables-legacy -t filter -I FORWARD 1 -s 192.168.1.2/32 -d 192.168.0.2/32 -j ACCEPT',
    ],
  },
  {
    name: 'a policy of plain nftables',
    code: 'firewall-drop',
    lab: router(),
    typed: [
      'ip netns exec ns-router nft add table inet guard',
      "ip netns exec ns-router nft add chain inet guard pass '{ type filter hook forward priority 0; policy drop; }'",
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /policy drop/,
    fix: [
      "ip netns exec ns-router nft insert rule inet guard pass 'ip saddr 192.168.0.2 ip daddr 192.168.1.2 accept'",
      "ip netns exec ns-router nft insert rule inet guard pass 'ip saddr 192.168.1.2 ip daddr 192.168.0.2 accept'",
    ],
  },
  {
    name: "a firewall that drops the tunnel's own packets",
    code: 'tunnel-unreachable',
    lab: vxlan,
    typed: ['ip netns exec t2 iptables -A INPUT -p udp -m udp --dport 4789 -j DROP'],
    from: 't1',
    to: '10.9.0.2',
    namespace: 't2',
    evidence: /--dport 4789 -c [1-9]/,
    fix: ['ip netns exec t2 iptables -t filter -D INPUT -p udp -m udp --dport 4789 -j DROP'],
  },
  {
    name: "a firewall of the sender that lets none of the tunnel's own packets out",
    code: 'tunnel-unreachable',
    lab: vxlan,
    typed: ['ip netns exec t1 iptables -A OUTPUT -p udp -m udp --dport 4789 -j DROP'],
    from: 't1',
    to: '10.9.0.2',
    namespace: 't1',
    evidence: /--dport 4789 -c [1-9]/,
    fix: ['ip netns exec t1 iptables -t filter -D OUTPUT -p udp -m udp --dport 4789 -j DROP'],
  },
  {
    name: "a sender that has no route to the tunnel's far end",
    code: 'tunnel-unreachable',
    lab: vxlan,
    typed: ['ip -n t1 route del 192.0.2.0/24'],
    from: 't1',
    to: '10.9.0.2',
    namespace: 't1',
    evidence: /Network is unreachable/,
    fix: ['ip -n t1 route add 192.0.2.0/24 dev u'],
  },
  {
    name: 'a listener on 127.0.0.1 only',
    code: 'port-closed',
    lab: router(),
    typed: [listening('ns1', '127.0.0.1', tcp(81))],
    from: 'ns0',
    to: '192.168.1.2',
    probe: tcp(81),
    namespace: 'ns1',
    evidence: /127\.0\.0\.1:81/,
    fix: null,
  },
]
