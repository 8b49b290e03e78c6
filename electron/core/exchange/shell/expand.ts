/** Words with the values of constant variables put in, split and multiplied as bash does it. */
import type { Part, RawWord } from './lex.js'

export interface Word {
  readonly text: string
  /** Of the word it came from. */
  readonly offset: number
}

/** Values by name; null where a value is known only when the script runs. */
export type Variables = ReadonlyMap<string, string | null>

export type Expanded =
  | { readonly ok: true; readonly words: readonly Word[] }
  | { readonly ok: false; readonly offset: number; readonly what: string }

/** UTF-16 units of one value: more than any list of names, and doubling one again and again must end. */
const maxValue = 16_384
/** Fields of one word: a loop over as many is as long as a lab may be. */
const maxFields = 10_000

export function expandAll(words: readonly RawWord[], variables: Variables): Expanded {
  const found: Word[] = []
  for (const word of words) {
    const expanded = expand(word, variables)
    if (!expanded.ok) return expanded
    for (const each of expanded.words) found.push(each)
    if (found.length > maxFields) return { ok: false, offset: word.offset, what: 'a list too long to follow' }
  }
  return { ok: true, words: found }
}

/** As one text, without splitting: for assignments and file names. Null where it is not known. */
export function expandText(word: RawWord, variables: Variables): string | null {
  let text = ''
  for (const part of word.parts) {
    const value = valueOf(part, variables)
    if (typeof value !== 'string') return null
    text += value
    if (text.length > maxValue) return null
  }
  return text
}

function expand({ parts, offset }: RawWord, variables: Variables): Expanded {
  const braces = parts.every((part) => part.kind === 'text' && !part.quoted)
    ? multiply(parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''))
    : null
  if (braces) return { ok: true, words: braces.map((text) => ({ text, offset })) }
  const fields: string[] = []
  let current: string | null = null
  for (const part of parts) {
    const value = valueOf(part, variables)
    if (typeof value !== 'string') return { ok: false, offset, what: value.what }
    if (part.kind === 'text' || part.quoted) {
      current = (current ?? '') + value
    } else {
      const pieces = value.split(/[ \t\n]+/)
      pieces.forEach((piece, i) => {
        // White space at either end parts the word from what stands before and behind it.
        if (i > 0 && current !== null) {
          fields.push(current)
          current = null
        }
        if (piece !== '') current = (current ?? '') + piece
      })
    }
    if (fields.length > maxFields || (current?.length ?? 0) > maxValue)
      return { ok: false, offset, what: 'a value too long to follow' }
  }
  if (current !== null) fields.push(current)
  return { ok: true, words: fields.map((text) => ({ text, offset })) }
}

function valueOf(part: Part, variables: Variables): string | { readonly what: string } {
  if (part.kind === 'text') return part.text
  if (part.kind === 'variable') {
    const value = variables.get(part.name)
    if (typeof value === 'string' && !(value === '' && part.fallback !== null)) return value
    if (value === undefined && part.fallback !== null) return part.fallback
    return { what: `$${part.name}` }
  }
  const [, from, to] = /^\s*seq\s+(\d{1,6})(?:\s+(\d{1,6}))?\s*$/.exec(part.text) ?? []
  if (part.what === 'the output of a command' && from !== undefined)
    return range(to === undefined ? 1 : Number(from), Number(to ?? from)).join('\n')
  if (part.what === 'arithmetic') {
    const sum = addUp(part.text, variables)
    if (sum !== null) return String(sum)
  }
  return { what: part.what }
}

/** `i`, `i + 1`, `10 - n`: what loops over subnets need. */
function addUp(text: string, variables: Variables): number | null {
  const match = /^\s*\$?([A-Za-z_]\w*|\d{1,9})(?:\s*([-+*])\s*\$?([A-Za-z_]\w*|\d{1,9}))?\s*$/.exec(text)
  const number = (word: string): number => {
    const value = /^\d/.test(word) ? word : variables.get(word)
    return typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : NaN
  }
  if (!match) return null
  const [a, b] = [number(match[1] ?? ''), match[3] === undefined ? 0 : number(match[3])]
  const result = match[2] === '*' ? a * b : match[2] === '-' ? a - b : a + b
  return Number.isFinite(result) ? result : null
}

/** `ns{1..3}` and `{a,b}` as several words; null where the text has no braces that mean anything. */
function multiply(text: string): readonly string[] | null {
  const match = /^([^{}]*)\{(?:(\d{1,6})\.\.(\d{1,6})|([^{},]*(?:,[^{},]*)+))\}([^{}]*)$/.exec(text)
  if (!match) return null
  const [, head = '', from, to, list, tail = ''] = match
  const values = list === undefined ? range(Number(from), Number(to)).map(String) : list.split(',')
  return values.map((value) => head + value + tail)
}

/** Counts up or down; never further than a lab could follow. */
function range(from: number, to: number): readonly number[] {
  const count = Math.min(Math.abs(to - from) + 1, maxFields)
  return Array.from({ length: count }, (_, i) => from + (to < from ? -i : i))
}
