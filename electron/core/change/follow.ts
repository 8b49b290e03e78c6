/** What goes and what is renamed along, when a namespace or an interface goes or has another name. */
import { hasEntry } from '../lab/device-tables.js'
import { endsOf } from '../lab/ends.js'
import { parseEndpoint } from '../lab/endpoint.js'
import type { Endpoint } from '../lab/lab.js'
import type { LabPath } from '../lab/problem.js'
import type { LabFile } from '../lab/schema.js'
import type { Draft } from './draft.js'
import { interfaceReferences, namespaceReferences } from './references.js'
import type { Reference } from './references.js'

/** The interfaces that go with one: a cable has two. */
function withPeer(file: LabFile, end: Endpoint): readonly Endpoint[] {
  const text = `${end.namespace}:${end.interface}`
  const peers = (file.links ?? []).flatMap((link) => {
    const [a, b] = endsOf(link)
    return a === text ? [b] : b === text ? [a] : []
  })
  return [end, ...peers.map(parseEndpoint)]
}

export function removeInterface(draft: Draft, end: Endpoint): void {
  const ends = withPeer(draft.labFile, end)
  draft.removeAll(ends.flatMap((each) => interfaceReferences(draft.labFile, each).map(({ goes }) => goes)))
}

export function removeNamespace(draft: Draft, name: string): void {
  const file = draft.labFile
  const far = (file.links ?? []).flatMap((link) => {
    const ends = endsOf(link).map(parseEndpoint)
    return ends.some(({ namespace }) => namespace === name) ? ends.filter(({ namespace }) => namespace !== name) : []
  })
  const goes: LabPath[] = far.flatMap((end) => interfaceReferences(file, end).map((each) => each.goes))
  draft.removeAll([...goes, ...namespaceReferences(file, name).map((each) => each.goes)])
}

/** Keys come last and from the inside out, so that every path is true when its turn comes. */
export function renameAll(draft: Draft, references: readonly Reference[], name: string): void {
  const [keys, values] = [references.filter(({ isKey }) => isKey), references.filter(({ isKey }) => !isKey)]
  for (const { path, renamed } of values) draft.set(path, renamed(name))
  for (const { path, renamed } of keys.toSorted((a, b) => b.path.length - a.path.length))
    draft.rename(path, renamed(name))
}

/** Whether a part of the file gives the namespace an interface of this name. */
export function hasInterface(file: LabFile, { namespace, interface: name }: Endpoint): boolean {
  if (name === 'lo') return true
  const end = `${namespace}:${name}`
  return (
    hasEntry(file, { namespace, interface: name }) ||
    (file.links ?? []).some((link) => endsOf(link).includes(end)) ||
    (file.tunnels ?? []).some((each) => each.namespace === namespace && each.name === name)
  )
}
