/**
 * What a lab would do on this machine itself, as far as that can be known without root: as on a machine on which nothing
 * is in the way. The helper, which sees what is there, works it out anew.
 */
import { placeOnHost } from '../../electron/core/host/uplink.js'
import { hostNamespace, type Lab } from '../../electron/core/lab/lab.js'
import type { LiveState } from '../../electron/core/live/state.js'
import { diff } from '../../electron/core/plan/diff.js'
import { emptyLive } from '../../electron/core/plan/empty.js'
import { marksOf } from '../../electron/core/plan/marks.js'
import type { Plan, PlannedStep } from '../../electron/core/plan/step.js'
import { stepText } from '../../electron/core/plan/text.js'

/** A machine is up when somebody sits at it. */
function freshMachine(): LiveState {
  const { revision, namespaces } = emptyLive()
  const up = namespaces.map((each) => ({ ...each, links: each.links.map((link) => ({ ...link, up: true })) }))
  return { revision, namespaces: up }
}

/** Stands for the way out of the machine, whose name is not known yet. */
const someUplink = 'uplink'

export function previewOnHost(lab: Lab): Plan {
  const placed = placeOnHost(lab, someUplink, () => '')
  const host = placed.namespaces.get(hostNamespace)
  // The addresses by which links are known to be ours are made up by the helper.
  const interfaces = host?.interfaces.map((each) => (each.mac === '' ? { ...each, mac: null } : each))
  const namespaces = new Map(placed.namespaces)
  if (host && interfaces) namespaces.set(hostNamespace, { ...host, interfaces })
  return diff({ ...placed, namespaces }, freshMachine(), { machineHost: true, marks: marksOf(lab.name) })
}

/** How many commands an edit of a lab that stands there comes to, and which: what the one asks for and the other does not. */
export function previewEdit(lab: Lab, standing: Lab): Plan {
  const [wanted, before] = [previewOnHost(lab), previewOnHost(standing)]
  const texts = (plan: Plan): ReadonlySet<string> => new Set(plan.map(({ text }) => text))
  const [now, then] = [texts(wanted), texts(before)]
  const gone = before.filter(({ text }) => !now.has(text)).toReversed()
  return [...gone.flatMap(takenBack), ...wanted.filter(({ text }) => !then.has(text))]
}

function takenBack({ step, undo }: PlannedStep): PlannedStep[] {
  return undo.map((each) => ({ step: each, text: stepText(each), undo: [step] }))
}
