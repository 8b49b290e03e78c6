/** Rules that let a packet go on and change what becomes of it: connection tracking that NAT needs, and the TTL. */
import { masquerade, nat, router, tcp, type Fault } from './fault-labs.js'

const published = (rules: string): string =>
  nat({
    services: ', services: [{ listen: tcp, port: 80 }]',
    nat: `${masquerade}, { dnat: { protocol: tcp, port: 8080 }, in: eth0, to: "192.168.1.2:80" }`,
    host: rules,
  })

const web = { from: 'internet', to: '172.16.0.157', probe: tcp(8080), code: 'untracked', namespace: 'host' } as const

export const trackingFaults: readonly Fault[] = [
  {
    ...web,
    name: 'a request that is to be rewritten, told by native rules',
    alike: true,
    lab: published(''),
    typed: [
      `nft 'add table ip z; add chain ip z pre { type filter hook prerouting priority -300; }; add rule ip z pre tcp dport 8080 notrack'`,
    ],
    interface: 'eth0',
    evidence:
      /ip saddr 172\.16\.0\.1 ip daddr 172\.16\.0\.157 tcp sport \d+ tcp dport 8080\n.*notrack \(verdict continue\)[\s\S]*-j DNAT/,
    fix: ['nft delete rule ip z pre handle 3'],
  },
  {
    ...web,
    name: 'an answer whose address would be turned back',
    alike: true,
    lab: published(''),
    typed: ['iptables -t raw -A PREROUTING -s 192.168.1.0/24 -j CT --notrack'],
    interface: 'bridge0',
    evidence: /ip saddr 192\.168\.1\.2 .*tcp sport 80[\s\S]*-j CT --notrack \(verdict continue\)/,
    fix: ['iptables -t raw -D PREROUTING -s 192.168.1.0/24 -j CT --notrack'],
  },
  {
    name: 'a native rule that lowers the TTL in the router',
    code: 'ttl-exceeded',
    alike: true,
    lab: router(),
    typed: [
      `ip netns exec ns-router nft 'add table ip z; add chain ip z pre { type filter hook prerouting priority -150; }; add rule ip z pre iifname "veth1" ip ttl set 1'`,
    ],
    from: 'ns0',
    to: '192.168.1.2',
    namespace: 'ns-router',
    evidence: /ip saddr 192\.168\.0\.2 ip daddr 192\.168\.1\.2[\s\S]*ip ttl set 1 \(verdict continue\)/,
    fix: ['ip netns exec ns-router nft delete rule ip z pre handle 3'],
  },
]
