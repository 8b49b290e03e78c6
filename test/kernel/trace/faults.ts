/**
 * Real faults: for every code of a diagnosis a lab, and where a lab file has no words for the fault, what somebody typed.
 * Every one of them is mended by its own fix.
 */
import type { DiagnosisCode } from '../../../electron/core/diagnosis/diagnosis.js'
import type { Params } from '../../../electron/core/rpc.js'

export interface Fault {
  readonly name: string
  readonly code: DiagnosisCode
  readonly lab: string
  /** Typed in the host after the lab is up. */
  readonly typed?: readonly string[]
  readonly from: string
  readonly to: string
  readonly probe?: Partial<Params<'trace/run'>>
  readonly namespace: string
  readonly interface?: string | null
  /** The evidence must hold this. */
  readonly evidence: RegExp
  readonly fix: readonly string[]
}

/** Neighbours that do not answer are given up after three questions; asked faster, tests are faster (ms). */
export const quickSysctl = (...devices: readonly string[]): string =>
  `sysctls: { ${devices.map((dev) => `net.ipv4.neigh.${dev}.retrans_time_ms: 60`).join(', ')} }`
const quick = quickSysctl

interface PairOptions {
  readonly a?: string
  readonly b?: string
  readonly ns0?: string
  readonly ns1?: string
}

/** Two namespaces on one cable. */
export const pair = ({ a = '10.0.0.1/24', b = '10.0.0.2/24', ns0 = '', ns1 = '' }: PairOptions = {}): string => `
namespaces:
  ns0: { interfaces: { veth0: { addresses: [${a}] } }, ${quick('veth0')}${ns0} }
  ns1: { interfaces: { veth1: { addresses: [${b}] } }${ns1} }
links: [[ns0:veth0, ns1:veth1]]
`

interface RouterOptions {
  readonly ns0?: string
  readonly router?: string
  readonly ns1?: string
  readonly routes0?: string
  readonly routes1?: string
  readonly forwarding?: boolean
}

/** The router between two subnets. */
export const router = (options: RouterOptions = {}): string => {
  const { ns0 = '', router: middle = '', ns1 = '', forwarding = true } = options
  const { routes0 = 'routes: [{ to: 192.168.1.0/24, via: 192.168.0.1 }]' } = options
  const { routes1 = 'routes: [{ to: 192.168.0.0/24, via: 192.168.1.1 }]' } = options
  return `
namespaces:
  ns0: { interfaces: { veth0: { addresses: [192.168.0.2/24] } }, ${routes0 ? `${routes0}, ` : ''}${quick('veth0')}${ns0} }
  ns-router:
    forwarding: ${forwarding}
    interfaces: { veth1: { addresses: [192.168.0.1/24] }, veth3: { addresses: [192.168.1.1/24] } }
    ${quick('veth3')}
    ${middle}
  ns1: { interfaces: { veth2: { addresses: [192.168.1.2/24] } }${routes1 ? `, ${routes1}` : ''}${ns1} }
links: [[ns0:veth0, ns-router:veth1], [ns1:veth2, ns-router:veth3]]
`
}

interface BridgeOptions {
  readonly ports?: string
  readonly host?: string
  readonly ns2?: string
}

/** Three namespaces on a bridge of the host. */
export const bridge = ({ ports = 'p0, p1, p2', host = '', ns2 = '10.0.0.3/24' }: BridgeOptions = {}): string => `
namespaces:
  host: { bridges: { br0: { ports: [${ports}] } }${host} }
  ns0: { interfaces: { veth0: { addresses: [10.0.0.1/24] } }, ${quick('veth0')} }
  ns1: { interfaces: { veth0: { addresses: [10.0.0.2/24] } }, services: [{ listen: tcp, port: 80, reply: "one\\n" }] }
  ns2: { interfaces: { veth0: { addresses: [${ns2}] } } }
links: [[ns0:veth0, host:p0], [ns1:veth0, host:p1], [ns2:veth0, host:p2]]
`

interface NatOptions {
  readonly nat?: string
  readonly host?: string
  readonly services?: string
}

/** Two namespaces behind a bridge with an address, and an outside that has no route back to them. */
export const nat = ({ nat: rules = '', host = '', services = '' }: NatOptions = {}): string => `
namespaces:
  host:
    forwarding: true
    bridges: { bridge0: { addresses: [192.168.1.1/24], ports: [veth1, veth3] } }
    interfaces: { eth0: { addresses: [172.16.0.157/16] } }
    routes: [{ to: default, via: 172.16.0.1 }]
    ${rules === '' ? '' : `nat: [${rules}]`}
    ${host}
  ns0: { interfaces: { veth0: { addresses: [192.168.1.2/24] } }, routes: [{ to: default, via: 192.168.1.1 }]${services} }
  ns1: { interfaces: { veth2: { addresses: [192.168.1.3/24] } }, routes: [{ to: default, via: 192.168.1.1 }] }
  internet: { interfaces: { wan0: { addresses: [172.16.0.1/16] }, lo: { addresses: [203.0.113.10/24] } } }
links: [[ns0:veth0, host:veth1], [ns1:veth2, host:veth3], [host:eth0, internet:wan0]]
`
export const masquerade = '{ masquerade: 192.168.1.0/24, out: eth0 }'

const tcp = (port: number): Partial<Params<'trace/run'>> => ({ protocol: 'tcp', port })

export const faults: readonly Fault[] = [
  {
    name: 'no route at the sender, and the lab has none',
    code: 'no-route',
    lab: router({ routes0: '' }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    evidence: /Network is unreachable[\s\S]*IpOutNoRoutes \+1/,
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
    code: 'no-route',
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
    code: 'no-route',
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
    name: 'an interface that is down, and took its routes along',
    code: 'interface-down',
    lab: router(),
    typed: ['ip -n ns0 link set veth0 down'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /veth0@if\d+: <BROADCAST,MULTICAST>.*state DOWN/,
    fix: ['ip -n ns0 link set veth0 up', 'ip -n ns0 route add 192.168.1.0/24 via 192.168.0.1'],
  },
  {
    name: "a router's interface that is down",
    code: 'interface-down',
    lab: router(),
    typed: ['ip -n ns-router link set veth3 down'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    interface: 'veth3',
    evidence: /state DOWN/,
    fix: ['ip -n ns-router link set veth3 up'],
  },
  {
    name: 'a bridge that is down',
    code: 'interface-down',
    lab: bridge(),
    typed: ['ip link set br0 down'],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'host',
    interface: 'br0',
    evidence: /br0: <BROADCAST,MULTICAST>.*state DOWN/,
    fix: ['ip link set br0 up'],
  },
  {
    name: 'the other end of the cable is down',
    code: 'peer-down',
    lab: pair(),
    typed: ['ip -n ns1 link set veth1 down'],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns1',
    interface: 'veth1',
    evidence: /NO-CARRIER[\s\S]*veth1@if\d+: <BROADCAST,MULTICAST>.*state DOWN/,
    fix: ['ip -n ns1 link set veth1 up'],
  },
  {
    name: 'a sender without an address',
    code: 'no-address',
    lab: pair(),
    typed: ['ip -n ns0 addr flush dev veth0'],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /^veth0@if\d+\s+UP\s*$/m,
    fix: ['ip -n ns0 addr add 10.0.0.1/24 dev veth0'],
  },
  {
    name: 'a sender that never had an address',
    code: 'no-address',
    lab: `
namespaces:
  ns0: { interfaces: { veth0: {} } }
  ns1: { interfaces: { veth1: { addresses: [10.0.0.2/30] } } }
links: [[ns0:veth0, ns1:veth1]]
`,
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /^veth0@if\d+\s+UP\s*$/m,
    fix: ['ip -n ns0 addr add 10.0.0.1/30 dev veth0'],
  },
  {
    name: 'a prefix that is too long',
    code: 'wrong-prefix',
    lab: pair({ a: '10.0.0.1/30', b: '10.0.0.9/24' }),
    from: 'ns0',
    to: '10.0.0.9',
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /10\.0\.0\.1\/30[\s\S]*10\.0\.0\.9\/24/,
    fix: ['ip -n ns0 addr add 10.0.0.1/24 dev veth0', 'ip -n ns0 addr del 10.0.0.1/30 dev veth0'],
  },
  {
    name: 'a prefix that is too short',
    code: 'wrong-prefix',
    lab: router({ routes0: 'routes: [{ to: default, via: 192.168.0.1 }]' }),
    typed: ['ip -n ns0 addr add 192.168.0.2/16 dev veth0', 'ip -n ns0 addr del 192.168.0.2/24 dev veth0'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /192\.168\.0\.2\/16/,
    fix: ['ip -n ns0 addr add 192.168.0.2/24 dev veth0', 'ip -n ns0 addr del 192.168.0.2/16 dev veth0'],
  },
  {
    name: 'a prefix that is too short, with both subnets on bridges of one router',
    code: 'wrong-prefix',
    lab: `
namespaces:
  host:
    forwarding: true
    bridges:
      br0: { addresses: [192.168.0.1/24], ports: [p0] }
      br1: { addresses: [192.168.1.1/24], ports: [p1] }
  ns0: { interfaces: { veth0: { addresses: [192.168.0.2/16] } }, routes: [{ to: default, via: 192.168.0.1 }], ${quick('veth0')} }
  ns1: { interfaces: { veth0: { addresses: [192.168.1.2/24] } }, routes: [{ to: default, via: 192.168.1.1 }] }
links: [[ns0:veth0, host:p0], [ns1:veth0, host:p1]]
`,
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /192\.168\.0\.2\/16/,
    fix: ['ip -n ns0 addr add 192.168.0.2/24 dev veth0', 'ip -n ns0 addr del 192.168.0.2/16 dev veth0'],
  },
  {
    name: 'a port of another bridge than the lab says',
    code: 'not-a-bridge-port',
    lab: bridge({ host: ', interfaces: {} ' }).replace(
      'br0: { ports: [p0, p1, p2] }',
      'br0: { ports: [p0, p1, p2] }, br1: {}',
    ),
    typed: ['ip link set p1 master br1'],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'host',
    interface: 'p1',
    evidence: /master br1/,
    fix: ['ip link set p1 master br0'],
  },
  {
    name: 'two subnets on one cable',
    code: 'wrong-prefix',
    lab: pair({ a: '192.168.1.2/24', b: '192.168.2.3/24' }),
    from: 'ns0',
    to: '192.168.2.3',
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /192\.168\.1\.2\/24[\s\S]*192\.168\.2\.3\/24/,
    fix: ['ip -n ns0 addr add 192.168.2.250/24 dev veth0'],
  },
  {
    name: 'an address that two have',
    code: 'duplicate-address',
    lab: bridge(),
    typed: ['ip -n ns2 addr add 10.0.0.2/24 dev veth0', 'ip netns exec ns2 ping -c 1 -W 1 -I 10.0.0.2 10.0.0.1'],
    from: 'ns0',
    to: '10.0.0.2',
    probe: tcp(80),
    namespace: 'ns2',
    interface: 'veth0',
    evidence: /ip -n ns2[\s\S]*10\.0\.0\.2\/24[\s\S]*ip -n ns1[\s\S]*10\.0\.0\.2\/24/,
    fix: ['ip -n ns2 addr del 10.0.0.2/24 dev veth0', 'ip -n ns0 neigh del 10.0.0.2 dev veth0'],
  },
  {
    name: 'one subnet on two interfaces',
    code: 'duplicate-subnet',
    lab: `
namespaces:
  ns0: { interfaces: { a0: { addresses: [10.0.0.1/24] }, b0: { addresses: [10.0.1.1/24] } }, ${quick('a0')} }
  ns1: { interfaces: { a1: { addresses: [10.0.0.2/24] } } }
  ns2: { interfaces: { b1: { addresses: [10.0.1.2/24] } } }
links: [[ns0:a0, ns1:a1], [ns0:b0, ns2:b1]]
`,
    typed: [
      'ip -n ns0 addr del 10.0.0.1/24 dev a0',
      'ip -n ns0 addr add 10.0.1.9/24 dev a0',
      'ip -n ns0 addr del 10.0.1.1/24 dev b0',
      'ip -n ns0 addr add 10.0.1.1/24 dev b0',
    ],
    from: 'ns0',
    to: '10.0.1.2',
    namespace: 'ns0',
    interface: 'a0',
    evidence: /10\.0\.1\.9\/24[\s\S]*10\.0\.1\.2 dev a0/,
    fix: ['ip -n ns0 addr del 10.0.1.9/24 dev a0'],
  },
  {
    name: 'an entry that names a wrong link-layer address',
    code: 'neighbour-failed',
    lab: pair(),
    typed: ['ip -n ns0 neigh replace 10.0.0.2 lladdr 02:00:00:00:00:99 dev veth0 nud permanent'],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns0',
    interface: 'veth0',
    evidence: /10\.0\.0\.2 dev veth0 lladdr 02:00:00:00:00:99 PERMANENT/,
    fix: ['ip -n ns0 neigh del 10.0.0.2 dev veth0'],
  },
  {
    name: 'a neighbour that answers nobody',
    code: 'neighbour-failed',
    lab: pair({ ns1: ', sysctls: { net.ipv4.conf.veth1.arp_ignore: 8 }' }),
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns1',
    interface: 'veth1',
    evidence: /FAILED[\s\S]*net\.ipv4\.conf\.veth1\.arp_ignore = 8/,
    fix: ['ip netns exec ns1 sysctl -w net.ipv4.conf.veth1.arp_ignore=0'],
  },
  {
    name: 'a cable beside the bridge',
    code: 'not-a-bridge-port',
    lab: bridge({ ports: 'p0, p2' }),
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'host',
    interface: 'p1',
    evidence: /p1@if\d+/,
    fix: ['ip link set p1 master br0'],
  },
  {
    name: 'a port that was taken out of its bridge',
    code: 'not-a-bridge-port',
    lab: bridge(),
    typed: ['ip link set p0 nomaster'],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'host',
    interface: 'p0',
    evidence: /p0@if\d+/,
    fix: ['ip link set p0 master br0'],
  },
  {
    name: 'a rule that drops',
    code: 'firewall-drop',
    lab: router({ router: 'firewall: [{ chain: forward, source: 192.168.0.2, action: drop }]' }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /-A FORWARD -s 192\.168\.0\.2\/32 -c 1 \d+ -j DROP/,
    fix: ['ip netns exec ns-router iptables -t filter -D FORWARD -s 192.168.0.2/32 -j DROP'],
  },
  {
    name: 'a rule that drops the answer',
    code: 'firewall-drop',
    lab: router({ router: 'firewall: [{ chain: forward, source: 192.168.1.2, action: drop }]' }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /-A FORWARD -s 192\.168\.1\.2\/32 -c 1 \d+ -j DROP/,
    fix: ['ip netns exec ns-router iptables -t filter -D FORWARD -s 192.168.1.2/32 -j DROP'],
  },
  {
    name: 'a policy that drops',
    code: 'firewall-drop',
    lab: router(),
    typed: ['ip netns exec ns-router iptables -P FORWARD DROP'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /-P FORWARD DROP/,
    fix: [
      'ip netns exec ns-router iptables -A FORWARD -s 192.168.0.2 -d 192.168.1.2 -j ACCEPT',
      'ip netns exec ns-router iptables -A FORWARD -s 192.168.1.2 -d 192.168.0.2 -j ACCEPT',
    ],
  },
  {
    name: 'a rule of the target itself',
    code: 'firewall-drop',
    lab: pair({ ns1: ', firewall: [{ chain: input, protocol: icmp, action: drop }]' }),
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns1',
    evidence: /-A INPUT -p icmp -c 1 \d+ -j DROP/,
    fix: ['ip netns exec ns1 iptables -t filter -D INPUT -p icmp -j DROP'],
  },
  {
    name: 'a rule of the sender itself',
    code: 'firewall-drop',
    lab: pair({ ns0: ', firewall: [{ chain: output, destination: 10.0.0.2, action: drop }]' }),
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns0',
    evidence: /-A OUTPUT -d 10\.0\.0\.2\/32 -c 1 \d+ -j DROP/,
    fix: ['ip netns exec ns0 iptables -t filter -D OUTPUT -d 10.0.0.2/32 -j DROP'],
  },
  {
    name: 'a rule of plain nftables',
    code: 'firewall-drop',
    lab: router(),
    typed: [
      'ip netns exec ns-router nft add table inet guard',
      "ip netns exec ns-router nft add chain inet guard pass '{ type filter hook forward priority 0; }'",
      'ip netns exec ns-router nft add rule inet guard pass ip saddr 10.9.9.9 accept',
      'ip netns exec ns-router nft add rule inet guard pass ip daddr 192.168.1.2 drop',
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /chain pass \{[\s\S]*ip daddr 192\.168\.1\.2 drop/,
    fix: ['ip netns exec ns-router nft delete rule inet guard pass handle 3'],
  },
  {
    name: 'a rule of iptables-legacy',
    code: 'firewall-drop',
    lab: router(),
    typed: ['ip netns exec ns-router iptables-legacy -A FORWARD -d 192.168.1.2 -j DROP'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /-A FORWARD -d 192\.168\.1\.2\/32 -c 1 \d+ -j DROP/,
    fix: ['ip netns exec ns-router iptables-legacy -t filter -D FORWARD -d 192.168.1.2/32 -j DROP'],
  },
  {
    name: 'a rule that rejects a ping',
    code: 'firewall-reject',
    lab: router({ router: 'firewall: [{ chain: forward, destination: 192.168.1.2, action: reject }]' }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /-j REJECT[\s\S]*IcmpOutDestUnreachs \+1/,
    fix: [
      'ip netns exec ns-router iptables -t filter -D FORWARD -d 192.168.1.2/32 -j REJECT --reject-with icmp-port-unreachable',
    ],
  },
  {
    name: 'a rule that resets a connection',
    code: 'firewall-reject',
    lab: bridge(),
    typed: ['ip netns exec ns1 iptables -A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset'],
    from: 'ns0',
    to: '10.0.0.2',
    probe: tcp(80),
    namespace: 'ns1',
    evidence: /--reject-with tcp-reset/,
    fix: ['ip netns exec ns1 iptables -t filter -D INPUT -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset'],
  },
  {
    name: 'reverse path filtering of an asymmetric way',
    code: 'rp-filter',
    lab: `
namespaces:
  a: { interfaces: { x0: { addresses: [10.1.0.1/24] }, y0: { addresses: [10.2.0.1/24] }, lo: { addresses: [10.9.0.1/32] } }, routes: [{ to: 10.8.0.0/24, via: 10.1.0.2 }] }
  b:
    interfaces: { x1: { addresses: [10.1.0.2/24] }, y1: { addresses: [10.2.0.2/24] }, lo: { addresses: [10.8.0.1/32] } }
    sysctls: { net.ipv4.conf.all.rp_filter: 1 }
links: [[a:x0, b:x1], [a:y0, b:y1]]
`,
    // What b answers goes by y, what comes from a comes by x. The filter is for ARP too: a knows b from before.
    typed: ['ip netns exec a ping -c 1 -W 1 10.1.0.2', 'ip -n b route add 10.1.0.1/32 via 10.2.0.1'],
    from: 'a',
    to: '10.8.0.1',
    namespace: 'b',
    interface: 'x1',
    evidence: /TcpExtIPReversePathFilter \+1[\s\S]*Invalid (cross-device link|argument)/,
    fix: ['ip netns exec b sysctl -w net.ipv4.conf.x1.rp_filter=2'],
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
    fix: [
      'iptables -t nat -D POSTROUTING -s 192.168.1.0/24 -o bridge0 -j MASQUERADE',
      'iptables -t nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE',
    ],
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
    fix: [
      'iptables -t nat -D PREROUTING -i bridge0 -p tcp --dport 8080 -j DNAT --to-destination 192.168.1.2:80',
      'iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 8080 -j DNAT --to-destination 192.168.1.2:80',
    ],
  },
  {
    name: 'a firewall that sees what only passes a bridge',
    code: 'bridge-netfilter',
    lab: bridge(),
    typed: ['sysctl -w net.bridge.bridge-nf-call-iptables=1', 'iptables -P FORWARD DROP'],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'host',
    evidence: /net\.bridge\.bridge-nf-call-iptables = 1[\s\S]*-P FORWARD DROP/,
    fix: ['sysctl -w net.bridge.bridge-nf-call-iptables=0'],
  },
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
  },
]
