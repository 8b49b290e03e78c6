/** What a ping of a check can say beside its target: its size, that it must not be cut, how many, and which address. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Rig } from '../trace/rig.js'

let rig: Rig
beforeAll(async () => (rig = await Rig.open()))
afterAll(() => rig.close())

const check: Rig['check'] = (...args) => rig.check(...args)

const narrow = `
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r: { forwarding: true, interfaces: { e1: { addresses: [10.1.0.1/24] }, e2: { addresses: [10.2.0.1/24] } } }
  b: { interfaces: { e3: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
links: [[a:e0, r:e1], { ends: [r:e2, b:e3], mtu: 1400 }]
`

test('a packet that must not be cut gets through as long as it fits, and is refused where it does not', async () => {
  const [fits, larger, cut] = await check(`${narrow}checks:
  - { from: a, ping: 10.2.0.2, size: 1372, df: true }
  - { from: a, ping: 10.2.0.2, size: 1373, df: true }
  - { from: a, ping: 10.2.0.2, size: 4000, path: [a, r, b] }
`)
  expect([fits?.ok, fits?.actual]).toEqual([true, 'reply'])
  expect([larger?.ok, larger?.actual, larger?.diagnosis?.code]).toEqual([false, 'unreachable', 'mtu'])
  expect([cut?.ok, cut?.actual]).toEqual([true, 'reply, path a -> r -> b'])
})

test('of several pings all must end as expected, and how many did not is said', async () => {
  const two = 'ip netns exec b iptables -A INPUT -p icmp -m limit --limit 1/hour --limit-burst 2 -j ACCEPT'
  const [many] = await check(
    `${narrow}checks: [{ from: a, ping: 10.2.0.2, count: 3 }]\n`,
    `${two} && ip netns exec b iptables -A INPUT -p icmp -j DROP`,
  )
  expect([many?.ok, many?.actual, many?.detail]).toEqual([false, 'lost', 'lost instead of reply; that was 1 of 3'])
  const [all] = await check(`${narrow}checks: [{ from: a, ping: 10.2.0.2, count: 3, path: [a, r, b] }]\n`)
  expect([all?.ok, all?.actual]).toEqual([true, 'reply, path a -> r -> b'])
})

test('a name stands for the address of the family that is asked for', async () => {
  const checks = await check(
    `
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.1/24, "fd00:1::1/64"] } } }
  b: { interfaces: { e1: { addresses: [10.1.0.2/24, "fd00:1::2/64"] } } }
links: [[a:e0, b:e1]]
checks:
  - { from: a, ping: b, ipv6: false }
  - { from: a, ping: b, ipv6: true, expect: lost }
  - { from: a, ping: b }
`,
    'ip netns exec b ip6tables -A INPUT -p ipv6-icmp --icmpv6-type echo-request -j DROP',
  )
  expect(checks.map(({ ok, actual }) => [ok, actual])).toEqual([
    [true, 'reply'],
    [true, 'lost'],
    [true, 'reply'],
  ])
})
