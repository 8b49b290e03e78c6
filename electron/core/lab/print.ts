/**
 * Values as YAML in the style of the lab files: what is short stands on one line, what is long in a block.
 * A file that exists is never printed anew; `edit.ts` changes it in place.
 */
import type { LabPath } from './problem.js'
import { fitsLiteral, literalLines, printScalar, printText } from './print-scalar.js'
import { inOrder } from './key-order.js'
import { isRecord } from './schema-shape.js'
import type { LabFile } from './schema.js'

/** Columns of a line before a value is broken into a block. */
const width = 110
/** Levels of collections on one line: a list in a map is easy to read, a map in a map in a map is not. */
const maxInlineLevels = 2

const step = '  '

/** Prints a new lab file. The same lab always gives the same bytes; parsing them gives the lab back. */
export function createLabText(labFile: LabFile): string {
  const lines = entriesOf(inOrder(labFile)).flatMap(([key, value]) => {
    const printed = entryLines(key, value, '', [key])
    return printed.length > 1 ? ['', ...printed] : printed
  })
  return `${lines.join('\n')}\n`
}

/** On one line. */
export function printInline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printInline).join(', ')}]`
  if (!isRecord(value)) return printScalar(value)
  const entries = entriesOf(value).map(([key, inner]) => `${printText(key)}: ${printInline(inner)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

/** `key: value` at the indentation; the first line comes without it. `path` says where in a lab it stands. */
export function printEntry(key: string, value: unknown, indent: string, path: LabPath): readonly string[] {
  return withoutFirst(entryLines(key, value, indent, path), indent)
}

/** A list's entry behind its dash, at the indentation of the dash; the first line comes without it. */
export function printItem(value: unknown, indent: string, path: LabPath): readonly string[] {
  return withoutFirst(itemLines(value, indent, path), indent)
}

const withoutFirst = ([first = '', ...rest]: readonly string[], indent: string): readonly string[] => [
  first.slice(indent.length),
  ...rest,
]

function entryLines(key: string, value: unknown, indent: string, path: LabPath): readonly string[] {
  const head = `${indent}${printText(key)}:`
  if (value === null) return [head]
  if (typeof value === 'string' && fitsLiteral(value)) {
    const [first = '', ...rest] = literalLines(value, indent + step)
    return [`${head} ${first}`, ...rest]
  }
  if (isInline(value, head.length + 1, path)) return [`${head} ${printInline(value)}`]
  return [head, ...blockLines(value, indent + step, path)]
}

function itemLines(value: unknown, indent: string, path: LabPath): readonly string[] {
  if (typeof value === 'string' && fitsLiteral(value)) {
    const [first = '', ...rest] = literalLines(value, indent + step)
    return [`${indent}- ${first}`, ...rest]
  }
  if (isInline(value, indent.length + 2, path)) return [`${indent}- ${printInline(value)}`]
  // The first line of a block stands right behind the dash.
  const [first = '', ...rest] = blockLines(value, indent + step, path)
  return [`${indent}- ${first.trimStart()}`, ...rest]
}

/** A collection's lines; only for collections that are not empty. */
function blockLines(value: unknown, indent: string, path: LabPath): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => itemLines(item, indent, [...path, i]))
  return entriesOf(isRecord(value) ? value : {}).flatMap(([key, inner]) =>
    entryLines(key, inner, indent, [...path, key]),
  )
}

function isInline(value: unknown, column: number, path: LabPath): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value) ? value.length === 0 : entriesOf(value as object).length === 0) return true
  if (isAlwaysBlock(path) || levels(value) > maxInlineLevels) return false
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null) && path.length > 1) {
    return typeof path.at(-1) === 'number' && column + printInline(value).length <= width
  }
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) return false
  return column + printInline(value).length <= width
}

/** The skeleton of a lab: namespaces and steps of the guide. */
const isAlwaysBlock = (path: LabPath): boolean =>
  (path[0] === 'namespaces' && path.length <= 2) || (path[0] === 'guide' && path.length <= 2)

const levels = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Object.values(value).reduce<number>((most, inner) => Math.max(most, levels(inner)), 0)
    : 0

/** Without what is undefined, as in JSON. */
const entriesOf = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, inner]) => inner !== undefined)
