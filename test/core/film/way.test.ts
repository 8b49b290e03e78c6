import { describe, expect, test } from 'vitest'
import { buildFilm } from '../../../renderer/trace/film.js'
import { lengthOf, lineData, rounded, slice } from '../../../renderer/trace/line.js'
import { endOf } from '../../../renderer/trace/end.js'
import { notReached } from '../../../renderer/trace/reach.js'
import { stageAt } from '../../../renderer/trace/stage.js'
import { placeFilm } from '../../../renderer/trace/way.js'
import { labN, labR } from '../canvas/fixtures/labs.js'
import { canvasOf, find, recorded } from './fixtures.js'

const { geometry, live } = canvasOf(labN)
const film = buildFilm(recorded('nat-again').hops)
const placed = placeFilm(film, geometry)
const hop = (n: number) => {
  const found = placed.hops.get(n)
  if (!found) throw new Error(`hop ${n} has no place`)
  return found
}

describe('on the canvas of N', () => {
  test('each hop is at its port, circle or hexagon', () => {
    const at = (leg: string, event: string, place: string) => hop(find(film, leg, event, place)).at
    expect(at('request', 'sent', 'ns0:veth0')).toEqual(geometry.place({ at: 'interface', id: 'ns0:veth0' }))
    expect(at('request', 'received', 'host:bridge0')).toEqual(geometry.place({ at: 'interface', id: 'host:bridge0' }))
    expect(at('request', 'routed', 'host')).toEqual(geometry.place({ at: 'router', namespace: 'host' }))
    for (const leg of ['request', 'reply'])
      expect(at(leg, 'nat', 'host')).toEqual(geometry.place({ at: 'nat', id: 'host:eth0' }))
  })

  test('cables are wires, the bridge a switch, everything in the host the kernel at work', () => {
    const media = film.hops.filter(({ hop: { leg } }) => leg === 'request').map((each) => hop(each.hop.n).medium)
    expect(media).toEqual(['kernel', 'wire', 'switch', 'kernel', 'kernel', 'kernel', 'wire', 'kernel'])
  })

  test('each travel begins where the one before came to rest', () => {
    for (const { hop: each, from } of film.hops) {
      const { travel, rest } = hop(each.n)
      if (!travel || from === null) continue
      expect(travel[0]).toEqual(hop(from).rest)
      expect(travel.at(-1)).toEqual(rest)
    }
  })

  test('a packet at rest covers no port, and one on its way out of eth0 is on the cable', () => {
    const sent = hop(find(film, 'request', 'sent', 'host:eth0'))
    expect(sent.rest.y).toBe(sent.at.y)
    expect(sent.rest.x - sent.at.x).toBeGreaterThan(7 + 19)
    const received = hop(find(film, 'request', 'received', 'internet:wan0'))
    expect(received.at.x - received.rest.x).toBeGreaterThan(7 + 19)
  })

  test('the answer to a request that was masqueraded goes back through the hexagon before the router', () => {
    const back = film.hops.filter(({ hop: each }) => each.leg === 'reply' && each.namespace === 'host')
    expect(back.map(({ hop: each }) => each.event)).toEqual(['received', 'nat', 'routed', 'sent', 'bridged'])
    expect(hop(back[2]?.hop.n ?? 0).medium).toBe('kernel')
    expect(lengthOf(hop(back[2]?.hop.n ?? 0).travel ?? [])).toBeGreaterThan(50)
  })

  test('the ink leaves ports and signs free', () => {
    const end = film.steps.length - 1
    const stage = stageAt(film, placed, { step: end, progress: 1, hop: film.order.at(-1) ?? 0 })
    const numbers = [...stage.ink.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => ({
      x: Number(x),
      y: Number(y),
    }))
    expect(numbers.length).toBeGreaterThan(10)
    for (const hole of placed.holes)
      for (const point of numbers)
        expect(Math.hypot(point.x - hole.x, point.y - hole.y)).toBeGreaterThan(hole.radius - 0.1)
  })

  test('halfway there the packet is between its places, and only then has a trail', () => {
    const n = find(film, 'request', 'received', 'host:veth1')
    const { step } = film.byNumber.get(n) ?? { step: 0 }
    const half = stageAt(film, placed, { step, progress: 0.5, hop: n })
    const { travel } = hop(n)
    const [middle] = slice(travel ?? [], lengthOf(travel ?? []) / 2, Infinity)
    expect(half.actors).toHaveLength(1)
    expect(half.actors[0]?.at.y).toBeCloseTo(middle?.y ?? 0, 0)
    const there = stageAt(film, placed, { step, progress: 1, hop: n })
    expect(there.actors[0]?.trail).toEqual([])
    expect(there.badges.filter(({ played }) => played).map((badge) => badge.n)).toEqual([1, 2])
    expect(there.badges.find(({ current }) => current)?.n).toBe(n)
  })
})

test('while the host asks for its gateway, the packet waits behind the hexagon', () => {
  const cold = buildFilm(recorded('nat').hops)
  const there = placeFilm(cold, geometry)
  const asked = find(cold, 'arp', 'received', 'internet:wan0')
  const step = cold.byNumber.get(asked)?.step ?? 0
  const { actors } = stageAt(cold, there, { step, progress: 1, hop: asked })
  expect(actors.map(({ state }) => state).sort()).toEqual(['moves', 'waits'])
  const waiting = actors.find(({ state }) => state === 'waits')
  expect(waiting?.n).toBe(find(cold, 'request', 'nat', 'host'))
  expect(waiting?.capsule).toEqual({ layer2: true, layer3: 'rewritten', says: 'question' })
  expect(actors.find(({ state }) => state === 'moves')?.capsule.layer3).toBe('none')
})

describe('where a packet died', () => {
  test('without a route nothing but the sender is reached, and its interface stands ready', () => {
    const trace = recorded('nat-no-route')
    const short = buildFilm(trace.hops)
    const death = endOf(trace, short, live)?.at ?? null
    expect(death?.hop).toMatchObject({ namespace: 'ns0', packet: null })
    const drained = notReached(short, live, death)
    expect(drained).toContain('host')
    expect(drained).toContain('internet')
    expect(drained).toContain('ns0:veth0~host:veth1'.split('~').sort().join('~'))
    expect(drained).not.toContain('ns0')
    expect(drained).not.toContain('ns0:veth0')
  })

  test('with forwarding off the packet comes as far as the router', () => {
    const trace = recorded('nat-forwarding-off')
    const broken = buildFilm(trace.hops)
    const death = endOf(trace, broken, live)?.at ?? null
    const there = placeFilm(broken, geometry)
    expect(there.hops.get(death?.hop.n ?? 0)?.at).toEqual(geometry.place({ at: 'router', namespace: 'host' }))
    const drained = notReached(broken, live, death)
    expect([...drained].filter((id) => !id.includes(':'))).toEqual(['internet'])
    expect(drained).toContain('host:eth0')
    expect(drained).not.toContain('host:veth1')
  })

  test('an answered probe has no death and drains nothing', () => {
    const trace = recorded('nat')
    const whole = buildFilm(trace.hops)
    expect(endOf(trace, whole, live)).toBeNull()
    expect(notReached(whole, live, null).size).toBe(0)
  })

  test('in R the router itself drops it', () => {
    const trace = recorded('router-broken')
    const broken = buildFilm(trace.hops)
    expect(endOf(trace, broken, live)?.at?.hop.namespace).toBe('ns-router')
    const there = placeFilm(broken, canvasOf(labR).geometry)
    for (const each of there.hops.values()) expect(each.at).not.toEqual({ x: 0, y: 0 })
  })
})

describe('lines', () => {
  const corner = [
    { x: 0, y: 0 },
    { x: 0, y: 100 },
    { x: 100, y: 100 },
  ]
  test('a rounded corner is shorter than a sharp one and touches both sides', () => {
    const line = rounded(corner)
    expect(lengthOf(line)).toBeLessThan(200)
    expect(lengthOf(line)).toBeGreaterThan(190)
    expect(line[0]).toEqual(corner[0])
    expect(line.at(-1)).toEqual(corner[2])
  })

  test('two slices make the whole', () => {
    const line = rounded(corner)
    const length = lengthOf(line)
    for (const at of [0, 13, 91, 150, length])
      expect(lengthOf(slice(line, 0, at)) + lengthOf(slice(line, at, length))).toBeCloseTo(length, 6)
  })

  test('is drawn in pieces around what it passes', () => {
    const line = [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
    ]
    expect(lineData(line)).toBe('M0 0L100 0')
    expect(lineData(line, [{ x: 50, y: 0, radius: 10 }])).toBe('M0 0L40 0M60 0L100 0')
    expect(lineData(line, [{ x: 0, y: 0, radius: 10 }])).toBe('M10 0L100 0')
  })
})
