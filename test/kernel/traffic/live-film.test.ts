/** The live film on the real kernel: what learners' own tools send, with the hops it really took. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Trace } from '../../../electron/core/diagnosis/trace.js'
import type { Flow } from '../../../electron/core/packet/stream/flow.js'
import type { FilmedPacket, Notifications } from '../../../electron/core/rpc.js'
import { until } from '../support/until.js'
import { masquerade, nat, router } from '../trace/fault-labs.js'
import { Rig, story } from '../trace/rig.js'

type Batch = Notifications['capture/packets']

/** A window that takes in what it is told. */
class Viewer {
  readonly batches: Batch[] = []
  readonly films: FilmedPacket[] = []
  readonly flows = new Map<string, Flow>()
  readonly states: Notifications['capture/state'][] = []
  acknowledges = true
  private readonly off: (() => void)[]

  constructor(readonly rig: Rig) {
    this.off = [
      rig.session.on('capture/state', (state) => this.states.push(state)),
      rig.session.on('capture/packets', (batch) => {
        this.batches.push(batch)
        for (const flow of batch.flows) this.flows.set(flow.id, flow)
        this.films.push(...batch.films)
        if (this.acknowledges) void rig.session.request('capture/acknowledge', { batch: batch.batch })
      }),
    ]
  }

  async start(): Promise<void> {
    expect(await this.rig.session.request('capture/start', {})).toEqual({ ok: true })
  }

  async stop(): Promise<void> {
    for (const off of this.off) off()
    expect(await this.rig.session.request('capture/stop', {})).toEqual({ ok: true })
  }

  filmsOf(protocol: Flow['protocol']): FilmedPacket[] {
    return this.films.filter(({ flow }) => this.flows.get(flow)?.protocol === protocol)
  }

  async freeze(packet: FilmedPacket) {
    const frozen = await this.rig.session.request('capture/freeze', { packet: packet.id })
    if (!frozen.ok) throw new Error(frozen.failure.message)
    return frozen.trace
  }
}

let rig: Rig
let viewer: Viewer
beforeAll(async () => void (rig = await Rig.open()))
afterAll(() => rig.close())
beforeEach(() => {
  viewer = new Viewer(rig)
  return () => viewer.stop()
})

const film = (what: string, find: () => FilmedPacket | undefined): Promise<FilmedPacket> =>
  until(what, async () => find() ?? null)

/** Descriptors of the helper that are sockets, and its memory in bytes. */
const helper = {
  get pid(): number {
    const found = rig.world
      .processes()
      .find(({ pid, command }) => command.includes('helper.js') && readdirSync(`/proc/${pid}/task`).length > 2)
    if (!found) throw new Error('no helper')
    return found.pid
  },
  sockets(): number {
    const { pid } = this
    return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:')
      } catch {
        return false
      }
    }).length
  },
  /** Seconds of processor time, of all its threads. */
  cpu(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  },
  memory(): number {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]) * 1024
  },
}

/** Packet sockets in all namespaces of the lab: a header stands above the lines of each. */
const packetSockets = async (): Promise<number> => {
  const lines = await rig.type(
    'cat /proc/net/packet; for name in $(ls /run/netns); do ip netns exec $name cat /proc/net/packet; done',
  )
  return lines.split('\n').filter((line) => line !== '' && !line.startsWith('sk ')).length
}

const inside = (hops: FilmedPacket['hops']): string[] => story({ hops } as Trace)

test('a ping over the bridge, the router and NAT: every hop of it, as a trace would show it', async () => {
  await rig.build(nat({ nat: masquerade }))
  const traced = await rig.trace('ns0', '203.0.113.10')
  await viewer.start()
  await rig.type('ip netns exec ns0 ping -c 1 -W 5 203.0.113.10')
  const ping = await film('the film of the ping', () =>
    viewer.filmsOf('icmp').find(({ outcome }) => outcome === 'reply'),
  )
  expect(viewer.flows.get(ping.flow)).toMatchObject({
    protocol: 'icmp',
    namespace: 'ns0',
    source: '192.168.1.2',
    destination: '203.0.113.10',
    ports: null,
    identifier: expect.any(Number),
  })
  expect(inside(ping.hops)).toEqual(story(traced))
  const rewritten = ping.hops.find(({ leg, event }) => leg === 'request' && event === 'nat')
  expect(rewritten?.packet?.ip).toMatchObject({ src: '172.16.0.157', dst: '203.0.113.10', ttl: 63 })

  // Held, it is a trace like any other: with its frames, what conntrack knows of it, and no diagnosis.
  const held = await viewer.freeze(ping)
  expect(held).toMatchObject({
    outcome: 'reply',
    overheard: true,
    ttl: 63,
    rttUs: expect.any(Number),
    diagnosis: null,
    probe: { from: 'ns0', to: '203.0.113.10', protocol: 'icmp' },
  })
  expect(held.hops.map(({ reason: _, ...hop }) => hop)).toEqual(ping.hops)
  expect(held.hops.find(({ event }) => event === 'nat')?.reason?.conntrack).toMatch(
    /src=192\.168\.1\.2 dst=203\.0\.113\.10/,
  )
  expect(new Set(held.hops.flatMap(({ frame }) => frame ?? [])).size).toBe(held.frames.length)
  expect((await rig.session.request('trace/list', {})).traces.map(({ id }) => id)).toEqual([traced.id, held.id])
  expect(await rig.session.request('trace/get', { trace: held.id })).toEqual({ ok: true, trace: held })
})

test('pings are counted once each, as requests and as replies, however many interfaces saw them', async () => {
  await rig.build(nat({ nat: masquerade }))
  await viewer.start()
  await rig.type('ip netns exec ns0 ping -q -c 30 -i 0.05 203.0.113.10')
  await rig.type('ip netns exec ns0 ping -q -c 20 -i 0.05 -s 4000 192.168.1.1')
  await rig.type('ip netns exec ns1 ping -q -c 10 -i 0.05 -s 4 203.0.113.10')
  const counts = (): (readonly [string, number, number])[] =>
    [...viewer.flows.values()]
      .filter(({ protocol }) => protocol === 'icmp')
      .map(({ namespace, destination, packets, replies }) => [`${namespace} ${destination}`, packets, replies])
  const wanted = [
    ['ns0 203.0.113.10', 60, 30],
    ['ns0 192.168.1.1', 40, 20],
    ['ns1 203.0.113.10', 20, 10],
  ]
  await until('all of them are told', () => counts().at(-1)?.[1] === 20)
  expect(counts()).toEqual(wanted)
})

test('a connection and what goes over it, a refused one, and a datagram to nobody', async () => {
  await rig.build(router({ ns1: ', services: [{ listen: tcp, port: 80, reply: "hello\\n" }]' }))
  await viewer.start()
  expect(await rig.type('ip netns exec ns0 nc -w 2 192.168.1.2 80 </dev/null')).toBe('hello\n')
  const open = await film('the connection', () => viewer.filmsOf('tcp').find(({ outcome }) => outcome === 'connected'))
  expect(viewer.flows.get(open.flow)).toMatchObject({
    namespace: 'ns0',
    source: '192.168.0.2',
    destination: '192.168.1.2',
    ports: { destination: 80 },
  })
  const sent = open.hops.filter(
    ({ namespace, direction, leg }) => namespace === 'ns0' && direction !== null && leg !== 'arp',
  )
  expect(sent.slice(0, 3).map(({ leg, packet }) => [leg, packet?.tcp?.flags.join()])).toEqual([
    ['request', 'SYN'],
    ['reply', 'SYN,ACK'],
    ['request', 'ACK'],
  ])
  // Each of its packets crosses the router, and what asked for neighbours on its way is a part of the film.
  expect(open.hops.filter(({ event }) => event === 'routed').length).toBeGreaterThanOrEqual(5)
  expect(open.hops.some(({ leg }) => leg === 'arp')).toBe(true)
  expect(viewer.filmsOf('arp')).toEqual([])

  await rig.try('ip netns exec ns0 nc -w 2 192.168.1.2 81 </dev/null')
  const closed = await film('the refusal', () => viewer.filmsOf('tcp').find(({ outcome }) => outcome === 'refused'))
  expect(viewer.flows.get(closed.flow)?.ports?.destination).toBe(81)

  await rig.type('ip netns exec ns0 sh -c "echo hi | nc -u -w 1 192.168.1.2 53" || true')
  const datagram = await film('the datagram', () => viewer.filmsOf('udp')[0])
  expect(datagram.outcome).toBe('refused')
  expect(inside(datagram.hops)).toEqual([
    'request sent ns0:veth0 out',
    'request received ns-router:veth1 in',
    '(request routed ns-router)',
    'request sent ns-router:veth3 out',
    'request received ns1:veth2 in',
    '(request dropped ns1:veth2)',
    'error sent ns1:veth2 out',
    'error received ns-router:veth3 in',
    '(error routed ns-router)',
    'error sent ns-router:veth1 out',
    'error received ns0:veth0 in',
    '(error delivered ns0:veth0)',
  ])
})

test('what dies is shown to die where it does, and questions that nobody answers are shown, too', async () => {
  await rig.build(router({ forwarding: false }))
  await viewer.start()
  await rig.try('ip netns exec ns0 ping -c 1 -W 1 192.168.1.2')
  const lost = await film('the lost ping', () => viewer.filmsOf('icmp')[0])
  expect([lost.outcome, inside(lost.hops)]).toEqual([
    'lost',
    ['request sent ns0:veth0 out', 'request received ns-router:veth1 in', '(request dropped ns-router:veth1)'],
  ])
  await rig.try('ip netns exec ns0 ping -c 1 -W 1 192.168.0.77')
  const unsent = await film('the ping that was never sent', () =>
    viewer.filmsOf('icmp').find(({ flow }) => viewer.flows.get(flow)?.destination === '192.168.0.77'),
  )
  expect([unsent.outcome, inside(unsent.hops)]).toEqual([
    'unreachable',
    ['(request dropped ns0)', 'error received ns0:lo in', '(error delivered ns0:lo)'],
  ])
  const questions = unsent.hops.filter(({ leg, event }) => leg === 'arp' && event === 'sent')
  expect(questions.map(({ packet }) => packet?.arp?.targetIp)).toEqual(Array(3).fill('192.168.0.77'))
  // Asked by a program that sends nothing else, a question is a film of its own.
  await rig.type('ip -n ns0 neigh add 192.168.0.78 dev veth0 lladdr 02:00:00:00:00:78 nud probe; true')
  await film('the question alone', () => viewer.filmsOf('arp').find(({ outcome }) => outcome === 'lost'))
})

test('a namespace that is made meanwhile is seen like the others', async () => {
  await rig.build(router())
  await viewer.start()
  await rig.type(
    'ip netns add late && ip link add l0 netns late type veth peer name l1 netns ns1 && ip -n late addr add 10.7.0.1/24 dev l0 && ip -n late link set l0 up && ip -n ns1 addr add 10.7.0.2/24 dev l1 && ip -n ns1 link set l1 up',
  )
  const seen = (): FilmedPacket | undefined =>
    viewer
      .filmsOf('icmp')
      .find(({ flow, outcome }) => viewer.flows.get(flow)?.namespace === 'late' && outcome === 'reply')
  // What is sent before the helper has heard of the namespace is nobody's to see.
  const ping = await until('a ping from the new namespace', async () => {
    await rig.type('ip netns exec late ping -c 1 -W 5 10.7.0.2')
    return seen()
  })
  expect(inside(ping.hops).slice(-6)).toEqual([
    'request sent late:l0 out',
    'request received ns1:l1 in',
    '(request delivered ns1:l1)',
    'reply sent ns1:l1 out',
    'reply received late:l0 in',
    '(reply delivered late:l0)',
  ])
})

test('a flood is sampled and said to be; memory stays where it is, and the end leaves no socket', async () => {
  await rig.build(nat({ nat: masquerade }))
  await until('nothing is captured', async () => (await packetSockets()) === 0)
  const before = helper.sockets()
  await viewer.start()
  // One socket in each namespace: host, ns0, ns1, internet.
  expect(await packetSockets()).toBe(4)
  const flood =
    'ip netns exec ns0 ping -q -f -c 6000 -w 50 203.0.113.10 & ip netns exec ns1 ping -q -f -c 6000 -w 50 203.0.113.10 & ip netns exec ns0 ping -q -f -c 6000 -w 50 192.168.1.1 & ip netns exec ns1 ping -q -f -c 6000 -w 50 192.168.1.1 & wait'
  const first = rig.type(flood)
  await until('the sampling is said', () => viewer.batches.some(({ sampled, oneOf }) => sampled && oneOf > 1))
  const rounds = [await first]
  const cpu = helper.cpu()
  // Node's heap breathes, by a hundred megabytes at times. Packets that were kept would make it grow in every round.
  let grown = Infinity
  while (grown > 32e6 && rounds.length < 6) {
    const memory = helper.memory()
    rounds.push(await rig.type(flood))
    grown = helper.memory() - memory
  }
  const spent = helper.cpu() - cpu
  await until('the flood is over', () => viewer.batches.at(-1)?.sampled === false)
  const last = viewer.batches.at(-1) as Batch
  const packets = [...rounds.join('\n').matchAll(/(\d+) packets transmitted, (\d+) received/g)].reduce(
    (sum, [, sent, received]) => sum + Number(sent) + Number(received),
    0,
  )
  console.log(
    `flood of ${packets} packets: in ${rounds.length} rounds, estimated ${last.packets}, shown at most one of ${Math.max(...viewer.batches.map(({ oneOf }) => oneOf))}, ${viewer.films.length} films, ${last.dropped} frames dropped, ${spent.toFixed(1)} s of processor time, memory grew by ${(grown / 1e6).toFixed(1)} MB in the last round`,
  )
  // Films of a flood are whole: the same packets are kept everywhere. The first moments, not yet sampled, may have gaps.
  const whole = viewer.films.filter(({ outcome, hops }) => outcome === 'reply' && inside(hops).length >= 8)
  expect(whole.length).toBeGreaterThan(viewer.films.length / 2)
  expect(viewer.films.length).toBeLessThan(24 * 60)
  // What a busy machine could not keep is said as dropped, and is in no estimate.
  expect((last.packets + last.dropped) / packets).toBeGreaterThan(0.3)
  // A few dozen that were kept speak for all of them, at the coarsest.
  expect(last.packets / packets).toBeLessThan(3)
  expect(grown).toBeLessThan(32e6)
  expect(viewer.batches.every(({ films, flows }) => films.length <= 48 && flows.length <= 200)).toBe(true)

  expect(await rig.session.request('capture/stop', {})).toEqual({ ok: true })
  await until('every packet socket is closed', async () => (await packetSockets()) === 0)
  // A program that reads rules has sockets for its output, too, while it runs.
  await until('every other socket is closed', () => helper.sockets() <= before)
  expect(viewer.states.at(-1)).toEqual({ on: false, reason: null })
})

describe('the window and the helper', () => {
  test('a window that takes nothing in is told no more, and told again when it does', async () => {
    await rig.build(router())
    viewer.acknowledges = false
    await viewer.start()
    await rig.type('ip netns exec ns0 ping -q -c 60 -i 0.02 192.168.1.2')
    await until('the first batches have come', () => viewer.batches.length >= 2)
    expect(viewer.batches).toHaveLength(2)
    viewer.acknowledges = true
    await rig.session.request('capture/acknowledge', { batch: viewer.batches.at(-1)?.batch ?? 0 })
    await until('the rest comes in one batch', () => viewer.batches.length > 2)
    await film('the latest number of packets', () =>
      [...viewer.flows.values()].some(({ packets }) => packets === 120) ? viewer.films[0] : undefined,
    )
  })

  test('what is asked for wrongly, or too late, is refused in words', async () => {
    const ask = (name: string, params: object) => rig.session.request(name as never, params as never)
    expect(await ask('capture/freeze', { packet: 'p999999' })).toMatchObject({
      ok: false,
      failure: { code: 'no-such-packet' },
    })
    expect(await ask('capture/freeze', { flow: 'f999999' })).toMatchObject({ ok: false })
    await expect(ask('capture/freeze', {})).rejects.toThrow(/capture\/freeze/)
    await expect(ask('capture/freeze', { packet: '../../etc' })).rejects.toThrow(/capture\/freeze/)
    await expect(ask('capture/acknowledge', { batch: -1 })).rejects.toThrow(/capture\/acknowledge/)
    await expect(ask('capture/start', { filter: 'everything' })).rejects.toThrow(/capture\/start/)
    // Twice is once.
    await viewer.start()
    await viewer.start()
  })
})
