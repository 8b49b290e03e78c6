/** Answers and messages that are not what was waited for: the film says what became of each. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Rig, story } from './rig.js'

let rig: Rig
beforeAll(async () => void (rig = await Rig.open()))
afterAll(() => rig.close())

const listens = 'services: [{ listen: udp, port: 53 }]'
/** The server's addresses, the first of which its answers come from. */
const asked = (addresses: string, loopback = ''): string => `
namespaces:
  a: { interfaces: { e0: { addresses: [10.1.0.2/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r:
    forwarding: true
    interfaces: { e1: { addresses: [10.1.0.1/24] }, e2: { addresses: [10.2.0.1/24] } }
    routes: [{ to: 10.9.9.9/32, via: 10.2.0.2 }]
  b: { interfaces: { e3: { addresses: [${addresses}] }${loopback} }, routes: [{ to: default, via: 10.2.0.1 }], ${listens} }
links: [[a:e0, r:e1], [r:e2, b:e3]]
`
const refusedAtHome = [
  'request sent a:e0 out',
  'request received r:e1 in',
  '(request routed r)',
  'request sent r:e2 out',
  'request received b:e3 in',
  '(request delivered b:e3)',
  'reply sent b:e3 out',
  'reply received r:e2 in',
  '(reply routed r)',
  'reply sent r:e1 out',
  'reply received a:e0 in',
  '(reply dropped a:e0)',
  'error sent a:e0 out',
  'error received r:e1 in',
  '(error routed r)',
  'error sent r:e2 out',
  'error received b:e3 in',
  '(error delivered b:e3)',
]

test.each([
  ['the second address of an interface', asked('10.2.0.2/24, 10.2.0.9/24'), '10.2.0.9'],
  ['an address on lo', asked('10.2.0.2/24', ', lo: { addresses: [10.9.9.9/32] }'), '10.9.9.9'],
])('a datagram to %s: delivered, answered from another address, refused at home', async (_, lab, to) => {
  await rig.build(lab)
  const film = await rig.trace('a', to, { protocol: 'udp', port: 53, timeoutMs: 500 })
  expect(film.outcome).toBe('lost')
  expect(story(film)).toEqual(refusedAtHome)
  const reply = film.hops.find(({ leg, event }) => leg === 'reply' && event === 'sent')
  expect([reply?.packet?.ip?.src, reply?.packet?.udp?.srcPort]).toEqual(['10.2.0.2', 53])
})

test('an anycast address answers by another: the answer counts, as for ping', async () => {
  await rig.build(`
namespaces:
  a: { interfaces: { e0: { addresses: ["fd00:1::2/64"] } } }
  r: { forwarding: true, interfaces: { e1: { addresses: ["fd00:1::1/64"] } } }
links: [[a:e0, r:e1]]
`)
  const film = await rig.trace('a', 'fd00:1::')
  expect(film.outcome).toBe('reply')
  expect(story(film)).toEqual([
    'request sent a:e0 out',
    'request received r:e1 in',
    '(request delivered r:e1)',
    'reply sent r:e1 out',
    'reply received a:e0 in',
    '(reply delivered a:e0)',
  ])
  expect(film.hops.find(({ leg }) => leg === 'reply')?.packet?.ip?.src).toBe('fd00:1::1')
})

test('a redirect is advice: the packet went on, and who let its TTL run out says so', async () => {
  await rig.build(`
namespaces:
  h: { interfaces: { e0: { addresses: [10.1.0.10/24] } }, routes: [{ to: default, via: 10.1.0.1 }] }
  r1: { forwarding: true, interfaces: { e0: { addresses: [10.1.0.1/24] } }, routes: [{ to: 10.2.0.0/24, via: 10.1.0.2 }] }
  r2: { forwarding: true, interfaces: { e0: { addresses: [10.1.0.2/24] }, e1: { addresses: [10.2.0.1/24] } } }
  b: { interfaces: { e0: { addresses: [10.2.0.2/24] } }, routes: [{ to: default, via: 10.2.0.1 }] }
  s: { bridges: { br0: { ports: [p0, p1, p2] } } }
links: [[h:e0, s:p0], [r1:e0, s:p1], [r2:e0, s:p2], [r2:e1, b:e0]]
`)
  const film = await rig.trace('h', '10.2.0.2', { ttl: 2 })
  const said = film.hops.filter(({ leg, event }) => leg === 'error' && event === 'sent')
  expect(said.map(({ namespace, packet }) => [namespace, packet?.icmp?.type])).toEqual([
    ['r1', 5],
    ['r2', 11],
  ])
  expect(film.hops.filter(({ event }) => event === 'dropped').map(({ namespace }) => namespace)).toEqual(['r2'])
})

test('fragments are told apart, and no time runs backwards in the list', async () => {
  await rig.build(asked('10.2.0.2/24'))
  const film = await rig.trace('a', '10.2.0.2', { size: 4000, ttl: 1 })
  const sent = film.hops.filter(
    ({ leg, event, namespace }) => leg === 'request' && event === 'sent' && namespace === 'a',
  )
  expect(sent.map(({ packet }) => [packet?.ip?.fragmentOffset, packet?.ip?.moreFragments])).toEqual([
    [0, true],
    [1480, true],
    [2960, false],
  ])
  const times = film.hops.map(({ timeNs }) => timeNs)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})
