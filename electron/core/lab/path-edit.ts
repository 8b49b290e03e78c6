/** Edits of a plain value by path: what a change of a lab comes down to, whatever it means. */
import type { LabPath } from './problem.js'
import { child, isRecord, valueAt } from './schema-shape.js'
import { sameValue } from './source.js'

export type PathEdit =
  /** Maps and lists that are missing on the way are made. */
  | { readonly kind: 'set'; readonly path: LabPath; readonly value: unknown }
  /** A map or list that gets empty by it stays, empty. */
  | { readonly kind: 'delete'; readonly path: LabPath }
  /** Into a list, before the index that the path ends in; the list is made where it is missing. */
  | { readonly kind: 'insert'; readonly path: LabPath; readonly value: unknown }
  /** An entry of a list to where the one with this index is, once it is taken out. */
  | { readonly kind: 'move'; readonly path: LabPath; readonly to: number }
  /** Another name for a key, in its place. Nothing happens where that name is taken. */
  | { readonly kind: 'rename'; readonly path: LabPath; readonly name: string }

/** The edit as it comes out on this value, with its index inside the list; null where it changes nothing. */
export function effective(value: unknown, edit: PathEdit): PathEdit | null {
  const { path } = edit
  const there = valueAt(value, path)
  switch (edit.kind) {
    case 'set':
      if (edit.value === undefined) return effective(value, { kind: 'delete', path })
      return there !== undefined && sameValue(there, edit.value) ? null : edit
    case 'delete':
      return path.length === 0 || there === undefined ? null : edit
    case 'insert': {
      const list = valueAt(value, path.slice(0, -1))
      if (!Array.isArray(list) || list.length === 0)
        return { kind: 'set', path: path.slice(0, -1), value: [edit.value] }
      const at = Math.min(Math.max(Number(path.at(-1)), 0), list.length)
      return { ...edit, path: [...path.slice(0, -1), at] }
    }
    case 'move': {
      const list = valueAt(value, path.slice(0, -1))
      if (!Array.isArray(list) || there === undefined) return null
      const to = Math.min(Math.max(edit.to, 0), list.length - 1)
      return to === path.at(-1) ? null : { ...edit, to }
    }
    case 'rename': {
      const map = valueAt(value, path.slice(0, -1))
      return isRecord(map) && there !== undefined && !Object.hasOwn(map, edit.name) ? edit : null
    }
  }
}

/** The value after an edit that is `effective`. */
export function editedValue(value: unknown, edit: PathEdit): unknown {
  switch (edit.kind) {
    case 'set':
      return withValue(value, edit.path, edit.value)
    case 'delete':
      return withValue(value, edit.path, undefined)
    case 'insert': {
      const list = valueAt(value, edit.path.slice(0, -1)) as readonly unknown[]
      return withValue(value, edit.path.slice(0, -1), list.toSpliced(Number(edit.path.at(-1)), 0, edit.value))
    }
    case 'move': {
      const list = valueAt(value, edit.path.slice(0, -1)) as readonly unknown[]
      const at = Number(edit.path.at(-1))
      return withValue(value, edit.path.slice(0, -1), list.toSpliced(at, 1).toSpliced(edit.to, 0, list[at]))
    }
    case 'rename': {
      const { path, name } = edit
      const map = valueAt(value, path.slice(0, -1))
      const entries = Object.entries(isRecord(map) ? map : {})
      const renamed = Object.fromEntries(entries.map(([key, inner]) => [key === path.at(-1) ? name : key, inner]))
      return withValue(value, path.slice(0, -1), renamed)
    }
  }
}

/** The value with another one at the path; what is missing on the way is made. Undefined removes. */
export function withValue(value: unknown, path: LabPath, replacement: unknown): unknown {
  const [part, ...rest] = path
  if (part === undefined) return replacement
  const inner = rest.length === 0 ? replacement : withValue(child(value, part), rest, replacement)
  if (typeof part === 'number') {
    const list: unknown[] = Array.isArray(value) ? [...(value as unknown[])] : []
    if (inner === undefined) list.splice(part, 1)
    else list[Math.min(part, list.length)] = inner
    return list
  }
  const entries = Object.entries(isRecord(value) ? value : {})
  const at = entries.findIndex(([key]) => key === part)
  if (inner === undefined) return Object.fromEntries(entries.filter(([key]) => key !== part))
  if (at >= 0) entries[at] = [part, inner]
  else entries.push([part, inner])
  return Object.fromEntries(entries)
}
