/** Traffic as a stream gives the same hops as the same frames stitched for a known probe, however they arrive. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CapturedFrame, TracedHop } from '../../../electron/core/packet/hop.js'
import { stitch } from '../../../electron/core/packet/stitch.js'
import { filmEpisode } from '../../../electron/core/packet/stream/episode-film.js'
import { Episodes, type Episode } from '../../../electron/core/packet/stream/episodes.js'
import { nextSampling } from '../../../electron/core/packet/stream/sampling.js'
import { buildTopology, type Topology } from '../../../electron/core/packet/topology.js'
import { load, scenarios, type Recording } from '../packet/fixtures.js'

const story = (hops: readonly TracedHop[]): string[] =>
  hops
    .filter(({ leg }) => leg !== 'arp' && leg !== 'ndp')
    .map(({ leg, event, namespace, interface: name, direction, changed }) =>
      [leg, event, namespace, name, direction, ...changed].join(' '),
    )

const second = 1_000_000_000n
const timeOf = (frame: CapturedFrame): bigint => BigInt(frame.timeNs)

interface Filmed {
  readonly episode: Episode
  readonly hops: readonly TracedHop[]
  readonly outcome: string
}

/** Everything of a recording, taken in pieces of so many ms. */
function stream({ frames, namespaces }: Pick<Recording, 'frames' | 'namespaces'>, tickMs: number): Filmed[] {
  const topology = buildTopology(namespaces)
  const episodes = new Episodes()
  const filmed: Filmed[] = []
  const times = frames.map(timeOf)
  const first = times.reduce((a, b) => (b < a ? b : a), times[0] ?? 0n)
  const last = times.reduce((a, b) => (b > a ? b : a), first)
  const step = BigInt(tickMs) * 1_000_000n
  for (let from = first; from <= last + 6n * second; from += step) {
    episodes.take(
      frames.filter((frame) => timeOf(frame) >= from && timeOf(frame) < from + step),
      topology,
    )
    for (const episode of episodes.close(from + step)) filmed.push(film(episode, episodes, topology))
  }
  expect(episodes.waiting).toBe(0)
  return filmed
}

function film(episode: Episode, episodes: Episodes, topology: Topology): Filmed {
  const { hops, outcome } = filmEpisode(episode, episodes.neighboursOf(episode), topology, false)
  return { episode, hops, outcome }
}

/** Recordings of one exchange, and nothing else. */
const whole = [
  'router',
  'router-forwarding-off',
  'router-no-return-route',
  'router-fragments',
  'bridge-host',
  'bridge-unknown-unicast',
  'bridge-arp',
  'nat',
  'nat-missing',
  'nat-tcp',
  'nat-tcp-refused',
  'nat-udp-refused',
  'nat-fragments',
  'dnat-tcp',
  'tcp-dropped',
  'firewall-reject',
  'ttl-exceeded',
  'mtu',
  'vxlan',
  'loopback',
]

test('who began it is told, though its frames are read after those of others', () => {
  const { frames, namespaces } = load('nat')
  const topology = buildTopology(namespaces)
  const episodes = new Episodes()
  const isAsker = ({ namespace }: CapturedFrame): boolean => namespace === 'ns0'
  episodes.take(
    frames.filter((frame) => !isAsker(frame)),
    topology,
  )
  episodes.take(frames.filter(isAsker), topology)
  const last = frames.map(timeOf).reduce((a, b) => (b > a ? b : a), 0n)
  const flows = episodes.close(last + 6n * second).map(({ talk }) => talk.flow)
  const ping = flows.find(({ protocol }) => protocol === 'icmp')
  expect(ping).toMatchObject({ namespace: 'ns0', source: expect.stringMatching(/^192\.168\.1\./) as string })
})

describe('the same hops as of a probe', () => {
  test.each(whole)('%s', (scenario) => {
    expect(scenarios).toContain(scenario)
    const recording = load(scenario)
    const wanted = story(stitch(recording))
    const filmed = stream(recording, 33).filter(
      ({ episode }) => episode.talk.flow.protocol === recording.probe.protocol,
    )
    const all = filmed.flatMap(({ hops }) => story(hops))
    // A connection with silences in it is several films; each of its hops is in one of them.
    expect([...all].sort()).toEqual([...wanted].sort())
    expect(filmed[0]?.episode.talk.flow.namespace).toBe(recording.probe.from)
  })
})

test('beside other pings between the same two', () => {
  const recording = load('router-ipv6')
  const filmed = stream(recording, 33).filter(({ episode }) => episode.talk.flow.protocol === 'icmp')
  expect(filmed.length).toBeGreaterThan(1)
  expect(filmed.map(({ hops }) => story(hops))).toContainEqual(story(stitch(recording)))
})

test('two pings with one id behind NAT are two flows, each with its own answer', () => {
  const recording = load('nat-id-collision')
  const filmed = stream(recording, 33).filter(({ outcome }) => outcome === 'reply')
  const flows = filmed.flatMap(({ episode: { talk } }) =>
    talk.flow.protocol === 'icmp' ? [`${talk.flow.namespace} ${talk.flow.source}`] : [],
  )
  expect(new Set(flows).size).toBe(2)
  for (const { episode, hops } of filmed) {
    if (episode.talk.flow.protocol !== 'icmp') continue
    const ends = hops.filter(({ event }) => event === 'delivered').map(({ namespace }) => namespace)
    expect(ends).toEqual(['internet', episode.talk.flow.namespace])
  }
})

test('frames may come in pieces of any length', () => {
  const recording = load('nat')
  const wanted = story(stitch(recording))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), (tickMs) => {
      const filmed = stream(recording, tickMs).filter(({ episode }) => episode.talk.flow.protocol === 'icmp')
      expect(filmed.map(({ hops }) => story(hops))).toEqual([wanted])
    }),
    { numRuns: 40 },
  )
})

test('no bytes break it, and what it keeps is bounded', () => {
  const { namespaces, frames } = load('nat')
  const topology = buildTopology(namespaces)
  const places = frames.map(({ namespace, ifindex, pkttype }) => ({ namespace, ifindex, pkttype }))
  const frame = fc.record({
    place: fc.constantFrom(...places),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 256 }),
      // Nearly a frame: a real one with some bytes changed.
      fc
        .tuple(fc.constantFrom(...frames), fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 }))
        .map(([real, changes]) => {
          const bytes = Uint8Array.from(real.bytes)
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
          return bytes
        }),
    ),
  })
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 60 }), (made) => {
      const episodes = new Episodes()
      let now = 1n
      episodes.take(
        made.map(({ place, bytes }) => ({ ...place, bytes, originalLength: bytes.length, timeNs: (now += 1000n) })),
        topology,
      )
      for (const episode of episodes.close(now + 2n * second)) film(episode, episodes, topology)
      expect(episodes.waiting).toBe(0)
    }),
    { numRuns: 200 },
  )
})

test('a stream that never stops keeps a part of itself only', () => {
  const { namespaces, frames } = load('nat-tcp')
  const topology = buildTopology(namespaces)
  const episodes = new Episodes()
  const data = frames.filter(({ bytes }) => bytes.length > 60)
  const base = data[0]
  if (!base) throw new Error('no frame')
  let films = 0
  let frames_ = 0
  for (let ms = 0n; ms < 3000n; ms += 1n) {
    // A thousand segments a second, each with a sequence number of its own (IPv4 without options: at 38).
    const bytes = Buffer.from(base.bytes)
    bytes.writeUInt32BE(Number(ms) * 1448, 38)
    episodes.take([{ ...base, bytes, timeNs: second + ms * 1_000_000n }], topology)
    for (const episode of episodes.close(second + ms * 1_000_000n)) {
      films += 1
      frames_ = Math.max(frames_, episode.entries.length)
      expect(episode.gaps).toBe(true)
    }
    expect(episodes.waiting).toBeLessThanOrEqual(24)
  }
  expect([films, frames_]).toEqual([2, 24])
  expect(episodes.packets).toBe(3000)
  expect([...episodes.flows].map(({ packets }) => packets)).toEqual([3000])
})

describe('sampling', () => {
  test('below a thousand packets a second everything is kept', () => {
    expect(nextSampling(1, { packets: 250, frames: 2500, seconds: 0.25 })).toBe(1)
  })
  test('above, as many as bring it down to that, and no fewer than can be decoded', () => {
    expect(nextSampling(1, { packets: 3000, frames: 3000, seconds: 0.25 })).toBe(12)
    expect(nextSampling(1, { packets: 250, frames: 12_000, seconds: 0.25 })).toBe(4)
    expect(nextSampling(12, { packets: 500, frames: 500, seconds: 0.25 })).toBe(24)
  })
  test('it does not swing: a rate that falls a little changes nothing, one that ends ends it', () => {
    expect(nextSampling(12, { packets: 200, frames: 200, seconds: 0.25 })).toBe(12)
    expect(nextSampling(12, { packets: 0, frames: 0, seconds: 0.25 })).toBe(1)
  })
})
