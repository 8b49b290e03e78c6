import fc from 'fast-check'
import { test } from 'vitest'
import { normalise } from '../../../electron/core/lab/normalise.js'
import { diff } from '../../../electron/core/plan/diff.js'
import { planText, undoText } from '../../../electron/core/plan/script.js'
import { labFile } from './lab-arbitrary.js'
import { Model } from './model.js'
const l = (m: any) => JSON.stringify(m.namespaces.map((n: any) => n.links.map((x: any) => [n.name, x.name, x.mtu].join()).sort()).flat().sort())
test('find', () => {
  fc.assert(fc.property(fc.tuple(labFile, labFile), ([a, b]) => {
    const p0 = diff(normalise(a), new Model().state)
    const live = new Model().run(p0.map((s) => s.step)).state
    const plan = diff(normalise(b), live, { former: normalise(a) })
    const m = new Model(live).run(plan.map((s) => s.step))
    m.run(plan.toReversed().flatMap(s => [...s.undo]))
    if (l(m.state) !== l(live)) throw new Error(planText(p0) + '\n==\n'+planText(plan) + '\n==\n' + undoText(plan)+l(live)+l(m.state))
  }), { numRuns: 3000 })
})
