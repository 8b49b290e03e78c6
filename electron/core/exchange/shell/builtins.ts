/** What changes the shell itself: variables, arguments, input that is read. */
import { parse, type Assignment, type CommandArgument, type Word as SourceWord } from 'unbash'
import { calculate, expandAll, expandText, textsIn, type Surroundings } from './expand.js'
import { keyOf } from './parameter.js'
import type { Input, Value } from './values.js'

/** `NAME=value`, `NAME+=value`, `NAME[1]=value`, `NAME=(a b c)`. */
export function assign({ name, value, append, index }: Assignment, around: Surroundings): void {
  const { variables } = around.scope
  const before = variables.get(name)
  if (value.type === 'ArrayValue') {
    variables.set(name, listOf(value.elements, append ? before : undefined, around))
    return
  }
  const text = expandText(value, around)
  if (variables.numbers.has(name)) {
    const sum = text === null ? null : calculateAll([append ? `${name}+(${text})` : text], around)
    variables.set(name, sum === null ? null : String(sum))
    return
  }
  if (index) {
    const list = before instanceof Map ? new Map(before) : new Map<string, string>()
    const key = before === null ? null : list.size === 0 ? firstKey(index, around) : keyOf(list, index, textsIn(around))
    if (key === null || text === null) variables.set(name, null)
    else variables.set(name, list.set(key, append ? (list.get(key) ?? '') + text : text))
  } else if (append && before instanceof Map) variables.set(name, null)
  else
    variables.set(
      name,
      append && text !== null && typeof before === 'string' ? before + text : append && before === null ? null : text,
    )
}

/** Of an array that is empty yet: a number where it is one, else a name. */
function firstKey(index: SourceWord, around: Surroundings): string | null {
  const text = expandText(index, around)
  const isWord = text !== null && /^[A-Za-z_]/.test(text) && !around.scope.variables.has(text)
  if (isWord) return text
  const number = textsIn(around).number(index)
  return number === null ? text : String(number)
}

function listOf(elements: readonly SourceWord[], before: Value | undefined, around: Surroundings): Value {
  const list = new Map(before instanceof Map ? before : [])
  let next = 1 + Math.max(-1, ...[...list.keys()].filter((key) => /^\d+$/.test(key)).map(Number))
  for (const element of elements) {
    const [, key, value] = /^\[([^\]]+)\]=([^]*)$/.exec(element.text) ?? []
    if (key !== undefined && value !== undefined) {
      const texts = [key, value].map((each) => expandText(wordOf(each), around))
      const [name, text] = texts
      if (typeof name !== 'string' || typeof text !== 'string') return null
      list.set(name, text)
      if (/^\d+$/.test(name)) next = Number(name) + 1
      continue
    }
    const expanded = expandAll([element], around)
    if (!expanded.ok) return null
    for (const { text } of expanded.words) list.set(String(next++), text)
  }
  return list
}

function wordOf(text: string): SourceWord | undefined {
  const { command } = parse(`: ${text}`).commands[0] ?? {}
  const word = command?.type === 'Command' ? command.args[0] : undefined
  return word?.type === 'Word' ? word : undefined
}

/** `export A=b`, `local x`, `declare -A m=(...)`. */
export function declare(args: readonly CommandArgument[], around: Surroundings): readonly string[] {
  const names: string[] = []
  const { variables } = around.scope
  let options = ''
  for (const arg of args) {
    if (arg.type === 'Assignment') {
      if (options.includes('i')) variables.numbers.add(arg.name)
      const meant = options.includes('n') && arg.value.type !== 'ArrayValue' ? expandText(arg.value, around) : undefined
      if (typeof meant === 'string' && /^[A-Za-z_]\w*$/.test(meant)) variables.references.set(arg.name, meant)
      else if (meant !== undefined) variables.set(arg.name, null)
      else assign(arg, around)
      names.push(arg.name)
      continue
    }
    const text = expandText(arg, around)
    if (text !== null && /^-[A-Za-z]+$/.test(text)) options += text
    const [, name, value] = /^([A-Za-z_]\w*)(?:=([^]*))?$/.exec(text ?? '') ?? []
    if (name === undefined) continue
    names.push(name)
    if (options.includes('i')) variables.numbers.add(name)
    if (value !== undefined) variables.set(name, value)
    else if (options.includes('A') && !variables.has(name)) variables.set(name, new Map())
  }
  return names
}

/** `unset NAME`, `unset NAME[1]`; what `-f` names are functions. */
export function unset(words: readonly string[], around: Surroundings): void {
  const { variables } = around.scope
  if (words[1] === '-f') return
  for (const word of words.slice(1)) {
    const [, name = word, index] = /^([A-Za-z_]\w*)\[([^]+)\]$/.exec(word) ?? []
    const held = variables.get(name)
    if (index === undefined) variables.delete(name)
    else if (held instanceof Map) {
      const list = new Map(held)
      const source = wordOf(index)
      const key = source ? keyOf(list, source, textsIn(around)) : null
      if (key !== null) list.delete(key)
      variables.set(name, key === null ? null : list)
    }
  }
}

/** `read -r a b`: false at the end of the input, null where it is not known. */
export function read(words: readonly string[], input: Input | null, { scope }: Surroundings): boolean | null {
  const names: string[] = []
  let array: string | null = null
  for (let i = 1; i < words.length; i++) {
    const word = words[i] ?? ''
    if (/^-[a-z]*a$/.test(word)) array = words[++i] ?? null
    else if (/^-[a-z]*[dinNptu]$/.test(word)) i += 1
    else if (!word.startsWith('-')) names.push(word)
  }
  const line = input === null ? null : input.line()
  if (line === undefined || line === null) {
    for (const name of names) scope.variables.set(name, line === undefined ? '' : null)
    return line === undefined ? false : null
  }
  const ifs = scope.variables.get('IFS')
  const marks = typeof ifs === 'string' ? ifs : ' \t\n'
  const separator = /[^ \t\n]/.test(marks) ? new RegExp(`[${marks.replace(/[\\\]^-]/g, '\\$&')}]`) : /[ \t]+/
  const fields = marks === '' ? [line] : line.trim().split(separator)
  if (array !== null) scope.variables.set(array, new Map(fields.map((field, i) => [String(i), field])))
  if (names.length === 0) scope.variables.set('REPLY', line)
  names.forEach((name, i) => {
    const isLast = i === names.length - 1
    const rest = fields.slice(i)
    const mark = /[^ \t\n]/.exec(marks)?.[0] ?? ' '
    scope.variables.set(name, isLast ? rest.join(mark) : (rest[0] ?? ''))
  })
  return true
}

/** `mapfile -t NAME`. */
export function mapfile(words: readonly string[], input: Input | null, { scope }: Surroundings): void {
  const name = words.slice(1).findLast((word) => !word.startsWith('-')) ?? 'MAPFILE'
  const text = input === null ? null : input.all().text
  const lines = text?.replace(/\n$/, '').split('\n')
  scope.variables.set(name, lines ? new Map(lines.map((line, i) => [String(i), line])) : null)
}

/** `set -- a b c`; options of the shell are passed over. */
export function setArguments(words: readonly string[], { scope }: Surroundings): void {
  const rest = words.slice(1)
  for (let word = rest[0]; word !== undefined && /^[-+]./.test(word); word = rest[0]) {
    rest.shift()
    if (word === '--') {
      scope.args = rest
      return
    }
    // `set -euo pipefail`
    if (word.endsWith('o')) rest.shift()
  }
  if (rest.length > 0) scope.args = rest
}

export function calculateAll(words: readonly string[], around: Surroundings): number | null {
  let last: number | null = 0
  for (const word of words) {
    const { command } = parse(`((${word}))`).commands[0] ?? {}
    last = command?.type === 'ArithmeticCommand' ? calculate(command.expression, around) : null
  }
  return last
}
