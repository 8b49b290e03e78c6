/** Faults that a film shows from the side only: where a packet is led astray, dropped early, or not even asked for. */
import { bridge, quickSysctl, router, tcp, type Fault } from './fault-labs.js'

/** A router with two stations in the sender's subnet, one of which is no router and nobody's gateway. */
const beside = `
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }], ${quickSysctl('e0')} }
  c: { interfaces: { e0: { addresses: [10.1.0.3/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r:
    forwarding: true
    bridges: { br0: { addresses: [10.1.0.1/24], ports: [p0, p1] } }
    interfaces: { e2: { addresses: [10.2.0.1/24] } }
  b: { interfaces: { e3: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
links: [[a:e0, r:p0], [c:e0, r:p1], [r:e2, b:e3]]
`

const six = `
namespaces:
  ns0: { interfaces: { veth0: { addresses: [fd00:1::1/64] } } }
  ns1: { interfaces: { veth1: { addresses: [fd00:1::2/64] } } }
links: [[ns0:veth0, ns1:veth1]]
`

export const hiddenFaults: readonly Fault[] = [
  {
    name: 'a route that sends the packet back to its sender',
    code: 'loop',
    lab: beside,
    typed: ['ip -n r route add 10.2.0.2/32 via 10.1.0.2'],
    from: 'a',
    to: '10.2.0.2',
    namespace: 'r',
    evidence: /10\.2\.0\.2 via 10\.1\.0\.2/,
    fix: ['ip -n r route del 10.2.0.2/32 via 10.1.0.2 dev br0'],
  },
  {
    name: 'a route to a station that is no router',
    code: 'loop',
    lab: beside,
    typed: ['ip -n r route add 10.2.0.2/32 via 10.1.0.3'],
    from: 'a',
    to: '10.2.0.2',
    namespace: 'r',
    evidence: /10\.2\.0\.2 via 10\.1\.0\.3/,
    fix: ['ip -n r route del 10.2.0.2/32 via 10.1.0.3 dev br0'],
  },
  {
    name: 'a route with two ways, neither of which leads there',
    code: 'loop',
    lab: beside,
    typed: ['ip -n r route add 10.2.0.2/32 nexthop via 10.1.0.2 nexthop via 10.1.0.3'],
    from: 'a',
    to: '10.2.0.2',
    namespace: 'r',
    evidence: /10\.2\.0\.2[\s\S]*nexthop via 10\.1\.0\.2/,
    fix: ['ip -n r route del 10.2.0.2/32'],
  },
  {
    name: 'a route that names no gateway',
    code: 'gateway-unreachable',
    lab: beside.replace('{ to: default, via: 10.1.0.1 }', '{ to: default, dev: e0 }'),
    from: 'a',
    to: '10.2.0.2',
    namespace: 'a',
    evidence: /default dev e0[\s\S]*10\.2\.0\.2 dev e0.*FAILED/,
    fix: ['ip -n a route del default dev e0', 'ip -n a route add default via 10.1.0.1'],
  },
  {
    name: 'a gateway that is a station beside the router',
    code: 'wrong-gateway',
    lab: beside.replace('via: 10.1.0.1 }]', 'via: 10.1.0.3 }]'),
    from: 'a',
    to: '10.2.0.2',
    namespace: 'a',
    evidence: /via 10\.1\.0\.3[\s\S]*ip_forward = 0[\s\S]*ip_forward = 1/,
    fix: ['ip -n a route del default via 10.1.0.3 dev e0', 'ip -n a route add default via 10.1.0.1 dev e0'],
  },
  {
    name: 'a route that leads to lo',
    code: 'loop',
    lab: router(),
    typed: ['ip -n ns-router route add 192.168.1.2/32 dev lo'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /192\.168\.1\.2 dev lo/,
    fix: ['ip -n ns-router route del 192.168.1.2/32 dev lo'],
  },
  {
    name: 'a router that refuses who asks for its link-layer address',
    code: 'route-blocked',
    lab: router(),
    typed: ['ip -n ns-router route add blackhole 192.168.0.2/32', 'ip -n ns0 neigh flush all'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /blackhole 192\.168\.0\.2/,
    fix: ['ip -n ns-router route del blackhole 192.168.0.2/32'],
  },
  {
    name: 'a router whose policy rule keeps it from who asks for its link-layer address',
    code: 'no-return-route',
    lab: router(),
    typed: [
      'ip netns exec ns-router sysctl -qw net.ipv4.conf.all.rp_filter=1',
      'ip -n ns-router rule add to 192.168.0.2/32 blackhole',
      'ip -n ns0 neigh flush all',
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /route get 192\.168\.0\.1 from 192\.168\.0\.2 iif veth1[\s\S]*to 192\.168\.0\.2 blackhole/,
    fix: ['ip -n ns-router rule del priority 32765 to 192.168.0.2/32 blackhole'],
  },
  {
    name: 'a router that would answer who asks for its link-layer address by its own lo',
    code: 'loop',
    lab: router(),
    typed: [
      'ip netns exec ns-router sysctl -qw net.ipv4.conf.all.rp_filter=1',
      'ip -n ns-router route add 192.168.0.2/32 dev lo',
      'ip -n ns0 neigh flush all',
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    interface: 'lo',
    evidence: /route get 192\.168\.0\.1 from 192\.168\.0\.2 iif veth1[\s\S]*192\.168\.0\.2 dev lo/,
    fix: ['ip -n ns-router route del 192.168.0.2/32 dev lo'],
  },
  {
    name: 'a router whose route refuses who sends, so that its filter drops what it gets',
    code: 'route-blocked',
    lab: router(),
    typed: [
      // Its link-layer address is known: nobody has to ask for it.
      `ip -n ns0 neigh replace 192.168.0.1 dev veth0 nud permanent lladdr $(ip -n ns-router -br link show veth1 | awk '{print $3}')`,
      'ip netns exec ns-router sysctl -qw net.ipv4.conf.all.rp_filter=1',
      'ip -n ns-router route add unreachable 192.168.0.2/32',
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    interface: null,
    evidence: /unreachable 192\.168\.0\.2[\s\S]*TcpExtIPReversePathFilter/,
    fix: ['ip -n ns-router route del unreachable 192.168.0.2/32'],
  },
  {
    name: 'a router whose policy rule refuses who sends, so that its filter drops what it gets',
    code: 'no-return-route',
    lab: router(),
    typed: [
      // Its link-layer address is known: nobody has to ask for it.
      `ip -n ns0 neigh replace 192.168.0.1 dev veth0 nud permanent lladdr $(ip -n ns-router -br link show veth1 | awk '{print $3}')`,
      'ip netns exec ns-router sysctl -qw net.ipv4.conf.all.rp_filter=1',
      'ip -n ns-router rule add to 192.168.0.2/32 prohibit',
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    interface: null,
    evidence: /to 192\.168\.0\.2 prohibit[\s\S]*TcpExtIPReversePathFilter/,
    fix: ['ip -n ns-router rule del priority 32765 to 192.168.0.2/32 prohibit'],
  },
  {
    name: 'a router whose way back to who sends is its own lo, so that its filter drops what it gets',
    code: 'loop',
    lab: router(),
    typed: [
      // Its link-layer address is known: nobody has to ask for it.
      `ip -n ns0 neigh replace 192.168.0.1 dev veth0 nud permanent lladdr $(ip -n ns-router -br link show veth1 | awk '{print $3}')`,
      'ip netns exec ns-router sysctl -qw net.ipv4.conf.all.rp_filter=1',
      'ip -n ns-router route add 192.168.0.2/32 dev lo',
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    interface: 'lo',
    evidence: /192\.168\.0\.2 dev lo[\s\S]*TcpExtIPReversePathFilter/,
    fix: ['ip -n ns-router route del 192.168.0.2/32 dev lo'],
  },
  {
    name: 'a router that is pinged itself, and whose way back to who sends is its own lo',
    code: 'loop',
    lab: router(),
    typed: [
      `ip -n ns0 neigh replace 192.168.0.1 dev veth0 nud permanent lladdr $(ip -n ns-router -br link show veth1 | awk '{print $3}')`,
      'ip netns exec ns-router sysctl -qw net.ipv4.conf.all.rp_filter=1',
      'ip -n ns-router route add 192.168.0.2/32 dev lo',
    ],
    from: 'ns0',
    to: '192.168.0.1',
    namespace: 'ns-router',
    interface: 'lo',
    evidence: /192\.168\.0\.2 dev lo[\s\S]*TcpExtIPReversePathFilter/,
    fix: ['ip -n ns-router route del 192.168.0.2/32 dev lo'],
  },
  {
    name: 'a router whose filter lets nothing in by an interface without an address',
    code: 'no-address',
    lab: `broken: true${router({ router: 'routes: [{ to: default, via: 192.168.1.2 }]' }).replace('veth1: { addresses: [192.168.0.1/24] }', 'veth1: {}')}`,
    typed: [
      `ip -n ns0 neigh replace 192.168.0.1 dev veth0 nud permanent lladdr $(ip -n ns-router -br link show veth1 | awk '{print $3}')`,
      'ip netns exec ns-router sysctl -qw net.ipv4.conf.all.rp_filter=2',
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    interface: 'veth1',
    evidence: /veth1[\s\S]*TcpExtIPReversePathFilter/,
    fix: ['ip -n ns-router addr add 192.168.0.250/24 dev veth1'],
  },
  {
    name: 'a router without forwarding that has lost its route as well',
    code: 'no-route',
    lab: `
namespaces:
  a: { interfaces: { e0: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
  r2: { forwarding: true, interfaces: { e: { addresses: [10.2.0.1/24] }, w: { addresses: [10.101.0.2/24] } }, routes: [{ to: 10.0.0.0/24, via: 10.101.0.1 }] }
  r1:
    forwarding: true
    interfaces: { e: { addresses: [10.101.0.1/24] }, w: { addresses: [10.100.0.2/24] } }
    routes: [{ to: 10.0.0.0/24, via: 10.100.0.1 }, { to: default, via: 10.101.0.2 }]
  b: { interfaces: { e: { addresses: [10.100.0.1/24] }, lo: { addresses: [10.0.0.1/24] } }, routes: [{ to: default, via: 10.100.0.2 }] }
links: [[a:e0, r2:e], [r2:w, r1:e], [r1:w, b:e]]
`,
    typed: ['ip netns exec r1 sysctl -qw net.ipv4.ip_forward=0', 'ip -n r1 route del 10.0.0.0/24'],
    from: 'a',
    to: '10.0.0.1',
    namespace: 'r1',
    evidence: /route get 10\.0\.0\.1[\s\S]*default via 10\.101\.0\.2/,
    fix: ['ip -n r1 route add 10.0.0.0/24 via 10.100.0.1', 'ip netns exec r1 sysctl -w net.ipv4.ip_forward=1'],
  },
  {
    name: 'a rule that drops questions for neighbours',
    code: 'firewall-drop',
    lab: router(),
    typed: [
      `ip netns exec ns1 nft 'add table arp filter; add chain arp filter INPUT { type filter hook input priority 0; }; add rule arp filter INPUT drop'`,
      'ip -n ns-router neigh flush all',
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns1',
    evidence: /drop # handle/,
    fix: ['ip netns exec ns1 nft delete rule arp filter INPUT handle 3'],
  },
  {
    name: 'a rule at the hook of an interface',
    code: 'firewall-drop',
    lab: router(),
    typed: [
      `ip netns exec ns1 nft 'add table netdev early; add chain netdev early in { type filter hook ingress device veth2 priority 0; }; add rule netdev early in ip protocol icmp drop'`,
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns1',
    evidence: /ip protocol icmp drop # handle/,
    fix: ['ip netns exec ns1 nft delete rule netdev early in handle 3'],
  },
  {
    name: 'a rule that keeps the sender from asking for its neighbour',
    code: 'firewall-drop',
    lab: six,
    typed: [
      'ip netns exec ns0 ip6tables -A OUTPUT -p icmpv6 --icmpv6-type neighbour-solicitation -j DROP',
      'ip -n ns0 neigh flush all',
    ],
    from: 'ns0',
    to: 'fd00:1::2',
    namespace: 'ns0',
    evidence: /icmpv6-type 135 .*-j DROP/,
    fix: ['ip netns exec ns0 ip6tables -t filter -D OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DROP'],
  },
  {
    name: 'a port that a rule sends on to one where nobody listens',
    code: 'port-closed',
    lab: bridge(),
    typed: ['ip netns exec ns1 iptables -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080'],
    from: 'ns0',
    to: '10.0.0.2',
    probe: tcp(80),
    namespace: 'ns1',
    evidence: /--to-ports 8080/,
    fix: ['# vethlab: answer on tcp port 8080 in ns1'],
  },
  {
    name: 'a way back that only a wider route stands in for',
    code: 'no-return-route',
    lab: `
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r: { forwarding: true, interfaces: { e1: { addresses: [10.1.0.1/24] }, e2: { addresses: [10.2.0.1/24] } } }
  b:
    interfaces: { e3: { addresses: [10.2.0.2/24] }, w: { addresses: [10.3.0.1/24] } }
    routes: [{ to: 10.1.0.0/24, via: 10.2.0.1 }, { to: default, via: 10.3.0.2 }]
  o: { interfaces: { w: { addresses: [10.3.0.2/24] } } }
links: [[a:e0, r:e1], [r:e2, b:e3], [b:w, o:w]]
`,
    typed: ['ip -n b route del 10.1.0.0/24'],
    from: 'a',
    to: '10.2.0.2',
    namespace: 'b',
    evidence: /10\.1\.0\.2 via 10\.3\.0\.2/,
    fix: ['ip -n b route add 10.1.0.0/24 via 10.2.0.1'],
  },
  {
    name: 'no echo, and no way back for one either',
    code: 'arp-off',
    lab: router(),
    typed: ['ip netns exec ns1 sysctl -w net.ipv4.icmp_echo_ignore_all=1', 'ip -n ns1 route del 192.168.0.0/24'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns1',
    evidence: /icmp_echo_ignore_all = 1/,
    fix: [
      'ip netns exec ns1 sysctl -w net.ipv4.icmp_echo_ignore_all=0',
      'ip -n ns1 route add 192.168.0.0/24 via 192.168.1.1',
    ],
  },
]
