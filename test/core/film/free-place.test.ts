import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Rect } from '../../../renderer/canvas/drawing.js'
import { meets } from '../../../renderer/canvas/viewport.js'
import { freePlace } from '../../../renderer/canvas/free-place.js'

const size = { width: 240, height: 90 }
const canvas = { width: 900, height: 420 }
const rect: fc.Arbitrary<Rect> = fc.record({
  x: fc.integer({ min: 0, max: 860 }),
  y: fc.integer({ min: 0, max: 400 }),
  width: fc.integer({ min: 20, max: 160 }),
  height: fc.integer({ min: 12, max: 40 }),
})

test('a callout lies on no words, legend or buttons as long as there is a place beside them', () => {
  fc.assert(
    fc.property(
      fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 420 }) }),
      fc.array(rect, { maxLength: 14 }),
      fc.array(rect, { maxLength: 6 }),
      (anchor, never, taken) => {
        const place = freePlace(anchor, size, { ...canvas, taken, never })
        if (!never.some((each) => meets({ ...place, ...size }, each))) return
        // Then nothing of the raster was free, or only what it speaks of was.
        for (let y = 12; y + size.height + 12 <= canvas.height; y += 20)
          for (let x = 12; x + size.width + 12 <= canvas.width; x += 20) {
            const here = { x, y, ...size }
            const around = { x: x - 28, y: y - 28, width: size.width + 56, height: size.height + 56 }
            const isClear = !never.some((each) => meets(here, each))
            expect(isClear && !meets(around, { ...anchor, width: 0.1, height: 0.1 }), `${x} ${y}`).toBe(false)
          }
      },
    ),
    { numRuns: 100 },
  )
})
