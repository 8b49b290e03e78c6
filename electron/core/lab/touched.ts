/**
 * Which parts of a parsed text a list of edits touches. Everything else keeps its place in the text, so that each part
 * is known by where it stood and never by what it says: comments stay with the entries that they were written for.
 */
import { isMap, isSeq } from 'yaml'
import type { Node, Pair } from 'yaml'
import type { PathEdit } from './path-edit.js'
import type { LabPath } from './problem.js'
import type { YamlDocument } from './yaml-read.js'
import { keyOf } from './yaml-value.js'

/** What has become of a part of the text. */
export type Touched =
  | { readonly kind: 'same' }
  /** Says something else as a whole, or is new. */
  | { readonly kind: 'new' }
  /** A map or a list, some entries of which are touched, gone, new, or have another name. */
  | { readonly kind: 'entries'; readonly entries: readonly TouchedEntry[] }

export interface TouchedEntry {
  /** Index among the items in the text; null for what was not there, or not here. */
  readonly was: number | null
  /** Index of the item that has come here as it is. */
  readonly moved: number | null
  /** Null in a list. */
  readonly key: string | null
  readonly renamed: boolean
  readonly part: Touched
}

export type Item = Node | Pair<Node, Node | null> | null

const same: Touched = { kind: 'same' }
const fresh: Touched = { kind: 'new' }

/** @param edits as `effective` gives them, each for what the ones before have left */
export function touchedBy(document: YamlDocument, edits: readonly PathEdit[]): Touched {
  return edits.reduce((part, edit) => touch(part, document.contents, edit, edit.path), same)
}

export const itemsOf = (node: unknown): readonly Item[] =>
  isMap(node) || isSeq(node) ? (node.items as unknown as readonly Item[]) : []
export const isPair = (item: Item | undefined): item is Pair<Node, Node | null> =>
  item !== null && item !== undefined && 'key' in item && 'value' in item
/** The value of an entry. */
export const nodeOf = (item: Item | undefined): Node | null => (isPair(item) ? item.value : (item ?? null))

function touch(part: Touched, node: Node | null, edit: PathEdit, path: LabPath): Touched {
  const [step, ...rest] = path
  const entries = step === undefined ? null : entriesOf(part, node)
  // A plain value, an alias, nothing: from here on it is printed anew.
  if (step === undefined || entries === null) return fresh
  const at = typeof step === 'number' ? step : entries.findIndex(({ key }) => key === step)
  const entry = at < 0 ? undefined : entries[at]
  const replaced = (by: Partial<TouchedEntry>): Touched => ({
    kind: 'entries',
    entries: entries.map((each, i) => (i === at ? { ...each, ...by } : each)),
  })
  const made: TouchedEntry = {
    was: null,
    moved: null,
    key: typeof step === 'number' ? null : step,
    renamed: false,
    part: fresh,
  }
  if (rest.length === 0 && edit.kind === 'insert') return { kind: 'entries', entries: entries.toSpliced(at, 0, made) }
  if (entry === undefined) return { kind: 'entries', entries: [...entries, made] }
  if (rest.length > 0) return replaced({ part: touch(entry.part, nodeAt(node, entry), edit, rest), moved: null })
  if (edit.kind === 'move') {
    const moved = entry.part.kind === 'same' ? entry.was : entry.moved
    return { kind: 'entries', entries: entries.toSpliced(at, 1).toSpliced(edit.to, 0, { ...made, moved }) }
  }
  if (edit.kind === 'delete') return { kind: 'entries', entries: entries.toSpliced(at, 1) }
  return edit.kind === 'rename' ? replaced({ key: edit.name, renamed: true }) : replaced({ part: fresh, moved: null })
}

/** The entries of a map or list of the text; null for everything else. */
function entriesOf(part: Touched, node: Node | null): readonly TouchedEntry[] | null {
  if (part.kind === 'entries') return part.entries
  if (part.kind === 'new' || !(isMap(node) || isSeq(node))) return null
  return itemsOf(node).map((item, was) => ({
    was,
    moved: null,
    key: isPair(item) ? keyOf(item.key) : null,
    renamed: false,
    part: same,
  }))
}

const nodeAt = (node: Node | null, { was }: TouchedEntry): Node | null =>
  was === null ? null : nodeOf(itemsOf(node)[was])
