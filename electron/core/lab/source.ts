/** A lab's text together with what it says: what the editor holds, changes and saves. */
import { decode } from './decode.js'
import { child, isRecord } from './schema-shape.js'
import { readYaml } from './yaml-read.js'
import type { YamlDocument } from './yaml-read.js'
import { plainValue } from './yaml-value.js'

export interface LabSource {
  /** The file's text, byte for byte. Saving without an edit writes this. */
  readonly text: string
  /** The plain value of the text; follows the lab schema only if `parseSource` says so. Never changed in place. */
  readonly value: unknown
  /** The text's parse, with its tokens: edits need the places. Never changed in place. */
  readonly document: YamlDocument
}

/** Null for text that is no YAML within the limits; `parseLabText` says why. */
export function openSource(text: string): LabSource | null {
  if (decode(text).finding) return null
  const { document } = readYaml(text, true)
  if (!document) return null
  const { value, findings } = plainValue(document)
  return findings.length === 0 ? { text, value, document } : null
}

/** Whether two plain values say the same; the order of keys says nothing. Undefined counts as absent. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameValue(item, b[i]))
  if (!isRecord(a) || !isRecord(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameValue(child(a, key), child(b, key)))
}
