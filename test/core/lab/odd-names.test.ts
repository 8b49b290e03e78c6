/** `constructor` and `toString` are names like any other, from the file to the kernel's state, the picture and back. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { parseLabText } from '../../../electron/core/lab/parse.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { labFromLive } from '../../../electron/core/plan/read-back.js'
import { buildScene } from '../../../renderer/canvas/build-scene.js'
import { canvasWords } from '../../../renderer/canvas/canvas-words.js'
import { homeOf, layOut, placesOf, remembered } from '../../../renderer/canvas/layout.js'
import { changeSource } from '../../../electron/core/change/change.js'
import { differences } from '../../../electron/core/change/difference.js'
import { keepChanges } from '../../../electron/core/change/keep.js'
import { openSource } from '../../../electron/core/lab/source.js'
import { Model } from '../plan/model.js'

/** Every plain object answers to these. Those with underscores are no names of a lab. */
const odd = Object.getOwnPropertyNames(Object.prototype).filter((name) => /^[a-z]/i.test(name))
const names = (most: number) =>
  fc.uniqueArray(fc.constantFrom(...odd, 'plain', 'ns0'), { minLength: 2, maxLength: most })

/** An interface's name has at most 15 bytes. */
const device = (name: string): string => name.slice(0, 15)

/** Namespaces in a ring, each interface named after the namespace that it leads to. */
const ring = (around: readonly string[]): LabFile => {
  const next = (at: number): string => around[(at + 1) % around.length] ?? ''
  return {
    ...{ vethlab: 1, name: 'odd' },
    namespaces: Object.fromEntries(
      around.map((name, at) => [
        name,
        {
          interfaces: { [`${device(next(at)).slice(0, 14)}>`]: { addresses: [`10.0.${at}.1/24`] }, lo: {} },
          bridges: { [device(name)]: { addresses: [`10.1.${at}.1/24`] } },
          routes: [{ to: 'default', via: `10.0.${at}.2` }],
        },
      ]),
    ),
    links: around.map((name, at) => [
      `${name}:${device(next(at)).slice(0, 14)}>`,
      `${next(at)}:${device(name).slice(0, 14)}<`,
    ]),
  }
}

const live = (file: LabFile) => new Model().run(diff(normalise(file), new Model().state).map(({ step }) => step)).state
const words = canvasWords('en')

test('a lab of them is planned, built, read back and printed as any other', () => {
  fc.assert(
    fc.property(names(8), (around) => {
      const file = ring(around)
      const wanted = normalise(file)
      const there = live(file)
      expect(diff(wanted, there, { former: 'everything' })).toEqual([])
      const { lab: read } = labFromLive(there, 'odd')
      const { lab: again, problems } = parseLabText(createLabText(read), 'odd.yaml')
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(again && diff(again, there, { former: 'everything' })).toEqual([])
    }),
    { numRuns: 40 },
  )
})

test('and drawn, with places and without', () => {
  fc.assert(
    fc.property(names(8), names(8), (around, before) => {
      const scene = (each: readonly string[]) => buildScene({ lab: normalise(ring(each)), live: live(ring(each)) })
      const first = layOut(scene(before), { words })
      const places = remembered({}, first, {})
      const home = homeOf({}, places, {})
      const drawing = layOut(scene(around), { words, previous: placesOf(first), home })
      expect(drawing.boxes.map(({ id }) => id).sort()).toEqual([...around].sort())
      for (const { x, y, width, height } of drawing.boxes)
        for (const number of [x, y, width, height]) expect(number).toSatisfy(Number.isFinite)
    }),
    { numRuns: 40 },
  )
})

test('and kept in the file where somebody made them by hand', () => {
  fc.assert(
    fc.property(names(5), fc.constantFrom(...odd), (around, extra) => {
      fc.pre(!around.includes(extra))
      const file = ring(around)
      const there = live(file)
      const host = there.namespaces.find(({ name }) => name === 'host')
      if (!host) throw new Error('no host')
      const more = { ...there, namespaces: [...there.namespaces, { ...host, name: extra, inode: 99 }] }
      const found = differences(normalise(file), normalise(file), more)
      expect(found.map(({ what }) => what)).toEqual([`netns ${extra}`])
      const [difference] = found
      const source = openSource(createLabText(file))
      if (!difference || !source) throw new Error('no difference')
      const changed = changeSource(source, keepChanges(file, difference, more), 'meaning')
      if (!changed.ok) throw new Error(changed.problems[0]?.message)
      const kept = changed.source.value as LabFile
      expect(Object.keys(kept.namespaces ?? {})).toContain(extra)
      expect(differences(normalise(kept), normalise(file), more)).toEqual([])
    }),
    { numRuns: 40 },
  )
})
