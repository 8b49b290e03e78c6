/** Words for values in sentences about them. */

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
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'string') return `the text ${quote(value)}`
  if (typeof value === 'number') return `the number ${value}`
  if (typeof value === 'boolean') return String(value)
  return Array.isArray(value) ? 'a list' : 'a map'
}

/** `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}

/** `namespaces.ns0.routes[0].via`. */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    const word = /^[A-Za-z0-9_-]+$/.test(part) ? part : quote(part)
    return text === '' ? word : `${text}.${word}`
  }, '')
}
