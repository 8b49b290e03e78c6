import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pushApart, touch } from '../../../renderer/canvas/push-apart.js'

const air = 8
const box = fc.record({
  x: fc.integer({ min: -400, max: 1200 }),
  y: fc.integer({ min: -200, max: 600 }),
  width: fc.integer({ min: 80, max: 700 }),
  height: fc.integer({ min: 60, max: 300 }),
})
const boxes = fc.array(box, { maxLength: 14 }).map((all) => all.map((each, index) => ({ id: `n${index}`, ...each })))

test('boxes that lie on each other lie apart, each at its height, and only to the right of where it was', () => {
  fc.assert(
    fc.property(boxes, (all) => {
      const pushed = pushApart(all, air)
      const after = all.map((each) => ({ ...each, ...pushed.get(each.id) }))
      for (const [index, a] of after.entries())
        for (const b of after.slice(index + 1)) expect(touch(a, b, air), `${a.id} and ${b.id}`).toBe(false)
      for (const [index, each] of after.entries()) {
        expect(each.y).toBe(all[index]?.y)
        expect(each.x).toBeGreaterThanOrEqual(all[index]?.x ?? 0)
      }
    }),
  )
})

test('what lies apart is left alone, and of two the left one stays', () => {
  const at = (id: string, x: number) => ({ id, x, y: 0, width: 100, height: 80 })
  expect(pushApart([at('a', 0), at('b', 200)], air).size).toBe(0)
  expect([...pushApart([at('b', 60), at('a', 0)], air)]).toEqual([['b', { x: 140, y: 0 }]])
})
