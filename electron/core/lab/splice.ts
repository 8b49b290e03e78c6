/**
 * Edits as cuts in the text: only the lines of what is edited change, comments and layout of all others stay as they
 * are. A comment on lines of its own goes with the entry right below it, but for the first of a map or list, where it
 * may speak of all. What stands too unusually for a cut gives null; `edit.ts` checks every result and knows the way around.
 */
import { isAlias, isCollection, isMap, isSeq } from 'yaml'
import type { Node, Pair } from 'yaml'
import { printEntry, printInline, printItem } from './print.js'
import { printText } from './print-scalar.js'
import type { LabPath } from './problem.js'
import { child } from './schema-shape.js'
import type { LabSource } from './source.js'
import { contentEnd, contentStart, dashBefore, indentOf, isEmpty, isFlow, leadingStart, lineEnd } from './text-place.js'
import { afterColon, lineStart } from './text-place.js'
import { isPair, itemsOf, nodeOf } from './touched.js'
import type { Item, Touched, TouchedEntry } from './touched.js'
import type { YamlDocument } from './yaml-read.js'
import { keyOf } from './yaml-value.js'

/** What stands from one offset to another gives way to something else. */
interface Cut {
  readonly from: number
  readonly to: number
  readonly what: string
}

/** A place that no cut can be made for. */
class Unusual extends Error {}

/** The text with its touched parts as the value says them; null where a cut does not do. */
export function spliced(
  { text, document }: Pick<LabSource, 'text' | 'document'>,
  touched: Touched,
  value: unknown,
): string | null {
  try {
    const cuts = new Splice(text).of(document.contents, touched, value)
    return withCuts(text, cuts)
  } catch (thrown) {
    if (thrown instanceof Unusual) return null
    throw thrown
  }
}

function withCuts(text: string, cuts: readonly Cut[]): string | null {
  // At one offset, what comes in comes before what is replaced; of several, in the order in which they were found.
  const rank = ({ from, to }: Cut): number => (from === to ? 0 : 1)
  const sorted = cuts.toSorted((a, b) => a.from - b.from || rank(a) - rank(b))
  const parts: string[] = []
  let at = 0
  for (const { from, to, what } of sorted) {
    if (from < at) return null
    parts.push(text.slice(at, from), what)
    at = to
  }
  return parts.join('') + text.slice(at)
}

interface Spot {
  readonly node: Node | null
  readonly pair: Pair<Node, Node | null> | null
  /** In the lab as it is to be. */
  readonly path: LabPath
  readonly value: unknown
  /** Inside a flow collection everything stands on one line. */
  readonly flow: boolean
  /** The key is another one now. */
  readonly renamed: boolean
}

class Splice {
  readonly #newline: string
  readonly #cuts: Cut[] = []

  constructor(readonly text: string) {
    this.#newline = /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n'
  }

  of(node: Node | null, touched: Touched, value: unknown): readonly Cut[] {
    this.#part(touched, { node, pair: null, path: [], value, flow: false, renamed: false })
    return this.#cuts
  }

  #put(from: number, to: number, what: string): void {
    this.#cuts.push({ from, to, what })
  }

  #part(part: Touched, spot: Spot): void {
    const isGone = part.kind === 'entries' && !part.entries.some(({ was }) => was !== null)
    if (part.kind === 'new' || isGone) return this.#value(spot)
    this.#name(spot)
    if (part.kind === 'same') return
    const items = itemsOf(spot.node)
    const flow = spot.flow || isFlow(spot.node)
    for (const [i, entry] of part.entries.entries()) {
      if (entry.was === null) continue
      const item = items[entry.was]
      const pair = isPair(item) ? item : null
      const key = entry.key ?? i
      const { renamed } = entry
      const inner = {
        node: nodeOf(item),
        pair,
        path: [...spot.path, key],
        value: child(spot.value, key),
        flow,
        renamed,
      }
      this.#part(entry.part, inner)
    }
    if (isFlow(spot.node)) this.#flow(part.entries, items, spot)
    else this.#block(part.entries, items, spot)
  }

  #name({ pair, renamed, path }: Spot): void {
    if (!renamed) return
    const range = pair?.key.range ?? unusual()
    this.#put(range[0], range[1], printText(String(path.at(-1))))
  }

  /** A value printed anew. */
  #value(spot: Spot): void {
    const { text } = this
    const { node, pair, path, value, flow } = spot
    if (path.length === 0 || (isAlias(node) && typeof value === 'object')) unusual()
    const old = isEmpty(node) ? null : node
    const start = old?.range?.[0]
    const end = old === null ? null : contentEnd(text, old)
    const inline = flow || typeof value !== 'object' || value === null
    if (!inline && !(isFlow(old) && itemsOf(old).length > 0)) {
      // In a block, the whole entry is printed as a new one would be; `[]` says nothing about how to write what comes.
      const at = pair ? pair.key.range?.[0] : start === undefined ? undefined : (dashBefore(text, start) ?? undefined)
      const stop = end ?? (pair ? afterColon(pair) : null)
      if (at === undefined || stop === null) return unusual()
      const indent = indentOf(text, at)
      const lines = pair ? printEntry(String(path.at(-1)), value, indent, path) : printItem(value, indent, path)
      // What is said of an entry on its one line stays on its first; behind the last it would be said of another.
      const isOneLine = lines.length > 1 && !text.slice(at, stop).includes('\n')
      const behind = isOneLine ? remarkAt(text, stop) : ''
      const [first = '', ...below] = lines
      const told = [first + this.#remarkOn(pair, old) + behind, ...below]
      return this.#put(at, stop + behind.length, told.join(this.#newline))
    }
    this.#name(spot)
    const printed = printInline(value)
    if (old !== null && start !== undefined && end !== null) {
      // A block collection starts on the line below its key, and its value then stands behind the colon.
      const colon = pair && isCollection(old) && !isFlow(old) ? afterColon(pair) : null
      return colon === null
        ? this.#put(start, end, printed)
        : this.#put(colon, end, ` ${printed}${this.#remarkOn(pair, old)}`)
    }
    const colon = pair ? afterColon(pair) : null
    if (colon !== null) return this.#put(colon, colon, ` ${printed}`)
    const range = pair?.key.range ?? unusual()
    this.#put(range[1], range[1], `: ${printed}`)
  }

  /** What is said of a whole block behind its key. */
  #remarkOn(pair: Spot['pair'], old: Node | null): string {
    const colon = pair && isCollection(old) && !isFlow(old) ? afterColon(pair) : null
    return colon === null ? '' : remarkAt(this.text, colon)
  }

  /** Entries that come and go between brackets. Each goes with what is between it and the next. */
  #flow(entries: readonly TouchedEntry[], items: readonly Item[], { value }: Spot): void {
    const { text } = this
    const kept = keptOf(entries)
    const last = kept.at(-1) ?? unusual()
    const stays = new Set(kept)
    for (const [i, item] of items.entries()) {
      if (i > last || stays.has(i)) continue
      this.#put(startOf(item), startOf(items[i + 1] ?? null), '')
    }
    for (const { before, news } of runs(entries)) {
      const printed = news.map(([i, { key, moved }]) => {
        if (moved !== null) return text.slice(startOf(items[moved] ?? null), endOf(text, items[moved] ?? null))
        return key === null ? printInline(child(value, i)) : `${printText(key)}: ${printInline(child(value, key))}`
      })
      if (before === null) {
        const at = startOf(items[kept[0] ?? 0] ?? null)
        this.#put(at, at, printed.map((each) => `${each}, `).join(''))
      } else {
        const at = endOf(text, items[before] ?? null)
        this.#put(at, at, printed.map((each) => `, ${each}`).join(''))
      }
    }
    if (last < items.length - 1) this.#put(endOf(text, items[last] ?? null), endOf(text, items.at(-1) ?? null), '')
  }

  /** Entries that come and go on lines of their own. */
  #block(entries: readonly TouchedEntry[], items: readonly Item[], { node, path, value }: Spot): void {
    const { text } = this
    const kept = keptOf(entries)
    const from = (item: Item | undefined): number => {
      const start = startOf(item ?? null)
      return isSeq(node) ? (dashBefore(text, start) ?? unusual()) : start
    }
    const isAlone = (at: number): boolean => text.slice(lineStart(text, at), at).trim() === ''
    /** Where the lines of an entry begin, with the comment that is its own. */
    const topOf = (i: number, item: Item | undefined): number => {
      const at = from(item)
      if (!isAlone(at)) unusual()
      return i === 0 ? lineStart(text, at) : leadingStart(text, at)
    }
    const carried = (i: number, item: Item | undefined): string =>
      text.slice(topOf(i, item), lineEnd(text, endOf(text, item ?? null)))
    const first = kept[0] ?? unusual()
    // The first key right behind a dash: the first one that stays takes its place.
    const isBehind = !isAlone(from(items[0]))
    if (isBehind && first > 0) this.#put(from(items[0]), from(items[first]), '')
    const stays = new Set(kept)
    for (const [i, item] of items.entries()) {
      if (stays.has(i) || (isBehind && i < first)) continue
      const after = text.indexOf('\n', endOf(text, item))
      this.#put(topOf(i, item), after < 0 ? text.length : after + 1, '')
    }
    const indent = indentOf(text, from(items[isBehind ? 0 : first]))
    for (const { before, news } of runs(entries)) {
      const printed = news.map(([i, { key, moved }]) => {
        if (moved !== null) return carried(moved, items[moved]).slice(indent.length)
        const lines =
          key === null
            ? printItem(child(value, i), indent, [...path, i])
            : printEntry(key, child(value, key), indent, [...path, key])
        return lines.join(this.#newline)
      })
      if (before === null) {
        const at = from(items[first])
        if (isAlone(at)) {
          const above = leadingStart(text, at)
          this.#put(above, above, printed.map((each) => indent + each + this.#newline).join(''))
        } else this.#put(at, at, printed.map((each) => each + this.#newline + indent).join(''))
      } else {
        const entry = entries.find(({ was }) => was === before) ?? unusual()
        const at = lineEnd(text, lastEnd(text, entry, items[before] ?? null))
        this.#put(at, at, printed.map((each) => this.#newline + indent + each).join(''))
      }
    }
  }
}

const unusual = (): never => {
  throw new Unusual()
}
/** A comment that ends the line, with the space before it. */
const remarkAt = (text: string, at: number): string => /^[ \t]+#[^\r\n]*/.exec(text.slice(at))?.[0] ?? ''
const startOf = (item: Item): number => contentStart(item) ?? unusual()
const endOf = (text: string, item: Item): number => contentEnd(text, item) ?? unusual()

const keptOf = (entries: readonly TouchedEntry[]): readonly number[] => entries.flatMap(({ was }) => was ?? [])

interface Run {
  /** The item of the text that they come behind; null: before all. */
  readonly before: number | null
  readonly news: (readonly [number, TouchedEntry])[]
}

/** New entries, in groups that stand together. */
function runs(entries: readonly TouchedEntry[]): readonly Run[] {
  const found: Run[] = []
  let before: number | null = null
  for (const [i, entry] of entries.entries()) {
    if (entry.was !== null) before = entry.was
    else if (found.at(-1)?.before === before && found.length > 0) found.at(-1)?.news.push([i, entry])
    else found.push({ before, news: [[i, entry]] })
  }
  return found
}

/** Where the last of an entry's content ends that stays. */
function lastEnd(text: string, { part }: TouchedEntry, item: Item): number {
  const node = nodeOf(item)
  if (part.kind !== 'entries' || isFlow(node)) return endOf(text, item)
  const last = part.entries.findLast(({ was }) => was !== null)
  return last?.was === null || last === undefined
    ? endOf(text, item)
    : lastEnd(text, last, itemsOf(node)[last.was] ?? null)
}

/** Every alias written out, the last first so that offsets stay true. */
export function withoutAliases(text: string, document: YamlDocument, valueAt: (path: LabPath) => unknown): string {
  const found: { readonly range: readonly [number, number]; readonly path: LabPath }[] = []
  const walk = (node: unknown, path: LabPath): void => {
    if (isAlias(node) && node.range) found.push({ range: [node.range[0], node.range[1]], path })
    else if (isMap(node))
      for (const item of itemsOf(node).filter(isPair)) walk(item.value, [...path, keyOf(item.key) ?? ''])
    else if (isSeq(node)) for (const [i, item] of itemsOf(node).entries()) walk(item, [...path, i])
  }
  walk(document.contents, [])
  return found.reduceRight(
    (changed, { range: [from, to], path }) => changed.slice(0, from) + printInline(valueAt(path)) + changed.slice(to),
    text,
  )
}
