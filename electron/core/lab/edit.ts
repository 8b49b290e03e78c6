/**
 * Changes to a lab's text, one at a time. Every result is read back and compared with what was asked for, so an edit
 * can at worst reformat, never say something else. In order of what it leaves untouched: a cut in the text; the same
 * after aliases are written out; the YAML library's own printing (comments stay, layout may not); a new print.
 * What no lab file can say at all (a key `__proto__`, text beyond the limits) leaves the source as it is.
 */
import { child, isRecord, valueAt } from './schema-shape.js'
import type { LabPath } from './problem.js'
import { createLabText } from './print.js'
import { openDocument, sameValue, withInserted, withRenamed, withValue } from './source.js'
import type { LabSource } from './source.js'
import { spliceAliases, spliceAway, spliceItem, spliceKey, spliceName, spliceValue } from './splice.js'
import type { Cut } from './splice.js'
import type { YamlDocument } from './yaml-read.js'
import type { LabFile } from './schema.js'

export { openSource } from './source.js'
export type { LabSource } from './source.js'

/** Sets the value at a path; maps and lists that are missing on the way are made. */
export function setIn(source: LabSource, path: LabPath, value: unknown): LabSource {
  if (value === undefined) return deleteIn(source, path)
  const expected = withValue(source.value, path, value)
  return edit(
    source,
    expected,
    (cut) => setCut(cut, source.value, path, value),
    (document) => document.setIn(path, document.createNode(value)),
  )
}

/** Removes what is at a path. A map or list that gets empty by it stays, empty. */
export function deleteIn(source: LabSource, path: LabPath): LabSource {
  if (path.length === 0 || valueAt(source.value, path) === undefined) return source
  const expected = withValue(source.value, path, undefined)
  return edit(
    source,
    expected,
    (cut) => spliceAway(cut, path),
    (document) => document.deleteIn(path),
  )
}

/** Puts an entry into a list before the index that the path ends in; the list is made where it is missing. */
export function insertIn(source: LabSource, path: LabPath, value: unknown): LabSource {
  const list = valueAt(source.value, path.slice(0, -1))
  if (!Array.isArray(list) || list.length === 0) return setIn(source, path.slice(0, -1), [value])
  const at = [...path.slice(0, -1), Math.min(Math.max(Number(path.at(-1)), 0), list.length)]
  const expected = withInserted(source.value, at, value)
  return edit(source, expected, (cut) => spliceItem(cut, at, value), null)
}

/** Gives a key another name, in its place. Nothing happens where the new name is taken. */
export function renameIn(source: LabSource, path: LabPath, name: string): LabSource {
  const map = valueAt(source.value, path.slice(0, -1))
  const old = path.at(-1)
  if (!isRecord(map) || typeof old !== 'string' || !Object.hasOwn(map, old) || Object.hasOwn(map, name)) return source
  return edit(source, withRenamed(source.value, path, name), (cut) => spliceName(cut, path, name), null)
}

/** Changes the text so that it says what the object says, and touches only what differs. */
export function updateSource(source: LabSource, labFile: LabFile): LabSource {
  if (!isRecord(source.value)) return setIn(source, [], labFile)
  return update(source, [], labFile)
}

function update(source: LabSource, path: LabPath, wanted: unknown): LabSource {
  const present = valueAt(source.value, path)
  if (sameValue(present, wanted)) return source
  if (isRecord(present) && isRecord(wanted)) {
    const kept = Object.keys(present).filter((key) => child(wanted, key) === undefined)
    const removed = kept.reduce((s, key) => deleteIn(s, [...path, key]), source)
    return Object.keys(wanted).reduce(
      (s, key) => (child(wanted, key) === undefined ? s : update(s, [...path, key], wanted[key])),
      removed,
    )
  }
  if (Array.isArray(present) && Array.isArray(wanted)) return updateList(source, path, present, wanted)
  return setIn(source, path, wanted)
}

/** What is the same at both ends stays; between them entries are changed one by one, then added or removed. */
function updateList(
  source: LabSource,
  path: LabPath,
  present: readonly unknown[],
  wanted: readonly unknown[],
): LabSource {
  const shorter = Math.min(present.length, wanted.length)
  let head = 0
  while (head < shorter && sameValue(present[head], wanted[head])) head++
  let tail = 0
  while (tail < shorter - head && sameValue(present.at(-1 - tail), wanted.at(-1 - tail))) tail++
  const common = shorter - tail
  let changed = source
  for (let i = head; i < common; i++) changed = update(changed, [...path, i], wanted[i])
  for (let i = present.length - tail - 1; i >= common; i--) changed = deleteIn(changed, [...path, i])
  for (let i = common; i < wanted.length - tail; i++) changed = insertIn(changed, [...path, i], wanted[i])
  return changed
}

/** The cut for `setIn`: a value that is there is replaced, a new one added to the nearest thing around it. */
function setCut(cut: Cut, value: unknown, path: LabPath, wanted: unknown): string | null {
  if (path.length === 0) return null
  const parentPath = path.slice(0, -1)
  const parent = valueAt(value, parentPath)
  const part = path.at(-1) ?? ''
  if (child(parent, part) !== undefined) return spliceValue(cut, path, wanted)
  if (isRecord(parent) && Object.keys(parent).length > 0 && typeof part === 'string')
    return spliceKey(cut, path, wanted)
  if (Array.isArray(parent) && parent.length > 0 && typeof part === 'number') {
    return spliceItem(cut, [...parentPath, parent.length], wanted)
  }
  return setCut(cut, value, parentPath, typeof part === 'number' ? [wanted] : { [part]: wanted })
}

function edit(
  source: LabSource,
  expected: unknown,
  cut: (cut: Cut) => string | null,
  change: ((document: YamlDocument) => void) | null,
): LabSource {
  if (sameValue(source.value, expected)) return source
  const accept = (text: string | null): LabSource | null => {
    const opened = text === null ? null : openDocument(text)
    return text !== null && opened && sameValue(opened.value, expected) ? { text, value: opened.value } : null
  }
  const opened = openDocument(source.text)
  if (!opened) return accept(freshPrint(expected)) ?? source
  const first = accept(cut({ text: source.text, document: opened.document }))
  if (first) return first
  const plain = spliceAliases({ text: source.text, document: opened.document }, (path) => valueAt(opened.value, path))
  const reopened = openDocument(plain)
  const second = reopened && accept(cut({ text: plain, document: reopened.document }))
  if (second) return second
  return (change && reopened && accept(reprint(reopened.document, change))) ?? accept(freshPrint(expected)) ?? source
}

/** The library's printing; null where it refuses. It throws for paths through values that are no collections. */
function reprint(document: YamlDocument, change: (document: YamlDocument) => void): string | null {
  try {
    change(document)
    return document.toString({ lineWidth: 0 })
  } catch {
    return null
  }
}

const freshPrint = (value: unknown): string | null => (isRecord(value) ? createLabText(value as LabFile) : null)
