/** Faults below IP: bridges, hardware addresses, ARP, tunnels, sizes. */
import { bridge, pair, quickSysctl, router, type Fault } from './fault-labs.js'

/** Two namespaces whose tunnel ends are meant to fit. */
const tunnel = (far: string): string => `
broken: true
namespaces:
  t1: { interfaces: { u: { addresses: [192.0.2.1/24] }, vx: { addresses: [10.9.0.1/24] } }, ${quickSysctl('vx')} }
  t2: { interfaces: { u: { addresses: [192.0.2.2/24] }, vx: { addresses: [10.9.0.2/24], mac: "02:00:00:00:00:02" } } }
links: [[t1:u, t2:u]]
tunnels:
  - { type: vxlan, id: 42, namespace: t1, name: vx, local: 192.0.2.1, remote: 192.0.2.2, port: 4789 }
  - { type: vxlan, ${far}, namespace: t2, name: vx, local: 192.0.2.2, remote: 192.0.2.1 }
`
const tunnelFix = [
  'ip -n t2 link del dev vx',
  'ip -n t2 link add name vx address 02:00:00:00:00:02 mtu 1500 type vxlan id 42 local 192.0.2.2 remote 192.0.2.1 dstport 4789',
  'ip -n t2 addr add 10.9.0.2/24 dev vx',
  'ip -n t2 link set dev vx up',
]

export const layer2Faults: readonly Fault[] = [
  {
    name: 'an address on a port of a bridge',
    code: 'address-on-port',
    lab: `
broken: true
namespaces:
  a: { interfaces: { e0: { addresses: [10.0.0.2/24] } } }
  host: { bridges: { br: { ports: [p1] } }, interfaces: { p1: { addresses: [10.0.0.1/24] } } }
links: [[a:e0, host:p1]]
`,
    from: 'a',
    to: '10.0.0.1',
    namespace: 'host',
    interface: 'p1',
    evidence: /master br[\s\S]*10\.0\.0\.1\/24/,
    fix: ['ip addr del 10.0.0.1/24 dev p1', 'ip addr add 10.0.0.1/24 dev br'],
    holds: [['host', '10.0.0.2', {}]],
  },
  {
    name: 'two stations with one hardware address',
    code: 'duplicate-mac',
    lab: bridge(),
    typed: [
      'ip -n ns0 link set veth0 address 02:00:00:00:00:aa',
      'ip -n ns1 link set veth0 address 02:00:00:00:00:aa',
      'ip -n ns0 neigh flush all',
    ],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns1',
    interface: 'veth0',
    evidence: /02:00:00:00:00:aa[\s\S]*02:00:00:00:00:aa/,
    fix: ['ip -n ns1 link set veth0 address 02:00:00:00:00:ab'],
    holds: [['ns0', '10.0.0.3', {}]],
  },
  {
    name: 'a bridge that listens first',
    code: 'stp-blocking',
    lab: bridge().replace('ports: [p0, p1, p2] }', 'ports: [p0, p1, p2], stp: true }'),
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'host',
    interface: 'p0',
    evidence: /bridge_slave state (listening|learning)[\s\S]*forward_delay_timer[\s\S]*forward_delay 1500/,
    fix: null,
  },
  {
    name: 'bridges in a circle',
    code: 'loop',
    fitful: true,
    lab: `
namespaces:
  a: { interfaces: { e0: { addresses: [10.0.0.2/24] } } }
  b: { interfaces: { e0: { addresses: [10.0.0.3/24] } } }
  s1: { bridges: { br: { ports: [p, x, y] } } }
  s2: { bridges: { br: { ports: [p, x, y] } } }
links: [[a:e0, s1:p], [b:e0, s2:p], [s1:x, s2:x], [s1:y, s2:y]]
`,
    from: 'a',
    to: '10.0.0.3',
    // What goes round takes its time to end.
    probe: { timeoutMs: 2000 },
    namespace: 's1',
    interface: 'y',
    evidence: /y@if\d+[\s\S]*state forwarding[\s\S]*y@if\d+/,
    fix: [
      'ip -n s1 link set dev y down',
      'ip -n s1 link set dev br type bridge fdb_flush',
      'ip -n s2 link set dev br type bridge fdb_flush',
    ],
  },
  {
    name: 'one subnet on two cables that nothing joins',
    code: 'same-subnet-apart',
    lab: `
namespaces:
  n1: { interfaces: { e0: { addresses: [10.0.0.11/24] } } }
  n2: { interfaces: { e0: { addresses: [10.0.0.12/24] } }, ${quickSysctl('e0')} }
  host: { interfaces: { v1: { addresses: [10.0.0.1/24] }, v2: { addresses: [10.0.0.2/24] } } }
links: [[n1:e0, host:v1], [n2:e0, host:v2]]
`,
    from: 'n2',
    to: '10.0.0.11',
    namespace: 'host',
    interface: 'v2',
    evidence: /10\.0\.0\.12\/24[\s\S]*10\.0\.0\.11\/24[\s\S]*v2@if\d+[\s\S]*v1@if\d+/,
    fix: [
      'ip link add br0 type bridge',
      'ip addr del 10.0.0.2/24 dev v2',
      'ip addr del 10.0.0.1/24 dev v1',
      'ip link set v2 master br0',
      'ip link set v1 master br0',
      'ip addr add 10.0.0.2/24 dev br0',
      'ip addr add 10.0.0.1/24 dev br0',
      'ip link set br0 up',
    ],
  },
  {
    name: 'an owner that answers for addresses of the asked interface only',
    code: 'arp-off',
    lab: `
namespaces:
  a: { interfaces: { e0: { addresses: [10.0.0.1/24] } }, routes: [{ to: 10.8.9.9/32, dev: e0 }], ${quickSysctl('e0')} }
  b: { interfaces: { e0: { addresses: [10.0.0.2/24] }, lo: { addresses: [10.8.9.9/32] } }, sysctls: { net.ipv4.conf.all.arp_ignore: 1 } }
links: [[a:e0, b:e0]]
`,
    from: 'a',
    to: '10.8.9.9',
    namespace: 'b',
    interface: 'e0',
    evidence: /FAILED[\s\S]*net\.ipv4\.conf\.all\.arp_ignore = 1/,
    fix: ['ip netns exec b sysctl -w net.ipv4.conf.all.arp_ignore=0'],
  },
  {
    name: 'an interface that speaks no ARP',
    code: 'arp-off',
    lab: pair(),
    typed: ['ip -n ns1 link set dev veth1 arp off', 'ip -n ns0 neigh flush all'],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns1',
    interface: 'veth1',
    evidence: /NOARP/,
    fix: ['ip -n ns1 link set veth1 arp on'],
  },
  {
    name: 'a gateway that should answer in its stead',
    code: 'arp-off',
    lab: `
namespaces:
  pod: { interfaces: { eth0: { addresses: [10.9.5.7/32] } }, routes: [{ to: 169.254.1.1/32, dev: eth0 }, { to: default, via: 169.254.1.1, dev: eth0 }] }
  host:
    forwarding: true
    interfaces: { cali1: {}, n0: { addresses: [192.0.2.10/24] } }
    routes: [{ to: 10.9.5.7/32, dev: cali1 }, { to: default, via: 192.0.2.1 }]
  gw: { interfaces: { n0: { addresses: [192.0.2.1/24] } }, routes: [{ to: 10.9.5.0/24, via: 192.0.2.10 }] }
links: [[pod:eth0, host:cali1], [gw:n0, host:n0]]
`,
    from: 'pod',
    to: '192.0.2.1',
    // Answers in somebody's stead are held back for up to 0.8 s (proxy_delay): no shorter questions here.
    probe: { timeoutMs: 1500 },
    namespace: 'host',
    interface: 'cali1',
    evidence: /FAILED[\s\S]*net\.ipv4\.conf\.cali1\.proxy_arp = 0/,
    fix: ['sysctl -w net.ipv4.conf.cali1.proxy_arp=1'],
  },
  {
    name: 'tunnel ends with two ids',
    code: 'tunnel-mismatch',
    lab: tunnel('id: 24, port: 4789'),
    from: 't1',
    to: '10.9.0.2',
    namespace: 't2',
    interface: 'vx',
    evidence: /vxlan id 42[\s\S]*vxlan id 24/,
    fix: tunnelFix,
  },
  {
    name: 'tunnel ends with two ports',
    code: 'tunnel-mismatch',
    lab: tunnel('id: 42, port: 4790'),
    from: 't1',
    to: '10.9.0.2',
    namespace: 't2',
    interface: 'vx',
    evidence: /dstport 4789[\s\S]*dstport 4790/,
    fix: tunnelFix,
  },
  {
    name: 'two ends of a cable with two sizes',
    code: 'mtu',
    lab: pair(),
    typed: ['ip -n ns1 link set veth1 mtu 1400'],
    from: 'ns0',
    to: '10.0.0.2',
    probe: { size: 1450 },
    namespace: 'ns1',
    interface: 'veth1',
    evidence: /mtu 1500[\s\S]*mtu 1400/,
    fix: ['ip -n ns1 link set veth1 mtu 1500'],
  },
  {
    name: 'a port of a bridge that takes less than the others',
    code: 'mtu',
    lab: bridge(),
    typed: ['ip link set p1 mtu 1400', 'ip -n ns1 link set veth0 mtu 1400'],
    from: 'ns0',
    to: '10.0.0.2',
    probe: { size: 1450, df: true },
    namespace: 'host',
    interface: 'p1',
    evidence: /p1@if\d+: .*mtu 1400/,
    fix: ['ip link set p1 mtu 1500', 'ip -n ns1 link set veth0 mtu 1500'],
  },
  {
    name: 'a packet that is larger than its own interface takes',
    code: 'mtu',
    lab: router(),
    from: 'ns0',
    to: '192.168.1.2',
    probe: { size: 9000, df: true },
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /mtu 1500/,
    fix: null,
  },
  {
    name: 'an address that went while its link-layer address is known',
    code: 'no-address',
    lab: router({ routes1: 'routes: [{ to: default, via: 192.168.1.1 }]' }),
    typed: ['ip -n ns1 addr del 192.168.1.2/24 dev veth2'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns1',
    interface: 'veth2',
    evidence: /^veth2@if\d+\s+UP\s*$/m,
    fix: ['ip -n ns1 addr add 192.168.1.2/24 dev veth2', 'ip -n ns1 route add default via 192.168.1.1'],
  },
  {
    name: 'a station of a bridge that went down while its link-layer address is known',
    code: 'interface-down',
    lab: bridge(),
    typed: ['ip -n ns2 link set veth0 down'],
    from: 'ns0',
    to: '10.0.0.3',
    namespace: 'ns2',
    interface: 'veth0',
    evidence: /state DOWN/,
    fix: ['ip -n ns2 link set veth0 up'],
  },
  {
    name: 'two private macvlans on one interface',
    code: 'same-subnet-apart',
    alike: true,
    lab: `
namespaces:
  h: { interfaces: { e0: {} }, macvlans: { m0: { link: e0, mode: private, in: a, addresses: [10.1.0.2/24] }, m1: { link: e0, in: b, addresses: [10.1.0.3/24] } } }
  a: { ${quickSysctl('m0')} }
  b: {}
  c: { interfaces: { e1: { addresses: [10.1.0.4/24] } } }
links: [[h:e0, c:e1]]
`,
    from: 'a',
    to: '10.1.0.3',
    namespace: 'a',
    interface: 'm0',
    cause:
      'm0 of a and m1 of b are macvlans on e0 of h: both are in 10.1.0.0/24 and share its cable, but in mode private the kernel passes nothing from one to the other.',
    evidence: /macvlan mode private/,
    fix: null,
  },
]
