/**
 * Edits as cuts in the text: only the lines of what is edited change, comments and layout of all others stay as they
 * are. Each function gives the new text, or null where the place is too unusual for a cut; `edit.ts` checks every
 * result and knows the way around.
 */
import { isAlias, isCollection, isMap, isScalar, isSeq } from 'yaml'
import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import { locate } from './place.js'
import { printEntry, printInline, printItem } from './print.js'
import { printText } from './print-scalar.js'
import type { LabPath } from './problem.js'
import type { YamlDocument } from './yaml-read.js'
import { keyOf } from './yaml-value.js'

export interface Cut {
  readonly text: string
  readonly document: YamlDocument
}

type Item = Node | Pair<Node, Node | null> | null

const put = (text: string, from: number, to: number, what: string): string =>
  text.slice(0, from) + what + text.slice(to)

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
/** Offset of the line's end, before its newline characters. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  if (end < 0) return text.length
  return text[end - 1] === '\r' && end > at ? end - 1 : end
}
const newline = (text: string): string => (/\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n')
const indentOf = (text: string, at: number): string => ' '.repeat(at - lineStart(text, at))

const isPair = (item: Item): item is Pair<Node, Node | null> => item !== null && 'key' in item && 'value' in item
const isFlow = (node: unknown): boolean => isCollection(node) && node.flow === true
const itemsOf = (node: YAMLMap | YAMLSeq): readonly Item[] => node.items as unknown as readonly Item[]

/** Behind the colon of a pair. */
function afterColon(pair: Pair<Node, Node | null>): number | null {
  const token = (pair as { srcToken?: { sep?: readonly { type: string; offset: number }[] } }).srcToken
  const colon = token?.sep?.find((sep) => sep.type === 'map-value-ind')
  return colon ? colon.offset + 1 : null
}

const isEmpty = (node: Node | null): boolean =>
  node === null || (isScalar(node) && node.source === '' && node.range?.[0] === node.range?.[1])

/** Where the last character of an item's content ends; comments behind it do not count. */
function contentEnd(text: string, item: Item): number | null {
  if (item === null) return null
  if (isPair(item)) {
    if (item.value === null || isEmpty(item.value)) return afterColon(item) ?? item.key.range?.[1] ?? null
    return contentEnd(text, item.value)
  }
  if (isCollection(item) && !isFlow(item)) return contentEnd(text, itemsOf(item as YAMLMap).at(-1) ?? null)
  const end = item.range?.[1]
  if (end === undefined) return null
  // A literal block ends with its newline.
  return isScalar(item) && item.type?.startsWith('BLOCK') && text[end - 1] === '\n'
    ? end - (text[end - 2] === '\r' ? 2 : 1)
    : end
}

/** Where an item's own text begins: its key, or its value. The dash of a list comes before. */
const contentStart = (item: Item): number | null =>
  item === null ? null : ((isPair(item) ? item.key : item).range?.[0] ?? null)

/** The dash before a list's item. */
function dashBefore(text: string, start: number): number | null {
  const before = text.slice(lineStart(text, start), start)
  const match = /-[ \t]*(?:[&!][^ ]*[ \t]+)*$/.exec(before)
  return match ? start - match[0].length : null
}

/** Whether any collection around the path is a flow collection: inside, everything stands on one line. */
function insideFlow(document: YamlDocument, path: LabPath): boolean {
  return path.some((_, i) => isFlow(locate(document, path.slice(0, i)).node))
}

const inlineFor = (value: unknown, flow: boolean): boolean => flow || typeof value !== 'object' || value === null

export function spliceValue({ text, document }: Cut, path: LabPath, value: unknown): string | null {
  const { node, pair, depth } = locate(document, path)
  if (depth < path.length || path.length === 0) return null
  const flow = insideFlow(document, path)
  const old = isEmpty(node) ? null : node
  const [start, end] = [old?.range?.[0], old === null ? null : contentEnd(text, old)]
  const key = path.at(-1)
  if (!inlineFor(value, flow) && !(isFlow(old) && itemsOf(old as YAMLMap).length > 0)) {
    // In a block, the whole entry is printed as a new one would be; `[]` says nothing about how to write what comes.
    const at = pair ? pair.key.range?.[0] : start === undefined ? undefined : (dashBefore(text, start) ?? undefined)
    const stop = end ?? (pair ? afterColon(pair) : null)
    if (at === undefined || stop === null) return null
    const indent = indentOf(text, at)
    const lines = pair ? printEntry(String(key), value, indent, path) : printItem(value, indent, path)
    return put(text, at, stop, lines.join(newline(text)))
  }
  const printed = printInline(value)
  if (old !== null && start !== undefined && end !== null) {
    // A block collection starts on the line below its key, and its value then stands behind the colon.
    const colon = pair && isCollection(old) && !isFlow(old) ? afterColon(pair) : null
    return colon === null ? put(text, start, end, printed) : put(text, colon, end, ` ${printed}`)
  }
  const colon = pair ? afterColon(pair) : null
  if (colon !== null) return put(text, colon, colon, ` ${printed}`)
  return pair?.key.range ? put(text, pair.key.range[1], pair.key.range[1], `: ${printed}`) : null
}

/** A new key at the end of a map that has others. */
export function spliceKey({ text, document }: Cut, path: LabPath, value: unknown): string | null {
  const parent = locate(document, path.slice(0, -1)).node
  const key = String(path.at(-1))
  if (!isMap(parent)) return null
  const items = itemsOf(parent)
  const end = contentEnd(text, items.at(-1) ?? null)
  const first = contentStart(items[0] ?? null)
  if (end === null || first === null) return null
  if (isFlow(parent)) return put(text, end, end, `, ${printText(key)}: ${printInline(value)}`)
  if (insideFlow(document, path)) return null
  const indent = indentOf(text, first)
  const at = lineEnd(text, end)
  return put(text, at, at, newline(text) + indent + printEntry(key, value, indent, path).join(newline(text)))
}

/** A new entry before the index that the path ends in, in a list that has others. */
export function spliceItem({ text, document }: Cut, path: LabPath, value: unknown): string | null {
  const parent = locate(document, path.slice(0, -1)).node
  const index = Number(path.at(-1))
  if (!isSeq(parent)) return null
  const items = itemsOf(parent)
  const first = contentStart(items[0] ?? null)
  if (first === null || index > items.length) return null
  const end = index === 0 ? null : contentEnd(text, items[index - 1] ?? null)
  if (index > 0 && end === null) return null
  if (isFlow(parent))
    return end === null
      ? put(text, first, first, `${printInline(value)}, `)
      : put(text, end, end, `, ${printInline(value)}`)
  const dash = dashBefore(text, first)
  if (dash === null) return null
  const indent = indentOf(text, dash)
  const printed = printItem(value, indent, path).join(newline(text))
  if (end === null) return put(text, dash, dash, printed + newline(text) + indent)
  const at = lineEnd(text, end)
  return put(text, at, at, newline(text) + indent + printed)
}

/** Removes an entry with the lines it stands on; the lines of comments above it stay. */
export function spliceAway({ text, document }: Cut, path: LabPath): string | null {
  const parent = locate(document, path.slice(0, -1))
  const part = path.at(-1)
  if (!isCollection(parent.node)) return null
  const items = itemsOf(parent.node as YAMLMap)
  const index = isMap(parent.node)
    ? items.findIndex((item) => isPair(item) && keyOf(item.key) === String(part))
    : Number(part)
  const item = items[index]
  if (item === undefined) return null
  if (items.length === 1) return spliceValue({ text, document }, path.slice(0, -1), isSeq(parent.node) ? [] : {})
  const [start, end] = [contentStart(item), contentEnd(text, item)]
  if (start === null || end === null) return null
  const next = contentStart(items[index + 1] ?? null)
  if (isFlow(parent.node)) {
    if (next !== null) return put(text, start, next, '')
    const before = contentEnd(text, items[index - 1] ?? null)
    return before === null ? null : put(text, before, end, '')
  }
  const from = isSeq(parent.node) ? dashBefore(text, start) : start
  if (from === null) return null
  if (text.slice(lineStart(text, from), from).trim() === '') {
    const after = text.indexOf('\n', end)
    return put(text, lineStart(text, from), after < 0 ? text.length : after + 1, '')
  }
  // The first key right behind a dash: the second one takes its place.
  const following = next !== null && isSeq(parent.node) ? dashBefore(text, next) : next
  return following === null ? null : put(text, from, following, '')
}

export function spliceName({ text, document }: Cut, path: LabPath, name: string): string | null {
  const { pair, depth } = locate(document, path)
  const range = depth === path.length ? pair?.key.range : undefined
  return range ? put(text, range[0], range[1], printText(name)) : null
}

/** Every alias written out, the last first so that offsets stay true. */
export function spliceAliases({ text, document }: Cut, valueAt: (path: LabPath) => unknown): string {
  const found: { readonly range: readonly [number, number]; readonly path: LabPath }[] = []
  const walk = (node: unknown, path: LabPath): void => {
    if (isAlias(node) && node.range) found.push({ range: [node.range[0], node.range[1]], path })
    else if (isMap(node))
      for (const item of itemsOf(node).filter(isPair)) walk(item.value, [...path, keyOf(item.key) ?? ''])
    else if (isSeq(node)) for (const [i, item] of itemsOf(node).entries()) walk(item, [...path, i])
  }
  walk(document.contents, [])
  return found.reduceRight(
    (changed, { range, path }) => put(changed, range[0], range[1], printInline(valueAt(path))),
    text,
  )
}
