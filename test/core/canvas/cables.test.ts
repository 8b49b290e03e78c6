/** Cables of labs whose boxes a hand has put somewhere: each can be followed by eye from one end to the other. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { buildScene } from '../../../renderer/canvas/build-scene.js'
import { canvasWords } from '../../../renderer/canvas/canvas-words.js'
import type { Drawing, Point } from '../../../renderer/canvas/drawing.js'
import { layOut } from '../../../renderer/canvas/layout.js'
import { crosses } from '../../../renderer/canvas/path.js'
import { namespaceOf } from '../../../renderer/canvas/scene.js'
import { labB, labN, labR, line } from './fixtures/labs.js'
import { deployed } from './fixtures/live.js'

const words = canvasWords('en')
/** Cells of a sheet, larger than any box of these labs with the cables around it. */
const cell = { x: 640, y: 420 }
const columns = 4

const draw = (lab: Lab, cells: readonly number[]): Drawing => {
  const names = [...new Set([...lab.namespaces.keys(), 'host'])]
  const saved = Object.fromEntries(
    names.map((name, index) => {
      const at = cells[index] ?? index
      return [name, { x: (at % columns) * cell.x, y: Math.floor(at / columns) * cell.y }]
    }),
  )
  return layOut(buildScene({ lab, live: deployed(lab), standing: lab }), { words, saved, still: true })
}

const stretches = ({ points }: { readonly points: readonly Point[] }): [Point, Point][] =>
  points.slice(1).map((to, index) => [points[index] as Point, to])

/** Whether two stretches lie on one line, for more than they need to cross. */
function together([a, b]: readonly [Point, Point], [c, d]: readonly [Point, Point]): boolean {
  const along = (p: 'x' | 'y', q: 'x' | 'y'): boolean =>
    a[p] === b[p] &&
    c[p] === d[p] &&
    Math.abs(a[p] - c[p]) < 2 &&
    Math.min(Math.max(a[q], b[q]), Math.max(c[q], d[q])) - Math.max(Math.min(a[q], b[q]), Math.min(c[q], d[q])) > 2
  return along('x', 'y') || along('y', 'x')
}

const labs: Readonly<Record<string, Lab>> = { N: labN, B: labB, R: labR, line: line(6) }

test.each(Object.entries(labs))('%s: no cable runs on another one, and none through a box that it passes', (_, lab) => {
  const anywhere = fc.shuffledSubarray([...Array(columns * columns).keys()], { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(anywhere, (cells) => {
      const { cables, boxes } = draw(lab, cells)
      for (const [index, cable] of cables.entries()) {
        for (const other of cables.slice(index + 1))
          for (const one of stretches(cable))
            for (const two of stretches(other))
              if (together(one, two)) throw new Error(`${cable.id} and ${other.id}: ${JSON.stringify([one, two])}`)
        for (const box of boxes)
          if (!cable.ends.some((end) => namespaceOf(end) === box.id))
            for (const [from, to] of stretches(cable))
              expect(crosses(from, to, box), `${cable.id} ${box.id}`).toBe(false)
      }
    }),
    { numRuns: 30 },
  )
})
