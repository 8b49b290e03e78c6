/** What a ready-made part puts on an empty canvas can be read without zooming. */
import { expect, test } from 'vitest'
import { stampOf } from '../../../electron/core/change/stamps.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import { touch } from '../../../renderer/canvas/push-apart.js'
import { buildScene } from '../../../renderer/canvas/build-scene.js'
import { canvasWords } from '../../../renderer/canvas/canvas-words.js'
import { bounds } from '../../../renderer/canvas/elements.js'
import { layOut } from '../../../renderer/canvas/layout.js'
import { fitted, readableZoom } from '../../../renderer/canvas/viewport.js'
import { deployed } from './fixtures/live.js'

/** The canvas of a window of 1280 by 720 (CSS pixels). */
const small = { width: 745, height: 463 }

test.each(['lan', 'two-lans', 'nat-gateway', 'container-host'] as const)('%s', (kind) => {
  const { lab } = parseLabText(createLabText(stampOf(kind)), kind)
  if (!lab) throw new Error(`${kind} is no lab`)
  const drawing = layOut(buildScene({ lab, live: deployed(lab), standing: lab }), {
    words: canvasWords('en'),
    saved: lab.layout,
    previous: {},
  })
  expect(fitted(bounds(drawing), small.width, small.height).zoom).toBeGreaterThanOrEqual(readableZoom)
  // Each has the place that it was given: nothing had to be pushed aside.
  for (const box of drawing.boxes) expect(lab.layout[box.id], box.id).toEqual({ x: box.x, y: box.y })
  for (const [at, box] of drawing.boxes.entries())
    expect(
      drawing.boxes.slice(at + 1).filter((other) => touch(box, other)),
      box.id,
    ).toEqual([])
})
