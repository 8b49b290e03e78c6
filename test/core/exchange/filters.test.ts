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
