import { expect, test } from 'vitest'
import { buildScene } from '../../../renderer/canvas/build-scene.js'
import { canvasWords } from '../../../renderer/canvas/canvas-words.js'
import { geometryOf, type Stop } from '../../../renderer/canvas/geometry.js'
import { layOut } from '../../../renderer/canvas/layout.js'
import { restingPlace } from '../../../renderer/canvas/gesture/snap-guides.js'
import { distanceTo } from '../../../renderer/canvas/path.js'
import { fitted } from '../../../renderer/canvas/viewport.js'
import { labN } from './fixtures/labs.js'
import { deployed } from './fixtures/live.js'

const geometry = geometryOf(
  layOut(buildScene({ lab: labN, live: deployed(labN), standing: labN }), { words: canvasWords('en') }),
)
const at = (id: string): Stop => ({ at: 'interface', id })
const router: Stop = { at: 'router', namespace: 'host' }
const nat: Stop = { at: 'nat', id: 'host:eth0' }

test('a packet from ns0 to the Internet finds a way from stop to stop', () => {
  const stops = [
    at('ns0:veth0'),
    at('host:veth1'),
    at('host:bridge0'),
    router,
    nat,
    at('host:eth0'),
    at('internet:wan0'),
  ]
  const ways = stops.slice(1).map((stop, index) => geometry.way(stops[index] as Stop, stop))
  expect(ways.map((way) => way?.medium)).toEqual(['wire', 'switch', 'kernel', 'kernel', 'kernel', 'wire'])
  for (const [index, way] of ways.entries()) {
    expect(way?.points[0]).toEqual(geometry.place(stops[index] as Stop))
    expect(way?.points.at(-1)).toEqual(geometry.place(stops[index + 1] as Stop))
  }
})

test('through the switch it runs along the middle of the bar, as drawn in the design', () => {
  expect(geometry.way(at('host:veth1'), at('host:bridge0'))?.points).toEqual([
    { x: 88, y: 212 },
    { x: 88, y: 198 },
    { x: 216, y: 198 },
    { x: 216, y: 157 },
  ])
})

test('the way back is the same way reversed', () => {
  const there = geometry.way(at('host:bridge0'), at('host:eth0'))
  const back = geometry.way(at('host:eth0'), at('host:bridge0'))
  expect(back?.points).toEqual([...(there?.points ?? [])].reverse())
  expect(there?.points).toEqual([
    { x: 216, y: 157 },
    { x: 216, y: 100 },
    { x: 500, y: 100 },
  ])
})

test('things that nothing joins have no way between them', () => {
  expect(geometry.way(at('ns0:veth0'), at('ns1:veth2'))).toBeNull()
  expect(geometry.place(at('ns9:veth0'))).toBeNull()
})

test('the drop marker sits on the lower border, clear of the routes', () => {
  expect(geometry.dropMarker('ns0')).toEqual({ x: 184, y: 410 })
})

test('a dragged box comes to rest in line with its neighbours and tells the distance', () => {
  const others = [{ x: 244, y: 326, width: 212, height: 84 }]
  const rest = restingPlace({ x: 490, y: 329, width: 212, height: 84 }, others)
  expect([rest.x, rest.y]).toEqual([488, 326])
  expect(rest.guides).toContainEqual({ axis: 'y', at: 326, from: 244, to: 700 })
  expect(rest.spacing).toEqual([{ axis: 'x', from: 456, to: 488, at: 368 }])
})

test('far from everything it rests on the grid', () => {
  expect(
    restingPlace({ x: 1001, y: 903, width: 212, height: 84 }, [{ x: 0, y: 0, width: 100, height: 50 }]),
  ).toMatchObject({ x: 1000, y: 904 })
})

test('fit shows all of it with 32 pixels to the sides, and never enlarges', () => {
  expect(fitted({ x: 0, y: 0, width: 780, height: 410 }, 844, 591)).toEqual({ pan: { x: 32, y: 91 }, zoom: 1 })
  const wide = fitted({ x: -100, y: 0, width: 1560, height: 410 }, 844, 591)
  expect(wide.zoom).toBe(0.5)
  expect(wide.pan.x).toBe(32 + 50)
})

test('beside the line of a cable is as far as it is across, or to its nearest end', () => {
  const bent = [
    { x: 0, y: 0 },
    { x: 0, y: 40 },
    { x: 30, y: 40 },
  ]
  expect(distanceTo(bent, { x: 7, y: 20 })).toBe(7)
  expect(distanceTo(bent, { x: 20, y: 43 })).toBe(3)
  expect(distanceTo(bent, { x: -3, y: -4 })).toBe(5)
  expect(distanceTo([], { x: 0, y: 0 })).toBe(Infinity)
})
