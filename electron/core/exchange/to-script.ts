/** `vethlab export --to script`: what `plan --script` prints, and what of the lab no script can carry. */
import type { Lab } from '../lab/lab.js'
import { diff } from '../plan/diff.js'
import { emptyLive } from '../plan/empty.js'
import { planScript } from '../plan/script.js'
import { drawingAndLessons, type Exported } from './exported.js'

export function exportScript(lab: Lab): Exported {
  const leftBehind = drawingAndLessons(lab, 'a script')
  const answering = [...lab.namespaces.values()].filter(({ services }) => services.length > 0)
  if (answering.length > 0)
    leftBehind.push(
      `services in ${answering.map(({ name }) => name).join(', ')}: only comments; Vethlab itself answers`,
    )
  if (lab.uplink) leftBehind.push('uplink: a script builds in the namespace it is started in')
  return { text: planScript(lab, diff(lab, emptyLive())), leftBehind }
}
