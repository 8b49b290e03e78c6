/** Networks drawn by chance: every gesture is one that the file's own rules allow, and what it chose by itself is free. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changeSource } from '../../../electron/core/change/change.js'
import { connect, masquerade, neighbour, newObject } from '../../../electron/core/change/gestures.js'
import type { Gestured, Place } from '../../../electron/core/change/building.js'
import type { ObjectKind } from '../../../electron/core/change/gestures.js'
import { stationsOf } from '../../../electron/core/change/segments.js'
import { endsOf } from '../../../electron/core/lab/ends.js'
import { overlaps } from '../../../electron/core/lab/address.js'
import { parseEndpoint } from '../../../electron/core/lab/endpoint.js'
import { parseSource } from '../../../electron/core/lab/parse.js'
import type { LabSource } from '../../../electron/core/lab/source.js'
import { fileOf, open } from './open.js'

const start = 'vethlab: 1\nname: drawn # by hand\nnamespaces:\n  host: {} # where it begins\n'
const kinds: readonly ObjectKind[] = ['namespace', 'router', 'bridge', 'internet']

const places = (source: LabSource): readonly Place[] =>
  Object.entries(fileOf(source).namespaces ?? {}).flatMap(([namespace, entry]): Place[] => [
    { namespace },
    ...Object.keys(entry?.bridges ?? {}).map((bridge) => ({ namespace, bridge })),
  ])

/** One gesture, chosen by four numbers among those that there are. */
function gesture(source: LabSource, [what, a, b, c]: readonly [number, number, number, number]): Gestured {
  const all = places(source)
  const [from, to] = [all[a % all.length] as Place, all[b % all.length] as Place]
  const kind = kinds[c % kinds.length] as ObjectKind
  if (what < 3) return { ok: true, ...newObject(fileOf(source), kind, { at: { x: a, y: b }, home: from.namespace }) }
  if (what < 7) return connect(source, from, to)
  if (what < 9) return neighbour(source, from, kind)
  const ends = (fileOf(source).links ?? []).flatMap((link) => endsOf(link).map(parseEndpoint))
  const end = ends[a % Math.max(1, ends.length)]
  return end ? masquerade(source, end) : { ok: true, ...newObject(fileOf(source), 'namespace', {}) }
}

const errors = (source: LabSource): readonly string[] =>
  parseSource(source, '').problems.flatMap(({ severity, code, message }) =>
    severity === 'error' ? [`${code}: ${message}`] : [],
  )

test('30 gestures in a row leave a lab that can be built, in which no address is there twice', () => {
  const number = fc.nat(1000)
  const gestures = fc.array(fc.tuple(fc.nat(9), number, number, number), { minLength: 30, maxLength: 30 })
  let done = 0
  let refused = 0
  fc.assert(
    fc.property(gestures, (all) => {
      let source = open(start)
      for (const each of all) {
        const gestured = gesture(source, each)
        if (!gestured.ok) {
          // Said in one sentence, and only for what a hand can have meant otherwise.
          expect(['cable-to-itself', 'nothing-behind', 'has-nat']).toContain(gestured.problems[0]?.code)
          refused += 1
          continue
        }
        const changed = changeSource(source, gestured.changes)
        if (!changed.ok) throw new Error(changed.problems.map(({ message }) => message).join('\n'))
        source = changed.source
        expect(errors(source)).toEqual([])
        done += 1
      }
      expect(source.text).toContain('# by hand')
      expect(source.text).toContain('# where it begins')
      const { all: stations } = stationsOf(fileOf(source))
      const wired = stations.filter(({ dev }) => dev !== 'lo')
      const texts = wired.map(({ prefix }) => prefix.text)
      expect(texts.toSorted()).toEqual([...new Set(texts)].toSorted())
    }),
    { numRuns: 10 },
  )
  expect(done).toBeGreaterThan(150)
  expect(refused).toBeGreaterThan(0)
})

test('a new segment gets a subnet that overlaps no other', () => {
  const number = fc.nat(1000)
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 12 }), (pairs) => {
      let source = open(start)
      for (let count = 0; count < 6; count += 1) {
        const made = changeSource(
          source,
          newObject(fileOf(source), count % 2 === 0 ? 'namespace' : 'router', {}).changes,
        )
        if (made.ok) source = made.source
      }
      for (const [a, b] of pairs) {
        const all = places(source)
        const before = stationsOf(fileOf(source)).all
        const gestured = connect(source, all[a % all.length] as Place, all[b % all.length] as Place)
        if (!gestured.ok) continue
        const changed = changeSource(source, gestured.changes)
        if (!changed.ok) throw new Error('refused')
        source = changed.source
        const fresh = stationsOf(fileOf(source)).all.filter(
          (each) => !before.some((old) => old.namespace === each.namespace && old.dev === each.dev),
        )
        for (const each of fresh)
          for (const old of before)
            expect(overlaps(each.prefix, old.prefix), `${each.network} ${old.network}`).toBe(false)
      }
    }),
    { numRuns: 15 },
  )
})
