/**
 * Shell text to tokens (POSIX.1-2017, Shell Command Language 2.2 and 2.3), as far as scripts that build a network go.
 * Never fails: what is not read becomes an opaque part of its word, with a name. Nothing is ever run.
 */

/** A piece of a word. Quoted pieces are not split into fields. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'variable'; readonly name: string; readonly quoted: boolean; readonly fallback: string | null }
  /** Its value is known only when the script runs. `text` is what stands inside. */
  | { readonly kind: 'opaque'; readonly what: string; readonly text: string; readonly quoted: boolean }

export interface RawWord {
  readonly parts: readonly Part[]
  /** Of the first character, in UTF-16 units. */
  readonly offset: number
}

export type Token =
  | ({ readonly kind: 'word' } & RawWord)
  /** `;` `&&` `|` `(` a line feed, a redirection with its file descriptor, ... */
  | { readonly kind: 'operator'; readonly text: string; readonly offset: number }

const blanks = /(?:[ \t\r]|\\\r?\n)+/y
const comment = /#[^\n]*/y
const redirection = /\d*(?:<<<|<<-|<<|<>|<&|>>|>\||>&|<|>)|&>>|&>/y
const control = /&&|\|\||;;|\|&|[\n;&|()]/y
const plain = /[^\s;&|<>()\\'"`$]+/y
const variable = /\$(?:([A-Za-z_]\w*|[0-9@*])|\{([A-Za-z_]\w*|[0-9@*])(?::?-([^${}`"'\\]*))?\})/y
const special = /\$[?$#!-]/y

/** What a word is opaque for whose quote or bracket has no end. */
export const neverClosed = 'a quote or bracket that is never closed'

/** Reads tokens; `at` says where the text begins in the file. */
export function lex(text: string, at = 0): readonly Token[] {
  const tokens: Token[] = []
  const hereDocuments: { readonly end: string; readonly tabs: boolean }[] = []
  let i = 0
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = i
    const found = pattern.exec(text)?.[0] ?? null
    if (found !== null) i += found.length
    return found
  }
  while (i < text.length) {
    if (match(blanks) !== null || match(comment) !== null) continue
    const offset = at + i
    const operator = match(redirection) ?? match(control)
    if (operator === null) {
      const word = readWord(text, i)
      i = word.end
      const [last] = tokens.slice(-1)
      if (last?.kind === 'operator' && /^\d*<<-?$/.test(last.text))
        hereDocuments.push({ end: literal(word.parts), tabs: last.text.endsWith('-') })
      tokens.push({ kind: 'word', parts: word.parts, offset })
      continue
    }
    tokens.push({ kind: 'operator', text: operator, offset })
    if (operator !== '\n') continue
    for (const { end, tabs } of hereDocuments.splice(0)) i = afterHereDocument(text, i, end, tabs)
  }
  return tokens
}

const literal = (parts: readonly Part[]): string =>
  parts.map((part) => (part.kind === 'variable' ? part.name : part.text)).join('')

/** Behind the line that ends the document, or the end of the text. */
function afterHereDocument(text: string, from: number, end: string, tabs: boolean): number {
  let i = from
  while (i < text.length) {
    const feed = text.indexOf('\n', i)
    const stop = feed < 0 ? text.length : feed
    const line = text.slice(i, stop).replace(/\r$/, '')
    i = stop + 1
    if ((tabs ? line.replace(/^\t+/, '') : line) === end) return i
  }
  return text.length
}

function readWord(text: string, start: number): { readonly parts: readonly Part[]; readonly end: number } {
  const parts: Part[] = []
  let i = start
  while (i < text.length) {
    plain.lastIndex = i
    const run = plain.exec(text)?.[0]
    if (run !== undefined) {
      parts.push({ kind: 'text', text: run, quoted: false })
      i += run.length
      continue
    }
    const c = text[i]
    if (c === '\\') {
      // A backslash at the end of a line joins it with the next one.
      const joined = /\\\r?\n/y
      joined.lastIndex = i
      const feed = joined.exec(text)?.[0]
      if (feed === undefined) parts.push({ kind: 'text', text: text.slice(i + 1, i + 2), quoted: true })
      i += feed?.length ?? 2
    } else if (c === "'") {
      const end = text.indexOf("'", i + 1)
      if (end < 0) return unclosed(text, parts, i)
      parts.push({ kind: 'text', text: text.slice(i + 1, end), quoted: true })
      i = end + 1
    } else if (c === '"') {
      const end = readDoubleQuotes(text, i + 1, parts)
      if (end === null) return unclosed(text, parts, i)
      i = end
    } else if (c === '$' && text[i + 1] === "'") {
      const end = text.indexOf("'", i + 2)
      if (end < 0) return unclosed(text, parts, i)
      parts.push({ kind: 'opaque', what: "a string with $'...'", text: text.slice(i + 2, end), quoted: true })
      i = end + 1
    } else if (c === '$' || c === '`') {
      const read = readDollar(text, i, false)
      if (read === null) return unclosed(text, parts, i)
      parts.push(read.part)
      i = read.end
    } else {
      break
    }
  }
  // An operator inside a word that no rule above takes cannot be: each of them ends a word.
  return { parts, end: Math.max(i, start + 1) }
}

function unclosed(text: string, parts: readonly Part[], i: number): { parts: readonly Part[]; end: number } {
  const part: Part = { kind: 'opaque', what: neverClosed, text: '', quoted: true }
  return { parts: [...parts, part], end: Math.max(text.length, i + 1) }
}

/** Reads up to the closing quote; gives the offset behind it. */
function readDoubleQuotes(text: string, start: number, parts: Part[]): number | null {
  const run = /[^\\"`$]+/y
  let i = start
  parts.push({ kind: 'text', text: '', quoted: true })
  while (i < text.length) {
    run.lastIndex = i
    const found = run.exec(text)?.[0]
    if (found !== undefined) {
      parts.push({ kind: 'text', text: found, quoted: true })
      i += found.length
    } else if (text[i] === '"') {
      return i + 1
    } else if (text[i] === '\\') {
      const next = text[i + 1] ?? ''
      if (next !== '\n') parts.push({ kind: 'text', text: /[$`"\\]/.test(next) ? next : `\\${next}`, quoted: true })
      i += 2
    } else {
      const read = readDollar(text, i, true)
      if (read === null) return null
      parts.push(read.part)
      i = read.end
    }
  }
  return null
}

interface Read {
  readonly part: Part
  readonly end: number
}

/** What begins with a dollar sign or a backquote; null where it never ends. */
function readDollar(text: string, i: number, quoted: boolean): Read | null {
  if (text[i] === '`') {
    const end = text.indexOf('`', i + 1)
    return end < 0 ? null : opaque('the output of a command', text, i, i + 1, end, end + 1, quoted)
  }
  variable.lastIndex = i
  const named = variable.exec(text)
  if (named) {
    const name = named[1] ?? named[2] ?? ''
    return { part: { kind: 'variable', name, quoted, fallback: named[3] ?? null }, end: i + named[0].length }
  }
  special.lastIndex = i
  if (special.test(text)) return opaque('a value of the shell itself', text, i, i + 1, i + 2, i + 2, quoted)
  if (text[i + 1] === '(') {
    const end = closing(text, i + 1, '(', ')')
    if (end === null) return null
    const arithmetic = text[i + 2] === '(' && text[end - 1] === ')'
    return arithmetic
      ? opaque('arithmetic', text, i, i + 3, end - 1, end + 1, quoted)
      : opaque('the output of a command', text, i, i + 2, end, end + 1, quoted)
  }
  if (text[i + 1] === '{') {
    const end = closing(text, i + 1, '{', '}')
    return end === null ? null : opaque('a computed value', text, i, i + 2, end, end + 1, quoted)
  }
  return { part: { kind: 'text', text: '$', quoted: true }, end: i + 1 }
}

function opaque(
  what: string,
  text: string,
  start: number,
  from: number,
  to: number,
  end: number,
  quoted: boolean,
): Read {
  return { part: { kind: 'opaque', what, text: text.slice(from, to), quoted }, end: Math.max(end, start + 1) }
}

/** The bracket that closes the one at `start`; quotes inside count. */
function closing(text: string, start: number, open: string, close: string): number | null {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    const c = text[i]
    if (c === '\\') i += 1
    else if (c === "'") {
      const end = text.indexOf("'", i + 1)
      if (end < 0) return null
      i = end
    } else if (c === open) depth += 1
    else if (c === close && --depth === 0) return i
  }
  return null
}
