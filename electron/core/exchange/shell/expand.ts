/** Words with the values that are known put in, split and multiplied as bash does it. */
import { parse, type ArithmeticExpression, type ParsedScript, type Word as SourceWord, type WordPart } from 'unbash'
import { evaluate } from './arithmetic.js'
import { multiply, protectBraces, unprotectBraces } from './braces.js'
import { expandParameter, isMany, lookUp, type Fields, type Texts } from './parameter.js'
import type { Scope } from './values.js'
import type { Word } from './word.js'
import { inEnglish, said, type Said } from '../../words/said.js'

export type Expanded =
  | { readonly ok: true; readonly words: readonly Word[] }
  | { readonly ok: false; readonly offset: number; readonly what: Said }

/** UTF-16 units of one value: more than any list of names, and doubling one again and again must end. */
const maxValue = 65_536
/** Fields of one command. */
const maxFields = 10_000

/** What an expansion may ask of the shell around it. */
export interface Surroundings {
  readonly scope: Scope
  /** `$?`, or null where it is not known. */
  readonly status: string | null
  /** The namespace that the shell itself is in, by the key that the network has for it. */
  home(): string
  /** What the commands print; they are run in the model for it. */
  capture(script: ParsedScript): string | null
}

/** Thrown inside only. */
class Unknown extends Error {
  constructor(readonly what: Said) {
    super(inEnglish(what))
  }
}

/** @param isPlain no word is a pattern of file names */
export function expandAll(words: readonly SourceWord[], around: Surroundings, isPlain = false): Expanded {
  const found: Word[] = []
  for (const word of words) {
    try {
      for (const text of isPlain ? plainFields(word, around) : fieldsOf(word, around))
        found.push({ text, offset: word.pos })
    } catch (thrown) {
      if (!(thrown instanceof Unknown)) throw thrown
      return { ok: false, offset: word.pos, what: thrown.what }
    }
    if (found.length > maxFields) return { ok: false, offset: word.pos, what: said`a list too long to follow` }
  }
  return { ok: true, words: found }
}

/** As one text, without splitting: for assignments, file names and tests. Null where it is not known. */
export function expandText(word: SourceWord | undefined, around: Surroundings): string | null {
  if (!word) return ''
  return textOf(partsOf(word), around)
}

/** The text of a here document. */
export const expandParts = (parts: readonly WordPart[], around: Surroundings): string | null => textOf(parts, around)

/** As a pattern: what is quoted stands for itself. */
export function expandPattern(word: SourceWord, around: Surroundings): string | null {
  let pattern = ''
  for (const part of partsOf(word)) {
    const text = part.type === 'Literal' || part.type === 'Glob' || part.type === 'ExtendedGlob' ? part.text : null
    if (text !== null) pattern += text
    else {
      const value = textOf([part], around)
      if (value === null) return null
      pattern += /Quoted|LocaleString/.test(part.type) ? value.replace(/[\\*?[\]]/g, '\\$&') : value
    }
  }
  return pattern
}

/**
 * Stands for the number of a shell's own process, with the key of its namespace behind it: what the number will be is not
 * known, and the shell that puts it in may be in another namespace than the command that is given it.
 */
export const ownProcess = '$$'

export const calculate = (node: ArithmeticExpression | undefined, around: Surroundings): number | null =>
  evaluate(node, around.scope, (value, each) =>
    each.type !== 'ArithmeticWord' ? value : each.parts ? textOf(each.parts, around) : plainText(value, around),
  )

/** `$i`, which the parser leaves as it is. */
function plainText(value: string, around: Surroundings): string | null {
  if (!/[$`]/.test(value)) return value
  const { command } = parse(`: ${value}`).commands[0] ?? {}
  const word = command?.type === 'Command' ? command.args[0] : undefined
  return word?.type === 'Word' ? expandText(word, around) : null
}

const partsOf = (word: SourceWord): readonly WordPart[] =>
  word.parts ?? [{ type: 'Literal', value: word.value, text: word.text, pos: word.pos, end: word.end }]

function textOf(parts: readonly WordPart[], around: Surroundings): string | null {
  try {
    let text = ''
    for (const part of parts) {
      text += valueOf(part, around).join(' ')
      if (text.length > maxValue) return null
    }
    return text
  } catch (thrown) {
    if (!(thrown instanceof Unknown)) throw thrown
    return null
  }
}

function fieldsOf(word: SourceWord, around: Surroundings): readonly string[] {
  // The shell itself: `ip link set X netns $$` means the namespace that it is in.
  if (/^("?)\$(?:\$|\{\$\})\1$/.test(word.text)) return [`${ownProcess}${around.home()}`]
  const parts = partsOf(word)
  if (parts.some(({ type }) => type === 'BraceExpansion')) {
    const raw = word.text.replace(/'[^']*'|"(?:\\[^]|[^"\\])*"|\$\{[^}]*\}|\\[{},]/g, protectBraces)
    const texts = multiply(raw)
    if (texts.length > 1)
      return texts.flatMap((text) => {
        const [statement] = parse(`: ${unprotectBraces(text)}`).commands
        const again = statement?.command.type === 'Command' ? statement.command.args[0] : undefined
        return again?.type === 'Word' ? split(partsOf(again), around) : []
      })
  }
  return split(parts, around)
}

function plainFields(word: SourceWord, around: Surroundings): readonly string[] {
  const text = expandText(word, around)
  if (text === null) throw new Unknown(said`a computed value`)
  return [text]
}

/** Fields: white space in what is not quoted parts them. */
function split(parts: readonly WordPart[], around: Surroundings): readonly string[] {
  const fields: string[] = []
  let current: string | null = null
  const next = (): void => {
    if (current !== null) fields.push(current)
    current = null
  }
  for (const part of parts) {
    // What matches no file stays as it is, and nobody names files like the address of a service.
    const values = valueOf(part, around)
    if (part.type === 'Glob' && !bracketedAddress.test(values.join(' ')))
      throw new Unknown(said`which files match here`)
    if (part.type === 'DoubleQuoted' && values.length !== 1) {
      values.forEach((value, i) => {
        if (i > 0) next()
        current = (current ?? '') + value
      })
    } else if (isSplit(part)) {
      const ifs = around.scope.variables.get('IFS')
      const white = typeof ifs === 'string' && /[^ \t\n]/.test(ifs) ? separators(ifs) : /[ \t\n]+/
      values.forEach((value, n) => {
        if (n > 0) next()
        value.split(white).forEach((piece, i) => {
          if (i > 0) next()
          if (piece !== '') current = (current ?? '') + piece
        })
      })
    } else current = (current ?? '') + values.join(' ')
    if (fields.length > maxFields || (current ?? '').length > maxValue)
      throw new Unknown(said`a value too long to follow`)
  }
  next()
  return fields
}

/** `[fd00::2]` of `[fd00::2]:80`. */
const bracketedAddress = /^\[[\da-fA-F:.]*:[\da-fA-F:.]*\]$/

const separators = (ifs: string): RegExp => new RegExp(`[${ifs.replace(/[\\\]^-]/g, '\\$&')}]`)

const isSplit = ({ type }: WordPart): boolean => /^(?:SimpleExpansion|ParameterExpansion|CommandExpansion)$/.test(type)

/** One field, but for `"$@"` and its like. */
function valueOf(part: WordPart, around: Surroundings): readonly string[] {
  switch (part.type) {
    case 'Literal':
      return [part.text === '~' || part.text.startsWith('~/') ? `/root${part.value.slice(1)}` : part.value]
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [part.value]
    case 'Glob':
      return [part.parts ? `[${part.parts.map((each) => valueOf(each, around).join(' ')).join('')}]` : part.value]
    case 'DoubleQuoted':
    case 'LocaleString':
      return quotedFields(part.parts, around)
    case 'SimpleExpansion':
      return known(lookUp(part.text.slice(1), around.scope, around.status), part.text)
    case 'ParameterExpansion':
      return known(expandParameter(part, around.scope, around.status, textsIn(around)), part.text)
    case 'CommandExpansion': {
      const printed = part.script ? around.capture(part.script) : null
      if (printed === null) throw new Unknown(said`the output of a command`)
      return [printed.replace(/\n+$/, '')]
    }
    case 'ArithmeticExpansion': {
      const value = calculate(part.expression, around)
      if (value === null) throw new Unknown(said`arithmetic`)
      return [String(value)]
    }
    case 'BraceExpansion':
      return part.parts ? part.parts.flatMap((each) => valueOf(each, around)) : [part.text]
    case 'ProcessSubstitution':
      throw new Unknown(said`what a command in brackets reads or writes`)
    case 'ExtendedGlob':
      return [part.text]
  }
}

/** Values that are not known are those of the surroundings: of the user, or of a command. */
function known(fields: Fields, text: string): readonly string[] {
  if (fields) return fields
  if (fields === undefined && /^\$\{?[\d@*]/.test(text)) return []
  throw new Unknown(
    /^\$\w+$|^\$\{\w+\}$/.test(text)
      ? said`${text.replace(/[{}]/g, '')}`
      : fields === null
        ? said`a computed value`
        : said`${text}`,
  )
}

function quotedFields(parts: readonly WordPart[], around: Surroundings): readonly string[] {
  let fields: string[] = ['']
  for (const part of parts) {
    const many =
      (part.type === 'SimpleExpansion' && part.text === '$@') ||
      (part.type === 'ParameterExpansion' &&
        part.prefix !== '#' &&
        isMany(part.parameter, part.index?.text) &&
        !(part.parameter === '*' || part.index?.text === '*'))
    const values = valueOf(part, around)
    if (!many) fields[fields.length - 1] += values.join(' ')
    else if (values.length === 0 && parts.length === 1) fields = []
    else {
      fields[fields.length - 1] += values[0] ?? ''
      fields.push(...values.slice(1))
    }
  }
  return fields
}

export const textsIn = (around: Surroundings): Texts => ({
  text: (word) => expandText(word, around),
  pattern: (word) => expandPattern(word, around),
  number(word) {
    const [statement] = parse(`((${word.text}))`).commands
    const { command } = statement ?? {}
    return command?.type === 'ArithmeticCommand' ? calculate(command.expression, around) : null
  },
})
