/** Where parts of a lab stand in its text, and what stands at a place of it. */
import { isMap, isSeq } from 'yaml'
import type { Node } from 'yaml'
import { locate } from './place.js'
import type { LabPath } from './problem.js'
import type { LabSource } from './source.js'
import { contentEnd, contentStart, dashBefore } from './text-place.js'
import { isPair, itemsOf, nodeOf } from './touched.js'
import type { Item } from './touched.js'
import { keyOf } from './yaml-value.js'

/** Offsets in UTF-16 units. */
export interface TextRange {
  readonly from: number
  readonly to: number
}

type Parsed = Pick<LabSource, 'text' | 'document'>

/** From the first character of an entry, its key or dash, to the last of its content. Null where the text has no such entry. */
export function rangeOf({ text, document }: Parsed, path: LabPath): TextRange | null {
  const { pair, node, depth } = locate(document, path)
  if (depth < path.length || path.length === 0) return null
  const item: Item = pair ?? node
  const start = contentStart(item)
  const end = contentEnd(text, item)
  if (start === null || end === null) return null
  return { from: pair ? start : (dashBefore(text, start) ?? start), to: end }
}

/** The innermost entry that an offset is in, or right behind; empty: it is in none. */
export function pathAt({ text, document }: Parsed, offset: number): LabPath {
  const path: (string | number)[] = []
  let node: Node | null = document.contents
  while (isMap(node) || isSeq(node)) {
    const items = itemsOf(node)
    // Entries follow one another: the last one that begins before the place is the only one that can hold it.
    const at = items.findLastIndex((item) => {
      const start = contentStart(item)
      return start !== null && (isPair(item) ? start : (dashBefore(text, start) ?? start)) <= offset
    })
    const item: Item = items[at] ?? null
    if (item === null || offset > endWithBlanks(text, contentEnd(text, item) ?? 0)) break
    path.push(isPair(item) ? (keyOf(item.key) ?? '') : at)
    node = nodeOf(item)
  }
  return path
}

/** White space behind an entry, and a comment on its line, are still its own. */
function endWithBlanks(text: string, end: number): number {
  const line = text.indexOf('\n', end)
  const rest = text.slice(end, line < 0 ? text.length : line)
  return /^\s*(?:#.*)?$/.test(rest) ? end + rest.length : end
}
