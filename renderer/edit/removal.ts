/** What takes a selection out of a lab: a cable goes once, whichever of its ends are chosen, and with its namespace. */
import type { LabChange } from '../../electron/core/change/lab-change.js'
import { endsOf } from '../../electron/core/lab/ends.js'
import { parseEndpoint } from '../../electron/core/lab/endpoint.js'
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { Target } from '../canvas/selection.js'

export function removal(file: LabFile, targets: readonly Target[]): readonly LabChange[] {
  const namespaces = new Set(targets.flatMap(({ kind, id }) => (kind === 'namespace' ? [id] : [])))
  const gone = new Set<string>()
  const changes: LabChange[] = [...namespaces].map((namespace) => ({ op: 'namespace-delete', namespace }))
  for (const target of targets) {
    if (target.kind === 'namespace') continue
    const end = target.kind === 'cable' ? (target.id.split('~')[0] ?? '') : target.id
    const ends = (file.links ?? []).map(endsOf).find((each) => each.includes(end)) ?? [end]
    if (ends.some((each) => gone.has(each) || namespaces.has(parseEndpoint(each).namespace))) continue
    ends.forEach((each) => gone.add(each))
    const { namespace, interface: name } = parseEndpoint(end)
    changes.push({ op: 'link-delete', namespace, name })
  }
  return changes
}
