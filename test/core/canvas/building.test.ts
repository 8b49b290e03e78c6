/** The picture while somebody builds: after every command of every guide, and of any lab, before and after it is deployed. */
import fc from 'fast-check'
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Lab } from '../../../electron/core/lab/lab.js'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { buildScene } from '../../../renderer/canvas/build-scene.js'
import { canvasWords } from '../../../renderer/canvas/canvas-words.js'
import type { Box, Drawing, Mark, Point, Rect } from '../../../renderer/canvas/drawing.js'
import { homeOf, layOut, remembered, type Places } from '../../../renderer/canvas/layout.js'
import { tagOf, tagPlace } from '../../../renderer/canvas/box-tag.js'
import { markRect } from '../../../renderer/canvas/label.js'
import type { Words } from '../../../renderer/canvas/words.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { labFile } from '../plan/lab-arbitrary.js'
import { deployed } from './fixtures/live.js'
import { statesOf } from './fixtures/typed.js'

/** What the canvas does from one change to the next. */
class Picture {
  private places: Places = {}
  private home: Places = {}
  constructor(private readonly language: 'en' | 'zh-CN') {}

  draw(lab: Lab | null, live: LiveState | null): Drawing {
    const drawing = layOut(buildScene({ lab, live }), {
      words: canvasWords(this.language),
      saved: lab?.layout ?? {},
      previous: this.places,
      home: this.home,
    })
    this.places = remembered(this.places, drawing, lab?.layout ?? {})
    this.home = homeOf(this.home, this.places, lab?.layout ?? {})
    return drawing
  }
}

interface Label extends Rect {
  readonly text: string
}

const rect = (mark: Mark, at: Point): Label => {
  const own = markRect(mark)
  return { ...own, text: mark.text, x: at.x + own.x, y: at.y + own.y }
}

const meet = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

/** Words that are printed over each other, or over a box that is not theirs. */
function collisions(drawing: Drawing, words: Words): string[] {
  const own = drawing.boxes.flatMap((box) => box.marks.map((mark) => rect(mark, box)))
  const along = drawing.cables.flatMap(({ labels }) => labels.map((mark) => rect(mark, { x: 0, y: 0 })))
  const tags = drawing.boxes.flatMap((box) => {
    const text = tagOf(box.presence, words)
    const at = text === null ? null : tagPlace(box, text)
    return text === null || at === null ? [] : [{ ...at, text, x: box.x + at.x, y: box.y + at.y }]
  })
  const labels = [...own, ...along, ...tags]
  const found: string[] = []
  for (const [index, one] of labels.entries())
    for (const other of labels.slice(index + 1)) if (meet(one, other)) found.push(`“${one.text}” on “${other.text}”`)
  for (const label of along)
    for (const box of drawing.boxes) if (meet(label, box)) found.push(`“${label.text}” on the box of ${box.id}`)
  return found
}

const folder = new URL('../../../resources/labs/', import.meta.url)
const guided = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => {
    const { lab } = parseLabText(readFileSync(new URL(name, folder), 'utf8'), name)
    return lab && lab.guide.length > 0 ? [{ name, lab }] : []
  })

const box = (drawing: Drawing, id: string): Box | undefined => drawing.boxes.find((each) => each.id === id)

describe.each(guided)('while $name is built', ({ lab }) => {
  const commands = lab.guide.flatMap((step) => step.commands ?? [])
  const states = statesOf(commands)

  test.each(['en', 'zh-CN'] as const)('no words lie on others, in %s', (language) => {
    const picture = new Picture(language)
    for (const [index, state] of states.entries())
      expect(
        collisions(picture.draw(lab, state), canvasWords(language)),
        commands[index - 1] ?? 'before the first',
      ).toEqual([])
  })

  test('no two boxes swap their sides', () => {
    const picture = new Picture('en')
    let before: Drawing | null = null
    for (const [index, state] of states.entries()) {
      const now = picture.draw(lab, state)
      const why = commands[index - 1] ?? 'before the first'
      for (const one of now.boxes) {
        for (const other of now.boxes) {
          const [was, otherWas] = before ? [box(before, one.id), box(before, other.id)] : []
          if (!was || !otherWas) continue
          if (was.x + was.width <= otherWas.x)
            expect(one.x, `${one.id} left of ${other.id} after ${why}`).toBeLessThan(other.x)
          if (was.y + was.height <= otherWas.y)
            expect(one.y, `${one.id} above ${other.id} after ${why}`).toBeLessThan(other.y)
        }
      }
      before = now
    }
  })
})

/** Where a box routes as well, a bond and the tunnels beside it may still crowd each other. */
const hasBond = ({ namespaces = {} }: LabFile): boolean =>
  !Array.isArray(namespaces) && Object.values(namespaces).some((entry) => entry?.bonds !== undefined)

test('no words lie on others in any lab without bonds, planned or deployed', () => {
  fc.assert(
    fc.property(labFile, (file) => {
      fc.pre(!hasBond(file))
      const lab = normalise(file)
      for (const live of [null, deployed(lab)])
        expect(collisions(new Picture('en').draw(lab, live), canvasWords('en')), live ? 'deployed' : 'planned').toEqual(
          [],
        )
    }),
    { numRuns: 200 },
  )
})

test('a port that routes stands beside a switch, though its peer is straight below', () => {
  const lab = normalise({
    ...{ vethlab: 1, name: 'beside' },
    namespaces: { host: {}, far: {}, box: { bridges: { br0: { ports: ['e1'] } } } },
    links: [{ ends: ['box:e2', 'far:e3'], impair: { delay: '20ms', loss: '1%' } }, ['box:e1', 'host:e1']],
  })
  const drawing = new Picture('en').draw(lab, null)
  expect(collisions(drawing, canvasWords('en'))).toEqual([])
  expect(box(drawing, 'box')?.bands.filter(({ width }) => width <= 0)).toEqual([])
})

test('a box whose place in the lab is taken back goes to where it was before', () => {
  const { lab } = guided[0] as (typeof guided)[number]
  const live = deployed(lab)
  const picture = new Picture('en')
  const first = picture.draw(lab, live)
  const { x, y } = box(first, 'ns0') as Box
  const moved = picture.draw({ ...lab, layout: { ns0: { x: x - 400, y: y + 80 } } }, live)
  expect(box(moved, 'ns0')).toMatchObject({ x: x - 400, y: y + 80 })
  expect(box(picture.draw(lab, live), 'ns0')).toMatchObject({ x, y })
})
