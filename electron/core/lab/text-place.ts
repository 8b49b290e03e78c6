/** Where things stand in a text: lines, indentation, and where an item of a parsed document begins and ends. */
import { isCollection, isScalar } from 'yaml'
import type { Node, Pair } from 'yaml'
import { isPair, itemsOf } from './touched.js'
import type { Item } from './touched.js'

export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
/** Offset of the line's end, before its newline characters. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  if (end < 0) return text.length
  return text[end - 1] === '\r' && end > at ? end - 1 : end
}
export const indentOf = (text: string, at: number): string => ' '.repeat(at - lineStart(text, at))

/** Where the comment begins that stands right above a line, in the same column; without one, the line itself. */
export function leadingStart(text: string, at: number): number {
  const column = at - lineStart(text, at)
  let start = lineStart(text, at)
  while (start > 0) {
    const above = lineStart(text, start - 1)
    const line = text.slice(above, start)
    if (!line.slice(column).startsWith('#') || line.slice(0, column).trim() !== '') return start
    start = above
  }
  return start
}

export const isFlow = (node: unknown): boolean => isCollection(node) && node.flow === true

export const isEmpty = (node: Node | null): boolean =>
  node === null || (isScalar(node) && node.source === '' && node.range?.[0] === node.range?.[1])

/** Behind the colon of a pair. */
export function afterColon(pair: Pair<Node, Node | null>): number | null {
  const token = (pair as { srcToken?: { sep?: readonly { type: string; offset: number }[] } }).srcToken
  const colon = token?.sep?.find((sep) => sep.type === 'map-value-ind')
  return colon ? colon.offset + 1 : null
}

/** Where the last character of an item's content ends; comments behind it do not count. */
export function contentEnd(text: string, item: Item): number | null {
  if (item === null) return null
  if (isPair(item)) {
    if (item.value === null || isEmpty(item.value)) return afterColon(item) ?? item.key.range?.[1] ?? null
    return contentEnd(text, item.value)
  }
  if (isCollection(item) && !isFlow(item)) return contentEnd(text, itemsOf(item).at(-1) ?? null)
  const end = item.range?.[1]
  if (end === undefined) return null
  // A literal block ends with its newline.
  return isScalar(item) && item.type?.startsWith('BLOCK') && text[end - 1] === '\n'
    ? end - (text[end - 2] === '\r' ? 2 : 1)
    : end
}

/** Where an item's own text begins: its key, or its value. The dash of a list comes before. */
export const contentStart = (item: Item): number | null =>
  item === null ? null : ((isPair(item) ? item.key : item).range?.[0] ?? null)

/** The dash before a list's item. */
export function dashBefore(text: string, start: number): number | null {
  const before = text.slice(lineStart(text, start), start)
  const match = /-[ \t]*(?:[&!][^ ]*[ \t]+)*$/.exec(before)
  return match ? start - match[0].length : null
}
