/** What the lab file says in one place, as it is read and typed on one line: YAML, an entry without its braces. */
import { printInline } from '../lab/print.js'
import { isRecord } from '../lab/schema-shape.js'
import { openSource } from '../lab/source.js'

/** `chain: forward, policy: drop`; a list or a single value as the file has it. */
export function entryText(value: unknown): string {
  if (value === undefined) return ''
  const text = printInline(value)
  return isRecord(value) ? text.slice(1, -1).trim() : text
}

/** Null where the line is no `key: value, key: value`. What keys and values may be is for the lab's own rules to say. */
export function parseEntryText(text: string): Readonly<Record<string, unknown>> | null {
  const line = text.trim()
  const value = openSource(line.startsWith('{') ? line : `{ ${line} }`)?.value
  return isRecord(value) && Object.keys(value).length > 0 ? value : null
}

/** A value of a key or of a list, an entry or not; undefined where the line is none. */
export function parseItemText(text: string): unknown {
  const line = text.trim()
  if (line.startsWith('{') || /:\s/.test(line)) return parseEntryText(line) ?? undefined
  const read = openSource(`[ ${line} ]`)?.value
  return Array.isArray(read) && read.length === 1 ? (read as readonly unknown[])[0] : undefined
}
