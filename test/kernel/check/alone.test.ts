/** Checks run at once, and yet each is what it is alone: nothing that the kernel limits or sends twice reaches another one. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CheckResult } from '../../../electron/core/rpc.js'
import { Rig } from '../trace/rig.js'

let rig: Rig
beforeAll(async () => (rig = await Rig.open()))
afterAll(() => rig.close())

const check: Rig['check'] = (...args) => rig.check(...args)

const said = (checks: readonly CheckResult[]): string[] =>
  checks.map(({ ok, actual, detail }) => (ok ? actual : `${actual}: ${detail}`))

const routed = (router: string, more = ''): string => `
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r: { forwarding: true, interfaces: { e1: { addresses: [10.1.0.1/24] }, e2: { addresses: [10.2.0.1/24] } }${router} }
  b: { interfaces: { e3: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }]${more} }
links: [[a:e0, r:e1], [r:e2, b:e3]]
`

test('more errors to one destination than the kernel sends at once', async () => {
  const ports = Array.from({ length: 9 }, (_, n) => 1000 + n)
  const checks = ports.map((port) => `{ from: a, udp: "10.2.0.2:${port}", expect: refused }`)
  const answers = await check(`${routed('')}checks: [${checks.join(', ')}]\n`)
  expect(said(answers)).toEqual(ports.map(() => 'refused'))
  expect(answers.every(({ diagnosis }) => diagnosis === null)).toBe(true)
})

test('silence stays silence beside many errors', async () => {
  const ports = Array.from({ length: 7 }, (_, n) => 1000 + n)
  const checks = ports.map((port) => `{ from: a, udp: "10.2.0.2:${port}", expect: refused }`)
  const silent = '{ name: silent, from: a, udp: "10.2.0.2:2000", expect: lost }'
  const drop = ', firewall: [{ chain: forward, protocol: udp, port: 2000, action: drop }]'
  const answers = await check(`${routed(drop)}checks: [${silent}, ${checks.join(', ')}]\n`)
  expect(said(answers)).toEqual(['lost', ...ports.map(() => 'refused')])
})

test('a redirect of one check does not hold back the error of another', async () => {
  const answers = await check(`
namespaces:
  host: { bridges: { br0: { ports: [p0, p1, p2] } } }
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r1: { forwarding: true, interfaces: { e0: { addresses: [10.1.0.1/24] } }, routes: [{ to: 10.2.0.0/24, via: 10.1.0.3 }] }
  r2: { forwarding: true, interfaces: { e0: { addresses: [10.1.0.3/24] }, e1: { addresses: [10.2.0.1/24] } } }
  b: { interfaces: { e0: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
links: [[a:e0, host:p0], [r1:e0, host:p1], [r2:e0, host:p2], [r2:e1, b:e0]]
checks:
  - { from: a, ping: 10.2.0.2 }
  - { from: a, udp: "10.1.0.1:999", expect: refused }
`)
  expect(said(answers)).toEqual(['reply', 'refused'])
})

test('the way of a check is the way of one packet: no handshake, no second SYN, no other datagram', async () => {
  const drop = ', firewall: [{ chain: forward, protocol: tcp, port: 81, action: drop }]'
  const services = ', services: [{ listen: tcp, port: 80 }, { listen: udp, port: 53 }]'
  const answers = await check(`${routed(drop, services)}
checks:
  - { from: a, tcp: "10.2.0.2:80", path: [a, r, b] }
  - { from: a, tcp: "10.2.0.2:80", path: [a, r, b], snat: 10.1.0.2 }
  - { from: a, tcp: "10.2.0.2:81", expect: lost, path: [a, r] }
  - { from: a, ping: 10.2.0.2, path: [a, r, b] }
  - { name: one, from: a, udp: "10.2.0.2:53", path: [a, r, b] }
  - { name: two, from: a, udp: "10.2.0.2:53", path: [a, r, b], snat: 10.1.0.2 }
`)
  const way = 'path a -> r -> b'
  expect(said(answers)).toEqual([
    `connected, ${way}`,
    `connected, ${way}, source 10.1.0.2`,
    'lost, path a -> r',
    `reply, ${way}`,
    `reply, ${way}`,
    `reply, ${way}, source 10.1.0.2`,
  ])
})

test('who overhears a flooded frame is not on the way', async () => {
  const answers = await check(
    `
namespaces:
  host: { bridges: { br0: { ports: [p0, p1, p2] } } }
  a: { interfaces: { e0: { addresses: [10.1.0.1/24] } } }
  b: { interfaces: { e0: { addresses: [10.1.0.2/24] } } }
  c: { interfaces: { e0: { addresses: [10.1.0.3/24] } } }
links: [[a:e0, host:p0], [b:e0, host:p1], [c:e0, host:p2]]
checks: [{ from: a, ping: 10.1.0.2, path: [a, host, b] }]
`,
    // A bridge that learns nothing is a hub.
    'for port in p0 p1 p2; do bridge link set dev $port learning off; done',
    'bridge fdb show dynamic | while read -r mac _ port _; do bridge fdb del "$mac" dev "$port" master; done',
  )
  expect(said(answers)).toEqual(['reply, path a -> host -> b'])
})

test('checks wait until spanning tree lets the bridges forward', async () => {
  const answers = await check(
    `
namespaces:
  host: { bridges: { br0: { ports: [p0, p1], stp: true } } }
  a: { interfaces: { e0: { addresses: [10.1.0.1/24] } } }
  b: { interfaces: { e0: { addresses: [10.1.0.2/24] } } }
links: [[a:e0, host:p0], [b:e0, host:p1]]
checks: [{ from: a, ping: 10.1.0.2 }]
`,
    // The shortest that the kernel takes: two seconds to listen, two to learn.
    'ip link set br0 down',
    'ip link set br0 type bridge forward_delay 200',
    'ip link set br0 up',
  )
  expect(said(answers)).toEqual(['reply'])
})

test('a cable that was pulled a moment ago is no cable, whatever the kernel still believes of the neighbour', async () => {
  await rig.build(`
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.1/24] } } }
  b: { interfaces: { e1: { addresses: [10.1.0.2/24] } } }
links: [[a:e0, b:e1]]
checks: [{ from: a, ping: 10.1.0.2 }]
`)
  const seen: (string | undefined)[] = []
  for (let round = 0; round < 3; round += 1) {
    for (const state of ['down', 'up']) {
      // The neighbour is known, and the kernel looks after carriers once a second.
      if (state === 'down') await rig.type('ip netns exec a ping -c1 -W9 10.1.0.2')
      await rig.type(`ip -n b link set e1 ${state}`)
      const result = await rig.session.request('lab/check', { explain: false })
      seen.push(result.ok ? result.checks[0]?.actual : result.failure.message)
    }
  }
  expect(seen).toEqual(['unreachable', 'reply', 'unreachable', 'reply', 'unreachable', 'reply'])
})
