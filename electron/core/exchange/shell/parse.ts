/** Tokens to statements. What the interpreter does not follow - conditions - keeps its commands, so that it can be told what it is. */
import type { RawWord, Token } from './lex.js'

export interface Redirect {
  /** With the file descriptor, as written: `2>`, `>>`, `<<`. */
  readonly operator: string
  readonly target: RawWord
}

export interface SimpleCommand {
  readonly kind: 'command'
  /** `NAME=value` before the command, or alone. */
  readonly assignments: readonly { readonly name: string; readonly value: RawWord }[]
  readonly words: readonly RawWord[]
  readonly redirects: readonly Redirect[]
  readonly offset: number
}

export type Statement =
  | SimpleCommand
  /** `a && b || c`: the operator stands before its statement, none before the first. */
  | { readonly kind: 'chain'; readonly items: readonly { readonly operator: string; readonly statement: Statement }[] }
  | { readonly kind: 'pipe'; readonly stages: readonly Statement[] }
  | {
      readonly kind: 'for'
      readonly name: string
      readonly words: readonly RawWord[]
      readonly body: readonly Statement[]
      readonly offset: number
    }
  | { readonly kind: 'group'; readonly body: readonly Statement[] }
  | { readonly kind: 'function'; readonly name: string; readonly body: readonly Statement[]; readonly offset: number }
  /** `if`, `while`, `case` and the like. */
  | { readonly kind: 'condition'; readonly word: string; readonly body: readonly Statement[]; readonly offset: number }
  /** What does not belong here. */
  | { readonly kind: 'stray'; readonly text: string; readonly offset: number }

/** Compound commands in each other; people need three, and each costs stack. */
const maxDepth = 40

const closers: Readonly<Record<string, string>> = {
  if: 'fi',
  while: 'done',
  until: 'done',
  case: 'esac',
  select: 'done',
}
const inner = new Set(['then', 'elif', 'else', 'do', 'in'])
const ends = new Set(['fi', 'done', 'esac', '}'])
const separators = new Set(['\n', ';', '&', ';;'])
const assignment = /^([A-Za-z_]\w*)=/

export function parse(tokens: readonly Token[]): readonly Statement[] {
  return new Parser(tokens).statements(null, 0)
}

/** The text of a word that is one unquoted piece, as keywords are. */
function bare(token: Token | undefined): string | null {
  if (token?.kind !== 'word' || token.parts.length !== 1) return null
  const [part] = token.parts
  return part?.kind === 'text' && !part.quoted ? part.text : null
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** Up to the word or bracket that ends the compound command, which is taken; null: up to the end of the text. */
  statements(end: string | null, depth: number): Statement[] {
    const found: Statement[] = []
    for (let token = this.#peek(); token; token = this.#peek()) {
      const word = bare(token)
      if (token.kind === 'operator' && separators.has(token.text)) this.#at += 1
      else if (end !== null && (word === end || this.#isOperator(end))) {
        this.#at += 1
        return found
      } else if (word !== null && inner.has(word)) {
        // Between the parts of a compound command that is not followed.
        this.#at += 1
        if (end === null) found.push({ kind: 'stray', text: word, offset: token.offset })
      } else if (word !== null && ends.has(word)) {
        if (end !== null) return found
        this.#at += 1
        found.push({ kind: 'stray', text: word, offset: token.offset })
      } else if (depth > maxDepth) {
        this.#at = this.#tokens.length
        found.push({ kind: 'stray', text: 'too many brackets in each other', offset: token.offset })
      } else {
        const before = this.#at
        found.push(this.#chain(depth))
        if (this.#at === before) this.#at += 1
      }
    }
    return found
  }

  #peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead]
  }

  #isOperator(text: string, ahead = 0): boolean {
    const token = this.#peek(ahead)
    return token?.kind === 'operator' && token.text === text
  }

  #chain(depth: number): Statement {
    const first = this.#pipe(depth)
    const items = [{ operator: '', statement: first }]
    while (this.#isOperator('&&') || this.#isOperator('||')) {
      const operator = this.#isOperator('&&') ? '&&' : '||'
      this.#at += 1
      while (this.#isOperator('\n')) this.#at += 1
      items.push({ operator, statement: this.#pipe(depth) })
    }
    return items.length === 1 ? first : { kind: 'chain', items }
  }

  #pipe(depth: number): Statement {
    if (bare(this.#peek()) === '!') this.#at += 1
    const first = this.#command(depth)
    const stages = [first]
    while (this.#isOperator('|') || this.#isOperator('|&')) {
      this.#at += 1
      while (this.#isOperator('\n')) this.#at += 1
      stages.push(this.#command(depth))
    }
    return stages.length === 1 ? first : { kind: 'pipe', stages }
  }

  #command(depth: number): Statement {
    const token = this.#peek()
    const offset = token?.offset ?? 0
    const word = bare(token)
    if (word === 'for') return this.#for(offset, depth)
    const closer = word === null ? undefined : Object.hasOwn(closers, word) ? closers[word] : undefined
    if (word !== null && closer !== undefined) {
      this.#at += 1
      const body = word === 'case' ? this.#case() : this.statements(closer, depth + 1)
      this.#redirects([])
      return { kind: 'condition', word, body, offset }
    }
    if (word === '{' || this.#isOperator('(')) {
      this.#at += 1
      const body = this.statements(word === '{' ? '}' : ')', depth + 1)
      this.#redirects([])
      return { kind: 'group', body }
    }
    if (word === 'function' || (word !== null && this.#isOperator('(', 1) && this.#isOperator(')', 2)))
      return this.#function(offset, depth)
    return this.#simple(offset)
  }

  /** Patterns end in a bracket, so a `case` is passed over as a whole. */
  #case(): Statement[] {
    let depth = 1
    for (let token = this.#peek(); token && depth > 0; token = this.#peek()) {
      const word = bare(token)
      if (word === 'case') depth += 1
      if (word === 'esac') depth -= 1
      this.#at += 1
    }
    return [{ kind: 'stray', text: 'case', offset: 0 }]
  }

  #for(offset: number, depth: number): Statement {
    this.#at += 1
    const name = bare(this.#peek())
    if (name === null || !/^[A-Za-z_]\w*$/.test(name)) {
      // `for ((i = 0; ...))` counts while it runs.
      while (this.#peek() && bare(this.#peek()) !== 'do') this.#at += 1
      return { kind: 'condition', word: 'for', body: this.statements('done', depth + 1), offset }
    }
    this.#at += 1
    const words: RawWord[] = []
    while (this.#isOperator('\n')) this.#at += 1
    if (bare(this.#peek()) === 'in') {
      this.#at += 1
      for (let token = this.#peek(); token?.kind === 'word'; token = this.#peek()) {
        words.push(token)
        this.#at += 1
      }
    }
    while (this.#isOperator('\n') || this.#isOperator(';')) this.#at += 1
    if (bare(this.#peek()) === 'do') this.#at += 1
    const body = this.statements('done', depth + 1)
    this.#redirects([])
    return { kind: 'for', name, words, body, offset }
  }

  #function(offset: number, depth: number): Statement {
    if (bare(this.#peek()) === 'function') this.#at += 1
    const name = bare(this.#peek()) ?? ''
    this.#at += 1
    if (this.#isOperator('(')) this.#at += 2
    while (this.#isOperator('\n')) this.#at += 1
    if (bare(this.#peek()) !== '{') return { kind: 'stray', text: 'a function without a body in braces', offset }
    this.#at += 1
    const body = this.statements('}', depth + 1)
    this.#redirects([])
    return { kind: 'function', name, body, offset }
  }

  #simple(offset: number): Statement {
    const words: RawWord[] = []
    const assignments: { name: string; value: RawWord }[] = []
    const redirects: Redirect[] = []
    for (let token = this.#peek(); token; token = this.#peek()) {
      if (token.kind === 'operator') {
        if (!this.#redirects(redirects)) break
        continue
      }
      const assigned = words.length === 0 ? readAssignment(token) : null
      this.#at += 1
      if (!assigned) words.push(token)
      else if (assigned.value.parts.length === 0 && this.#isOperator('(')) {
        // An array: no constant that one word could hold.
        while (this.#peek() && !this.#isOperator(')')) this.#at += 1
        this.#at += 1
        const parts = [{ kind: 'opaque', what: 'an array', text: '', quoted: false }] as const
        assignments.push({ name: assigned.name, value: { parts, offset: token.offset } })
      } else assignments.push(assigned)
    }
    if (words.length > 0 || assignments.length > 0 || redirects.length > 0)
      return { kind: 'command', assignments, words, redirects, offset }
    const stray = this.#peek()
    this.#at += 1
    return { kind: 'stray', text: stray?.kind === 'operator' ? stray.text : 'the end of the script', offset }
  }

  /** Takes the redirections that stand here; false where there is none. */
  #redirects(found: Redirect[]): boolean {
    let any = false
    for (let token = this.#peek(); token?.kind === 'operator' && /[<>]/.test(token.text); token = this.#peek()) {
      any = true
      this.#at += 1
      const target = this.#peek()
      if (target?.kind !== 'word') continue
      this.#at += 1
      found.push({ operator: token.text, target })
    }
    return any
  }
}

function readAssignment({ parts, offset }: RawWord): { readonly name: string; readonly value: RawWord } | null {
  const [first, ...rest] = parts
  if (first?.kind !== 'text' || first.quoted) return null
  const match = assignment.exec(first.text)
  if (!match) return null
  const tail = first.text.slice(match[0].length)
  const value = tail === '' ? rest : [{ ...first, text: tail }, ...rest]
  return { name: match[1] ?? '', value: { parts: value, offset } }
}
