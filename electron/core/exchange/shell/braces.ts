/** `ns{1..3}`, `{08..10}`, `{a..e..2}`, `{x,y{1,2}}` as several words (bash(1), Brace Expansion). */

/** Words of one text: a loop over as many is as long as a lab may be. */
const maxWords = 10_000

/** Marks a quoted character, so that a quoted brace or comma stays what it is (private use, Unicode). */
const quoted = '\ue000'

export const protectBraces = (text: string): string => text.replace(/[{},]/g, (c) => quoted + c)
export const unprotectBraces = (text: string): string => text.replaceAll(quoted, '')

/** The text itself, alone, where its braces mean nothing. */
export function multiply(text: string): readonly string[] {
  const found = firstGroup(text)
  if (!found) return [text]
  const { start, end, items } = found
  const [head, tails] = [text.slice(0, start), multiply(text.slice(end))]
  const words: string[] = []
  for (const item of items.flatMap(multiply)) {
    for (const tail of tails) {
      if (words.length >= maxWords) return words
      words.push(head + item + tail)
    }
  }
  return words
}

function firstGroup(text: string): { start: number; end: number; items: readonly string[] } | null {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    if (text[start - 1] === quoted || text[start - 1] === '$') continue
    const group = readGroup(text, start)
    if (group) return { start, ...group }
  }
  return null
}

function readGroup(text: string, start: number): { end: number; items: readonly string[] } | null {
  const commas: number[] = []
  let depth = 0
  for (let i = start; i < text.length; i++) {
    const c = text[i]
    if (c === quoted) i += 1
    else if (c === '{') depth += 1
    else if (c === ',' && depth === 1) commas.push(i)
    else if (c === '}' && --depth === 0) {
      const inner = text.slice(start + 1, i)
      if (commas.length === 0) {
        const items = sequence(inner)
        return items && { end: i + 1, items }
      }
      const edges = [start, ...commas, i]
      return { end: i + 1, items: edges.slice(1).map((edge, n) => text.slice((edges[n] ?? 0) + 1, edge)) }
    }
  }
  return null
}

/** `1..3`, `08..10`, `a..e`, each with a step. */
function sequence(text: string): readonly string[] | null {
  const [, from = '', to = '', step] =
    /^(-?\d{1,9}|[A-Za-z])\.\.(-?\d{1,9}|[A-Za-z])(?:\.\.(-?\d{1,6}))?$/.exec(text) ?? []
  if (from === '' || /\d/.test(from) !== /\d/.test(to)) return null
  const letters = !/\d/.test(from)
  const [a, b] = letters ? [from.charCodeAt(0), to.charCodeAt(0)] : [Number(from), Number(to)]
  // As wide as the widest end, where one of them is written with zeros in front.
  const padded = [from, to].some((end) => /^-?0\d/.test(end))
  const width = padded ? Math.max(from.length, to.length) : 0
  const by = Math.abs(Number(step ?? 1)) || 1
  return countTo(a, b, by).map((n) => (letters ? String.fromCharCode(n) : padNumber(n, width)))
}

export const padNumber = (n: number, width: number): string =>
  n < 0 ? `-${String(-n).padStart(width - 1, '0')}` : String(n).padStart(width, '0')

/** Up or down; never further than a lab could follow. */
export function countTo(from: number, to: number, by: number): readonly number[] {
  const count = Math.min(Math.floor(Math.abs(to - from) / by) + 1, maxWords)
  return Array.from({ length: count }, (_, i) => from + (to < from ? -i : i) * by)
}
