import { describe, expect, test } from 'vitest'
import type { TraceHop } from '../../../electron/core/diagnosis/trace.js'
import { buildFilm, isPlayable } from '../../../renderer/trace/film.js'
import { paceOf } from '../../../renderer/trace/pace.js'
import { scenarios } from '../packet/fixtures.js'
import { filmOf, find, recorded } from './fixtures.js'

const nat = buildFilm(recorded('nat').hops)
const again = buildFilm(recorded('nat-again').hops)

describe('every recording', () => {
  test.each(scenarios)('%s: each hop is in exactly one step, and time never runs backwards', (scenario) => {
    const film = filmOf(scenario)
    expect([...film.order].sort((a, b) => a - b)).toEqual(film.hops.map(({ hop }) => hop.n))
    for (const [index, step] of film.steps.entries()) {
      expect(step.atNs).toBeGreaterThanOrEqual(film.steps[index - 1]?.atNs ?? 0)
      for (const n of step.hops) expect(film.byNumber.get(n)?.step).toBe(index)
    }
    for (const [index, each] of film.hops.entries())
      expect(each.drawNs).toBeGreaterThanOrEqual(film.hops[index - 1]?.drawNs ?? 0)
    expect(film.lengthNs).toBeLessThan(60e9)
  })

  test.each(scenarios)(
    '%s: a packet moves on only to later hops, and never from one namespace into another unseen',
    (scenario) => {
      const film = filmOf(scenario)
      for (const { hop, from, step } of film.hops) {
        if (from === null) continue
        const before = film.byNumber.get(from)
        expect(before?.step).toBeLessThan(step)
        if (before && before.hop.namespace !== hop.namespace)
          expect([before.hop.direction, hop.direction]).toEqual(['out', 'in'])
      }
    },
  )
})

describe('time', () => {
  const hop = (n: number, timeNs: number, rest: Partial<TraceHop> = {}): TraceHop => ({
    n,
    timeNs,
    leg: 'request',
    namespace: 'a',
    interface: 'x',
    direction: 'out',
    event: 'sent',
    observed: true,
    packet: {},
    changed: [],
    frame: n - 1,
    comparedWith: null,
    ...rest,
  })

  test('stamps that step back are drawn no earlier than the hop before, and keep their own time', () => {
    const film = buildFilm([hop(1, 0), hop(2, 900), hop(3, 400), hop(4, 1000)])
    expect(film.hops.map(({ drawNs }) => drawNs)).toEqual([0, 900, 900, 1000])
    expect(film.hops[2]?.hop.timeNs).toBe(400)
  })

  test('what was worked out lies between the captures around it', () => {
    const between = { observed: false, direction: null, timeRangeNs: [100, 400] as const, frame: null, comparedWith: 1 }
    const film = buildFilm([
      hop(1, 100, { direction: 'in', event: 'received' }),
      hop(2, 100, { ...between, event: 'routed' }),
      hop(3, 100, { ...between, event: 'nat' }),
      hop(4, 400, { comparedWith: 1, interface: 'y' }),
    ])
    expect(film.hops.map(({ drawNs }) => drawNs)).toEqual([100, 200, 300, 400])
    expect(film.hops.map(({ from }) => from)).toEqual([null, 1, 2, 3])
  })

  test('a hop takes 280 to 1200 ms, in between as long as the speed says; routing and NAT rest 320 ms', () => {
    const film = buildFilm([
      hop(1, 0),
      hop(2, 3000, { namespace: 'b', direction: 'in', event: 'received', comparedWith: 1 }),
      hop(3, 3010, { namespace: 'b', comparedWith: 2, interface: 'y' }),
      hop(4, 99_000, { namespace: 'c', direction: 'in', event: 'received', comparedWith: 3 }),
      hop(5, 99_000, { namespace: 'c', observed: false, direction: null, event: 'routed', comparedWith: 4 }),
    ])
    expect([1, 2, 3].map((step) => paceOf(film, step, 6).travelMs)).toEqual([500, 280, 1200])
    expect([1, 2, 3].map((step) => paceOf(film, step, 60).travelMs)).toEqual([280, 280, 1200])
    expect(paceOf(film, 1, 6).restMs).toBe(0)
    expect(paceOf(film, 4, 6)).toEqual({ travelMs: 280, restMs: 320 })
  })
})

describe('a flood', () => {
  test('leaves by all ports in one step and arrives everywhere in the next', () => {
    const film = filmOf('bridge-arp')
    const flooded = film.hops.filter(({ hop }) => hop.event === 'flooded' && hop.comparedWith === 2)
    expect(flooded.length).toBeGreaterThanOrEqual(2)
    expect(new Set(flooded.map(({ step }) => step)).size).toBe(1)
    const arrived = film.hops.filter(
      ({ hop, from }) => hop.event === 'received' && flooded.some((copy) => copy.hop.n === from),
    )
    expect(arrived.map(({ hop }) => hop.namespace).sort()).toEqual(['ns1', 'ns2'])
    expect(new Set(arrived.map(({ step }) => step)).size).toBe(1)
    expect(arrived[0]?.step).toBeGreaterThan(flooded[0]?.step ?? Infinity)
  })

  test('takes the copy for the bridge itself along', () => {
    const up = find(nat, 'arp', 'received', 'host:bridge0')
    const out = find(nat, 'arp', 'flooded', 'host:veth3')
    expect(nat.byNumber.get(up)?.step).toBe(nat.byNumber.get(out)?.step)
  })
})

describe('a packet that waits for ARP', () => {
  test('goes on from where it was rewritten, although other packets come in between', () => {
    const sent = nat.byNumber.get(find(nat, 'request', 'sent', 'host:eth0'))
    const rewritten = find(nat, 'request', 'nat', 'host')
    expect(sent?.from).toBe(rewritten)
    const asked = nat.byNumber.get(find(nat, 'arp', 'sent', 'host:eth0'))
    expect(asked?.hop.n).toBeGreaterThan(rewritten)
    expect(asked?.journey).not.toBe(sent?.journey)
  })

  test('request and answer are journeys of their own', () => {
    const journeys = new Set(again.hops.map(({ journey }) => journey))
    expect([...journeys]).toEqual([1, find(again, 'reply', 'sent', 'internet:wan0')])
  })
})

test('a packet that was never sent is no film', () => {
  expect(isPlayable(buildFilm(recorded('nat-no-route').hops))).toBe(false)
  expect(isPlayable(again)).toBe(true)
})
