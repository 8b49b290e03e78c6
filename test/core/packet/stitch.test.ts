import { describe, expect, test } from 'vitest'
import { hopJson, type TracedHop } from '../../../electron/core/packet/hop.js'
import { decodeFrame } from '../../../electron/core/packet/decode.js'
import { stitch } from '../../../electron/core/packet/stitch.js'
import { load, scenarios, story, trace } from './fixtures.js'

const routerArp = (near: string, far: string, nearIf: string, farIf: string): string[] => [
  `arp sent ${near}:${nearIf} out`,
  `arp received ${far}:${farIf} in`,
  `arp sent ${far}:${farIf} out`,
  `arp received ${near}:${nearIf} in`,
]
const only = (hops: readonly TracedHop[], leg: string, event: string): TracedHop => {
  const found = hops.filter((hop) => hop.leg === leg && hop.event === event)
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} hops are ${leg} ${event}`)
  return found[0]
}
const probed = ['request', 'reply', 'error']

describe('a router between two subnets', () => {
  test('every frame is a hop in the order of the wires, routing stands between them', () => {
    expect(story(trace('router'))).toEqual([
      ...routerArp('ns0', 'ns-router', 'veth0', 'veth1'),
      'request sent ns0:veth0 out',
      'request received ns-router:veth1 in',
      '(request routed ns-router)',
      ...routerArp('ns-router', 'ns1', 'veth3', 'veth2'),
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
  })

  test('routing takes one from the TTL and changes both MACs, nothing else', () => {
    const hops = trace('router')
    const routed = only(hops, 'request', 'routed')
    expect(routed.changed).toEqual(['ip.ttl'])
    expect(routed.packet?.ip?.ttl).toBe(63)
    expect(routed.packet?.eth).toBeUndefined()
    const sent = hops.find(
      ({ leg, event, namespace }) => leg === 'request' && event === 'sent' && namespace === 'ns-router',
    )
    expect(sent?.changed).toEqual(['eth.src', 'eth.dst', 'ip.ttl'])
    expect(sent?.comparedWith).toBe(routed.n - 1)
  })

  test('without a route the request was never sent', () => {
    const hops = trace('router-no-route')
    expect(story(hops)).toEqual(['(request dropped ns0)'])
    expect(hops[0]).toMatchObject({ observed: false, packet: null, interface: null, timeRangeNs: [0, 0] })
  })

  test('with forwarding off it is dropped in the router', () => {
    expect(story(trace('router-forwarding-off'), probed)).toEqual([
      'request sent ns0:veth0 out',
      'request received ns-router:veth1 in',
      '(request dropped ns-router:veth1)',
    ])
  })

  test('without a route back it ends in the target', () => {
    expect(story(trace('router-no-return-route'), probed).slice(-2)).toEqual([
      'request received ns1:veth2 in',
      '(request dropped ns1:veth2)',
    ])
  })

  test('IPv6 is routed alike, its neighbour discovery has a leg of its own', () => {
    const hops = trace('router-ipv6')
    expect(story(hops, probed)).toEqual(story(trace('router'), probed))
    expect(hops.filter(({ leg }) => leg === 'arp')).toEqual([])
    // Three exchanges of four frames: ns0, the router, and ns1 for its answer each had to ask.
    expect(hops.filter(({ leg }) => leg === 'ndp')).toHaveLength(12)
    const kinds = new Set(hops.filter(({ leg }) => leg === 'ndp').map(({ packet }) => packet?.icmp?.type))
    expect([...kinds]).toEqual([135, 136])
    expect(only(hops, 'request', 'routed').packet?.ip).toMatchObject({ version: 6, ttl: 63, id: null })
  })

  test('without a marker, all packets that fit the probe count', () => {
    // The capture holds three pings: one that arrives, one whose hop limit ends, one in fragments.
    const hops = trace('router-ipv6', { marker: null })
    expect(
      hops.filter(({ event, leg, namespace }) => event === 'delivered' && leg === 'reply' && namespace === 'ns0'),
    ).toHaveLength(2)
    const dropped = only(hops, 'request', 'dropped')
    expect(dropped.namespace).toBe('ns-router')
    expect(only(hops, 'error', 'delivered').packet?.icmp).toMatchObject({ type: 3, code: 0 })
    expect(hops.filter(({ packet }) => packet?.ip?.length === 1496)).not.toHaveLength(0)
  })
})

describe('a bridge', () => {
  test('hands packets for the host up to its own interface', () => {
    expect(story(trace('bridge-host'), probed)).toEqual([
      'request sent ns0:veth0 out',
      'request received host:veth1 in',
      'request received host:bridge0 in',
      '(request delivered host:bridge0)',
      'reply sent host:bridge0 out',
      'reply bridged host:veth1 out',
      'reply received ns0:veth0 in',
      '(reply delivered ns0:veth0)',
    ])
  })

  test('floods an ARP question to every port and to its own interface', () => {
    const arp = story(trace('bridge-arp'), ['arp'])
    expect(arp).toContain('arp flooded host:port1 out')
    expect(arp).toContain('arp flooded host:port2 out')
    expect(arp).toContain('arp received host:br0 in')
    expect(arp).toContain('arp received ns2:eth0 in')
    expect(arp.filter((hop) => hop.includes('bridged'))).toEqual(['arp bridged host:port0 out'])
  })

  test('forwards a known unicast to one port, unchanged', () => {
    const hops = trace('bridge-arp').filter(({ leg }) => probed.includes(leg))
    expect(hops.filter(({ event }) => event === 'flooded')).toEqual([])
    expect(hops.filter(({ event }) => event === 'bridged')).toHaveLength(2)
    expect(hops.flatMap(({ changed }) => changed)).toEqual([])
  })

  test('floods an unknown unicast, of which the wrong copy ends without a word', () => {
    const hops = trace('bridge-unknown-unicast')
    expect(hops.filter(({ event }) => event === 'flooded').map(({ interface: name }) => name)).toEqual([
      'port2',
      'port1',
    ])
    expect(hops.filter(({ namespace }) => namespace === 'ns2').map(({ event }) => event)).toEqual(['received'])
    expect(hops.filter(({ event }) => event === 'delivered').map(({ namespace }) => namespace)).toEqual(['ns1', 'ns0'])
  })

  test('other pings with the same id, spanning tree, MLD and other neighbours are not hops', () => {
    expect(load('bridge-noise').frames.length).toBeGreaterThan(100)
    expect(story(trace('bridge-noise'))).toEqual(story(trace('bridge-host'), probed))
  })
})

describe('NAT', () => {
  test('rewrites the source after routing and restores the destination before it', () => {
    expect(story(trace('nat'), probed)).toEqual([
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
  })

  test('an answer that it cannot send on is turned back all the same, and dropped on its way to who had asked', () => {
    const { frames, probe } = load('nat')
    const whole = trace('nat')
    const back = only(whole, 'reply', 'nat')
    const kept = new Set(whole.flatMap(({ n, frame }) => (n < back.n && frame !== null ? [frame] : [])))
    const hops = trace(
      'nat',
      { ...probe, answered: false },
      frames.filter((_, index) => kept.has(index)),
    )
    expect(story(hops, ['reply'])).toEqual([
      'reply sent internet:wan0 out',
      'reply received host:eth0 in',
      '(reply nat host)',
      '(reply dropped host:eth0)',
    ])
    expect(hops.at(-1)?.packet?.ip?.dst).toBe('192.168.1.2')
  })

  test('tells what it changed, and when it can have been', () => {
    const hops = trace('nat')
    const out = only(hops, 'request', 'nat')
    expect(out.changed).toEqual(['ip.src', 'ip.ttl'])
    expect(out.packet?.ip).toMatchObject({ src: '172.16.0.157', dst: '203.0.113.10', ttl: 63 })
    expect(only(hops, 'request', 'routed').packet?.ip?.src).toBe('192.168.1.2')
    const before = hops[out.n - 3]
    const after = hops.find(({ leg, interface: name }) => leg === 'request' && name === 'eth0')
    expect(out.timeRangeNs).toEqual([before?.timeNs, after?.timeNs])
    const back = only(hops, 'reply', 'nat')
    expect(back.changed).toEqual(['ip.dst'])
    expect(back.packet?.ip).toMatchObject({ dst: '192.168.1.2', ttl: 64 })
  })

  test('an ICMP id that conntrack had to change is followed there and back', () => {
    expect(load('nat-id-collision').frames.length).toBeGreaterThan(60)
    const hops = trace('nat-id-collision')
    expect(story(hops)).toEqual(story(trace('nat'), probed))
    const translated = only(hops, 'request', 'nat')
    expect(translated.changed).toContain('icmp.id')
    expect(translated.packet?.icmp?.id).not.toBe(777)
    expect(only(hops, 'reply', 'nat').packet?.icmp?.id).toBe(777)
    expect(hops.filter(({ observed }) => observed)).toHaveLength(10)
  })

  test('when it is missing, the request leaves with its private source and ends outside', () => {
    const hops = trace('nat-missing').filter(({ leg }) => leg === 'request')
    expect(hops.some(({ event }) => event === 'nat')).toBe(false)
    expect(hops.at(-1)).toMatchObject({ event: 'dropped', namespace: 'internet' })
    expect(hops.at(-1)?.packet?.ip?.src).toBe('192.168.1.2')
  })

  test('a published port: the destination is rewritten before routing, the answer restored after it', () => {
    const hops = trace('dnat-tcp')
    const syn = hops.filter(({ leg, packet }) => leg === 'request' && packet?.tcp?.flags.join() === 'SYN')
    expect(story(syn)).toEqual([
      'request sent internet:wan0 out',
      'request received host:eth0 in',
      '(request nat host)',
      '(request routed host)',
      'request sent host:bridge0 out',
      'request bridged host:veth1 out',
      'request received ns0:veth0 in',
      '(request delivered ns0:veth0)',
    ])
    expect(syn[2]?.changed).toEqual(['ip.dst', 'tcp.dstPort'])
    const answer = hops.filter(({ leg, packet }) => leg === 'reply' && packet?.tcp?.flags.join() === 'SYN,ACK')
    expect(answer.filter(({ observed }) => !observed).map(({ event }) => event)).toEqual(['routed', 'nat', 'delivered'])
    expect(answer.at(-1)?.packet).toMatchObject({ ip: { src: '172.16.0.157' }, tcp: { srcPort: 8080 } })
  })

  test('fragments that the bridge put together are not taken for lost', () => {
    const hops = trace('nat-fragments')
    expect(hops.filter(({ observed }) => observed)).toHaveLength(load('nat-fragments').frames.length)
    expect(hops.filter(({ event }) => event === 'dropped')).toEqual([])
    expect(only(hops, 'request', 'nat').packet?.ip?.src).toBe('172.16.0.157')
    expect(only(hops, 'request', 'delivered').namespace).toBe('internet')
    expect(only(hops, 'reply', 'delivered').namespace).toBe('ns0')
  })
})

describe('TCP', () => {
  test('a connect is followed through handshake, data and end', () => {
    const hops = trace('nat-tcp')
    const sent = hops.filter(({ event, namespace, interface: name }) => {
      return event === 'sent' && (namespace === 'ns0' || (namespace === 'internet' && name === 'wan0'))
    })
    expect(sent.slice(0, 3).map(({ leg, packet }) => `${leg} ${packet?.tcp?.flags.join()}`)).toEqual([
      'request SYN',
      'reply SYN,ACK',
      'request ACK',
    ])
    expect(sent.some(({ packet }) => packet?.tcp?.flags.includes('FIN'))).toBe(true)
    expect(hops.filter(({ observed }) => observed)).toHaveLength(load('nat-tcp').frames.length)
    expect(hops.filter(({ event }) => event === 'dropped')).toEqual([])
  })

  test('a closed port answers with RST', () => {
    const hops = trace('nat-tcp-refused')
    expect(story(hops)).toEqual(story(trace('nat'), probed))
    expect(only(hops, 'reply', 'delivered').packet?.tcp?.flags).toEqual(['RST', 'ACK'])
  })

  test('each retransmission is dropped anew', () => {
    const hops = trace('tcp-dropped')
    expect(story(hops, probed)).toEqual(
      [1, 2, 3].flatMap(() => [
        'request sent ns0:veth0 out',
        'request received ns-router:veth1 in',
        '(request dropped ns-router:veth1)',
      ]),
    )
    expect(new Set(hops.flatMap(({ packet }) => packet?.tcp?.seq ?? [])).size).toBe(1)
  })
})

describe('UDP', () => {
  test('request and reply are told apart by direction', () => {
    expect(story(trace('udp-reply'), probed)).toEqual(story(trace('router'), probed))
  })

  test('a closed port answers with an ICMP error that NAT hands back to the sender', () => {
    const hops = trace('nat-udp-refused')
    expect(story(hops, ['error'])).toEqual(story(trace('nat'), ['reply']).map((hop) => hop.replace('reply', 'error')))
    expect(only(hops, 'request', 'dropped').namespace).toBe('internet')
    expect(only(hops, 'error', 'delivered').packet?.icmp).toMatchObject({ type: 3, code: 3 })
  })

  test('errors about other probes of a traceroute do not belong to this one', () => {
    const hops = trace('traceroute')
    expect(hops.filter(({ observed }) => observed)).toHaveLength(4)
    const second = trace('traceroute', { port: 33435 })
    expect(only(second, 'request', 'dropped').namespace).toBe('r2')
    const third = trace('traceroute', { port: 33436 })
    expect(only(third, 'error', 'delivered').packet?.icmp).toMatchObject({ type: 3, code: 3 })
  })
})

describe('errors', () => {
  test('a TTL that ends is a drop, followed by the error about it', () => {
    const hops = trace('ttl-exceeded')
    expect(story(hops, probed).slice(-7)).toEqual([
      '(request dropped r2:eth0)',
      'error sent r2:eth0 out',
      'error received r1:eth1 in',
      '(error routed r1)',
      'error sent r1:eth0 out',
      'error received a:eth0 in',
      '(error delivered a:eth0)',
    ])
    const dropped = only(hops, 'request', 'dropped')
    expect(dropped.packet?.ip?.ttl).toBe(1)
    expect(dropped.timeRangeNs?.[1]).toBe(hops[dropped.n]?.timeNs)
  })

  test('a neighbour that never answers: three questions, the drop, the error', () => {
    const hops = trace('neighbour-failed')
    const arp = hops.filter(({ leg, event }) => leg === 'arp' && event === 'sent')
    expect(arp.map(({ namespace, packet }) => [namespace, packet?.arp?.targetIp])).toEqual(
      [1, 2, 3].map(() => ['r2', '10.0.3.77']),
    )
    const dropped = only(hops, 'request', 'dropped')
    expect(dropped.namespace).toBe('r2')
    expect(dropped.n).toBeGreaterThan(arp[2]?.n ?? Infinity)
    expect(hops[dropped.n]).toMatchObject({ leg: 'error', event: 'sent', packet: { icmp: { type: 3, code: 1 } } })
  })

  test.each([
    ['firewall-reject', 13],
    ['mtu', 4],
  ])('%s: dropped in the router, code %i comes back', (scenario, code) => {
    const hops = trace(scenario)
    expect(only(hops, 'request', 'dropped').namespace).toBe('ns-router')
    expect(only(hops, 'error', 'delivered')).toMatchObject({ namespace: 'ns0', packet: { icmp: { type: 3, code } } })
  })
})

describe('other ways', () => {
  test('a router that fragments routes once and delivers once', () => {
    const hops = trace('router-fragments').filter(({ leg }) => leg === 'request')
    expect(story(hops)).toEqual([
      'request sent ns0:veth0 out',
      'request received ns-router:veth1 in',
      '(request routed ns-router)',
      'request sent ns-router:veth3 out',
      'request received ns1:veth2 in',
      'request sent ns-router:veth3 out',
      'request received ns1:veth2 in',
      '(request delivered ns1:veth2)',
    ])
  })

  test('through a VXLAN the packet travels inside another, which is routed in its stead', () => {
    const hops = trace('vxlan')
    expect(hops.filter(({ observed }) => observed)).toHaveLength(load('vxlan').frames.length)
    const request = hops.filter(({ leg }) => leg === 'request')
    expect(story(request)).toEqual([
      'request sent ns0:eth0 out',
      'request received r1:port0 in',
      'request bridged r1:vx0 out',
      'request sent r1:wan out',
      'request received core:c1 in',
      '(request routed core)',
      'request sent core:c2 out',
      'request received r2:wan in',
      'request received r2:vx0 in',
      'request bridged r2:port0 out',
      'request received ns1:eth0 in',
      '(request delivered ns1:eth0)',
    ])
    expect(request[3]?.packet?.vxlan?.vni).toBe(42)
    expect(request[3]?.changed).toContain('vxlan.vni')
    expect(request[3]?.changed.some((path) => path.startsWith('inner.'))).toBe(false)
    expect(request[5]?.changed).toEqual(['ip.ttl'])
    expect(request.at(-1)?.packet?.ip?.ttl).toBe(64)
  })

  test('the question for a VXLAN peer belongs to the probe whose packet waited for it', () => {
    const asked = trace('vxlan').flatMap(({ leg, event, packet, namespace }) =>
      leg === 'arp' && event === 'sent' && packet?.arp?.op === 'request' ? [`${namespace} ${packet.arp.targetIp}`] : [],
    )
    expect(asked).toEqual(['ns0 192.168.9.2', 'r1 10.0.1.1', 'core 10.0.2.2'])
  })

  test('lo shows each packet on its way out and in', () => {
    expect(story(trace('loopback'))).toEqual([
      'request sent ns0:lo out',
      'request received ns0:lo in',
      '(request delivered ns0:lo)',
      'reply sent ns0:lo out',
      'reply received ns0:lo in',
      '(reply delivered ns0:lo)',
    ])
  })

  test('an answer that arrived and was not taken is dropped', () => {
    const hops = trace('router', { answered: false })
    expect(hops.at(-1)).toMatchObject({ leg: 'reply', event: 'dropped', namespace: 'ns0' })
  })

  test('frames before the start of the probe are not its own', () => {
    const { frames } = load('tcp-dropped')
    const hops = trace('tcp-dropped', { startNs: 500_000_000 })
    expect(hops.filter(({ observed }) => observed)).toHaveLength(frames.length - 6)
    expect(hops[0]?.timeNs).toBe(0)
  })

  test('a veth whose other end lost the frame shows where', () => {
    const recording = load('router-forwarding-off')
    const frames = recording.frames.filter(
      ({ namespace, bytes }) => namespace === 'ns0' || bytes[12] !== 8 || bytes[13] !== 0,
    )
    const hops = trace('router-forwarding-off', {}, frames)
    expect(story(hops, probed)).toEqual(['request sent ns0:veth0 out', '(request dropped ns0:veth0)'])
  })
})

test('JSON holds the fields of the contract and no others', () => {
  const common = ['n', 'timeNs', 'leg', 'namespace', 'interface', 'direction', 'event', 'observed', 'packet', 'changed']
  for (const hop of trace('nat').map(hopJson)) {
    const keys = hop.observed ? common : [...common, 'timeRangeNs']
    expect(Object.keys(hop).toSorted()).toEqual(keys.toSorted())
  }
})

test('of several packets, the one without an answer is dropped and the others are delivered', () => {
  const { frames } = load('router')
  const isEcho = (bytes: Uint8Array): boolean => bytes[12] === 8 && bytes[13] === 0
  // The same ping once more, with sequence number 2, and nobody answers it.
  const again = frames
    .filter(({ bytes }) => isEcho(bytes) && bytes[34] === 8)
    .map((frame) => {
      const bytes = frame.bytes.slice()
      bytes[41] = 2
      return { ...frame, bytes, timeNs: Number(frame.timeNs) + 1_000_000 }
    })
  const hops = trace('router', {}, [
    ...again.map((frame) => ({ ...frame, timeNs: Number(frame.timeNs) - 2_000_000 })),
    ...frames,
  ])
  const ends = hops.filter(({ leg, namespace, observed }) => leg === 'request' && namespace === 'ns1' && !observed)
  expect(ends.map(({ event, packet }) => [packet?.icmp?.seq, event])).toEqual([
    [2, 'dropped'],
    [1, 'delivered'],
  ])
})

test('checking on a known neighbour, asked of it alone, is not a hop', () => {
  const { frames, namespaces } = load('router')
  const router =
    namespaces.find(({ name }) => name === 'ns-router')?.links.find(({ name }) => name === 'veth1')?.mac ?? ''
  const asked = frames.map((frame) => {
    const { arp } = decodeFrame(frame.bytes).headers
    if (arp?.op !== 'request' || arp.senderIp !== '192.168.0.2') return frame
    return {
      ...frame,
      bytes: Uint8Array.from([...Buffer.from(router.replaceAll(':', ''), 'hex'), ...frame.bytes.subarray(6)]),
    }
  })
  expect(story(trace('router', {}, asked), ['arp'])).toEqual(routerArp('ns-router', 'ns1', 'veth3', 'veth2'))
  expect(story(trace('router', {}, asked), probed)).toEqual(story(trace('router'), probed))
})

test('a frame comes out of a cable after it went in, even where the clock says otherwise', () => {
  const { frames } = load('nat')
  const out = frames.find(({ namespace, pkttype, bytes }) => namespace === 'ns0' && pkttype === 4 && bytes[13] === 0)
  const early = frames.map((frame) => {
    const arrived = frame.namespace === 'host' && out && Buffer.compare(frame.bytes, out.bytes) === 0
    return arrived ? { ...frame, timeNs: Number(out.timeNs) - 400 } : frame
  })
  expect(story(trace('nat', {}, early))).toEqual(story(trace('nat')))
})

test('a copy of a flood that ends in another bridge is no loss, a frame meant for it is', () => {
  const { frames, probe, namespaces } = load('bridge-unknown-unicast')
  const asPort = (list: typeof namespaces, name: string): typeof namespaces =>
    list.map((namespace) => {
      if (namespace.name !== name) return namespace
      const links = namespace.links.map((link) => (link.name === 'eth0' ? { ...link, master: 'br9' } : link))
      return { ...namespace, links }
    })
  const flooded = stitch({ frames, probe, namespaces: asPort(namespaces, 'ns2') })
  expect(flooded.filter(({ event }) => event === 'dropped')).toEqual([])
  const known = load('bridge-arp')
  const lost = stitch({ ...known, namespaces: asPort(known.namespaces, 'ns1') })
  expect(lost.find(({ event }) => event === 'dropped')).toMatchObject({
    namespace: 'ns1',
    interface: 'eth0',
    leg: 'request',
  })
})

describe('always', () => {
  test.each(scenarios)('%s: no frame is two hops, numbers count, worked-out hops have a range', (scenario) => {
    const hops = trace(scenario)
    const frames = hops.flatMap(({ frame }) => frame ?? [])
    expect(new Set(frames).size).toBe(frames.length)
    expect(hops.map(({ n }) => n)).toEqual(hops.map((_, i) => i + 1))
    for (const hop of hops) {
      expect(hop.observed).toBe(hop.timeRangeNs === undefined)
      expect(hop.observed).toBe(['sent', 'received', 'bridged', 'flooded'].includes(hop.event))
      expect(hop.observed).toBe(hop.frame !== null)
      if (hop.timeRangeNs) expect(hop.timeRangeNs[0]).toBeLessThanOrEqual(hop.timeRangeNs[1])
      if (hop.comparedWith !== null) expect(hops[hop.comparedWith - 1]?.observed).toBe(true)
    }
  })

  test.each(scenarios)(
    '%s: arrival order inside a namespace is kept, a cable is left before it is entered',
    (scenario) => {
      const { namespaces } = load(scenario)
      const hops = trace(scenario)
      for (const { name, links } of namespaces) {
        const own = hops
          .filter(({ namespace, observed }) => observed && namespace === name)
          .flatMap(({ frame }) => frame ?? [])
        expect(own).toEqual(own.toSorted((a, b) => a - b))
        for (const link of links) {
          const peer = namespaces.find((other) => other.name === link.peer?.namespace)
          const far = peer?.links.find(({ index }) => index === link.peer?.index)
          const balance = hops.reduce((inFlight, hop) => {
            if (hop.observed && hop.namespace === peer?.name && hop.interface === far?.name && hop.direction === 'out')
              return inFlight + 1
            if (hop.observed && hop.namespace === name && hop.interface === link.name && hop.direction === 'in') {
              if (peer) expect(inFlight).toBeGreaterThan(0)
              return inFlight - 1
            }
            return inFlight
          }, 0)
          if (peer) expect(balance).toBe(0)
        }
      }
    },
  )

  test.each(scenarios)('%s: the hops do not depend on how namespaces are interleaved', (scenario) => {
    const { frames } = load(scenario)
    const grouped = [...new Set(frames.map(({ namespace }) => namespace))]
      .reverse()
      .flatMap((name) => frames.filter(({ namespace }) => namespace === name))
    expect(trace(scenario, {}, grouped).map(({ frame: _frame, ...hop }) => hop)).toEqual(
      trace(scenario).map(({ frame: _frame, ...hop }) => hop),
    )
  })

  test('times of any magnitude are taken, as numbers or as bigint', () => {
    const { frames } = load('router')
    const shifted = frames.map((frame) => ({ ...frame, timeNs: BigInt(frame.timeNs) + 1_790_000_000_000_000_000n }))
    expect(trace('router', {}, shifted)).toEqual(trace('router'))
  })

  test('damaged frames and unknown interfaces never make it throw', () => {
    let state = 42
    const next = (below: number): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below
    for (const scenario of scenarios) {
      for (let round = 0; round < 10; round++) {
        const frames = load(scenario).frames.map((frame) => {
          const bytes = frame.bytes.slice(0, next(4) === 0 ? next(80) : undefined)
          if (bytes.length > 0) bytes[next(bytes.length)] = next(256)
          return {
            ...frame,
            bytes,
            ifindex: next(20) === 0 ? 999 : frame.ifindex,
            pkttype: next(8) === 0 ? next(7) : frame.pkttype,
          }
        })
        expect(trace(scenario, {}, frames).length).toBeLessThanOrEqual(frames.length * 4 + 1)
      }
    }
  })
})
