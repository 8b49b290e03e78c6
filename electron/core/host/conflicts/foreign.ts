/** Steps that would change what is not the lab's: none of them is carried out. */
import { finding, type Finder } from '../facts.js'
import { foreignTouch, ownWithPlan } from '../guard.js'
import { said } from '../../words/said.js'

export const foreignObjects: Finder = function* ({ plan, own }) {
  const all = ownWithPlan(own, plan)
  const seen = new Set<string>()
  for (const { step, text } of plan) {
    const touched = foreignTouch(step, all)
    if (touched === null || seen.has(touched)) continue
    seen.add(touched)
    yield finding(
      'blocks',
      'not-ours',
      touched,
      said`"${text}" would change ${touched} of this machine, which is not the lab's. Leave it out of the lab.`,
      [],
    )
  }
}
