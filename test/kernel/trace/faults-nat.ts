/** Addresses that are rewritten, and answers that do not find the same way back. */
import { masquerade, nat, router, tcp, type Fault } from './fault-labs.js'

/** A server behind a host that publishes its port, a client beside it, and the outside. */
const published = (rules: string, more = ''): string => `
broken: true
namespaces:
  web: { interfaces: { e0: { addresses: [10.0.0.10/24] } }, routes: [{ to: default, via: 10.0.0.1 }], services: [{ listen: tcp, port: 8080 }] }
  cli: { interfaces: { e0: { addresses: [10.0.0.20/24] } }, routes: [{ to: default, via: 10.0.0.1 }] }
  host:
    forwarding: true
    bridges: { br: { addresses: [10.0.0.1/24], ports: [p1, p2] } }
    interfaces: { wan: { addresses: [203.0.113.7/24] } }
    nat: [${rules}]
    ${more}
  net: { interfaces: { e0: { addresses: [203.0.113.1/24] } } }
links: [[web:e0, host:p1], [cli:e0, host:p2], [net:e0, host:wan]]
`
const dnat = '{ dnat: { protocol: tcp, port: 80 }, to: "10.0.0.10:8080" }'

export const natFaults: readonly Fault[] = [
  {
    name: 'a way back that a station has lost, beside a router that hides others',
    code: 'no-return-route',
    lab: router({ router: 'nat: [{ masquerade: 192.168.0.0/24, out: veth1 }]' }),
    typed: ['ip -n ns1 route del 192.168.0.0/24'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns1',
    evidence: /route get 192\.168\.0\.2/,
    fix: ['ip -n ns1 route add 192.168.0.0/24 via 192.168.1.1'],
  },
  {
    name: 'a missing rewriting of the source, where who is asked filters what it has no way back to',
    code: 'nat-missing',
    lab: nat(),
    typed: ['ip netns exec internet sysctl -qw net.ipv4.conf.all.rp_filter=2'],
    from: 'ns0',
    to: '203.0.113.10',
    namespace: 'host',
    evidence: /route get 192\.168\.1\.2/,
    fix: ['iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE'],
  },
  {
    name: 'a rule that keeps a router from turning the answer back',
    code: 'no-return-route',
    lab: nat({ nat: masquerade }),
    typed: ['ip rule add to 192.168.1.2/32 blackhole'],
    from: 'ns0',
    to: '203.0.113.10',
    namespace: 'host',
    evidence: /route get 192\.168\.1\.2 from 203\.0\.113\.10 iif eth0[\s\S]*to 192\.168\.1\.2 blackhole/,
    fix: ['ip rule del priority 32765 to 192.168.1.2/32 blackhole'],
  },
  {
    name: 'a rule for the wrong interface, behind another router that hides its own networks',
    code: 'nat-wrong-interface',
    lab: `
broken: true
namespaces:
  a: { interfaces: { e0: { addresses: [192.168.1.2/24] } }, routes: [{ to: default, via: 192.168.1.1 }] }
  r1:
    forwarding: true
    interfaces: { e0: { addresses: [192.168.1.1/24] }, e1: { addresses: [10.0.0.2/24] } }
    routes: [{ to: default, via: 10.0.0.1 }]
    nat: [{ masquerade: 192.168.1.0/24, out: e0 }]
  r2:
    forwarding: true
    interfaces: { e0: { addresses: [10.0.0.1/24] }, e1: { addresses: [192.0.2.1/24] } }
    nat: [{ masquerade: 10.0.0.0/24, out: e1 }]
  b: { interfaces: { e0: { addresses: [192.0.2.2/24] } } }
links: [[a:e0, r1:e0], [r1:e1, r2:e0], [r2:e1, b:e0]]
`,
    from: 'a',
    to: '192.0.2.2',
    namespace: 'r1',
    evidence: /-s 192\.168\.1\.0\/24 -o e0/,
    fix: ['ip netns exec r1 iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o e1 -j MASQUERADE'],
  },
  {
    name: 'a published port that leads to an address nobody has',
    code: 'no-such-address',
    lab: published(dnat.replace('10.0.0.10', '10.0.0.99')),
    from: 'net',
    to: '203.0.113.7',
    probe: tcp(80),
    namespace: 'host',
    interface: 'br',
    evidence: /10\.0\.0\.99[\s\S]*--to-destination 10\.0\.0\.99:8080/,
    fix: null,
  },
  {
    name: "a published port, from the server's own subnet",
    code: 'hairpin',
    lab: published(dnat),
    from: 'cli',
    to: '203.0.113.7',
    probe: tcp(80),
    namespace: 'host',
    interface: 'br',
    evidence: /route get 10\.0\.0\.20[\s\S]*dev e0/,
    fix: ['iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -o br -j MASQUERADE'],
    holds: [['net', '203.0.113.7', tcp(80)]],
  },
  {
    name: 'a published port, from the host that publishes it',
    code: 'nat-missing',
    lab: published(dnat),
    from: 'host',
    to: '203.0.113.7',
    probe: tcp(80),
    namespace: 'host',
    evidence: /-A PREROUTING[\s\S]*DNAT[\s\S]*-P OUTPUT ACCEPT/,
    fix: [
      'iptables -t nat -I OUTPUT 1 -d 203.0.113.7/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.10:8080',
    ],
    holds: [['net', '203.0.113.7', tcp(80)]],
  },
  {
    name: 'an answer that leaves by another gateway',
    code: 'asymmetric',
    lab: `
namespaces:
  web: { interfaces: { e0: { addresses: [10.0.0.10/24] } }, routes: [{ to: default, via: 10.0.0.2 }], services: [{ listen: tcp, port: 8080 }] }
  s: { bridges: { br: { ports: [p1, p2, p3] } } }
  gw1: { forwarding: true, interfaces: { i: { addresses: [10.0.0.1/24] }, o: { addresses: [203.0.113.7/24] } }, nat: [{ dnat: { protocol: tcp, port: 80 }, in: o, to: "10.0.0.10:8080" }] }
  gw2: { forwarding: true, interfaces: { i: { addresses: [10.0.0.2/24] }, o: { addresses: [203.0.113.8/24] } } }
  n: { bridges: { br: { ports: [q1, q2, q3] } } }
  cli: { interfaces: { e0: { addresses: [203.0.113.1/24] } } }
links: [[web:e0, s:p1], [gw1:i, s:p2], [gw2:i, s:p3], [gw1:o, n:q1], [gw2:o, n:q2], [cli:e0, n:q3]]
`,
    from: 'cli',
    to: '203.0.113.7',
    probe: tcp(80),
    namespace: 'gw1',
    interface: 'i',
    evidence: /route get 203\.0\.113\.1[\s\S]*via 10\.0\.0\.2/,
    fix: ['ip netns exec gw1 iptables -t nat -A POSTROUTING -s 203.0.113.0/24 -o i -j MASQUERADE'],
  },
  {
    name: 'a port that is published outside only, and needed inside as well',
    code: 'nat-wrong-interface',
    lab: published(`${dnat.replace(' to:', ' in: wan, to:')}, { masquerade: 10.0.0.0/24, out: br }`),
    from: 'cli',
    to: '203.0.113.7',
    probe: tcp(80),
    namespace: 'host',
    interface: 'br',
    evidence: /-A PREROUTING -i wan/,
    fix: ['iptables -t nat -A PREROUTING -i br -p tcp --dport 80 -j DNAT --to-destination 10.0.0.10:8080'],
    holds: [['net', '203.0.113.7', tcp(80)]],
  },
  {
    name: 'a rule that publishes a port, and a packet that only passes',
    code: 'no-route',
    lab: published(`${dnat.replace(' to:', ' in: wan, to:')}, { masquerade: 10.0.0.0/24, out: wan }`),
    from: 'cli',
    to: '198.51.100.10',
    probe: tcp(80),
    namespace: 'host',
    evidence: /Network is unreachable|No route to host/,
    fix: null,
  },
  {
    name: 'a destination that is rewritten to 127.0.0.1',
    code: 'dnat-loopback',
    lab: `
broken: true
namespaces:
  cli: { interfaces: { e0: { addresses: [10.0.0.2/24] } } }
  srv:
    interfaces: { e0: { addresses: [10.0.0.1/24] } }
    nat: [{ dnat: { protocol: tcp, port: 80 }, in: e0, to: '127.0.0.1:8080' }]
    services: [{ listen: tcp, port: 8080 }]
links: [[cli:e0, srv:e0]]
`,
    from: 'cli',
    to: '10.0.0.1',
    probe: tcp(80),
    namespace: 'srv',
    interface: 'e0',
    evidence: /net\.ipv4\.conf\.e0\.route_localnet = 0[\s\S]*Invalid argument/,
    fix: ['ip netns exec srv sysctl -w net.ipv4.conf.e0.route_localnet=1'],
  },
  {
    name: 'a source that nobody has',
    code: 'wrong-source',
    lab: nat({ nat: '{ snat: 192.168.1.0/24, out: eth0, to: 172.16.0.200 }' }),
    from: 'ns0',
    to: '172.16.0.1',
    namespace: 'host',
    interface: 'eth0',
    evidence: /SNAT --to-source 172\.16\.0\.200/,
    fix: ['ip addr add 172.16.0.200/32 dev eth0'],
  },
  {
    name: 'a router that has the address of the server, too',
    code: 'duplicate-address',
    lab: nat({ nat: masquerade }).replace(
      'lo: { addresses: [203.0.113.10/24] } }',
      'lo: { addresses: [203.0.113.10/24] } }, services: [{ listen: tcp, port: 80 }]',
    ),
    typed: ['ip addr add 203.0.113.10/32 dev lo'],
    from: 'ns0',
    to: '203.0.113.10',
    probe: tcp(80),
    namespace: 'host',
    interface: 'lo',
    evidence: /203\.0\.113\.10\/32[\s\S]*203\.0\.113\.10\/24/,
    fix: ['ip addr del 203.0.113.10/32 dev lo'],
  },
  {
    name: 'a server that answers from its first address',
    code: 'wrong-source',
    lab: router({ ns1: ', services: [{ listen: udp, port: 53 }]' }).replace(
      'veth2: { addresses: [192.168.1.2/24] }',
      'veth2: { addresses: [192.168.1.2/24, 192.168.1.9/24] }',
    ),
    from: 'ns0',
    to: '192.168.1.9',
    probe: { protocol: 'udp', port: 53 },
    namespace: 'ns1',
    interface: 'veth2',
    evidence: /route get 192\.168\.0\.2[\s\S]*src 192\.168\.1\.2[\s\S]*192\.168\.1\.9\/24/,
    fix: null,
  },
  {
    name: 'no rule hides the private source from the outside',
    code: 'nat-missing',
    lab: nat(),
    from: 'ns0',
    to: '203.0.113.10',
    namespace: 'host',
    interface: 'eth0',
    evidence: /ip -n internet route get 192\.168\.1\.2[\s\S]*unreachable/,
    fix: ['iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE'],
  },
  {
    name: 'a rule that was flushed',
    code: 'nat-missing',
    lab: nat({ nat: masquerade }),
    typed: ['iptables -t nat -F POSTROUTING'],
    from: 'ns0',
    to: '172.16.0.1',
    namespace: 'host',
    interface: 'eth0',
    evidence: /-P POSTROUTING ACCEPT/,
    fix: ['iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE'],
  },
  {
    name: 'a rule for another interface',
    code: 'nat-wrong-interface',
    lab: nat({ nat: '{ masquerade: 192.168.1.0/24, out: bridge0 }' }),
    from: 'ns0',
    to: '203.0.113.10',
    namespace: 'host',
    interface: 'eth0',
    evidence: /-A POSTROUTING -s 192\.168\.1\.0\/24 -o bridge0/,
    fix: ['iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE'],
  },
  {
    name: 'a destination that is rewritten to 127.0.0.1, and a server on every address that answers from elsewhere',
    code: 'wrong-source',
    lab: `
namespaces:
  srv:
    interfaces: { e0: { addresses: [10.8.0.1/24] } }
    nat: [{ dnat: { protocol: udp, port: 53 }, to: "127.0.0.1:53" }]
    sysctls: { net.ipv4.conf.e0.route_localnet: 1 }
    services: [{ listen: udp, port: 53 }]
  cli: { interfaces: { e0: { addresses: [10.8.0.2/24] } } }
links: [[srv:e0, cli:e0]]
`,
    from: 'cli',
    to: '10.8.0.1',
    probe: { protocol: 'udp', port: 53 },
    namespace: 'srv',
    interface: 'e0',
    evidence: /0\.0\.0\.0:53[\s\S]*--to-destination 127\.0\.0\.1:53/,
    fix: null,
  },
  {
    name: 'a rule of nftables for another interface',
    code: 'nat-wrong-interface',
    lab: `
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r:
    forwarding: true
    interfaces: { e0: { addresses: [10.1.0.1/24] }, e1: { addresses: [198.51.100.1/24] } }
    nft: |
      table ip nat {
        chain postrouting {
          type nat hook postrouting priority srcnat;
          ip saddr 10.7.0.0/24 oifname "e9" counter masquerade
          ip saddr 10.1.0.0/24 oifname "e0" masquerade
        }
      }
  b: { interfaces: { e0: { addresses: [198.51.100.2/24] } } }
links: [[a:e0, r:e0], [r:e1, b:e0]]
`,
    from: 'a',
    to: '198.51.100.2',
    namespace: 'r',
    interface: 'e1',
    evidence: /oifname "e0" masquerade # handle/,
    fix: ['ip netns exec r nft add rule ip nat postrouting index 1 \'ip saddr 10.1.0.0/24 oifname "e1" masquerade\''],
  },
  {
    name: 'a port published on another interface',
    code: 'nat-wrong-interface',
    lab: nat({
      nat: `${masquerade}, { dnat: { protocol: tcp, port: 8080 }, in: bridge0, to: "192.168.1.2:80" }`,
      services: ', services: [{ listen: tcp, port: 80, reply: "hello\\n" }]',
    }),
    from: 'internet',
    to: '172.16.0.157',
    probe: tcp(8080),
    namespace: 'host',
    interface: 'eth0',
    evidence: /-A PREROUTING -i bridge0 -p tcp/,
    fix: ['iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 8080 -j DNAT --to-destination 192.168.1.2:80'],
  },
]
