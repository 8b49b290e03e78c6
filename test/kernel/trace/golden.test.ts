/** Films of the tutorials' networks on the real kernel: their structure, never their times. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  capturedFrames,
  traceJson,
  tracePcap,
  type Trace,
  type TraceHop,
} from '../../../electron/core/diagnosis/trace.js'
import { decodeFrame } from '../../../electron/core/packet/decode.js'
import { loadStarter } from '../engine/sandbox.js'
import { bridge, masquerade, nat, router } from './fault-labs.js'
import { Rig, story } from './rig.js'

let rig: Rig
/** All films of this file, for the comparison at its end. */
const films: Trace[] = []
const trace = async (...words: Parameters<Rig['trace']>): Promise<Trace> => {
  const film = await rig.trace(...words)
  films.push(film)
  return film
}
beforeAll(async () => void (rig = await Rig.open()))
afterAll(() => rig.close())

const only = (film: Trace, leg: string, event: string, namespace?: string): TraceHop => {
  const found = film.hops.filter(
    (hop) => hop.leg === leg && hop.event === event && (namespace === undefined || hop.namespace === namespace),
  )
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} hops are ${leg} ${event}`)
  return found[0]
}
const ttls = (film: Trace, leg: string): (number | undefined)[] =>
  film.hops.filter((hop) => hop.leg === leg && hop.observed).map(({ packet }) => packet?.ip?.ttl)

/** Every frame is one hop at most, hops of frames are numbered in order, and what is between has a range. */
function expectSound(film: Trace): void {
  expect(film.hops.map(({ n }) => n)).toEqual(film.hops.map((_, index) => index + 1))
  const frames = film.hops.flatMap(({ frame }) => frame ?? [])
  expect(new Set(frames).size).toBe(frames.length)
  for (const hop of film.hops) {
    expect(hop.observed).toBe(hop.frame !== null)
    expect(hop.observed).toBe(['sent', 'received', 'bridged', 'flooded'].includes(hop.event))
    if (!hop.observed) expect(hop.timeRangeNs).toHaveLength(2)
  }
  expect([film.dropped, film.beyond]).toEqual([0, 0])
}

describe('R: a router between two subnets', () => {
  test('1. before any route nothing leaves ns0', async () => {
    await rig.build(router({ routes0: '', routes1: '', forwarding: false }))
    for (const to of ['192.168.1.1', '192.168.1.2']) {
      const film = await trace('ns0', to)
      expect([film.outcome, film.message]).toEqual(['unreachable', 'Network is unreachable'])
      expect(story(film, true)).toEqual(['(request dropped ns0)'])
      expect(film.diagnosis?.code).toBe('no-route')
    }
  })

  test('2. without forwarding the request dies in the router', async () => {
    await rig.build(router({ forwarding: false }))
    const film = await trace('ns0', '192.168.1.2', { timeoutMs: 300 })
    expect(film.outcome).toBe('lost')
    expect(story(film)).toEqual([
      'request sent ns0:veth0 out',
      'request received ns-router:veth1 in',
      '(request dropped ns-router:veth1)',
    ])
    expectSound(film)
  })

  test('3. with forwarding there and back, TTL 63 on arrival, new MACs behind the router', async () => {
    await rig.build(router())
    const film = await trace('ns0', '192.168.1.2')
    expect([film.outcome, film.ttl, film.diagnosis]).toEqual(['reply', 63, null])
    expect(story(film)).toEqual([
      'request sent ns0:veth0 out',
      'request received ns-router:veth1 in',
      '(request routed ns-router)',
      'request sent ns-router:veth3 out',
      'request received ns1:veth2 in',
      '(request delivered ns1:veth2)',
      'reply sent ns1:veth2 out',
      'reply received ns-router:veth3 in',
      '(reply routed ns-router)',
      'reply sent ns-router:veth1 out',
      'reply received ns0:veth0 in',
      '(reply delivered ns0:veth0)',
    ])
    expect(ttls(film, 'request')).toEqual([64, 64, 63, 63])
    expect(ttls(film, 'reply')).toEqual([64, 64, 63, 63])
    expect(only(film, 'request', 'sent', 'ns-router').changed).toEqual(['eth.src', 'eth.dst', 'ip.ttl'])
    expect(only(film, 'request', 'sent', 'ns-router').packet?.ip?.src).toBe('192.168.0.2')
    expectSound(film)
  })

  test('IPv6 has neighbour discovery for a leg and is else the same', async () => {
    await rig.build(loadStarter('07-host-router.vethlab.yaml').file)
    const film = await trace('ns0', 'fd00:0:0:b::2')
    expect([film.outcome, film.ttl]).toEqual(['reply', 63])
    expect(story(film)).toEqual(story(await trace('ns0', '192.168.1.2')))
    expect(film.hops.some(({ leg }) => leg === 'ndp')).toBe(true)
    expect(film.hops.some(({ leg }) => leg === 'arp')).toBe(false)
    expect(only(film, 'request', 'routed').packet?.ip).toMatchObject({ version: 6, ttl: 63, id: null })
    expectSound(film)
  })
})

describe('B: the bridge and its own interface', () => {
  test('1. without an address on the bridge: one broadcast domain, and no way to the host', async () => {
    await rig.build(loadStarter('05-bridge-gateway.broken.vethlab.yaml').file)
    const film = await trace('ns0', '192.168.1.3')
    expect([film.outcome, film.ttl]).toEqual(['reply', 64])
    expect(story(film)).toEqual([
      'request sent ns0:veth0 out',
      'request received host:veth1 in',
      'request bridged host:veth3 out',
      'request received ns1:veth2 in',
      '(request delivered ns1:veth2)',
      'reply sent ns1:veth2 out',
      'reply received host:veth3 in',
      'reply bridged host:veth1 out',
      'reply received ns0:veth0 in',
      '(reply delivered ns0:veth0)',
    ])
    expect(film.hops.filter(({ leg }) => leg !== 'arp').flatMap(({ changed }) => changed)).toEqual([])
    const refused = await trace('ns0', '172.16.0.157')
    expect([refused.outcome, refused.diagnosis?.code]).toEqual(['unreachable', 'no-route'])
  })

  test('2. with an address: layer 2 up to the port, layer 3 at the bridge of the same name', async () => {
    await rig.build(loadStarter('05-bridge-gateway.vethlab.yaml').file)
    const film = await trace('ns0', '172.16.0.157')
    expect([film.outcome, film.ttl]).toEqual(['reply', 64])
    expect(story(film)).toEqual([
      'request sent ns0:veth0 out',
      'request received host:veth1 in',
      'request received host:bridge0 in',
      '(request delivered host:bridge0)',
      'reply sent host:bridge0 out',
      'reply bridged host:veth1 out',
      'reply received ns0:veth0 in',
      '(reply delivered ns0:veth0)',
    ])
    expectSound(film)
  })

  test('a question is flooded to every port, and so is a frame for a station that the bridge does not know', async () => {
    await rig.build(bridge(), 'ip -n ns0 neigh flush all')
    const film = await trace('ns0', '10.0.0.2')
    expect(story(film, true).slice(0, 7)).toEqual([
      'arp sent ns0:veth0 out',
      'arp received host:p0 in',
      expect.stringMatching(/^arp flooded host:p[12] out$/),
      expect.any(String),
      expect.any(String),
      expect.any(String),
      expect.any(String),
    ])
    expect(film.hops.filter(({ leg, event }) => leg === 'arp' && event === 'flooded')).toHaveLength(2)
    const mac = (await rig.type('ip netns exec ns1 cat /sys/class/net/veth0/address')).trim()
    await rig.type(`ip -n ns0 neigh replace 10.0.0.2 lladdr ${mac} dev veth0 nud permanent`)
    await rig.type(`bridge fdb del ${mac} dev p1 master || true`)
    const unknown = await trace('ns0', '10.0.0.2')
    expect(unknown.outcome).toBe('reply')
    expect(unknown.hops.filter(({ leg, event }) => leg === 'request' && event === 'flooded')).toHaveLength(2)
    expect(unknown.hops.filter(({ event, leg }) => event === 'delivered' && leg === 'request')).toHaveLength(1)
  })
})

describe('N: NAT to the outside', () => {
  test('1. without it the request leaves with its private source, and no answer comes back', async () => {
    await rig.build(nat())
    const film = await trace('ns0', '203.0.113.10', { timeoutMs: 300 })
    expect(film.outcome).toBe('lost')
    expect(story(film)).toEqual([
      'request sent ns0:veth0 out',
      'request received host:veth1 in',
      'request received host:bridge0 in',
      '(request routed host)',
      'request sent host:eth0 out',
      'request received internet:wan0 in',
      '(request dropped internet:wan0)',
    ])
    expect(only(film, 'request', 'sent', 'host').packet?.ip?.src).toBe('192.168.1.2')
  })

  test('2. with it the source is rewritten on the way out and restored on the way back, and the rule is named', async () => {
    await rig.build(nat({ nat: masquerade }))
    const film = await trace('ns0', '203.0.113.10')
    expect([film.outcome, film.ttl]).toEqual(['reply', 63])
    expect(story(film)).toEqual([
      'request sent ns0:veth0 out',
      'request received host:veth1 in',
      'request received host:bridge0 in',
      '(request routed host)',
      '(request nat host)',
      'request sent host:eth0 out',
      'request received internet:wan0 in',
      '(request delivered internet:wan0)',
      'reply sent internet:wan0 out',
      'reply received host:eth0 in',
      '(reply nat host)',
      '(reply routed host)',
      'reply sent host:bridge0 out',
      'reply bridged host:veth1 out',
      'reply received ns0:veth0 in',
      '(reply delivered ns0:veth0)',
    ])
    expect(only(film, 'request', 'nat')).toMatchObject({
      changed: ['ip.src', 'ip.ttl'],
      packet: { ip: { src: '172.16.0.157', dst: '203.0.113.10' } },
      reason: {
        table: 'nat',
        chain: 'POSTROUTING',
        rule: '-s 192.168.1.0/24 -o eth0 -j MASQUERADE',
        verdict: 'accept',
        conntrack: expect.stringMatching(/src=192\.168\.1\.2 dst=203\.0\.113\.10 .*dst=172\.16\.0\.157/),
      },
    })
    expect(only(film, 'reply', 'nat').packet?.ip?.dst).toBe('192.168.1.2')
    expect(only(film, 'reply', 'nat').reason?.rule).toBeNull()
    expectSound(film)
  })

  test('two namespaces with the same ICMP id are told apart, whoever has to change it', async () => {
    await rig.build(nat({ nat: masquerade }))
    // Our probes count their ids; the next ones are taken at the far side by pings of ns1 to the same address.
    const first = await trace('ns0', '203.0.113.10')
    const id = only(first, 'request', 'delivered').packet?.icmp?.id ?? 0
    for (let next = id + 1; next <= id + 3; next++)
      await rig.type(`ip netns exec ns1 ping -c 1 -W 1 -e ${next} 203.0.113.10`)
    const film = await trace('ns0', '203.0.113.10')
    expect(film.outcome).toBe('reply')
    const rewritten = only(film, 'request', 'nat')
    expect(rewritten.changed).toContain('icmp.id')
    const own = film.hops.find(({ leg, namespace }) => leg === 'request' && namespace === 'ns0')?.packet?.icmp?.id
    expect(rewritten.packet?.icmp?.id).not.toBe(own)
    expect(only(film, 'reply', 'nat').packet?.icmp?.id).toBe(own)
    expect(story(film)).toEqual(story(first))
  })

  test('a published port: the destination is rewritten before routing, and restored behind it', async () => {
    await rig.build(loadStarter('09-publish-port.vethlab.yaml').file)
    const film = await trace('internet', '172.16.0.157', { protocol: 'tcp', port: 8080 })
    expect(film.outcome).toBe('connected')
    const syn = film.hops.filter(({ packet }) => packet?.tcp?.flags.join() === 'SYN')
    expect(syn.map(({ event }) => event)).toEqual([
      'sent',
      'received',
      'nat',
      'routed',
      'sent',
      'bridged',
      'received',
      'delivered',
    ])
    expect(syn[2]).toMatchObject({
      changed: ['ip.dst', 'tcp.dstPort'],
      packet: { ip: { dst: '192.168.1.2' }, tcp: { dstPort: 80 } },
      reason: { chain: 'PREROUTING', rule: expect.stringContaining('DNAT --to-destination 192.168.1.2:80') },
    })
    expectSound(film)
  })
})

describe('more ways', () => {
  const line = (routers: number): string => {
    const names = Array.from({ length: routers }, (_, i) => `r${i}`)
    const routerOf = (i: number): string =>
      `  r${i}: { forwarding: true, interfaces: { l${i}: { addresses: [10.0.${i}.2/24] }, r${i}: { addresses: [10.0.${i + 1}.1/24] } }, routes: [{ to: 10.0.0.0/24, via: 10.0.${i}.1 }, { to: 10.0.${routers}.0/24, via: 10.0.${i + 1}.2 }] }`
    const first = names
      .map((_, i) => routerOf(i))
      .map((text, i) =>
        i === 0
          ? text.replace('{ to: 10.0.0.0/24, via: 10.0.0.1 }, ', '')
          : i === routers - 1
            ? text.replace(`, { to: 10.0.${routers}.0/24, via: 10.0.${routers}.2 }`, '')
            : text,
      )
    return `
namespaces:
  a: { interfaces: { a0: { addresses: [10.0.0.1/24] } }, routes: [{ to: default, via: 10.0.0.2 }] }
${first.join('\n')}
  b: { interfaces: { b0: { addresses: [10.0.${routers}.2/24] } }, routes: [{ to: default, via: 10.0.${routers}.1 }] }
links: [[a:a0, r0:l0], ${names
      .slice(1)
      .map((_, i) => `[r${i}:r${i}, r${i + 1}:l${i + 1}]`)
      .join(', ')}, [r${routers - 1}:r${routers - 1}, b:b0]]
`
  }

  test('20 routers: every one takes one from the TTL, there and back', async () => {
    await rig.build(line(20))
    const film = await trace('a', '10.0.20.2')
    expect([film.outcome, film.ttl]).toEqual(['reply', 44])
    const seen = ttls(film, 'request')
    expect(seen).toEqual(Array.from({ length: 21 }, (_, i) => [64 - i, 64 - i]).flat())
    expect(ttls(film, 'reply')).toEqual(seen)
    expect(film.hops.filter(({ event }) => event === 'routed')).toHaveLength(40)
    expectSound(film)
  })

  test('a series of TTLs: every router says that it ran out, the target answers', async () => {
    await rig.build(line(4))
    const film = await trace('a', '10.0.4.2', { series: true })
    expect(film.outcome).toBe('reply')
    expect(film.answers.map(({ ttl, by, outcome }) => [ttl, by, outcome])).toEqual([
      [1, '10.0.0.2', 'lost'],
      [2, '10.0.1.2', 'lost'],
      [3, '10.0.2.2', 'lost'],
      [4, '10.0.3.2', 'lost'],
      [5, null, 'reply'],
    ])
    expect(
      film.hops.filter(({ event, leg }) => event === 'dropped' && leg === 'request').map((hop) => hop.namespace),
    ).toEqual(['r0', 'r1', 'r2', 'r3'])
    expect(film.hops.filter(({ event, leg }) => event === 'delivered' && leg === 'error')).toHaveLength(4)
  })

  test('an allowed number of hops that is too small ends where it says', async () => {
    const film = await trace('a', '10.0.4.2', { ttl: 2 })
    expect([film.outcome, film.diagnosis?.code, film.diagnosis?.namespace]).toEqual(['lost', 'ttl-exceeded', 'r1'])
    expect(film.diagnosis?.fix).toBeNull()
    expect(film.diagnosis?.cause).toContain('sent with a TTL of 2')
  })

  test('VXLAN between two bridges: the frame inside is the same at both ends', async () => {
    await rig.build(`
namespaces:
  left:
    bridges: { br0: { ports: [p0, vx0] } }
    interfaces: { u0: { addresses: [10.1.0.1/24] } }
  right:
    bridges: { br0: { ports: [p0, vx0] } }
    interfaces: { u0: { addresses: [10.1.0.2/24] } }
  a: { interfaces: { a0: { addresses: [192.168.9.1/24] } } }
  b: { interfaces: { b0: { addresses: [192.168.9.2/24] } } }
links: [[left:u0, right:u0], [a:a0, left:p0], [b:b0, right:p0]]
tunnels:
  - { type: vxlan, id: 42, namespace: left, name: vx0, local: 10.1.0.1, remote: 10.1.0.2, port: 4789 }
  - { type: vxlan, id: 42, namespace: right, name: vx0, local: 10.1.0.2, remote: 10.1.0.1, port: 4789 }
`)
    const film = await trace('a', '192.168.9.2')
    expect([film.outcome, film.ttl]).toEqual(['reply', 64])
    const request = story(film).filter((hop) => hop.startsWith('request') || hop.startsWith('(request'))
    expect(request).toEqual([
      'request sent a:a0 out',
      'request received left:p0 in',
      'request bridged left:vx0 out',
      'request sent left:u0 out',
      'request received right:u0 in',
      'request received right:vx0 in',
      'request bridged right:p0 out',
      'request received b:b0 in',
      '(request delivered b:b0)',
    ])
    const wrapped = film.hops.find(
      ({ leg, namespace, interface: name }) => leg === 'request' && namespace === 'left' && name === 'u0',
    )
    expect(wrapped?.packet).toMatchObject({
      udp: { dstPort: 4789 },
      vxlan: { vni: 42 },
      inner: { ip: { src: '192.168.9.1', dst: '192.168.9.2', ttl: 64 } },
    })
    expectSound(film)
  })

  test('a connection: handshake and good-bye; a closed port: a reset', async () => {
    await rig.build(bridge())
    const open = await trace('ns0', '10.0.0.2', { protocol: 'tcp', port: 80 })
    expect([open.outcome, open.ttl]).toEqual(['connected', null])
    const flags = open.hops
      .filter(
        ({ observed, direction, namespace, leg }) =>
          observed && namespace === 'ns0' && leg !== 'arp' && direction !== null,
      )
      .map(({ packet }) => packet?.tcp?.flags.join())
    expect(flags.slice(0, 3)).toEqual(['SYN', 'SYN,ACK', 'ACK'])
    expect(flags.some((each) => each?.includes('FIN'))).toBe(true)
    const closed = await trace('ns0', '10.0.0.2', { protocol: 'tcp', port: 81 })
    expect([closed.outcome, closed.diagnosis?.code, closed.diagnosis?.namespace]).toEqual([
      'refused',
      'port-closed',
      'ns1',
    ])
    expect(closed.hops.filter(({ leg, observed }) => leg === 'reply' && observed)[0]?.packet?.tcp?.flags).toContain(
      'RST',
    )
    expectSound(closed)
  })

  test('a packet that must not be cut: the router says which size it takes, a smaller one passes', async () => {
    await rig.build(router(), 'ip -n ns-router link set veth3 mtu 1400', 'ip -n ns1 link set veth2 mtu 1400')
    const film = await trace('ns0', '192.168.1.2', { df: true, size: 1400 })
    expect([film.outcome, film.message]).toEqual(['unreachable', 'Frag needed and DF set (mtu = 1400)'])
    expect(story(film)).toEqual([
      'request sent ns0:veth0 out',
      'request received ns-router:veth1 in',
      '(request dropped ns-router:veth1)',
      'error sent ns-router:veth1 out',
      'error received ns0:veth0 in',
      '(error delivered ns0:veth0)',
    ])
    expect((await trace('ns0', '192.168.1.2', { df: true, size: 1372 })).outcome).toBe('reply')
    // Cut on its way instead, where it may be.
    const cut = await trace('ns0', '192.168.1.2', { size: 3000 })
    expect(cut.outcome).toBe('reply')
  })

  test('several pings are several exchanges of one film; names stand for addresses', async () => {
    await rig.build(router())
    const film = await trace('ns0', 'ns1', { count: 3 })
    expect(film.probe).toMatchObject({ from: 'ns0', to: '192.168.1.2', name: 'ns1', count: 3 })
    expect(film.answers.map(({ outcome }) => outcome)).toEqual(['reply', 'reply', 'reply'])
    expect(film.hops.filter(({ event, leg }) => event === 'delivered' && leg === 'reply')).toHaveLength(3)
    expect(new Set(film.hops.flatMap(({ packet }) => packet?.icmp?.seq ?? []))).toEqual(new Set([1, 2, 3]))
  })

  test('the last traces are kept with their lab, and gone with it', async () => {
    await rig.build(router())
    const film = await trace('ns0', '192.168.1.2')
    const { traces } = await rig.session.request('trace/list', {})
    expect(traces.map(({ id, outcome }) => [id, outcome])).toEqual([[film.id, 'reply']])
    expect(await rig.session.request('trace/get', { trace: film.id })).toEqual({ ok: true, trace: film })
    await rig.build(router())
    expect((await rig.session.request('trace/list', {})).traces).toEqual([])
    expect(await rig.session.request('trace/get', { trace: film.id })).toMatchObject({
      ok: false,
      failure: { code: 'no-such-trace' },
    })
  })

  test('the fifty latest are kept, the first of them goes first', async () => {
    await rig.build(router())
    const ids: string[] = []
    for (let n = 0; n < 52; n++) ids.push((await rig.trace('ns0', '192.168.1.2')).id)
    const { traces } = await rig.session.request('trace/list', {})
    expect(traces.map(({ id }) => id)).toEqual(ids.slice(2))
  })

  test('rules that let a packet pass are named where they did', async () => {
    await rig.build(
      router({
        router: 'firewall: [{ chain: forward, source: 192.168.0.2, action: accept }]',
        ns1: ', firewall: [{ chain: input, protocol: icmp, action: accept }]',
      }),
    )
    const film = await trace('ns0', '192.168.1.2')
    expect(only(film, 'request', 'routed').reason).toEqual({
      table: 'filter',
      chain: 'FORWARD',
      rule: '-s 192.168.0.2/32 -j ACCEPT',
      verdict: 'accept',
      conntrack: null,
    })
    expect(only(film, 'request', 'delivered').reason).toMatchObject({ chain: 'INPUT', rule: '-p icmp -j ACCEPT' })
    expect(only(film, 'reply', 'routed').reason).toBeUndefined()
    expect(Buffer.from(tracePcap(film, 'test')).toString('latin1')).toContain(
      'then routed in ns-router by filter FORWARD: -s 192.168.0.2/32 -j ACCEPT (accept)',
    )
  })

  test('a namespace and a cable that come while the trace runs are in the film', async () => {
    await rig.build(router({ forwarding: false }))
    // The probe waits for its answer; meanwhile somebody builds another way for pings of their own.
    const [film] = await Promise.all([
      rig.trace('ns0', '192.168.1.2', { timeoutMs: 3000 }),
      rig.type(
        'sleep 0.5; ip netns add late && ip link add l0 netns late type veth peer name l1 netns ns1 && ip -n late addr add 10.7.0.1/24 dev l0 && ip -n late link set l0 up && ip -n ns1 addr add 10.7.0.2/24 dev l1 && ip -n ns1 link set l1 up && ip netns exec late ping -c 1 -W 5 10.7.0.2',
      ),
    ])
    const places = new Set(film.frames.map(({ namespace, interface: name }) => `${namespace}:${name}`))
    expect([...places]).toEqual(expect.arrayContaining(['late:l0', 'ns1:l1']))
    expect(film.interfaces).toEqual(
      expect.arrayContaining([expect.objectContaining({ namespace: 'late', name: 'l0' })]),
    )
    expect(film.diagnosis?.code).toBe('forwarding-off')
  })

  test('a capture with gaps says so', async () => {
    await rig.build(nat())
    // More than is kept of one probe passes while it waits.
    const [film] = await Promise.all([
      rig.trace('ns0', '203.0.113.10', { timeoutMs: 3000 }),
      rig.type('ip netns exec ns1 ping -q -f -c 4000 192.168.1.1'),
    ])
    expect(film.beyond).toBeGreaterThan(0)
    expect(traceJson(film)).toMatchObject({ incomplete: { dropped: film.dropped, beyond: film.beyond } })
  })

  test('rules are traced by a table that nobody sees and that is gone afterwards', async () => {
    await rig.build(nat({ nat: masquerade }))
    const revision = rig.session.live.revision
    await trace('ns0', '203.0.113.10')
    expect(await rig.type('nft list tables')).not.toContain('vethlab')
    const seen = rig.session.live.namespaces.flatMap(({ ruleset }) => ruleset.nft)
    expect(JSON.stringify(seen)).not.toContain('vethlab_trace')
    expect(rig.session.live.revision).toBeGreaterThanOrEqual(revision)
  })

  test('what cannot be traced is refused in words', async () => {
    await rig.build(router())
    const ask = (params: object) => rig.session.request('trace/run', { from: 'ns0', to: 'ns1', ...params } as never)
    expect(await ask({ from: 'nowhere' })).toMatchObject({ ok: false, failure: { code: 'no-such-namespace' } })
    expect(await ask({ to: 'nobody' })).toMatchObject({ ok: false, failure: { code: 'no-such-target' } })
    expect(await ask({ protocol: 'tcp' })).toMatchObject({ ok: false, failure: { code: 'no-port' } })
    await expect(ask({ ttl: 0 })).rejects.toThrow(/trace\/run/)
    await expect(ask({ command: 'reboot' })).rejects.toThrow(/trace\/run/)
  })
})

const hexOf = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`
/** From the lowest bit (RFC 9293, section 3.1). */
const tcpFlags = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR']

const hasTshark = spawnSync('tshark', ['--version']).status === 0

test.skipIf(!hasTshark)('tshark reads the capture files and agrees with the films (skipped without tshark)', () => {
  const fields = [
    'eth.src',
    'eth.dst',
    'eth.type',
    'ip.src',
    'ip.dst',
    'ip.ttl',
    'ip.len',
    'ip.id',
    'ip.flags.df',
    'ip.proto',
    'ipv6.src',
    'ipv6.dst',
    'ipv6.hlim',
    'icmp.type',
    'icmp.code',
    'icmp.ident',
    'icmp.seq',
    'icmpv6.type',
    'icmpv6.code',
    'icmpv6.echo.identifier',
    'icmpv6.echo.sequence_number',
    'tcp.srcport',
    'tcp.dstport',
    'tcp.seq_raw',
    'tcp.ack_raw',
    'tcp.flags',
    'udp.srcport',
    'udp.dstport',
    'udp.length',
    'arp.opcode',
    'arp.src.hw_mac',
    'arp.src.proto_ipv4',
    'arp.dst.proto_ipv4',
    'vxlan.vni',
    'frame.comment',
  ]
  let compared = 0
  // Sections of a capture file may follow each other: one file and one tshark for all films.
  const file = join(rig.world.directory, 'films.pcapng')
  writeFileSync(file, Buffer.concat(films.map((film) => tracePcap(film, 'test'))))
  const columns = fields.flatMap((field) => ['-e', field])
  const ran = spawnSync(
    'tshark',
    ['-r', file, '-n', '-T', 'fields', '-E', 'separator=|', '-E', 'occurrence=f', ...columns],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  )
  expect(ran.status).toBe(0)
  const all = ran.stdout.trimEnd().split('\n')
  expect(all).toHaveLength(films.reduce((sum, film) => sum + film.frames.length, 0))
  for (const film of films) {
    const lines = all.splice(0, film.frames.length)
    const hops = new Map(film.hops.flatMap((hop) => (hop.frame === null ? [] : [[hop.frame, hop] as const])))
    capturedFrames(film).forEach((frame, at) => {
      const row = Object.fromEntries((lines[at] ?? '').split('|').map((value, i) => [fields[i] ?? '', value]))
      const { headers } = decodeFrame(frame.bytes, { originalLength: frame.originalLength })
      const { eth, ip, arp, tcp, udp, icmp, vxlan } = headers
      const four = ip?.version === 4
      const expected: Record<string, string | undefined> = {
        'eth.src': eth?.src,
        'eth.dst': eth?.dst,
        'eth.type': eth && eth.type,
        'ip.src': four ? ip.src : undefined,
        'ip.dst': four ? ip.dst : undefined,
        'ip.ttl': four ? String(ip.ttl) : undefined,
        'ip.len': four ? String(ip.length) : undefined,
        'ip.id': four ? hexOf(ip.id ?? 0, 4) : undefined,
        'ip.flags.df': four ? String(Number(ip.df)) : undefined,
        'ip.proto': four ? String({ icmp: 1, tcp: 6, udp: 17 }[ip.protocol] ?? ip.protocol) : undefined,
        'ipv6.src': ip && !four ? ip.src : undefined,
        'ipv6.dst': ip && !four ? ip.dst : undefined,
        'ipv6.hlim': ip && !four ? String(ip.ttl) : undefined,
        'icmp.type': icmp && four ? String(icmp.type) : undefined,
        'icmp.code': icmp && four ? String(icmp.code) : undefined,
        'icmp.ident': icmp && four && icmp.id !== null ? String(icmp.id) : undefined,
        'icmp.seq': icmp && four && icmp.seq !== null ? String(icmp.seq) : undefined,
        'icmpv6.type': icmp && !four ? String(icmp.type) : undefined,
        'icmpv6.code': icmp && !four ? String(icmp.code) : undefined,
        'icmpv6.echo.identifier': icmp && !four && icmp.id !== null ? hexOf(icmp.id, 4) : undefined,
        'icmpv6.echo.sequence_number': icmp && !four && icmp.seq !== null ? String(icmp.seq) : undefined,
        'tcp.srcport': tcp && String(tcp.srcPort),
        'tcp.dstport': tcp && String(tcp.dstPort),
        'tcp.seq_raw': tcp && String(tcp.seq),
        'tcp.ack_raw': tcp && String(tcp.ack),
        'tcp.flags':
          tcp &&
          hexOf(
            tcp.flags.reduce((bits, flag) => bits | (1 << tcpFlags.indexOf(flag)), 0),
            4,
          ),
        'udp.srcport': udp && String(udp.srcPort),
        'udp.dstport': udp && String(udp.dstPort),
        'udp.length': udp && String(udp.length),
        'arp.opcode': arp && (arp.op === 'request' ? '1' : '2'),
        'arp.src.hw_mac': arp?.senderMac,
        'arp.src.proto_ipv4': arp?.senderIp,
        'arp.dst.proto_ipv4': arp?.targetIp,
        'vxlan.vni': vxlan && String(vxlan.vni),
      }
      for (const [field, value] of Object.entries(expected)) {
        // What an error quotes and what a tunnel carries tshark shows in the same columns, behind ours.
        if (value === undefined) continue
        const shown = field === 'eth.type' ? `0x${Number(row[field]).toString(16).padStart(4, '0')}` : row[field]
        expect([field, shown]).toEqual([field, value])
        compared += 1
      }
      const hop = hops.get(at)
      if (hop) expect(row['frame.comment']).toContain(`hop ${hop.n}: ${hop.leg} ${hop.event}`)
    })
  }
  expect(compared).toBeGreaterThan(2000)
  // Names of interfaces: tshark looks them up in the first section only.
  const longest = films.reduce((a, b) => (b.frames.length > a.frames.length ? b : a))
  writeFileSync(file, tracePcap(longest, 'test'))
  const named = spawnSync('tshark', ['-r', file, '-T', 'fields', '-e', 'frame.interface_name'], { encoding: 'utf8' })
  expect(named.stdout.trimEnd().split('\n')).toEqual(
    longest.frames.map(({ namespace, interface: name }) => `${namespace}:${name}`),
  )
})

test('the document of --json is what the contract says', async () => {
  await rig.build(router())
  const document = JSON.parse(JSON.stringify(traceJson(await trace('ns0', '192.168.1.2'))))
  expect(Object.keys(document)).toEqual(['lab', 'probe', 'outcome', 'rttUs', 'ttl', 'hops', 'diagnosis'])
  expect(document.probe).toEqual({ from: 'ns0', to: '192.168.1.2', protocol: 'icmp' })
  const hop = document.hops.find((each: { leg: string }) => each.leg === 'request')
  expect(Object.keys(hop)).toEqual([
    'n',
    'timeNs',
    'leg',
    'namespace',
    'interface',
    'direction',
    'event',
    'observed',
    'packet',
    'changed',
  ])
})
