/** Faults of routing: ways that are missing, refuse, end, or never end. */
import { quickSysctl, router, type Fault } from './fault-labs.js'

export const routeFaults: readonly Fault[] = [
  {
    name: 'no route at the sender, and the lab has none',
    code: 'no-route',
    lab: router({ routes0: '' }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    evidence: /Network is unreachable/,
    fix: ['ip -n ns0 route add 192.168.1.0/24 via 192.168.0.1'],
  },
  {
    name: 'a default route that was deleted',
    code: 'no-route',
    lab: router({ routes0: 'routes: [{ to: default, via: 192.168.0.1 }]' }),
    typed: ['ip -n ns0 route del default'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    evidence: /Network is unreachable/,
    fix: ['ip -n ns0 route add default via 192.168.0.1'],
  },
  {
    name: 'a blackhole in a router',
    code: 'route-blocked',
    lab: router(),
    typed: ['ip -n ns-router route add blackhole 192.168.1.2/32'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /blackhole 192\.168\.1\.2/,
    fix: ['ip -n ns-router route del blackhole 192.168.1.2/32'],
  },
  {
    name: 'a prohibited prefix at the sender',
    code: 'route-blocked',
    lab: router(),
    typed: ['ip -n ns0 route add prohibit 192.168.1.2/32'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    evidence: /prohibit 192\.168\.1\.2/,
    fix: ['ip -n ns0 route del prohibit 192.168.1.2/32'],
  },
  {
    name: 'no way back from the target',
    code: 'no-return-route',
    lab: router({ routes1: '' }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns1',
    evidence: /ip -n ns1 route get 192\.168\.0\.2[\s\S]*Network is unreachable/,
    fix: ['ip -n ns1 route add 192.168.0.0/24 via 192.168.1.1'],
  },
  {
    name: 'a gateway that nobody is',
    code: 'gateway-unreachable',
    lab: router({ routes0: 'routes: [{ to: default, via: 192.168.0.9 }]' }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /192\.168\.0\.9 dev veth0\s+FAILED/,
    fix: ['ip -n ns0 route del default via 192.168.0.9 dev veth0', 'ip -n ns0 route add default via 192.168.0.1'],
  },
  {
    name: 'a gateway outside every subnet',
    code: 'gateway-unreachable',
    lab: `broken: true${router({ routes0: 'routes: [{ to: default, via: 192.168.7.1 }]' })}`,
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    evidence: /veth0@if\d+\s+UP\s+192\.168\.0\.2\/24/,
    fix: ['ip -n ns0 route add default via 192.168.0.1'],
  },
  {
    name: 'a gateway whose address was taken away',
    code: 'gateway-unreachable',
    lab: router({ routes0: 'routes: [{ to: default, via: 192.168.0.1 }]' }),
    typed: ['ip -n ns-router addr del 192.168.0.1/24 dev veth1'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    evidence: /FAILED/,
    fix: ['ip -n ns-router addr add 192.168.0.1/24 dev veth1'],
    // The router takes it all the same, and has no way for the answer.
    warm: { code: 'no-address', namespace: 'ns-router', interface: 'veth1', evidence: /^veth1@if\d+\s+UP\s*$/m },
  },
  {
    name: 'a router that does not forward',
    code: 'forwarding-off',
    lab: router({ forwarding: false }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    interface: 'veth1',
    evidence: /net\.ipv4\.ip_forward = 0[\s\S]*IpInAddrErrors \+1/,
    fix: ['ip netns exec ns-router sysctl -w net.ipv4.ip_forward=1'],
  },
  {
    name: 'an IPv6 router that does not forward',
    code: 'forwarding-off',
    lab: `
namespaces:
  a: { interfaces: { a0: { addresses: ["fd00:a::2/64"] } }, routes: [{ to: default, via: "fd00:a::1" }] }
  r: { forwarding: true, interfaces: { r0: { addresses: ["fd00:a::1/64"] }, r1: { addresses: ["fd00:b::1/64"] } } }
  b: { interfaces: { b0: { addresses: ["fd00:b::2/64"] } }, routes: [{ to: default, via: "fd00:b::1" }] }
links: [[a:a0, r:r0], [r:r1, b:b0]]
`,
    typed: ['ip netns exec r sysctl -w net.ipv6.conf.all.forwarding=0'],
    from: 'a',
    to: 'fd00:b::2',
    namespace: 'r',
    interface: 'r0',
    evidence: /net\.ipv6\.conf\.all\.forwarding = 0[\s\S]*Ip6InAddrErrors/,
    fix: ['ip netns exec r sysctl -w net.ipv6.conf.all.forwarding=1'],
  },
  {
    name: 'a sender that allows one hop only',
    code: 'ttl-exceeded',
    lab: router({ ns0: '' }),
    typed: ['ip netns exec ns0 sysctl -w net.ipv4.ip_default_ttl=1'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /IcmpOutTimeExcds \+1[\s\S]*net\.ipv4\.ip_default_ttl = 1/,
    fix: ['ip netns exec ns0 sysctl -w net.ipv4.ip_default_ttl=64'],
  },
  {
    name: 'two routers that send it to each other',
    code: 'ttl-exceeded',
    lab: `
namespaces:
  a: { interfaces: { a0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r1: { forwarding: true, interfaces: { r10: { addresses: [10.1.0.1/24] }, r11: { addresses: [10.2.0.1/24] } }, routes: [{ to: default, via: 10.2.0.2 }] }
  r2: { forwarding: true, interfaces: { r20: { addresses: [10.2.0.2/24] }, r21: { addresses: [10.3.0.1/24] } }, routes: [{ to: 10.4.0.0/24, via: 10.3.0.2 }, { to: 10.1.0.0/24, via: 10.2.0.1 }] }
  b: { interfaces: { b0: { addresses: [10.3.0.2/24] }, lo: { addresses: [10.4.0.1/24] } }, routes: [{ to: default, via: 10.3.0.1 }] }
links: [[a:a0, r1:r10], [r1:r11, r2:r20], [r2:r21, b:b0]]
`,
    typed: ['ip -n r2 route replace 10.4.0.0/24 via 10.2.0.1'],
    from: 'a',
    to: '10.4.0.1',
    namespace: 'r2',
    evidence: /IcmpOutTimeExcds \+1/,
    fix: ['ip -n r2 route del 10.4.0.0/24 via 10.2.0.1 dev r20', 'ip -n r2 route add 10.4.0.0/24 via 10.3.0.2'],
  },
  {
    name: 'a link that takes less than the packet',
    code: 'mtu',
    lab: router(),
    typed: ['ip -n ns-router link set veth3 mtu 1400', 'ip -n ns1 link set veth2 mtu 1400'],
    from: 'ns0',
    to: '192.168.1.2',
    probe: { size: 1472, df: true },
    namespace: 'ns-router',
    interface: 'veth3',
    evidence: /mtu 1400[\s\S]*IpFragFails \+1/,
    fix: [
      'ip -n ns-router link set veth3 mtu 1500',
      'ip -n ns1 link set veth2 mtu 1500',
      'ip netns exec ns0 sysctl -w net.ipv4.route.flush=1',
    ],
  },
  {
    name: 'a link that takes less than the packet, where nobody is told',
    code: 'mtu',
    lab: router(),
    typed: [
      'ip -n ns-router link set veth3 mtu 1400',
      'ip -n ns1 link set veth2 mtu 1400',
      'ip netns exec ns-router iptables -A OUTPUT -p icmp -j DROP',
    ],
    from: 'ns0',
    to: '192.168.1.2',
    probe: { size: 1472, df: true },
    namespace: 'ns-router',
    interface: 'veth3',
    evidence: /mtu 1400[\s\S]*IpFragFails \+1/,
    fix: [
      'ip -n ns-router link set veth3 mtu 1500',
      'ip -n ns1 link set veth2 mtu 1500',
      'ip netns exec ns0 sysctl -w net.ipv4.route.flush=1',
    ],
  },
  {
    name: 'an entry that sends what asks through a tunnel to an address that nobody has',
    code: 'tunnel-unreachable',
    alike: true,
    lab: `
namespaces:
  t1: { interfaces: { u: { addresses: [192.0.2.2/24] }, vx: {} }, routes: [{ to: default, via: 192.0.2.1 }], ${quickSysctl('vx')} }
  r: { forwarding: true, interfaces: { e1: { addresses: [192.0.2.1/24] }, e2: { addresses: [198.51.100.1/24] } }, ${quickSysctl('e2')} }
  t2: { interfaces: { u: { addresses: [198.51.100.2/24] } }, routes: [{ to: default, via: 198.51.100.1 }] }
links: [[t1:u, r:e1], [r:e2, t2:u]]
tunnels:
  - { type: vxlan, namespace: t1, name: vx, id: 42, local: 192.0.2.2, fdb: [{ mac: "00:00:00:00:00:00", remote: 198.51.100.9 }], addresses: [10.9.0.1/24] }
  - { type: vxlan, namespace: t2, name: vx, id: 42, local: 198.51.100.2, fdb: [{ mac: "00:00:00:00:00:00", remote: 192.0.2.2 }], addresses: [10.9.0.2/24] }
`,
    from: 't1',
    to: '10.9.0.2',
    namespace: 'r',
    cause: 'The packets of the tunnel vx of t1 do not get to 198.51.100.9. Nobody in the lab has 198.51.100.9.',
    evidence: /neigh show 198\.51\.100\.9/,
    fix: null,
  },
]
