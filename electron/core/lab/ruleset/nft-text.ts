/**
 * The text of a native rule set, as `nft -f` reads it: which tables it makes, and whether it is only rules. It is lexed as
 * nft's own scanner does (src/scanner.l): a string has no escapes and may span lines, a comment ends with its line. What
 * would make nft read a file, print, wait or throw away what is not the text's own is refused.
 */
import { said } from '../../words/said.js'
import { quote } from '../describe.js'
import { lineOf, textLimit, unreadable, type TextRefusal } from './refusal.js'

export interface NftTable {
  readonly family: string
  readonly name: string
}

export interface NftText {
  /** In the order in which the text first names them; without those that it takes away again. */
  readonly tables: readonly NftTable[]
  /** As older versions of nft take it as well: a block begins and ends with a line. */
  readonly script: string
}

type Token = {
  readonly kind: 'word' | 'string' | 'open' | 'close' | 'end'
  readonly text: string
  readonly offset: number
}

/** Whitespace, a continued line, a comment, a string, an end of a statement, a brace, anything else. */
const lexeme = /[ \t]+|\\\n|#[^\n]*|"[^"]*"|[;\n]|[{}]|[^ \t\n;{}"#\\]+|\\/gy

const families = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'])
const objects = new Set(['chain', 'set', 'map', 'flowtable', 'counter', 'quota', 'limit', 'ct', 'synproxy', 'secmark'])
const placed = new Set([...objects, 'rule', 'element'])
const verbs = new Set(['add', 'create', 'insert', 'delete', 'destroy', 'flush', 'replace'])
/** Commands that ask, wait or print. */
const asking = new Set(['list', 'get', 'reset', 'monitor', 'describe', 'export', 'import', 'rename'])

const isRefusal = (found: readonly Token[] | TextRefusal): found is TextRefusal => 'message' in found

export function readNft(text: string): NftText | TextRefusal {
  const tokens = tokensOf(text)
  return isRefusal(tokens) ? tokens : new Reader(text, tokens).read()
}

function tokensOf(text: string): readonly Token[] | TextRefusal {
  const refuse = (offset: number, message: TextRefusal['message'], hint: TextRefusal['hint'] = null): TextRefusal => ({
    line: lineOf(text, offset),
    message,
    hint,
  })
  if (text.length > textLimit)
    return refuse(
      0,
      said`The rules are ${text.length} characters long; ${textLimit} are possible.`,
      said`Say addresses as prefixes or intervals.`,
    )
  const odd = unreadable.exec(text)
  if (odd) return refuse(odd.index, said`The rules hold a character that is no text.`, said`Remove it.`)
  const tokens: Token[] = []
  lexeme.lastIndex = 0
  while (lexeme.lastIndex < text.length) {
    const offset = lexeme.lastIndex
    const [found = ''] = lexeme.exec(text) ?? []
    // Nothing matches a quotation mark that is never closed.
    if (found === '') return refuse(offset, said`A quotation mark is never closed.`, said`Close it.`)
    const [first = ''] = found
    if (first === '#' || first === ' ' || first === '\t' || found === '\\\n') continue
    const kind =
      first === '"' ? 'string' : first === '{' ? 'open' : first === '}' ? 'close' : /[;\n]/.test(first) ? 'end' : 'word'
    if (kind === 'word') {
      if (/(?:^|[^A-Za-z_])include(?![A-Za-z0-9_/.-])/.test(found))
        return refuse(
          offset,
          said`"include" reads a file, which rules of a lab may not.`,
          said`Write out what is in it.`,
        )
      if (/@\//.test(found) || found.startsWith('/'))
        return refuse(
          offset,
          said`The rules name a file, which rules of a lab may not.`,
          said`Write out what is in it.`,
        )
      if (first === '\\') return refuse(offset, said`A backslash means nothing here.`, said`Remove it.`)
    }
    tokens.push({ kind, text: found, offset })
  }
  return tokens
}

/** Follows blocks: those of tables and of what is in them have statements, all other braces hold values. */
class Reader {
  readonly #tables = new Map<string, NftTable>()
  readonly #breaks = new Set<number>()
  readonly #stack: ('table' | 'object' | 'values')[] = []
  #statement: Token[] = []

  constructor(
    private readonly text: string,
    private readonly tokens: readonly Token[],
  ) {}

  read(): NftText | TextRefusal {
    for (const [at, token] of this.tokens.entries()) {
      const inValues = this.#stack.at(-1) === 'values'
      if (token.kind === 'open') this.#open()
      else if (token.kind === 'close') {
        const block = this.#stack.pop()
        if (block === undefined) return this.#refuse(token, 'closed')
        if (block !== 'values') this.#break(at)
      } else if (token.kind === 'end') {
        if (!inValues) this.#statement = []
      } else if (!inValues) {
        this.#statement.push(token)
        const refusal = this.#stack.length === 0 ? this.#command(token) : null
        if (refusal) return refusal
      }
    }
    const last = this.tokens.at(-1)
    if (this.#stack.length > 0 && last) return this.#refuse(last, 'open')
    return { tables: [...this.#tables.values()], script: this.#script() }
  }

  #words(): string[] {
    const [first, ...rest] = this.#statement.map(({ text }) => text)
    if (first === undefined) return []
    // `add` goes without saying.
    return verbs.has(first) ? [first, ...rest] : ['add', first, ...rest]
  }

  #open(): void {
    const [, kind = ''] = this.#words()
    const within = this.#stack.at(-1)
    if (within === undefined && kind === 'table') this.#stack.push('table')
    else if ((within === undefined || within === 'table') && objects.has(kind)) this.#stack.push('object')
    else return void this.#stack.push('values')
    this.#statement = []
  }

  /** A block's end stands in a line of its own. */
  #break(at: number): void {
    const [before, token, after] = [this.tokens[at - 1], this.tokens[at], this.tokens[at + 1]]
    const isBroken = before?.kind === 'close' && this.#breaks.has(before.offset + 1)
    if (token && before && before.kind !== 'end' && before.kind !== 'open' && !isBroken) this.#breaks.add(token.offset)
    if (token && after && after.kind !== 'end') this.#breaks.add(token.offset + 1)
    this.#statement = []
  }

  /** One more word of a command outside of all blocks. */
  #command(token: Token): TextRefusal | null {
    const [verb = '', kind = '', ...rest] = this.#words()
    if (this.#statement.length === 1 && asking.has(token.text)) return this.#refuse(token, 'asks')
    if (verb === 'flush' && kind === 'ruleset') return this.#refuse(token, 'flushes')
    if (kind !== 'table' && !placed.has(kind)) return null
    const told = families.has(rest[0] ?? '')
    const name = rest[told ? 1 : 0]
    // `ct helper`, `ct timeout`: two words for one kind.
    if (name === undefined || kind === 'ct' || (rest.length > 1 && !told && kind === 'table')) return null
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name))
      return {
        line: lineOf(this.text, token.offset),
        message: said`${quote(name)} is no name of a table.`,
        hint: said`Use letters, digits, dots, dashes and underscores, a letter first.`,
      }
    const table = { family: told ? (rest[0] ?? 'ip') : 'ip', name }
    const key = `${table.family} ${table.name}`
    if (kind === 'table' && (verb === 'delete' || verb === 'destroy')) this.#tables.delete(key)
    else if (!this.#tables.has(key)) this.#tables.set(key, table)
    return null
  }

  #script(): string {
    const breaks = [...this.#breaks].sort((a, b) => a - b)
    let [script, from] = ['', 0]
    for (const at of breaks) {
      script += `${this.text.slice(from, at).replace(/[ \t]+$/, '')}\n`
      from = at + (/^[ \t]*/.exec(this.text.slice(at))?.[0].length ?? 0)
    }
    script += this.text.slice(from)
    // A comment in the last line ends with it (`#.*$`).
    return script.endsWith('\n') ? script : `${script}\n`
  }

  #refuse({ offset, text }: Token, why: 'closed' | 'open' | 'asks' | 'flushes'): TextRefusal {
    const line = lineOf(this.text, offset)
    switch (why) {
      case 'closed':
        return { line, message: said`A brace is closed that was never opened.`, hint: said`Remove it.` }
      case 'open':
        return { line, message: said`A brace is never closed.`, hint: said`Close it.` }
      case 'asks':
        return { line, message: said`"${text}" makes no rules.`, hint: said`Leave it out.` }
      case 'flushes':
        return {
          line,
          message: said`"flush ruleset" would throw away what is not this text's.`,
          hint: said`Leave it out: what the text made before goes before it is loaded again.`,
        }
    }
  }
}

/** What nft prints for the priorities of netfilter; in the family bridge the words stand for others. */
const priorities: Readonly<Record<string, string>> = {
  ...{ raw: '-300', mangle: '-150', dstnat: '-100', filter: '0', security: '50', srcnat: '100' },
}

/** The same text means the same: words and ends of statements, without comments, blanks, lines and needless quotes. */
export function normalisedNft(text: string): string {
  const tokens = tokensOf(text)
  if (isRefusal(tokens)) return text
  const isBridge = tokens.some((token, at) => token.text === 'bridge' && tokens[at - 1]?.text === 'table')
  const parts: string[] = []
  for (const { kind, text: found } of tokens) {
    const last = parts.at(-1)
    if (kind === 'end') {
      if (last !== undefined && last !== ';' && last !== '{') parts.push(';')
      continue
    }
    if (kind === 'close' && last === ';') parts.pop()
    const word = kind === 'string' && /^"[A-Za-z0-9_.-]+"$/.test(found) ? found.slice(1, -1) : found
    const isPriority = last === 'priority' && !isBridge && Object.hasOwn(priorities, word)
    parts.push(isPriority ? (priorities[word] ?? word) : word)
    if (kind === 'close') parts.push(';')
  }
  if (parts.at(-1) === ';') parts.pop()
  return parts.join(' ')
}
