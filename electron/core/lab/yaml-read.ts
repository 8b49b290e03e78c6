/**
 * Text to a YAML document, with every limit checked before the step that it protects: the lexer counts, the parser
 * watches the depth, only then are nodes made. Measured: 100 000 open brackets or 4 MiB of list items are refused
 * in well under a second, where composing them would take minutes or overflow the stack.
 */
import { Composer, Lexer, Parser } from 'yaml'
import type { CST, Document, YAMLParseError } from 'yaml'
import { textFinding, type TextFinding } from './finding.js'
import { limits } from './schema.js'
import { said, type Said } from '../words/said.js'

export type YamlDocument = Document.Parsed

export interface YamlRead {
  /** Null where the text is no single YAML document. */
  readonly document: YamlDocument | null
  readonly findings: readonly TextFinding[]
}

/**
 * Lexical tokens of one file. A lab with the most namespaces and links that are allowed, an address for every
 * interface and two routes for every namespace has about 600 000.
 */
const maxLexemes = 700_000

/** Entries of one list or map: twice the most links, so that what is hopeless is refused before it costs time. */
const maxEntries = 2 * limits.links

/** Anchors cost time even where nothing uses them; only `limits.aliases` of them can be used. */
const maxAnchors = 10 * limits.aliases

/** Zero-width marks that the lexer puts between tokens. */
const marks = { document: '\u0002', flowEnd: '\u0018', scalar: '\u001f' } as const

/** The tags of the core schema; each says only what the value is anyway. */
const coreTags = new Set(['!!str', '!!int', '!!float', '!!bool', '!!null', '!!map', '!!seq'])

const yamlOptions = {
  version: '1.2',
  schema: 'core',
  merge: false,
  resolveKnownTags: false,
  // Names like 1, 0x10 or true stay what was typed.
  stringKeys: true,
  // Compared by us: the library's own comparison is quadratic.
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const

const refuse = (code: string, message: Said, hint: Said | null, offset: number): YamlRead => ({
  document: null,
  findings: [textFinding(code, message, hint, offset)],
})

/** `keepTokens` keeps the source tokens with the nodes, which edits need and which cost memory. */
export function readYaml(text: string, keepTokens = false): YamlRead {
  const lexed = lex(text)
  if ('findings' in lexed) return lexed
  const tokens: CST.Token[] = []
  const parser = new Parser()
  let offset = 0
  let documents = 0
  for (const lexeme of lexed.lexemes) {
    for (const token of parser.next(lexeme)) {
      if (token.type === 'document' && ++documents > 1) return severalDocuments(token.offset)
      tokens.push(token)
    }
    if (parser.stack.length > limits.depth && depthOf(parser.stack) > limits.depth) return tooDeep(offset)
    if (entriesOf(parser.stack.at(-1)) > maxEntries) return tooMany(offset)
    if (!isMark(lexeme)) offset += lexeme.length
  }
  for (const token of parser.end()) {
    if (token.type === 'document' && ++documents > 1) return severalDocuments(token.offset)
    tokens.push(token)
  }
  return compose(tokens, text.length, keepTokens)
}

/** The lexer takes an unclosed quote to the end of the file; only there can the last one be missing. */
function isClosed(lexeme: string, quote: string): boolean {
  if (lexeme.length < 2 || !lexeme.endsWith(quote)) return false
  // A quote is doubled in single quotes and has a backslash before it in double quotes: count those before the last.
  const escape = quote === "'" ? quote : '\\'
  let count = 0
  for (let i = lexeme.length - 2; i > 0 && lexeme[i] === escape; i--) count += 1
  return count % 2 === 0
}

const isMark = (lexeme: string): boolean =>
  lexeme === marks.document || lexeme === marks.flowEnd || lexeme === marks.scalar

const severalDocuments = (offset: number): YamlRead =>
  refuse(
    'several-documents',
    said`A file holds one YAML document; a second one starts here.`,
    said`Remove this line, or put the second document into its own file.`,
    offset,
  )

const tooDeep = (offset: number): YamlRead =>
  refuse(
    'too-deep',
    said`The file is nested more than ${limits.depth} levels deep here.`,
    said`A lab needs about ten levels; look for brackets that are never closed.`,
    offset,
  )

/** Counts and inspects the lexemes without building anything. */
function lex(text: string): { readonly lexemes: readonly string[] } | YamlRead {
  const lexemes: string[] = []
  let offset = 0
  let aliases = 0
  let anchors = 0
  let flowDepth = 0
  let atScalar = false
  for (const lexeme of new Lexer().lex(text)) {
    lexemes.push(lexeme)
    if (lexemes.length > maxLexemes) {
      return refuse(
        'file-too-large',
        said`The file has more entries than any lab may have.`,
        said`Split the lab, or remove what is repeated.`,
        offset,
      )
    }
    const first = lexeme[0]
    if (!atScalar) {
      if (first === '[' || first === '{') flowDepth += 1
      else if (first === ']' || first === '}') flowDepth -= 1
      else if (first === '*' && ++aliases > limits.aliases) {
        return refuse(
          'too-many-aliases',
          said`The file uses more than ${limits.aliases} YAML aliases (*name).`,
          said`Write the values out.`,
          offset,
        )
      } else if (first === '&' && ++anchors > maxAnchors) {
        const message = said`The file has more than ${maxAnchors} YAML anchors (&name).`
        return refuse('too-many-aliases', message, said`Remove those that no alias uses.`, offset)
      } else if ((first === '"' || first === "'") && !isClosed(lexeme, first)) {
        const message =
          first === '"'
            ? said`The double quote that starts here is never closed.`
            : said`The single quote that starts here is never closed.`
        return refuse('yaml-syntax', message, said`Add the closing quote.`, offset)
      } else if (first === '!' && !coreTags.has(lexeme)) {
        return refuse(
          'custom-tag',
          said`The YAML tag ${lexeme.slice(0, 40)} is not allowed here.`,
          said`Remove the tag; a lab file is plain data.`,
          offset,
        )
      } else if (first === '%' && !/^%YAML +1\.2\s*$/.test(lexeme)) {
        return refuse(
          'yaml-directive',
          said`YAML directives other than %YAML 1.2 are not allowed here.`,
          said`Remove the line.`,
          offset,
        )
      }
      if (flowDepth > limits.depth) return tooDeep(offset)
    }
    atScalar = lexeme === marks.scalar
    if (!isMark(lexeme)) offset += lexeme.length
  }
  return { lexemes }
}

const entriesOf = (token: CST.Token | undefined): number =>
  token && 'items' in token && Array.isArray(token.items) ? token.items.length : 0

const tooMany = (offset: number): YamlRead =>
  refuse(
    'too-many',
    said`A list or map has more than ${maxEntries} entries here.`,
    said`A lab has at most ${limits.namespaces} namespaces and ${limits.links} links.`,
    offset,
  )

const depthOf = (stack: readonly CST.Token[]): number =>
  stack.filter((t) => t.type === 'block-map' || t.type === 'block-seq' || t.type === 'flow-collection').length

function compose(tokens: readonly CST.Token[], length: number, keepSourceTokens: boolean): YamlRead {
  const document = withoutStacks(
    () => [...new Composer({ ...yamlOptions, keepSourceTokens }).compose(tokens, true, length)][0],
  )
  if (!document)
    return refuse('empty-file', said`The file is empty.`, said`A lab file starts with the line \`vethlab: 1\`.`, 0)
  // What follows the first error is mostly its consequence: the learner repairs one and looks again.
  const [first] = [...document.errors].sort((a, b) => a.pos[0] - b.pos[0])
  if (first) return { document: null, findings: [syntaxFinding(first)] }
  if (document.contents === null || isEmptyScalar(document)) {
    return refuse(
      'empty-file',
      said`The file has no content.`,
      said`A lab file starts with the line \`vethlab: 1\`.`,
      0,
    )
  }
  return { document, findings: [] }
}

/**
 * The composer makes an Error object of everything it dislikes and goes on. Where that is 300 000 things, V8 spends
 * three seconds on their stack traces, which nobody reads.
 */
function withoutStacks<T>(work: () => T): T {
  const v8 = Error as { stackTraceLimit?: number }
  const before = v8.stackTraceLimit
  if (before === undefined) return work()
  v8.stackTraceLimit = 0
  try {
    return work()
  } finally {
    v8.stackTraceLimit = before
  }
}

const isEmptyScalar = (document: YamlDocument): boolean =>
  document.contents !== null && 'source' in document.contents && document.contents.source === ''

/** The library's words, made sentences where they speak of its insides. */
function syntaxFinding(error: YAMLParseError): TextFinding {
  const offset = error.pos[0]
  const words = (error.message.split('\n')[0] ?? '').replace(/\.$/, '')
  const found = (message: Said, hint: Said | null = null): TextFinding =>
    textFinding('yaml-syntax', message, hint, offset)
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return textFinding('yaml-tab', said`YAML cannot be indented with tabs.`, said`Use spaces.`, offset)
    case 'NON_STRING_KEY':
      return found(
        said`A key must be one word or text, not a list or a map.`,
        said`Is a colon missing, or a bracket closed too late?`,
      )
    case 'BAD_INDENT':
      // Said of the first line behind a bracket that nobody closed: its columns are not what is wrong.
      if (/^Flow /.test(words))
        return found(
          said`A bracket that was opened above is not closed before this line.`,
          said`Close it with ${/ a (.)$/.exec(words)?.[1] ?? '} or ]'} where its list or map ends.`,
        )
      return found(said`The indentation does not fit: ${words}.`, said`Keys of one map start in the same column.`)
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BLOCK_AS_IMPLICIT_KEY':
      return found(said`This does not read as YAML: ${words}.`, said`Is a colon missing, or are there two on one line?`)
    default:
      return found(said`This does not read as YAML: ${words}.`)
  }
}
