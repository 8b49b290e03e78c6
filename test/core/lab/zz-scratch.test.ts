import { test } from 'vitest'
import fc from 'fast-check'
import { spliceAway, spliceKey, spliceValue } from '../../../electron/core/lab/splice.js'
import { openDocument, sameValue, withValue } from '../../../electron/core/lab/source.js'
import { createLabText } from '../../../electron/core/lab/print.js'
import { labFiles, pathsOf } from './arbitrary.js'
test('tiers', () => {
  const stat: Record<string, number> = {}
  const bad: string[] = []
  fc.assert(fc.property(labFiles, fc.nat(), fc.constantFrom<unknown>(5, 'a: b', 'x\ny\n', { forwarding: true }, [1, 2]), (lf, at, value) => {
    const text = createLabText(lf)
    const od = openDocument(text)!
    const ps = pathsOf(od.value); const path = ps[at % ps.length]!
    for (const [k, f, exp] of [['value', () => spliceValue({ text, document: od.document }, path, value), withValue(od.value, path, value)], ['away', () => spliceAway({ text, document: od.document }, path), withValue(od.value, path, undefined)], ['key', () => spliceKey({ text, document: od.document }, ['zzz'], value), withValue(od.value, ['zzz'], value)]] as const) {
      const r = f(); const o = r === null ? null : openDocument(r)
      const ok = o !== null && sameValue(o.value, exp)
      stat[k + (ok ? ' ok' : r === null ? ' null' : ' wrong')] = (stat[k + (ok ? ' ok' : r === null ? ' null' : ' wrong')] ?? 0) + 1
      if (!ok && bad.length < 6) bad.push([k, path.join('.'), JSON.stringify(value), text, '=>', r].join('\n'))
    }
  }), { numRuns: 1500 })
  console.log(stat, bad.join('\n=======\n').slice(0, 6000))
}, 200000)
