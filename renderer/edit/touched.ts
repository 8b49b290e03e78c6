/** Which objects a change of the lab is about: beside them is said why it was refused. */
import type { LabChange } from '../../electron/core/change/lab-change.js'
import { formatEndpoint } from '../../electron/core/lab/endpoint.js'
import type { Problem } from '../../electron/core/lab/problem.js'
import { namespaceOf } from '../canvas/scene.js'
import type { Target } from '../canvas/selection.js'

const interfaceOf = (namespace: string, name: string): Target => ({ kind: 'interface', id: `${namespace}:${name}` })

export function touchedBy(changes: readonly LabChange[]): readonly Target[] {
  return changes.flatMap((change): Target[] => {
    if (change.op === 'veth-add') return change.ends.map((end) => ({ kind: 'interface', id: formatEndpoint(end) }))
    if ('end' in change) return [{ kind: 'interface', id: formatEndpoint(change.end) }]
    if (!('namespace' in change)) return []
    const { namespace } = change
    if (change.op === 'link-master' && change.master !== null) return [interfaceOf(namespace, change.master)]
    if ('dev' in change) return [interfaceOf(namespace, change.dev)]
    if ('name' in change) return [interfaceOf(namespace, change.name)]
    return [{ kind: 'namespace', id: namespace }]
  })
}

/** What problems of a lab file speak of, by their paths. */
export const touchedByProblems = (problems: readonly Problem[]): readonly Target[] =>
  problems.flatMap(({ path: [section, name] }): Target[] =>
    section === 'namespaces' && typeof name === 'string' ? [{ kind: 'namespace', id: name }] : [],
  )

/**
 * The one of them that it is said beside: one that is there, else the box that it was, or was to be, in.
 * @param where of the refusal itself, where it names something: a namespace, or an interface with its namespace
 * @returns null: none of them is drawn
 */
export function saidBeside(
  touched: readonly Target[],
  where: string | null,
  isThere: (target: Target) => boolean,
): Target | null {
  const named: readonly Target[] =
    where === null ? [] : [{ kind: where.includes(':') ? 'interface' : 'namespace', id: where }]
  const near = where === null ? [] : touched.filter(({ id }) => boxOf(id) === boxOf(where))
  const all = [...near, ...named, ...touched]
  const boxes = all.map(({ id }): Target => ({ kind: 'namespace', id: boxOf(id) }))
  return [...all, ...boxes].find(isThere) ?? null
}

function boxOf(id: string): string {
  const [end = ''] = id.split('~')
  return end.includes(':') ? namespaceOf(end) : end
}
