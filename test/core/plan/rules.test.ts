import { expect, test } from 'vitest'
import type { IptablesRule } from '../../../electron/core/live/state.js'
import { parseRule } from '../../../electron/core/plan/parse-rule.js'
import { spellFirewall, spellNat } from '../../../electron/core/plan/rules.js'

const live = (family: 'ipv4' | 'ipv6', line: string): IptablesRule => {
  const [, table = '', chain = '', rule = ''] = /^(\w+) -A (\w+) (.*)$/.exec(line) ?? []
  return { family, table, chain, rule, policy: null, packets: 0, bytes: 0, engine: 'nft' }
}

/** Printed by iptables-save and ip6tables-save 1.8.9, both engines. */
const expressible = [
  ['ipv4', 'nat -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE'],
  ['ipv4', 'nat -A POSTROUTING -o eth0 -j SNAT --to-source 172.16.0.157'],
  ['ipv4', 'nat -A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.168.1.2:80'],
  ['ipv4', 'nat -A PREROUTING -p udp -m udp --dport 53 -j DNAT --to-destination 192.168.1.2'],
  ['ipv6', 'nat -A PREROUTING -p udp -m udp --dport 53 -j DNAT --to-destination [fd00::2]:80'],
  ['ipv6', 'nat -A POSTROUTING -s fd00::/64 -o eth0 -j SNAT --to-source fd00::9'],
  [
    'ipv4',
    'filter -A FORWARD -s 192.168.1.3/32 -d 10.0.0.0/8 -i eth0 -o eth1 -p icmp -j REJECT --reject-with icmp-port-unreachable',
  ],
  ['ipv4', 'filter -A FORWARD -p tcp -m tcp --dport 22 -j DROP'],
  ['ipv6', 'filter -A FORWARD -s fd00::1/128 -p ipv6-icmp -j REJECT --reject-with icmp6-port-unreachable'],
  ['ipv4', 'filter -A FORWARD -o $(reboot) -j ACCEPT'],
  ['ipv4', 'nat -A POSTROUTING -s 10.152.0.0/24 -j MASQUERADE'],
  ['ipv4', 'nat -A POSTROUTING -s 10.152.0.0/24 ! -o h0 -j MASQUERADE'],
  ['ipv4', 'nat -A POSTROUTING ! -s 10.1.0.0/24 ! -d 10.152.0.0/24 ! -p tcp -j MASQUERADE'],
  ['ipv4', 'nat -A POSTROUTING -s 10.152.0.0/24 -p tcp -m tcp ! --dport 22 -j MASQUERADE'],
  ['ipv4', 'nat -A POSTROUTING -s 10.152.0.0/24 -o h0 -p tcp -m tcp --dport 22 -j SNAT --to-source 1.2.3.4'],
  ['ipv4', 'nat -A PREROUTING -d 203.0.113.2/32 -j DNAT --to-destination 10.155.0.80'],
  ['ipv4', 'nat -A OUTPUT -p tcp -m tcp --dport 81 -j DNAT --to-destination 10.155.0.80:8080'],
  ['ipv4', 'nat -A PREROUTING ! -i h0 -p tcp -m tcp --dport 82 -j REDIRECT --to-ports 8082'],
  ['ipv6', 'nat -A PREROUTING -p tcp -m tcp --dport 83 -j REDIRECT'],
  ['ipv4', 'nat -A OUTPUT -o lo -p udp -m udp --dport 83 -j REDIRECT --to-ports 53'],
  ['ipv4', 'filter -A FORWARD -m conntrack --ctstate INVALID,NEW,RELATED,ESTABLISHED -j ACCEPT'],
  [
    'ipv4',
    'filter -A FORWARD -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -j REJECT --reject-with icmp-port-unreachable',
  ],
] as const

test.each(expressible)('%s %s is understood and spelled the same', (family, line) => {
  const rule = live(family, line)
  const parsed = parseRule(rule)
  if (!parsed) throw new Error('not understood')
  const again = parsed.kind === 'nat' ? spellNat(parsed.rule) : spellFirewall(parsed.rule, family)
  expect(`${again.table} -A ${again.chain} ${again.saved}`).toBe(line)
})

test('a rule with the comment of the real host is the same rule', () => {
  const parsed = parseRule(
    live('ipv4', 'filter -A FORWARD -p udp -m comment --comment "vethlab:lab" -m udp --dport 22 -j DROP'),
  )
  expect(parsed?.rule).toEqual({ chain: 'forward', families: ['ipv4'], protocol: 'udp', port: 22, action: 'drop' })
})

/** Each says something that a lab entry cannot: none may pass as the nearest entry. */
const foreign = [
  ['ipv4', 'nat -A POSTROUTING -o eth0 -j SNAT --to-source 10.0.0.1-10.0.0.9'],
  ['ipv4', 'nat -A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 80-90'],
  ['ipv4', 'nat -A POSTROUTING -o eth0 -j MASQUERADE --random'],
  ['ipv4', 'nat -A PREROUTING -p tcp -m tcp --dport 80:90 -j DNAT --to-destination 10.0.0.1'],
  ['ipv4', 'filter -A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT'],
  ['ipv4', 'filter -A FORWARD -m conntrack ! --ctstate NEW -j ACCEPT'],
  ['ipv4', 'filter -A FORWARD ! -i lo -j DROP'],
  ['ipv4', 'filter -A FORWARD -p tcp -m tcp --dport 22 -j REJECT --reject-with tcp-reset'],
  ['ipv4', 'filter -A FORWARD -p tcp -m tcp --sport 22 -j DROP'],
  ['ipv4', 'filter -A DOCKER -i eth0 -j DROP'],
  ['ipv4', 'filter -A FORWARD -j DOCKER-USER'],
  ['ipv4', 'filter -A FORWARD -m comment --comment "mine" -j DROP'],
] as const

test.each(foreign)('%s %s is left to whoever wrote it', (family, line) => {
  expect(parseRule(live(family, line))).toBeNull()
})
