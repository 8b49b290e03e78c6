/** Packet filters and NAT as the tutorials write them: read as entries of the lab file, in their order. */
import { describe, expect, test } from 'vitest'
import { importScript } from '../../../electron/core/exchange/from-script.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'

type Entry = NonNullable<NonNullable<LabFile['namespaces']>[string]>

function hostOf(script: string): { entry: Entry | null | undefined; said: readonly string[] } {
  const ready = 'ip link add h0 type dummy; ip link add h1 type dummy\n'
  const { labFile, notices } = importScript(ready + script, 'x.sh')
  return { entry: labFile?.namespaces?.['host'], said: notices.map(({ message }) => message) }
}

describe('of NAT', () => {
  test.each<[string, NonNullable<Entry['nat']>]>([
    ['-A POSTROUTING -s 10.1.0.0/24 -j MASQUERADE', [{ masquerade: '10.1.0.0/24' }]],
    ['-A POSTROUTING -s 10.1.0.0/24 ! -o h0 -j MASQUERADE', [{ masquerade: '10.1.0.0/24', out: 'h0', not: ['out'] }]],
    [
      '-A POSTROUTING -s 10.1.0.0/24 ! --destination 10.1.0.0/24 -j MASQUERADE',
      [{ masquerade: '10.1.0.0/24', destination: '10.1.0.0/24', not: ['destination'] }],
    ],
    [
      '-A PREROUTING -d 203.0.113.1 -p tcp --dport 80 -j DNAT --to-destination 10.1.0.80:8080',
      [{ dnat: { protocol: 'tcp', port: 80 }, destination: '203.0.113.1/32', to: '10.1.0.80:8080' }],
    ],
    [
      '-A PREROUTING -d 203.0.113.2 -j DNAT --to 10.1.0.80',
      [{ dnat: {}, destination: '203.0.113.2/32', to: '10.1.0.80' }],
    ],
    [
      '-A OUTPUT -p tcp --dport 81 -j DNAT --to-destination 10.1.0.80:8080',
      [{ dnat: { protocol: 'tcp', port: 81 }, chain: 'output', to: '10.1.0.80:8080' }],
    ],
    [
      '-A PREROUTING -p tcp --dport 82 -j REDIRECT --to-ports 8082',
      [{ redirect: { protocol: 'tcp', port: 82 }, to: 8082 }],
    ],
  ])('%s', (rule, nat) => {
    expect(hostOf(`iptables -t nat ${rule}`)).toMatchObject({ entry: { nat }, said: [] })
  })
})

const stateful: NonNullable<Entry['firewall']> = [
  { chain: 'forward', policy: 'drop' },
  { chain: 'forward', ctstate: ['related', 'established'], action: 'accept' },
  { chain: 'forward', in: 'h0', out: 'h1', action: 'accept' },
]

test.each([
  [
    'commands',
    'iptables -P FORWARD DROP\niptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\niptables -A FORWARD -i h0 -o h1 -j ACCEPT',
  ],
  [
    'the older match',
    'iptables --policy FORWARD DROP\niptables -A FORWARD -m state --state ESTABLISHED,RELATED -j ACCEPT\niptables -A FORWARD -i h0 -o h1 -j ACCEPT',
  ],
  [
    'a here document',
    "iptables-restore <<'EOF'\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -i h0 -o h1 -j ACCEPT\nCOMMIT\nEOF",
  ],
  [
    'a policy that is taken back and given again',
    'iptables -P FORWARD DROP; iptables -P FORWARD ACCEPT; iptables -F; iptables -P FORWARD DROP; iptables -A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT; iptables -A FORWARD -i h0 -o h1 -j ACCEPT',
  ],
])('a firewall that knows its connections, as %s', (_, script) => {
  expect(hostOf(script)).toMatchObject({ entry: { firewall: stateful }, said: [] })
})

test('a policy of one family alone says so where the lab speaks both', () => {
  const { entry } = hostOf('ip addr add fd00::1/64 dev h0\niptables -P INPUT DROP\nip6tables -P OUTPUT DROP')
  expect(entry?.firewall).toEqual([
    { chain: 'input', policy: 'drop', family: 'ipv4' },
    { chain: 'output', policy: 'drop', family: 'ipv6' },
  ])
})

describe('what entries cannot say is said as a text', () => {
  test.each([
    [
      "chains of one's own, in commands",
      'iptables -P FORWARD DROP; iptables -N WEB; iptables -A FORWARD -p tcp -m multiport --dports 80,443 -j WEB; iptables -A WEB ! -i h0 -j RETURN; iptables -I WEB -m comment --comment "a b" -j LOG; iptables -t nat -A POSTROUTING -o h1 -j MASQUERADE',
      {
        iptables:
          '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:WEB - [0:0]\n-A FORWARD -p tcp -m multiport --dports 80,443 -j WEB\n-A WEB -m comment --comment "a b" -j LOG\n-A WEB ! -i h0 -j RETURN\nCOMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -o h1 -j MASQUERADE\nCOMMIT\n',
      },
    ],
    [
      'a table of marks, in a here document',
      "iptables-restore <<'EOF'\n*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i h0 -j MARK --set-mark 7\nCOMMIT\nEOF",
      {
        iptables:
          '*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A PREROUTING -i h0 -j MARK --set-mark 7\nCOMMIT\n',
      },
    ],
    [
      'native rules, from a here document and in commands',
      "nft -f - <<'EOF'\n#!/usr/sbin/nft -f\nflush ruleset\ntable ip filter {\n  chain input { type filter hook input priority 0; policy accept;\n    icmp type echo-request drop\n  }\n}\nEOF\nnft add table ip nat\nnft 'add chain ip nat post { type nat hook postrouting priority 100 ; }'\nnft add rule ip nat post oifname h0 masquerade\nnft list ruleset",
      {
        nft: 'table ip filter {\n  chain input { type filter hook input priority 0; policy accept;\n    icmp type echo-request drop\n  }\n}\nadd table ip nat\nadd chain ip nat post { type nat hook postrouting priority 100 ; }\nadd rule ip nat post oifname h0 masquerade\n',
      },
    ],
    [
      'only what is left of it',
      'iptables -t mangle -F; nft delete table inet x 2>/dev/null || true; nft add table inet x; nft delete table inet x; nft add table inet y; nft flush ruleset; iptables -A INPUT -j DROP',
      { firewall: [{ chain: 'input', action: 'drop' }] },
    ],
  ])('%s', (_, script, wanted) => {
    const { entry, said } = hostOf(script)
    expect(said).toEqual([])
    const { nft, iptables, ip6tables, nat, firewall } = entry ?? {}
    expect(JSON.parse(JSON.stringify({ nft, iptables, ip6tables, nat, firewall }))).toEqual(wanted)
  })

  test.each([
    ['nft -f /etc/nftables.conf', 'The file "/etc/nftables.conf" is not read.'],
    ['nft \'include "/etc/passwd"\'', '"include" reads a file, which rules of a lab may not.'],
    ['nft -j list ruleset', 'The option "-j" of nft is not understood.'],
  ])('%s is named', (script, message) => {
    expect(hostOf(script).said).toEqual([message])
  })
})
