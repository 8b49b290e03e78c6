/** Packets of the live film as movements that the browser plays by itself. */
import { describe, expect, test } from 'vitest'
import { placeFilm } from '../../../renderer/trace/way.js'
import { threadsOf } from '../../../renderer/traffic/threads.js'
import { labB, labN, labR } from '../canvas/fixtures/labs.js'
import { buildFilm } from '../../../renderer/trace/film.js'
import { canvasOf, recorded } from '../film/fixtures.js'

const films = [
  ['nat-again', labN],
  ['nat-missing', labN],
  ['nat-no-route', labN],
  ['nat-forwarding-off', labN],
  ['router', labR],
  ['router-broken', labR],
  ['bridge', labB],
] as const

const threads = (name: (typeof films)[number][0], lab: typeof labN) => {
  const film = buildFilm(recorded(name).hops)
  const placed = placeFilm(film, canvasOf(lab).geometry)
  return { film, placed, ...threadsOf(film, placed) }
}

describe.each(films)('%s', (name, lab) => {
  const { film, placed, threads: made, lengthMs } = threads(name, lab)

  test('every hop is in one movement, or in the movements of its copies', () => {
    const numbers = made.flatMap(({ hops }) => hops.map(({ n }) => n))
    expect([...numbers].sort((a, b) => a - b)).toEqual(film.hops.map(({ hop }) => hop.n))
  })

  test('no movement goes back in time, and all of them end within five seconds', () => {
    for (const { places, looks, startMs, endMs } of made) {
      const times = places.map(({ atMs }) => atMs)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(endMs).toBeGreaterThan(startMs)
      for (const { fromMs, untilMs } of looks) expect(untilMs).toBeGreaterThanOrEqual(fromMs)
    }
    expect(lengthMs).toBeLessThan(5000)
  })

  test('each ends where its last hop rests; what dies has a place for its sign', () => {
    for (const { hops, places, diedAt } of made) {
      const last = placed.hops.get(hops.at(-1)?.n ?? 0)
      expect(places.at(-1)).toMatchObject({ x: last?.rest.x, y: last?.rest.y })
      expect(diedAt).toEqual(last?.film.hop.event === 'dropped' ? last.at : null)
    }
  })
})

test('behind the hexagon the packet looks rewritten', () => {
  const { threads: made } = threads('nat-again', labN)
  const request = made.find(({ looks }) => looks.length > 1)
  expect(request?.looks.map(({ capsule }) => capsule.layer3)).toEqual(['plain', 'rewritten'])
})

test('what is flooded goes to every port at the same moment', () => {
  const { film, threads: made } = threads('bridge', labB)
  const flood = film.steps.find(({ hops }) => hops.length > 1)
  const starts = made.filter(({ hops }) => hops.some(({ n }) => flood?.hops.includes(n)))
  const arrivals = starts.flatMap(({ hops }) => hops.filter(({ n }) => flood?.hops.includes(n)))
  expect(arrivals.length).toBeGreaterThan(1)
  expect(new Set(arrivals.map(({ atMs }) => atMs)).size).toBe(1)
})
