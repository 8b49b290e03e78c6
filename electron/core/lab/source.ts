/** A lab's text together with what it says: what the editor holds, changes and saves. */
import { decode } from './decode.js'
import { child, isRecord } from './schema-shape.js'
import type { LabPath } from './problem.js'
import { readYaml } from './yaml-read.js'
import type { YamlDocument } from './yaml-read.js'
import { plainValue } from './yaml-value.js'

export interface LabSource {
  /** The file's text, byte for byte. Saving without an edit writes this. */
  readonly text: string
  /** The plain value of the text; follows the lab schema only if `parseLabText` says so. Never changed in place. */
  readonly value: unknown
}

/** Null for text that is no YAML within the limits; `parseLabText` says why. */
export function openSource(text: string): LabSource | null {
  const opened = openDocument(text)
  return opened && { text, value: opened.value }
}

export function openDocument(text: string): { readonly document: YamlDocument; readonly value: unknown } | null {
  if (decode(text).finding) return null
  const { document } = readYaml(text, true)
  if (!document) return null
  const { value, findings } = plainValue(document)
  return findings.length === 0 ? { document, value } : null
}

/** Whether two plain values say the same; the order of keys says nothing. Undefined counts as absent. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameValue(item, b[i]))
  if (!isRecord(a) || !isRecord(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameValue(child(a, key), child(b, key)))
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

/** The value with a list entry put in before the index that the path ends in. */
export function withInserted(value: unknown, path: LabPath, item: unknown): unknown {
  const list = path.slice(0, -1).reduce<unknown>(child, value)
  const index = Number(path.at(-1))
  const items: unknown[] = Array.isArray(list) ? (list as unknown[]) : []
  return withValue(value, path.slice(0, -1), [...items.slice(0, index), item, ...items.slice(index)])
}

/** The value with a key of a map renamed, in its place. */
export function withRenamed(value: unknown, path: LabPath, name: string): unknown {
  const map = path.slice(0, -1).reduce<unknown>(child, value)
  const entries = Object.entries(isRecord(map) ? map : {})
  return withValue(
    value,
    path.slice(0, -1),
    Object.fromEntries(entries.map(([key, inner]) => [key === path.at(-1) ? name : key, inner])),
  )
}
