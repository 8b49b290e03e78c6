/** Faults of who should answer: nobody listens, or nobody is called so. */
import { bridge, listening, pair, quickSysctl, router, tcp, type Fault } from './fault-labs.js'

export const answerFaults: readonly Fault[] = [
  {
    name: 'nobody listens',
    code: 'port-closed',
    lab: bridge(),
    from: 'ns0',
    to: '10.0.0.3',
    probe: tcp(8080),
    namespace: 'ns2',
    evidence: /TcpOutRsts \+1/,
    fix: ['# vethlab: answer on tcp port 8080 in ns2'],
  },
  {
    name: 'nobody listens for datagrams',
    code: 'port-closed',
    lab: bridge(),
    from: 'ns0',
    to: '10.0.0.3',
    probe: { protocol: 'udp', port: 53 },
    namespace: 'ns2',
    evidence: /UdpNoPorts \+1/,
    fix: ['# vethlab: answer on udp port 53 in ns2'],
  },
  {
    name: 'nobody listens for datagrams, and a rule keeps that from who asks',
    code: 'port-closed',
    lab: router({ router: 'firewall: [{ chain: forward, protocol: icmp, action: drop }]' }),
    from: 'ns0',
    to: '192.168.1.2',
    probe: { protocol: 'udp', port: 53 },
    namespace: 'ns1',
    evidence: /UdpNoPorts \+1/,
    fix: ['# vethlab: answer on udp port 53 in ns1'],
    alike: true,
  },
  {
    name: 'a router that takes connections for a proxy that does not run',
    code: 'port-closed',
    lab: router({ router: 'nat: [{ redirect: { protocol: tcp, port: 80 }, in: veth1, to: 3128 }]' }),
    from: 'ns0',
    to: '192.168.1.2',
    probe: tcp(80),
    namespace: 'ns-router',
    cause:
      'Nobody listens on TCP port 3128 in ns-router, where its own rule sends what comes to port 80: -i veth1 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 3128.',
    evidence: /--to-ports 3128[\s\S]*TcpOutRsts \+1/,
    fix: ['# vethlab: answer on tcp port 3128 in ns-router'],
    alike: true,
  },
  {
    name: 'a router that takes a question from the address of its other cable for forged',
    code: 'rp-filter',
    lab: `
namespaces:
  c: { interfaces: { e0: { addresses: [198.51.100.2/24] } }, routes: [{ to: default, via: 198.51.100.1 }] }
  isp:
    forwarding: true
    interfaces: { e0: { addresses: [198.51.100.1/24] }, e1: { addresses: [192.0.2.1/24] }, e2: { addresses: [203.0.113.1/24] } }
    sysctls: { net.ipv4.conf.all.rp_filter: 1 }
  s:
    interfaces: { w1: { addresses: [192.0.2.2/24] }, w2: { addresses: [203.0.113.2/24] } }
    routes: [{ to: default, via: 192.0.2.1 }]
    ${quickSysctl('w1')}
links: [[c:e0, isp:e0], [isp:e1, s:w1], [isp:e2, s:w2]]
`,
    from: 'c',
    to: '203.0.113.2',
    namespace: 'isp',
    interface: 'e1',
    evidence: /192\.0\.2\.1 from 203\.0\.113\.2 iif e1[\s\S]*203\.0\.113\.2 dev e2[\s\S]*rp_filter = 1/,
    fix: ['ip netns exec isp sysctl -w net.ipv4.conf.e1.rp_filter=2'],
  },
  {
    name: 'an owner that leaves the answer to another of its interfaces',
    code: 'arp-off',
    lab: `
namespaces:
  a: { interfaces: { e0: { addresses: [10.0.0.1/24] } }, ${quickSysctl('e0')} }
  b:
    interfaces: { e1: { addresses: [10.0.0.3/24] }, e2: { addresses: [10.9.0.1/24] } }
    routes: [{ to: 10.0.0.1/32, via: 10.9.0.2 }]
    sysctls: { net.ipv4.conf.e1.arp_filter: 1 }
  x: { forwarding: true, interfaces: { e2: { addresses: [10.9.0.2/24] }, e3: { addresses: [10.0.0.9/24] } } }
  sw: { bridges: { br0: { ports: [p0, p1, p2] } } }
links: [[a:e0, sw:p0], [b:e1, sw:p1], [x:e3, sw:p2], [b:e2, x:e2]]
`,
    typed: ['ip -n a neigh flush all'],
    from: 'a',
    to: '10.0.0.3',
    namespace: 'b',
    interface: 'e1',
    evidence: /10\.0\.0\.1 via 10\.9\.0\.2[\s\S]*e1\.arp_filter = 1[\s\S]*TcpExtArpFilter/,
    fix: ['ip netns exec b sysctl -w net.ipv4.conf.e1.arp_filter=0'],
    alike: true,
  },
  {
    name: 'somebody listens, but for itself only',
    code: 'port-closed',
    lab: bridge(),
    typed: [listening('ns2', '127.0.0.1', tcp(81))],
    from: 'ns0',
    to: '10.0.0.3',
    probe: tcp(81),
    namespace: 'ns2',
    cause: 'In ns2 somebody listens on TCP port 81 of 127.0.0.1 only, and nobody on that of 10.0.0.3.',
    evidence: /LISTEN.*127\.0\.0\.1:81/,
    fix: null,
  },
  {
    name: 'somebody takes datagrams, but those to itself only',
    code: 'port-closed',
    lab: bridge(),
    typed: [listening('ns2', '127.0.0.1', { protocol: 'udp', port: 53 })],
    from: 'ns0',
    to: '10.0.0.3',
    probe: { protocol: 'udp', port: 53 },
    namespace: 'ns2',
    cause: 'In ns2 somebody listens on UDP port 53 of 127.0.0.1 only, and nobody on that of 10.0.0.3.',
    evidence: /UNCONN.*127\.0\.0\.1:53/,
    fix: null,
  },
  {
    name: 'lo is down, and its own address is asked for',
    code: 'local-down',
    lab: pair({ ns0: '' }),
    typed: ['ip -n ns0 link set lo down'],
    from: 'ns0',
    to: '10.0.0.1',
    namespace: 'ns0',
    interface: 'lo',
    evidence: /lo: <LOOPBACK>.*state DOWN/,
    fix: ['ip -n ns0 link set lo up'],
  },
  {
    name: 'lo is down, and 127.0.0.1 is asked for',
    code: 'local-down',
    lab: pair(),
    typed: ['ip -n ns0 link set lo down'],
    from: 'ns0',
    to: '127.0.0.1',
    namespace: 'ns0',
    interface: 'lo',
    evidence: /lo: <LOOPBACK>.*state DOWN/,
    fix: ['ip -n ns0 link set lo up'],
  },
  {
    name: 'an address with a slip of the pen',
    code: 'no-such-address',
    lab: pair(),
    typed: ['ip -n ns1 addr del 10.0.0.2/24 dev veth1', 'ip -n ns1 addr add 10.0.0.20/24 dev veth1'],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns1',
    interface: 'veth1',
    evidence: /10\.0\.0\.2 dev veth0\s+FAILED[\s\S]*10\.0\.0\.20\/24/,
    fix: ['ip -n ns1 addr add 10.0.0.2/24 dev veth1'],
    warm: { evidence: /10\.0\.0\.2 dev veth0 lladdr[\s\S]*10\.0\.0\.20\/24/ },
  },
]
