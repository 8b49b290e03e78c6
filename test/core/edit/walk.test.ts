/** From object to object along the cables, by the four ways of the arrow keys. */
import { expect, test } from 'vitest'
import type { Place } from '../../../electron/core/change/building.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { walk } from '../../../renderer/edit/walk.js'

const { lab } = parseLabText(
  `vethlab: 1
name: walk
namespaces:
  r0: { forwarding: true, bridges: { br0: { ports: [p0, p1] } } }
  ns0: {}
  ns1: {}
  far: {}
links: [[ns0:eth0, r0:p0], [ns1:eth0, r0:p1], [r0:eth0, far:eth0]]
`,
  'walk',
)
const box = (x: number, y: number) => ({ x, y, width: 200, height: 100 })
const placed = new Map([
  ['r0', { ...box(300, 0), width: 500 }],
  ['ns0', box(0, 400)],
  ['ns1', box(900, 400)],
  ['far', box(1000, 10)],
])
const ways = { right: { x: 1, y: 0 }, left: { x: -1, y: 0 }, down: { x: 0, y: 1 }, up: { x: 0, y: -1 } }
const go = (from: Place, way: keyof typeof ways) => lab && walk(lab, placed, from, ways[way])

test('to what hangs on the next cable that way, and of a bridge to the bridge', () => {
  expect(go({ namespace: 'r0' }, 'right')).toEqual({ namespace: 'far' })
  expect(go({ namespace: 'far' }, 'left')).toEqual({ namespace: 'r0' })
  expect(go({ namespace: 'ns0' }, 'up')).toEqual({ namespace: 'r0', bridge: 'br0' })
  expect(go({ namespace: 'ns1' }, 'up')).toEqual({ namespace: 'r0', bridge: 'br0' })
  expect(go({ namespace: 'r0', bridge: 'br0' }, 'down')).toEqual({ namespace: 'ns0' })
})

test('from a bridge up to what it is in, and nowhere where no cable leads', () => {
  expect(go({ namespace: 'r0', bridge: 'br0' }, 'up')).toEqual({ namespace: 'r0' })
  expect(go({ namespace: 'far' }, 'right')).toBeNull()
  expect(go({ namespace: 'nobody' }, 'right')).toBeNull()
})
