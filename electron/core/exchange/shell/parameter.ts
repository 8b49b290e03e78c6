/** `$x`, `${x:-y}`, `${x%%:*}`, `${a[1]}`, `"$@"`, `${#a[@]}` (bash(1), Parameter Expansion). */
import type { ParameterExpansionPart, Word as SourceWord } from 'unbash'
import { removed, replaced } from './pattern.js'
import { scriptName, type Scope, type Value } from './values.js'

/** What a parameter stands for: fields; several of `"$@"` and the like. Null: not known. Undefined: it is not set. */
export type Fields = readonly string[] | null | undefined

export interface Texts {
  /** A word inside, as one text. */
  text(word: SourceWord): string | null
  /** A word inside, as a pattern: what is quoted in it is escaped. */
  pattern(word: SourceWord): string | null
  /** An index or an offset. */
  number(word: SourceWord): number | null
}

/** By name, or by number or sign for what the shell itself has. */
export function lookUp(name: string, { variables, args }: Scope, status: string | null): Fields {
  if (name === '@' || name === '*') return args
  if (name === '#') return [String(args.length)]
  if (name === '0') return [scriptName]
  if (name === '?') return status === null ? null : [status]
  if (/^[1-9]\d*$/.test(name)) {
    const value = args[Number(name) - 1]
    // The arguments are known: those that are not there are nothing.
    return value === undefined ? undefined : [value]
  }
  if (/^[$!-]$/.test(name)) return null
  return fieldsOf(variables.get(name))
}

/** An array without an index is its first element. */
function fieldsOf(value: Value | undefined): Fields {
  if (value === undefined || value === null) return value
  if (typeof value === 'string') return [value]
  const first = value.get('0')
  return first === undefined ? undefined : [first]
}

/** Whether the parameter stands for all elements, each a field of its own in quotes. */
export const isMany = (name: string, index: string | undefined): boolean =>
  name === '@' || name === '*' || index === '@' || index === '*'

export function expandParameter(
  part: ParameterExpansionPart,
  scope: Scope,
  status: string | null,
  texts: Texts,
): Fields {
  const { parameter: name, prefix, operation } = part
  const index = part.index?.text
  const held = scope.variables.get(name)
  const found = index === undefined ? lookUp(name, scope, status) : elements(part, held, texts)
  if (prefix === '!') {
    if (index === '@' || index === '*') return held instanceof Map ? [...held.keys()] : found && ['0']
    if (operation || !found || found.length !== 1) return null
    return lookUp(found[0] ?? '', scope, status)
  }
  if (prefix === '#') {
    if (found === null) return null
    return [String(isMany(name, index) ? (found?.length ?? 0) : (found?.[0]?.length ?? 0))]
  }
  if (!operation) return found
  switch (operation.type) {
    case 'Default': {
      if (found === null) return null
      const { operator, operand } = operation
      const empty = found === undefined || (operator.startsWith(':') && found.join('') === '')
      const kind = operator.slice(-1)
      if (kind === '+') return empty ? [] : one(texts.text(operand))
      if (!empty) return found
      const fallback = kind === '?' ? null : texts.text(operand)
      if (kind === '=') scope.variables.set(name, fallback)
      return one(fallback)
    }
    case 'Remove': {
      const glob = texts.pattern(operation.operand)
      return each(found, (value) => (glob === null ? null : removed(value, operation.operator, glob)))
    }
    case 'Replace': {
      const [glob, by] = [texts.pattern(operation.pattern), texts.text(operation.replacement)]
      return each(found, (value) =>
        glob === null || by === null ? null : replaced(value, operation.operator, glob, by),
      )
    }
    case 'Slice': {
      const from = texts.number(operation.offset)
      const length = operation.length === undefined ? undefined : texts.number(operation.length)
      if (from === null || length === null || !found) return null
      // Of `$@` the first is `$0`.
      const list = name === '@' || name === '*' ? [scriptName, ...found] : found
      const cut = <T extends string | readonly string[]>(all: T): T => {
        const start = from < 0 ? Math.max(all.length + from, 0) : from
        const end = length === undefined ? all.length : length < 0 ? all.length + length : start + length
        return all.slice(start, Math.max(end, start)) as T
      }
      return isMany(name, index) ? cut(list) : found.map((value) => cut(value))
    }
    case 'CaseModification': {
      const { operator, operand } = operation
      if (operand !== undefined) return null
      const turn = (text: string): string => (operator.startsWith('^') ? text.toUpperCase() : text.toLowerCase())
      return each(found, (value) => (operator.length === 2 ? turn(value) : turn(value.slice(0, 1)) + value.slice(1)))
    }
    case 'Transform':
    case 'Names':
    case 'Unknown':
      return null
  }
}

function elements({ index }: ParameterExpansionPart, held: Value | undefined, texts: Texts): Fields {
  if (held === undefined || held === null || !index) return held === null ? null : undefined
  const list = typeof held === 'string' ? new Map([['0', held]]) : held
  if (index.text === '@' || index.text === '*') return [...list.values()]
  const key = keyOf(list, index, texts)
  const value = key === null ? null : list.get(key)
  return value === undefined || value === null ? value : [value]
}

/** Arrays by name keep their keys as they are; of others a key is a number, which may count from the end. */
export function keyOf(list: ReadonlyMap<string, string>, index: SourceWord, texts: Texts): string | null {
  const isNamed = [...list.keys()].some((key) => !/^\d+$/.test(key))
  if (isNamed) return texts.text(index)
  const number = texts.number(index)
  if (number === null) return null
  const last = Math.max(-1, ...[...list.keys()].map(Number))
  return String(number < 0 ? last + 1 + number : number)
}

const one = (text: string | null): Fields => (text === null ? null : [text])

function each(found: Fields, change: (value: string) => string | null): Fields {
  if (!found) return found
  const values = found.map(change)
  return values.some((value) => value === null) ? null : values.filter((value) => value !== null)
}
