/** Paths to places in the text. */
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Node, Pair } from 'yaml'
import type { LabPath } from './problem.js'
import { keyOf } from './yaml-value.js'
import type { YamlDocument } from './yaml-read.js'

export interface Place {
  /** From 1. */
  readonly line: number
  /** From 1, in characters (code points). */
  readonly column: number
}

/** Finds line and column of an offset in UTF-16 units. */
export function lineIndex(text: string): (offset: number) => Place {
  const starts = [0]
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
  return (offset) => {
    const at = Math.min(Math.max(offset, 0), text.length)
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= at) low = middle
      else high = middle - 1
    }
    const start = starts[low] ?? 0
    const mark = start === 0 && text.startsWith('\ufeff') && at > 0 ? 1 : 0
    // Nobody counts characters that far; hundreds of problems in a line of megabytes would take seconds.
    const column = at - start > maxCounted ? at - start : [...text.slice(start, at)].length
    return { line: low + 1, column: column - mark + 1 }
  }
}

/** Beyond this many UTF-16 units into a line, columns count units. */
const maxCounted = 10_000

export interface Located {
  readonly pair: Pair<Node, Node | null> | null
  readonly node: Node | null
  /** How many steps of the path exist. */
  readonly depth: number
}

/** Walks as far down the path as the text goes; stops at an alias, whose inside stands elsewhere. */
export function locate(document: YamlDocument, path: LabPath): Located {
  let located: Located = { pair: null, node: document.contents, depth: 0 }
  for (const part of path) {
    const { node, depth } = located
    if (isMap(node)) {
      const pair = (node.items as Pair<Node, Node | null>[]).find((item) => keyOf(item.key) === String(part))
      if (!pair) return located
      located = { pair, node: pair.value, depth: depth + 1 }
    } else if (isSeq(node) && typeof part === 'number' && part < node.items.length) {
      located = { pair: null, node: (node.items[part] as Node | null) ?? null, depth: depth + 1 }
    } else {
      return located
    }
  }
  return located
}

/**
 * The offset to mark: a plain value is marked itself; a map, a list or nothing is marked at its key.
 * `key` asks for the key in any case. What does not exist is marked at the nearest thing around it.
 */
export function offsetOf(document: YamlDocument, path: LabPath, key: boolean): number {
  const { pair, node, depth } = locate(document, path)
  const value = isAlias(node) || (isScalar(node) && node.source !== '') ? node.range?.[0] : undefined
  const keyed = pair?.key.range?.[0]
  if (value !== undefined && !(key && depth === path.length && keyed !== undefined)) return value
  return keyed ?? node?.range?.[0] ?? 0
}
