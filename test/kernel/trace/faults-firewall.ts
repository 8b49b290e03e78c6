/** Faults of packet filters, the reverse path included. */
import { bridge, pair, router, tcp, type Fault } from './fault-labs.js'

/** A bridge that has an address of its own, between two stations that speak IPv6. */
const bridged = `
namespaces:
  s: { bridges: { br0: { ports: [p0, p1], addresses: [fd00:1::9/64] } } }
  a: { interfaces: { e0: { addresses: [fd00:1::1/64] } } }
  b: { interfaces: { e0: { addresses: [fd00:1::2/64] } } }
links: [[a:e0, s:p0], [b:e0, s:p1]]
`
const filtered = 'ip netns exec s sysctl -qw net.bridge.bridge-nf-call-ip6tables=1'
const forgotten = ['a', 'b', 's'].map((name) => `ip -n ${name} neigh flush all`)
const solicitation = '-p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DROP'

export const firewallFaults: readonly Fault[] = [
  {
    name: 'a rule that drops',
    code: 'firewall-drop',
    lab: router({ router: 'firewall: [{ chain: forward, source: 192.168.0.2, action: drop }]' }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /-A FORWARD -s 192\.168\.0\.2\/32 -c \d+ \d+ -j DROP/,
    fix: ['ip netns exec ns-router iptables -t filter -D FORWARD -s 192.168.0.2/32 -j DROP'],
  },
  {
    name: 'a rule that drops the answer',
    code: 'firewall-drop',
    lab: router({ router: 'firewall: [{ chain: forward, source: 192.168.1.2, action: drop }]' }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /-A FORWARD -s 192\.168\.1\.2\/32 -c \d+ \d+ -j DROP/,
    fix: ['ip netns exec ns-router iptables -t filter -D FORWARD -s 192.168.1.2/32 -j DROP'],
  },
  {
    name: 'a rule that hands it to a program, and no program is there',
    code: 'firewall-drop',
    lab: router(),
    typed: ['ip netns exec ns-router iptables -A FORWARD -p icmp -j NFQUEUE --queue-num 5'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    cause:
      'A rule of ns-router hands it to a program, from which it does not come back: chain FORWARD of table filter: -p icmp -j NFQUEUE --queue-num 5.',
    evidence: /-A FORWARD -p icmp -c \d+ \d+ -j NFQUEUE --queue-num 5/,
    fix: ['ip netns exec ns-router iptables -t filter -D FORWARD -p icmp -j NFQUEUE --queue-num 5'],
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
    name: 'a rule for ARP, in a table that is called as one of iptables',
    code: 'firewall-drop',
    lab: pair({ ns1: ', firewall: [{ chain: input, protocol: tcp, action: drop }]' }),
    typed: [
      'ip netns exec ns1 nft add table arp filter',
      "ip netns exec ns1 nft add chain arp filter INPUT '{ type filter hook input priority 0; }'",
      'ip netns exec ns1 nft add rule arp filter INPUT counter drop',
      'ip -n ns1 neigh flush all; ip -n ns0 neigh flush all',
    ],
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns1',
    evidence: /drop # handle \d+/,
    // Tried and put back, it has another number.
    fix: ['ip netns exec ns1 nft delete rule arp filter INPUT handle 3'],
  },
  {
    name: 'a rule of the target itself',
    code: 'firewall-drop',
    lab: pair({ ns1: ', firewall: [{ chain: input, protocol: icmp, action: drop }]' }),
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns1',
    evidence: /-A INPUT -p icmp -c \d+ \d+ -j DROP/,
    fix: ['ip netns exec ns1 iptables -t filter -D INPUT -p icmp -j DROP'],
  },
  {
    name: 'a rule of the sender itself',
    code: 'firewall-drop',
    lab: pair({ ns0: ', firewall: [{ chain: output, destination: 10.0.0.2, action: drop }]' }),
    from: 'ns0',
    to: '10.0.0.2',
    namespace: 'ns0',
    evidence: /-A OUTPUT -d 10\.0\.0\.2\/32 -c \d+ \d+ -j DROP/,
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
    fix: ['ip netns exec ns-router nft delete rule inet guard pass handle 4'],
  },
  {
    name: 'a rule of a text, behind a map and a jump, that looks into a set',
    code: 'firewall-drop',
    lab: router({
      router: `nft: |
      table inet guard {
        set bad { type ipv4_addr; flags interval; elements = { 192.168.0.0/30 } }
        map way { type inet_proto : verdict; elements = { 1 : jump slow, 6 : accept } }
        chain slow { ip saddr @bad drop; }
        chain pass { type filter hook forward priority 0; policy accept; meta l4proto vmap @way; }
      }`,
    }),
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /chain slow \{[\s\S]*ip saddr @bad drop/,
    fix: [
      "ip netns exec ns-router nft insert rule inet guard slow 'ip saddr 192.168.0.2 ip daddr 192.168.1.2 accept'",
      "ip netns exec ns-router nft insert rule inet guard slow 'ip saddr 192.168.1.2 ip daddr 192.168.0.2 accept'",
    ],
  },
  {
    name: 'a rule of a router that drops all pieces of a packet but the first',
    code: 'firewall-drop',
    lab: router(),
    typed: [
      `ip netns exec ns-router nft 'add table ip pieces; add chain ip pieces pre { type filter hook prerouting priority -450; }; add rule ip pieces pre ip frag-off & 0x1fff != 0 drop'`,
    ],
    from: 'ns0',
    to: '192.168.1.2',
    probe: { size: 3000 },
    namespace: 'ns-router',
    interface: 'veth1',
    evidence: /frag-off & (?:0x1fff|8191) != 0 drop/,
    fix: ['ip netns exec ns-router nft delete rule ip pieces pre handle 3'],
    alike: true,
  },
  {
    name: 'a rule of iptables-legacy',
    code: 'firewall-drop',
    lab: router(),
    typed: ['ip netns exec ns-router iptables-legacy -A FORWARD -d 192.168.1.2 -j DROP'],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /-A FORWARD -d 192\.168\.1\.2\/32 -c \d+ \d+ -j DROP/,
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
    name: 'a rule of a bridge that drops questions for neighbours on their way',
    code: 'firewall-drop',
    lab: bridged,
    typed: [filtered, `ip netns exec s ip6tables -A FORWARD ${solicitation}`, ...forgotten],
    from: 'a',
    to: 'fd00:1::2',
    namespace: 's',
    evidence: /-A FORWARD .*--icmpv6-type 135 -c [1-9]\d* /,
    fix: [`ip netns exec s ip6tables -t filter -D FORWARD ${solicitation}`],
  },
  {
    name: 'a rule of a bridge that drops the answers of neighbours on their way',
    code: 'firewall-drop',
    lab: bridged,
    typed: [filtered, 'ip netns exec s ip6tables -A FORWARD -p icmpv6 --icmpv6-type 136 -j DROP', ...forgotten],
    from: 'a',
    to: 'fd00:1::2',
    namespace: 's',
    evidence: /-A FORWARD .*--icmpv6-type 136 -c [1-9]\d* /,
    fix: ['ip netns exec s ip6tables -t filter -D FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP'],
  },
  {
    name: 'a policy of a bridge that lets no question for neighbours pass',
    code: 'firewall-drop',
    lab: bridged,
    typed: [filtered, 'ip netns exec s ip6tables -P FORWARD DROP', ...forgotten],
    from: 'a',
    to: 'fd00:1::2',
    namespace: 's',
    evidence: /-P FORWARD DROP -c [1-9]/,
    fix: ['ip netns exec s ip6tables -t filter -I FORWARD 1 -p ipv6-icmp -j ACCEPT'],
  },
  {
    name: 'a policy of the legacy engine that lets no question for neighbours pass a bridge',
    code: 'firewall-drop',
    lab: bridged,
    typed: [filtered, 'ip netns exec s ip6tables-legacy -P FORWARD DROP', ...forgotten],
    from: 'a',
    to: 'fd00:1::2',
    namespace: 's',
    evidence: /-P FORWARD DROP -c [1-9]/,
    fix: ['ip netns exec s ip6tables-legacy -t filter -I FORWARD 1 -p ipv6-icmp -j ACCEPT'],
  },
  {
    name: 'a rule that keeps a bridge from hearing who asks for its own address',
    code: 'firewall-drop',
    lab: bridged,
    typed: [filtered, `ip netns exec s ip6tables -A INPUT ${solicitation}`, ...forgotten],
    from: 'a',
    to: 'fd00:1::9',
    namespace: 's',
    evidence: /-A INPUT .*--icmpv6-type 135 -c [1-9]\d* /,
    fix: [`ip netns exec s ip6tables -t filter -D INPUT ${solicitation}`],
  },
]
