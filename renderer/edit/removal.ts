/** What takes a selection out of a lab: a cable goes once, whichever of its ends are chosen, and with its namespace. */
import { emptied } from '../../electron/core/change/emptied.js'
import type { LabChange } from '../../electron/core/change/lab-change.js'
import { endsOf } from '../../electron/core/lab/ends.js'
import { parseEndpoint } from '../../electron/core/lab/endpoint.js'
import { hostNamespace } from '../../electron/core/lab/lab.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import { own } from '../../electron/core/own.js'
import type { Target } from '../canvas/selection.js'

export function removal(file: LabFile, targets: readonly Target[]): readonly LabChange[] {
  const namespaces = new Set(targets.flatMap(({ kind, id }) => (kind === 'namespace' ? [id] : [])))
  const gone = new Set<string>()
  // Rules are known by their places, so they go before what would take some of them along.
  const changes: LabChange[] = natOf(file, targets, namespaces)
  // The host stays in every lab; among others, what is in it goes with them.
  const wholes = [...namespaces].flatMap((namespace): readonly LabChange[] =>
    namespace === hostNamespace && targets.length > 1
      ? emptied(file, namespace).filter(
          (change) => !('name' in change) || !leadsTo(file, `${namespace}:${change.name}`, namespaces),
        )
      : [{ op: 'namespace-delete', namespace }],
  )
  changes.push(...wholes)
  for (const target of targets) {
    if (target.kind === 'namespace' || target.kind === 'note' || target.kind === 'nat') continue
    const end = target.kind === 'cable' ? (target.id.split('~')[0] ?? '') : target.id
    const { namespace, interface: name } = parseEndpoint(end)
    const ends = (file.links ?? []).map(endsOf).find((each) => each.includes(end)) ?? [end]
    if (ends.some((each) => gone.has(each) || namespaces.has(parseEndpoint(each).namespace))) continue
    ends.forEach((each) => gone.add(each))
    changes.push({ op: 'link-delete', namespace, name })
  }
  const notes = targets.flatMap(({ kind, id }) => (kind === 'note' ? [Number(id)] : []))
  for (const at of notes.toSorted((a, b) => b - a)) changes.push({ op: 'note-delete', at })
  return changes
}

/** Rules that lead through the chosen interfaces, from the last to the first, so that each place is true when its turn comes. */
function natOf(file: LabFile, targets: readonly Target[], gone: ReadonlySet<string>): LabChange[] {
  const devs = new Map<string, string[]>()
  for (const { kind, id } of targets) {
    const { namespace, interface: dev } = parseEndpoint(id)
    if (kind === 'nat' && !gone.has(namespace)) devs.set(namespace, [...(devs.get(namespace) ?? []), dev])
  }
  return [...devs].flatMap(([namespace, chosen]) =>
    [...(own(file.namespaces, namespace)?.nat ?? []).entries()]
      .filter(([, rule]) => chosen.some((dev) => isOf(rule, dev)))
      .map(([at]): LabChange => ({ op: 'nat-delete', namespace, at }))
      .toReversed(),
  )
}

const isOf = (rule: unknown, dev: string): boolean =>
  typeof rule === 'object' &&
  rule !== null &&
  (('out' in rule && rule.out === dev) || ('in' in rule && rule.in === dev))

/** A cable to a namespace that goes: it goes with that. */
const leadsTo = (file: LabFile, end: string, namespaces: ReadonlySet<string>): boolean =>
  (file.links ?? []).map(endsOf).some(
    (ends) =>
      ends.includes(end) &&
      ends.some((each) => {
        const { namespace } = parseEndpoint(each)
        return namespace !== hostNamespace && namespaces.has(namespace)
      }),
  )
