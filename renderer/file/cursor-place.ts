/**
 * What is being typed at a place of a lab's text: a key of which map, or the value of what. Read from lines and brackets,
 * because a text that is being typed is no YAML most of the time.
 */

export interface CursorPlace {
  readonly role: 'key' | 'value'
  /** Of the map that the key goes into, or of the value; an item of a list is 0, whichever it is. */
  readonly path: readonly (string | number)[]
  /** Where the word begins that is being typed. */
  readonly from: number
  /** Keys that the map has already; of a list, the plain items. */
  readonly taken: readonly string[]
  /** Between brackets, where everything stands on one line. */
  readonly flow: boolean
}

interface Line {
  /** Columns of dashes before the entry. */
  readonly dashes: readonly number[]
  /** Column of the key, or of the value where the line has no key. */
  readonly column: number
  readonly key: string | null
  /** What stands behind the colon, or behind the last dash; its column. */
  readonly rest: string
  readonly restColumn: number
}

const keyPattern = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#,[\]{}&*!|>'"%@`-][^#]*?|-[^\s#][^#]*?)\s*:(?=\s|$)/

function readLine(text: string): Line {
  const dashes: number[] = []
  let column = /^ */.exec(text)?.[0].length ?? 0
  for (let dash = /^-(?: +|$)/.exec(text.slice(column)); dash; dash = /^-(?: +|$)/.exec(text.slice(column))) {
    dashes.push(column)
    column += dash[0].length
  }
  const word = keyPattern.exec(text.slice(column))
  if (!word) return { dashes, column, key: null, rest: text.slice(column), restColumn: column }
  const behind = column + word[0].length
  const restColumn = behind + (/^\s*/.exec(text.slice(behind))?.[0].length ?? 0)
  return { dashes, column, key: plain(word[1] ?? ''), rest: text.slice(restColumn), restColumn }
}

/** Columns that the line below one begins with: into what the line opens, else beside it. */
export function indentBelow(text: string): number {
  const { column, key, rest } = readLine(text)
  const opens = key !== null && /^(?:[|>][0-9+-]*)?\s*(?:#|$)/.test(rest)
  return column + (opens ? 2 : 0)
}

const plain = (word: string): string => word.trim().replace(/^(["'])(.*)\1$/s, '$2')
const isBlank = (line: string): boolean => /^\s*(?:#|$)/.test(line)

/** Null in a comment, in a text of its own, and where nothing can be suggested. */
export function cursorPlace(text: string, offset: number): CursorPlace | null {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const before = text.slice(start, offset)
  if (isComment(before)) return null
  const above = text.slice(0, start).split('\n').slice(0, -1)
  const line = readLine(before)
  const outer = parents(above, line.dashes[0] ?? line.column, line.dashes.length > 0)
  if (outer === null) return null
  const items = line.dashes.map(() => 0)
  const base = [...outer, ...items, ...(line.key === null ? [] : [line.key])]
  const restAt = start + line.restColumn
  if (/^[[{]/.test(line.rest)) {
    const lineEnd = text.indexOf('\n', offset)
    return inFlow(line.rest, restAt, base, text.slice(offset, lineEnd < 0 ? text.length : lineEnd))
  }
  if (line.key !== null)
    return /^[|>&*!]/.test(line.rest) || /\s/.test(line.rest)
      ? null
      : { role: 'value', path: base, from: Math.min(restAt, offset), taken: [], flow: false }
  // A word without a colon yet: a key where a map can be, else the item of a list.
  if (/\s/.test(line.rest)) return null
  const below = text.slice(offset).split('\n').slice(1)
  const taken = siblings(above.toReversed(), line).concat(siblings(below, line))
  return { role: 'key', path: base, from: restAt, taken, flow: false }
}

function isComment(before: string): boolean {
  let quote: string | null = null
  for (const [i, letter] of [...before].entries()) {
    if (quote !== null) quote = letter === quote ? null : quote
    else if ((letter === '"' || letter === "'") && /[\s,[{:]/.test(before[i - 1] ?? ' ')) quote = letter
    else if (letter === '#' && /\s/.test(before[i - 1] ?? ' ')) return true
  }
  return quote !== null
}

/** The keys around a column, from the outermost; null inside of a block text. */
function parents(above: readonly string[], column: number, isItem: boolean): readonly (string | number)[] | null {
  const path: (string | number)[] = []
  let limit = column
  let child: 'item' | 'entry' = isItem ? 'item' : 'entry'
  for (const each of above.toReversed()) {
    if (limit === 0 && child === 'entry') break
    if (isBlank(each)) continue
    const line = readLine(each)
    // A list may stand right below its key, in the same column.
    const isAbove = (at: number): boolean => at < limit || (child === 'item' && at === limit)
    if (line.key !== null && isAbove(line.column)) {
      if (/^[|>]/.test(line.rest)) return null
      path.unshift(line.key)
      limit = line.column
      child = 'entry'
    }
    for (const dash of line.dashes.toReversed()) {
      if (dash >= limit) continue
      path.unshift(0)
      limit = dash
      child = 'item'
    }
  }
  return path
}

/** Keys of the same map, on lines on one side of it, the nearest first. */
function siblings(lines: readonly string[], { column, dashes }: Line): readonly string[] {
  const keys: string[] = []
  const opens = dashes.length > 0
  for (const each of lines) {
    if (isBlank(each)) continue
    const line = readLine(each)
    const first = line.dashes[0] ?? line.column
    if (line.column === column && line.key !== null && !opens) keys.push(line.key)
    // A dash begins the map, or ends the one before.
    if (first < column) break
  }
  return keys
}

interface Open {
  readonly list: boolean
  readonly keys: string[]
  key: string | null
}

/** @param after what the line has behind the place: keys there are taken, too */
function inFlow(rest: string, at: number, base: readonly (string | number)[], after: string): CursorPlace | null {
  const stack: Open[] = []
  let from = 0
  let word = ''
  let quote: string | null = null
  for (let i = 0; i < rest.length; i += 1) {
    const letter = rest[i] ?? ''
    const top = stack.at(-1)
    if (quote !== null) {
      if (letter === quote) quote = null
      word += letter
    } else if (letter === '"' || letter === "'") {
      quote = letter
      word += letter
    } else if (letter === '{' || letter === '[') {
      stack.push({ list: letter === '[', keys: [], key: null })
      word = ''
      from = i + 1
    } else if (letter === '}' || letter === ']') {
      stack.pop()
      word = ''
      from = i + 1
    } else if (letter === ',') {
      if (top?.list) top.keys.push(plain(word))
      if (top) top.key = null
      word = ''
      from = i + 1
    } else if (letter === ':' && top && !top.list && top.key === null && /\s|^$/.test(rest[i + 1] ?? '')) {
      top.key = plain(word)
      top.keys.push(top.key)
      word = ''
      from = i + 1
    } else word += letter
  }
  const top = stack.at(-1)
  if (!top || /\S\s/.test(word)) return null
  const path = [
    ...base,
    ...stack.slice(0, -1).flatMap(({ list, key }): (string | number)[] => (list ? [0] : key === null ? [] : [key])),
  ]
  const begin = at + from + (/^\s*/.exec(rest.slice(from))?.[0].length ?? 0)
  const inner = top.list ? [0] : top.key === null ? [] : [top.key]
  const taken = top.list
    ? top.keys
    : [...top.keys, ...[...after.matchAll(/([\w-]+):(?=\s)/g)].map(([, key]) => key ?? '')]
  const role = top.list || top.key !== null ? 'value' : 'key'
  return { role, path: [...path, ...inner], from: begin, taken, flow: true }
}
