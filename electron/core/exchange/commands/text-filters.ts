/**
 * Programs that make text of text, as far as scripts use them to take a value apart (`cut -d/ -f1`, `awk '{print $2}'`,
 * `sed 's/a/b/'`, `tr a-z A-Z`). What of them is not known here prints something that is not known.
 */
import type { Word } from '../shell/word.js'
import { fileKey, success, type Context, type Outcome } from './command.js'

/** The text that it prints; null where that is not known. */
type Filter = (text: string) => string | null

/** UTF-16 units of text that a pattern with a star is looked for in. */
const maxStarred = 4096

/** @param filterOf of the words behind the program: what it does, and which of them are files; null: not known here */
function filtering(filterOf: (words: readonly string[]) => { filter: Filter; files: readonly string[] } | null) {
  return ({ input, output, files }: Context, words: readonly Word[]): Outcome => {
    const found = filterOf(words.slice(1).map(({ text }) => text))
    const texts = found?.files.length
      ? found.files.map((file) => files.get(fileKey(file)) ?? null)
      : [input === null ? null : input.all().text]
    const whole = texts.includes(null) ? null : texts.join('')
    output?.print(whole === null || !found ? null : found.filter(whole))
    return success
  }
}

/** Line by line; null of a line is not known. */
const byLine =
  (edit: (line: string) => string | null): Filter =>
  (text) => {
    if (text === '') return ''
    const lines = text.replace(/\n$/, '').split('\n').map(edit)
    return lines.includes(null) ? null : `${lines.join('\n')}\n`
  }

/** `1`, `2-`, `-3`, `1,4-5`: whether the field of this number, from 1, is in it. Null: it is no such list. */
function listOf(text: string): ((n: number) => boolean) | null {
  const ranges = text.split(',').map((each) => /^(\d*)(-?)(\d*)$/.exec(each))
  if (ranges.some((range) => !range || range[0] === '' || range[0] === '-')) return null
  return (n) =>
    ranges.some((range) => {
      const [, from = '', dash, to = ''] = range ?? []
      return dash === '' ? n === Number(from) : n >= Number(from || 1) && n <= Number(to || Infinity)
    })
}

export const cut = filtering((words) => {
  let [mark, list, letters, only] = ['\t', null as string | null, false, false]
  const files: string[] = []
  for (let i = 0; i < words.length; i++) {
    const [, option, glued] = /^-([dfcs])([^]*)$/.exec(words[i] ?? '') ?? []
    if (option === undefined) files.push(words[i] ?? '')
    else if (option === 's') only = true
    else {
      const value = glued || (words[++i] ?? '')
      if (option === 'd') mark = value
      else list = value
      letters ||= option === 'c'
    }
  }
  const isIn = list === null ? null : listOf(list)
  if (!isIn || mark.length !== 1 || files.some((file) => file.startsWith('-')) || only) return null
  const edit = (line: string): string => {
    if (letters) return [...line].filter((_, i) => isIn(i + 1)).join('')
    const fields = line.split(mark)
    // A line without the mark is printed whole.
    return fields.length === 1 ? line : fields.filter((_, i) => isIn(i + 1)).join(mark)
  }
  return { filter: byLine(edit), files }
})

/** `{print $1}`, `{ print $2, $NF }`: the numbers of the fields; of the last one it is null. */
function printedFields(program: string): readonly (number | null)[] | null {
  const [, fields] = /^\s*\{\s*print\s+((?:\$(?:\d{1,4}|NF)\s*,\s*)*\$(?:\d{1,4}|NF))\s*;?\s*\}\s*$/.exec(program) ?? []
  return fields?.split(',').map((field) => (field.includes('NF') ? null : Number(field.trim().slice(1)))) ?? null
}

export const awk = filtering((words) => {
  const rest = [...words]
  let mark = ' '
  while (rest[0]?.startsWith('-F')) mark = rest.shift()?.slice(2) || (rest.shift() ?? '')
  const [program = '', ...files] = rest
  const numbers = printedFields(program)
  // A `t` is a tab, and what is longer a pattern.
  if (!numbers || mark.length !== 1 || mark === 't') return null
  const edit = (line: string): string => {
    const fields = mark !== ' ' ? line.split(mark) : line.trim() === '' ? [] : line.trim().split(/[ \t]+/)
    return numbers.map((n) => (n === 0 ? line : (fields[(n ?? fields.length) - 1] ?? ''))).join(' ')
  }
  return { filter: byLine(edit), files }
})

/** The characters of a set: `a-z`, `[:upper:]`, `\n`. Null: it has something else. */
function setOf(text: string): readonly string[] | null {
  const named: Readonly<Record<string, string>> = { upper: 'A-Z', lower: 'a-z', digit: '0-9', space: ' \t\n' }
  const plain = text
    .replace(/\[:(\w+):\]/g, (whole, name: string) => named[name] ?? whole)
    .replace(/\\([nt\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : '\\'))
  if (/\[[:=.]|\\[0-7]/.test(plain)) return null
  const letters: string[] = []
  for (let i = 0; i < plain.length; i++) {
    const [from = '', dash, to] = plain.slice(i, i + 3)
    if (dash !== '-' || to === undefined) letters.push(from)
    else {
      for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) letters.push(String.fromCharCode(code))
      i += 2
    }
  }
  return letters.length > 1000 ? null : letters
}

export const tr = filtering((words) => {
  const isDeleting = words[0] === '-d'
  const [from, to] = words.slice(isDeleting ? 1 : 0).map(setOf)
  if (!from || (isDeleting ? to !== undefined : !to || to.length === 0) || words[0]?.startsWith('-') !== isDeleting)
    return null
  // The last of the second set stands for all that it lacks.
  const become = (letter: string): string => {
    const at = from.lastIndexOf(letter)
    return at < 0 ? letter : isDeleting ? '' : (to?.[Math.min(at, to.length - 1)] ?? '')
  }
  return { filter: (text) => [...text].map(become).join(''), files: [] }
})

/** Of `s/a/b/g` with a pattern of plain letters, sets, `.`, and one star at most. */
function substitution(script: string): Filter | null {
  const mark = script[1] ?? ''
  if (!script.startsWith('s') || !/^[/|#,:@!%]$/.test(mark)) return null
  const parts = script.slice(2).split(new RegExp(`(?<!\\\\)[${mark}]`))
  const [pattern = '', value = '', flags = ''] = parts.map((part) => part.replaceAll(`\\${mark}`, mark))
  const isPlain =
    /^\^?(?:[\w :,=@%<>~#;!"'/-]|\.|\\\.|\[[\w .:/-]+\])?(?:[\w :,=@%<>~#;!"'/*-]|\.|\\\.|\[[\w .:/-]+\])*\$?$/
  const stars = pattern.split('*').length - 1
  if (parts.length !== 3 || pattern === '' || !isPlain.test(pattern) || stars > 1) return null
  if (/[\\&]/.test(value) || !/^g?$/.test(flags)) return null
  const found = patternOf(pattern, flags)
  if (!found) return null
  const edit = byLine((line) => line.replace(found, () => value))
  return (text) => (stars > 0 && text.length > maxStarred ? null : edit(text))
}

/** Null: it is none, as `[z-a]`. */
function patternOf(text: string, flags: string): RegExp | null {
  try {
    return new RegExp(text, flags)
  } catch {
    return null
  }
}

/** What it writes into the file itself is that file's text from then on. */
export function sed(context: Context, words: readonly Word[]): Outcome {
  const texts = words.slice(1).map(({ text }) => text)
  const options = texts.filter((text) => text.startsWith('-'))
  const [script = '', ...files] = texts.filter((text) => !text.startsWith('-'))
  const filter = options.every((option) => /^-(?:i|E|r|e)$/.test(option)) ? substitution(script) : null
  if (!options.some((option) => /^-[^e]*i|^--in-place/.test(option)))
    return filtering(() => (filter ? { filter, files } : null))(context, words)
  for (const file of files) {
    const before = context.files.get(fileKey(file)) ?? null
    if (context.files.has(fileKey(file)))
      context.files.set(fileKey(file), before === null ? null : (filter?.(before) ?? null))
  }
  return success
}

/** `wc -l`, `wc -w`: how many. */
export const wc = filtering(([option = '', ...files]) => {
  if (!/^-[lw]$/.test(option) || files.length > 0) return null
  const count = (text: string): number =>
    option === '-l' ? text.split('\n').length - 1 : text.split(/\s+/).filter((word) => word !== '').length
  return { filter: (text) => `${count(text)}\n`, files }
})

/** `head -n 2`, `tail -1`, `tail -n +2`: the first or the last lines, ten where nobody says how many. */
export function head(context: Context, words: readonly Word[]): Outcome {
  const isTail = words[0]?.text === 'tail'
  return filtering(([first = '-10', ...rest]) => {
    const [value = '', ...files] = first === '-n' ? rest : [first.replace(/^-n?/, ''), ...rest]
    const [, from, digits] = /^(\+?)(\d{1,6})$/.exec(value) ?? []
    if (!first.startsWith('-') || digits === undefined || (from === '+' && !isTail)) return null
    const number = Number(digits)
    const part = (lines: readonly string[]): readonly string[] => {
      if (!isTail) return lines.slice(0, number)
      return lines.slice(from === '+' ? number - 1 : Math.max(lines.length - number, 0))
    }
    const filter = (text: string): string =>
      text === ''
        ? ''
        : part(text.replace(/\n$/, '').split('\n'))
            .map((line) => `${line}\n`)
            .join('')
    return { filter, files }
  })(context, words)
}

/** By letters as the C locale has them, each line once with `-u`. */
export const sort = filtering((words) => {
  const options = words.filter((word) => word.startsWith('-')).join('')
  const files = words.filter((word) => !word.startsWith('-'))
  // Where names have capitals and small letters, or signs, the order is that of the user's language.
  const isPlain = (text: string): boolean => /^[a-z0-9\n]*$/.test(text)
  if (!/^[-u]*$/.test(options)) return null
  const filter = (text: string): string | null => {
    if (text === '' || !isPlain(text)) return text === '' ? '' : null
    const lines = text.replace(/\n$/, '').split('\n').toSorted()
    return `${(options.includes('u') ? [...new Set(lines)] : lines).join('\n')}\n`
  }
  return { filter, files }
})

/** Of a path what stands behind its last slash, or before it. */
export function basename({ output }: Context, words: readonly Word[]): Outcome {
  const [path, suffix = '', ...more] = words.slice(1).map(({ text }) => text)
  const name = path?.replace(/\/+$/, '').replace(/^.*\//, '')
  const isKnown = name && !path?.startsWith('-') && more.length === 0
  output?.print(
    !isKnown
      ? null
      : `${suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`,
  )
  return success
}

export function dirname({ output }: Context, words: readonly Word[]): Outcome {
  const [path, ...more] = words.slice(1).map(({ text }) => text)
  const isKnown = path && /^[^-]/.test(path) && more.length === 0
  const found = path?.replace(/\/+$/, '').match(/^(.*?)\/+[^/]*$/)?.[1]
  output?.print(isKnown ? `${found === undefined ? (path.startsWith('/') ? '/' : '.') : found || '/'}\n` : null)
  return success
}
