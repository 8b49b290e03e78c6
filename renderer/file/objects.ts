/** What is selected on the canvas, as entries of the lab's text, and back. */
import type { LabFile } from '../../electron/core/lab/schema.js'
import type { Lab } from '../../electron/core/lab/lab.js'
import type { LabPath } from '../../electron/core/lab/problem.js'
import { endsOf } from '../../electron/core/lab/ends.js'
import { isRecord } from '../../electron/core/lab/schema-shape.js'
import { own } from '../../electron/core/own.js'
import type { Target } from '../canvas/selection.js'
import { partsOf } from '../state/selection.svelte.js'

/** A cable's id on the canvas names its ends in the order of the alphabet. */
const cableId = (ends: readonly string[]): string => ends.toSorted().join('~')

/** Of several that speak of it, the one that says most. Null: the file does not name it. */
export function pathOf(file: LabFile, target: Target): LabPath | null {
  if (target.kind === 'namespace')
    return Object.hasOwn(file.namespaces ?? {}, target.id) ? ['namespaces', target.id] : null
  if (target.kind === 'note') return file.notes?.[Number(target.id)] ? ['notes', Number(target.id)] : null
  if (target.kind === 'cable') return cableWith(file, (ends) => cableId(ends) === cableId(target.id.split('~')))
  const { namespace, name } = partsOf(target.id)
  const entry = own(file.namespaces, namespace)
  if (target.kind === 'nat') return entry?.nat ? ['namespaces', namespace, 'nat'] : null
  for (const [key, value] of Object.entries(entry ?? {}))
    if (isRecord(value) && key !== 'sysctls' && Object.hasOwn(value, name)) return ['namespaces', namespace, key, name]
  return cableWith(file, (ends) => ends.includes(target.id))
}

function cableWith(file: LabFile, fits: (ends: readonly string[]) => boolean): LabPath | null {
  const at = (file.links ?? []).findIndex((link) => fits(endsOf(link)))
  return at < 0 ? null : ['links', at]
}

/** The object whose entry a place in the text is in. Null: what stands there is drawn nowhere. */
export function targetAt(file: LabFile, lab: Lab, path: LabPath): Target | null {
  const [top, name, key, part] = path
  if (top === 'links' && typeof name === 'number') {
    const link = file.links?.[name]
    return link ? { kind: 'cable', id: cableId(endsOf(link)) } : null
  }
  if (top === 'notes' && typeof name === 'number') return { kind: 'note', id: String(name) }
  if (typeof name !== 'string' || (top !== 'namespaces' && top !== 'layout')) return null
  const namespace = lab.namespaces.get(name.split(':')[0] ?? '')
  if (!namespace) return null
  const has = namespace.interfaces.some((each) => each.name === part)
  return has && key !== 'sysctls'
    ? { kind: 'interface', id: `${namespace.name}:${String(part)}` }
    : { kind: 'namespace', id: namespace.name }
}
