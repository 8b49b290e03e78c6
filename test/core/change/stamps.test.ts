import { describe, expect, test } from 'vitest'
import { changeSource } from '../../../electron/core/change/change.js'
import { pasteParts } from '../../../electron/core/change/paste.js'
import { stampOf, stamps, type StampKind } from '../../../electron/core/change/stamps.js'
import { parseLabText, parseSource } from '../../../electron/core/lab/parse.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import { open } from './open.js'

const kinds = Object.keys(stamps) as StampKind[]

describe.each(kinds)('the ready-made part %s', (kind) => {
  test('is a lab without a problem, as small and as large as it can be', () => {
    for (const count of [null, 0, 1000])
      expect(parseLabText(createLabText(stampOf(kind, count)), '').problems).toEqual([])
  })
  test('comes as one change, also beside itself: every name and every subnet once, and no problem', () => {
    let source = open('vethlab: 1\nname: two # mine\n')
    for (let times = 0; times < 2; times += 1) {
      const { gestured, names } = pasteParts(source, stampOf(kind), { x: 0, y: times * 900 })
      if (!gestured.ok) throw new Error(gestured.problems[0]?.message)
      const changed = changeSource(source, gestured.changes)
      if (!changed.ok) throw new Error(changed.problems[0]?.message)
      source = changed.source
      expect(names).toHaveLength(Object.keys(stampOf(kind).namespaces ?? {}).length)
    }
    const { lab, problems } = parseSource(source, '')
    expect(problems).toEqual([])
    const addresses = [...(lab?.namespaces.values() ?? [])].flatMap(({ interfaces }) =>
      interfaces.flatMap((each) => each.addresses),
    )
    expect(new Set(addresses).size).toBe(addresses.length)
    expect(source.text).toContain('name: two # mine')
  })
})

test('as many as are asked for', () => {
  expect(Object.keys(stampOf('lan', 7).namespaces ?? {})).toHaveLength(8)
  expect(Object.keys(stampOf('router-line', 5).namespaces ?? {})).toHaveLength(7)
})
