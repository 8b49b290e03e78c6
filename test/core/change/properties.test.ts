/** Labs by chance, with comments, changed by chance. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeSource } from '../../../electron/core/change/change.js'
import type { ChangeOp, LabChange } from '../../../electron/core/change/lab-change.js'
import { interfaceReferences, namespaceReferences } from '../../../electron/core/change/references.js'
import { parseSource } from '../../../electron/core/lab/parse.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import type { LabFile } from '../../../electron/core/lab/schema.js'
import { sameValue } from '../../../electron/core/lab/source.js'
import type { LabSource } from '../../../electron/core/lab/source.js'
import { decorate } from '../lab/decorate.js'
import { labFile } from '../plan/lab-arbitrary.js'
import { essence, modelled } from './model.js'
import { fileOf, open } from './open.js'
import { changeOf, ops, seedsOf } from './random-change.js'

const marks = fc.array(fc.nat(6), { minLength: 1, maxLength: 7 })
const lab = labFile.map((file): LabFile => ({
  ...file,
  layout: { host: { x: 0, y: 0 }, ns0: { x: 1, y: 1 }, 'ns0:br0': { x: 2, y: 2 } },
  notes: [{ text: 'left', x: 0, y: 0 }],
  goal: [{ from: 'host', ping: '10.0.0.1' }],
  checks: [
    { from: 'host', ping: '10.0.0.1' },
    { from: 'host', ping: '10.0.0.1', path: Object.hasOwn(file.namespaces ?? {}, 'ns0') ? ['host', 'ns0'] : ['host'] },
  ],
}))
const errors = (source: LabSource): readonly string[] =>
  parseSource(source, '').problems.flatMap(({ severity, code }) => (severity === 'error' ? code : []))

/** Parts of a file with a value each, by path, and their lines without comments on lines of their own. */
function parts(text: string): ReadonlyMap<string, { readonly lines: readonly string[]; readonly above: string }> {
  const found = new Map<string, { lines: string[]; above: string }>()
  let [top, key, above] = ['', '', '']
  for (const line of text.split('\n')) {
    const indent = line.search(/\S|$/)
    if (/^\s*(#|$)/.test(line)) {
      above = line.trim() === '' ? '' : line
      continue
    }
    if (indent === 0) top = key = line.replace(/:.*/, '')
    else if (indent === 2 && top === 'namespaces') key = `${top} ${line.trim().replace(/:.*/, '')}`
    const isOwn = above.search(/\S|$/) === indent
    const part = found.get(key)
    if (part) part.lines.push(line)
    else found.set(key, { lines: [line], above: isOwn ? above : '' })
    above = ''
  }
  return found
}

const valueOf = (source: LabSource, key: string): unknown =>
  key.split(' ').reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], source.value)

describe('a list of changes does what the model does, all of it or nothing, and touches nothing else', () => {
  const done = new Set<ChangeOp>()
  /** Few labs have everything that a change needs: others are drawn until it was done. */
  const rounds = 20
  test.each(ops)('%s among others', (op) => {
    for (let round = 0; round === 0 || (round < rounds && !done.has(op)); round++) tryOut(op, round)
  })

  function tryOut(op: ChangeOp, round: number): void {
    fc.assert(
      fc.property(lab, marks, seedsOf(op), (file, decoration, picked) => {
        const { text } = decorate(createLabText(file), decoration)
        let source = open(text)
        const list: LabChange[] = []
        for (const seed of picked) {
          const wanted = changeOf(fileOf(source), seed)
          const changed = changeSource(source, [wanted])
          if (!changed.ok) {
            expect(changed.problems.length).toBeGreaterThan(0)
            continue
          }
          done.add(wanted.op)
          checkStep(source, changed.source, wanted)
          list.push(wanted)
          source = changed.source
        }
        // As one list, in one parse: the same lab.
        const atOnce = changeSource(open(text), list)
        // What a cable takes along that goes away and comes back stays where that is one change.
        const comesBack = list.filter((each) => each.op === 'veth-move').length > 1
        if (comesBack) return
        if (atOnce.ok) expect(essence(atOnce.source.value)).toEqual(essence(source.value))
        else expect(list.length).toBeGreaterThan(1)
      }),
      // Other labs for each.
      { numRuns: 5, seed: 20260101 + ops.indexOf(op) + 1000 * round },
    )
  }
  test('and each of them was done', () => {
    expect(ops.filter((op) => !done.has(op))).toEqual([])
  })
})

function checkStep(before: LabSource, after: LabSource, wanted: LabChange): void {
  // It parses, says what the source holds, and is wrong in nothing that it was not wrong in before.
  expect(sameValue(open(after.text).value, after.value)).toBe(true)
  if (errors(before).length === 0) expect(errors(after)).toEqual([])
  const model = modelled(fileOf(before), wanted)
  if (model) expect(essence(after.value), JSON.stringify(wanted)).toEqual(essence(model))
  // What says the same has the same lines, under the same comment.
  const now = parts(after.text)
  for (const [key, { lines, above }] of parts(before.text)) {
    const value = valueOf(before, key)
    if (key === 'namespaces' || value === undefined || !sameValue(value, valueOf(after, key))) continue
    expect(now.get(key)?.lines, `${key} after ${JSON.stringify(wanted)}`).toEqual(lines)
    if (above !== '') expect(now.get(key)?.above).toBe(above)
  }
}

const pickOf = <T>(of: readonly T[], at: number): T | undefined => of[at % Math.max(1, of.length)]

test('a name that changes is followed everywhere, and back again', () => {
  fc.assert(
    fc.property(lab, marks, fc.nat(100), (file, decoration, at) => {
      const { text } = decorate(createLabText(file), decoration)
      const namespace = pickOf(
        Object.keys(file.namespaces ?? {}).filter((name) => name !== 'host'),
        at,
      )
      if (namespace === undefined) return
      const there = namespaceReferences(file, namespace).length
      const renamed = changeSource(open(text), [{ op: 'namespace-rename', namespace, to: 'renamed' }])
      if (!renamed.ok) throw new Error(renamed.problems[0]?.message)
      expect(namespaceReferences(fileOf(renamed.source), namespace)).toEqual([])
      expect(namespaceReferences(fileOf(renamed.source), 'renamed')).toHaveLength(there)
      expect(errors(renamed.source)).toEqual(errors(open(text)))
      const back = changeSource(renamed.source, [{ op: 'namespace-rename', namespace: 'renamed', to: namespace }])
      expect(back.ok && back.source.text).toBe(text)

      const [dev] = Object.keys(file.namespaces?.[namespace]?.interfaces ?? {}).filter((name) => name !== 'lo')
      if (dev === undefined) return
      const end = { namespace, interface: dev }
      const other = changeSource(open(text), [{ op: 'link-rename', namespace, name: dev, to: 'other0' }])
      if (!other.ok) throw new Error(other.problems[0]?.message)
      expect(interfaceReferences(fileOf(other.source), end)).toEqual([])
      expect(interfaceReferences(fileOf(other.source), { namespace, interface: 'other0' })).toHaveLength(
        interfaceReferences(file, end).length,
      )
      const again = changeSource(other.source, [{ op: 'link-rename', namespace, name: 'other0', to: dev }])
      expect(again.ok && again.source.text).toBe(text)
    }),
    { numRuns: 40 },
  )
})

test('what is removed is named nowhere any more, and the lab is no more wrong than it was', () => {
  fc.assert(
    fc.property(lab, marks, fc.nat(100), (file, decoration, at) => {
      const { text } = decorate(createLabText(file), decoration)
      const namespace = pickOf(
        Object.keys(file.namespaces ?? {}).filter((name) => name !== 'host'),
        at,
      )
      if (namespace === undefined) return
      const removed = changeSource(open(text), [{ op: 'namespace-delete', namespace }])
      if (!removed.ok) throw new Error(removed.problems[0]?.message)
      expect(namespaceReferences(fileOf(removed.source), namespace)).toEqual([])
      if (errors(open(text)).length === 0) expect(errors(removed.source)).toEqual([])
    }),
    { numRuns: 40 },
  )
})

test('what comes and goes again leaves the file as it was', () => {
  fc.assert(
    fc.property(lab, marks, (file, decoration) => {
      const { text } = decorate(createLabText(file), decoration)
      const there = changeSource(open(text), [
        { op: 'namespace-add', namespace: 'zz', entry: { forwarding: true } },
        {
          op: 'veth-add',
          ends: [
            { namespace: 'zz', interface: 'z0' },
            { namespace: 'host', interface: 'z1' },
          ],
        },
        { op: 'address-add', namespace: 'host', dev: 'z1', address: '10.99.0.1/24' },
        { op: 'check-add', entry: { from: 'zz', ping: '10.99.0.1' } },
      ])
      if (!there.ok) throw new Error(there.problems[0]?.message)
      const back = changeSource(there.source, [{ op: 'namespace-delete', namespace: 'zz' }])
      expect(back.ok && essence(back.source.value)).toEqual(essence(open(text).value))
      if (
        (file.links ?? []).length > 0 &&
        (file.checks ?? []).length > 0 &&
        file.namespaces?.['host']?.interfaces?.['lo']
      )
        expect(back.ok && back.source.text).toBe(text)
    }),
    { numRuns: 40 },
  )
})
