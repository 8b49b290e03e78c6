/** Words for values in sentences about them. */
import { said, type Said } from '../words/said.js'

/** Characters of a value that a message repeats. */
const shown = 60

/** The text in quotes, shortened, on one line, without characters that would confuse a terminal. */
export function quote(text: string): string {
  const chars = [...text.slice(0, shown * 2)]
  const short = chars.length > shown ? `${chars.slice(0, shown).join('')}...` : chars.join('')
  return JSON.stringify(short).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** What a value is: `the list`, `the number 5`, `nothing`. */
export function describe(value: unknown): Said {
  if (value === null || value === undefined) return said`nothing`
  if (typeof value === 'string') return said`the text ${quote(value)}`
  if (typeof value === 'number') return said`the number ${value}`
  if (typeof value === 'boolean') return said`${String(value)}`
  return Array.isArray(value) ? said`a list` : said`a map`
}

/** `namespaces.ns0.routes[0].via`. */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    const word = /^[A-Za-z0-9_-]+$/.test(part) ? part : quote(part)
    return text === '' ? word : `${text}.${word}`
  }, '')
}
