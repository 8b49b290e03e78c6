import type { Lab } from '../../../electron/core/lab/lab.js'
import { diff } from '../../../electron/core/plan/diff.js'
import type { LiveState } from '../../../electron/core/live/state.js'
import { Model } from '../plan/model.js'

const build = (lab: Lab): LiveState => new Model().run(diff(lab, new Model().state).map(({ step }) => step)).state

/** Services are Vethlab's own: no other form carries them. */
const plan = (lab: Lab, live: LiveState): string[] =>
  diff(lab, live, { former: 'everything' })
    .filter(({ step }) => step.op !== 'service-start' && step.op !== 'service-stop')
    .map(({ text }) => text)

/** The commands that would make the network of one lab that of the other, both ways. */
export const differences = (a: Lab, b: Lab): string[] => [...plan(b, build(a)), ...plan(a, build(b))]
