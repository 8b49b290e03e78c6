/** Boxes where a hand put them: none lies on another, none wanders, and all go back when there is room again. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { buildScene } from '../../../renderer/canvas/build-scene.js'
import { canvasWords } from '../../../renderer/canvas/canvas-words.js'
import type { Drawing, Rect } from '../../../renderer/canvas/drawing.js'
import { layOut, placesOf, remembered, type Places } from '../../../renderer/canvas/layout.js'
import { pushApart } from '../../../renderer/canvas/push-apart.js'
import { plainLabFile as labFile } from '../plan/lab-arbitrary.js'
import { deployed } from './fixtures/live.js'

const words = canvasWords('en')
const spot = fc.record({ x: fc.integer({ min: -600, max: 900 }), y: fc.integer({ min: -400, max: 600 }) })
const meet = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

/** What the canvas does in Edit, from one change to the next. */
class Sheet {
  private places: Places = {}

  draw(lab: Lab, live: LiveState | null): Drawing {
    const saved = lab.layout
    const drawing = layOut(buildScene({ lab, live }), { words, saved, previous: this.places, still: true })
    this.places = remembered(this.places, drawing, saved, true)
    return drawing
  }
}

test('boxes that are pushed lie on nothing, the others stay, and where all have room nothing moves', () => {
  const box = fc.record({
    x: fc.integer({ min: 0, max: 900 }),
    y: fc.integer({ min: 0, max: 900 }),
    width: fc.integer({ min: 60, max: 500 }),
    height: fc.integer({ min: 40, max: 300 }),
  })
  fc.assert(
    fc.property(fc.array(box, { maxLength: 12 }), (rects) => {
      const boxes = rects.map((rect, index) => ({ ...rect, id: `ns${index}` }))
      const pushed = pushApart(boxes)
      const after = boxes.map((each) => ({ ...each, ...pushed.get(each.id) }))
      for (const [index, one] of after.entries())
        for (const other of after.slice(index + 1)) expect(meet(one, other), `${one.id} on ${other.id}`).toBe(false)
      for (const each of boxes)
        if (
          !boxes.some(
            (other) =>
              other !== each &&
              meet(other, {
                ...each,
                x: each.x - 700,
                y: each.y - 700,
                width: each.width + 700,
                height: each.height + 700,
              }),
          )
        )
          expect(pushed.has(each.id)).toBe(false)
      expect(pushApart(after).size).toBe(0)
    }),
  )
})

test('in a lab that somebody draws no box lies on another, and drawn again it is the same picture', () => {
  fc.assert(
    fc.property(labFile, fc.array(spot, { minLength: 1, maxLength: 6 }), (file, spots) => {
      const plain = normalise(file)
      const names = [...plain.namespaces.keys()]
      const layout = Object.fromEntries(names.flatMap((name, index) => (spots[index] ? [[name, spots[index]]] : [])))
      const lab = { ...plain, layout }
      const sheet = new Sheet()
      const planned = sheet.draw(lab, null)
      const built = sheet.draw(lab, deployed(lab))
      for (const drawing of [planned, built])
        for (const [index, one] of drawing.boxes.entries())
          for (const other of drawing.boxes.slice(index + 1))
            expect(meet(one, other), `${one.id} on ${other.id}`).toBe(false)
      expect(placesOf(sheet.draw(lab, deployed(lab)))).toEqual(placesOf(built))
      expect(placesOf(sheet.draw(lab, null))).toEqual(placesOf(planned))
    }),
    { numRuns: 200 },
  )
})
