/** Programs whose output can be known, and those that hand it on. */
import { padNumber, countTo } from '../shell/braces.js'
import { formatted, printed, unescaped } from '../shell/print-format.js'
import type { Word } from '../shell/word.js'
import { fileKey, harmless, leftOut, nothingThere, success, type Context, type Outcome } from './command.js'
import { namesOf } from './namespaces.js'
import { knownSysctl, procSysctl, setSysctl } from './sysctl.js'
import { said } from '../../words/said.js'

export function echo({ output }: Context, words: readonly Word[]): Outcome {
  const rest = words.slice(1).map(({ text }) => text)
  let escapes = false
  let feed = '\n'
  for (let [first] = rest; first !== undefined && /^-[neE]+$/.test(first); [first] = rest) {
    if (first.includes('n')) feed = ''
    if (first.includes('e')) escapes = true
    rest.shift()
  }
  const text = rest.join(' ')
  output?.print((escapes ? unescaped(text) : text) + feed)
  return success
}

export function printf({ output }: Context, words: readonly Word[]): Outcome {
  output?.print(printed(words.slice(1).map(({ text }) => text)))
  return success
}

export function seq({ output }: Context, words: readonly Word[]): Outcome {
  const rest = words.slice(1).map(({ text }) => text)
  let [wide, separator, format] = [false, '\n', null as string | null]
  while (rest[0] !== undefined && /^-[A-Za-z]/.test(rest[0])) {
    const option = rest.shift() ?? ''
    if (option === '-w') wide = true
    else if (option.startsWith('-s')) separator = option.slice(2) || (rest.shift() ?? '')
    else if (option.startsWith('-f')) format = option.slice(2) || (rest.shift() ?? '')
    else return harmless
  }
  const numbers = rest.map(Number)
  const [first = NaN, second = NaN, third = NaN] = numbers
  const [from, by, to] =
    rest.length === 1 ? [1, 1, first] : rest.length === 2 ? [first, 1, second] : [first, second, third]
  if (![from, by, to].every(Number.isSafeInteger) || by === 0) return harmless
  const listed = (to - from) * by < 0 ? [] : countTo(from, to, Math.abs(by))
  const width = wide ? Math.max(...rest.map((text) => text.length)) : 0
  const texts = listed.map((n) =>
    format === null ? padNumber(n, width) : formatted(format.replace('g', 'd'), [String(n)]),
  )
  output?.print(texts.includes(null) ? null : texts.length === 0 ? '' : `${texts.join(separator)}\n`)
  return success
}

export function cat({ output, input, files, namespace }: Context, words: readonly Word[]): Outcome {
  const names = words.slice(1).filter(({ text }) => text === '-' || !text.startsWith('-'))
  if (names.length === 0) output?.print(input === null ? null : input.all().text)
  for (const { text } of names) {
    const key = procSysctl(text)
    if (key !== null) output?.print(knownSysctl(namespace, key))
    else output?.print(text === '-' ? (input?.all().text ?? null) : (files.get(fileKey(text)) ?? null))
  }
  return success
}

/** As a file that nothing else is called; what becomes of it is followed like that of any other. */
export function mktemp({ output, files }: Context, words: readonly Word[]): Outcome {
  let n = 1
  while (files.has(temporary(n))) n += 1
  const isFolder = words.some(({ text }) => /^(?:-[a-z]*d[a-z]*|--directory)$/.test(text))
  files.set(temporary(n), isFolder ? null : '')
  output?.print(`${temporary(n)}\n`)
  return success
}

const temporary = (n: number): string => `/tmp/tmp.${String(n).padStart(10, '0')}`

/** Of the folder of namespaces, what is in it. */
export function ls({ output, network }: Context, words: readonly Word[]): Outcome {
  const [folder, ...more] = words.slice(1)
  const isKnown = /^(?:\/var)?\/run\/netns\/?$/.test(folder?.text ?? '') && more.length === 0
  const names = namesOf(network).toSorted()
  output?.print(isKnown ? names.map((name) => `${name}\n`).join('') : null)
  return isKnown ? success : harmless
}

/** `echo 1 | sudo tee /proc/sys/...`; other files are kept, for whoever reads them again. */
export function tee(context: Context, words: readonly Word[]): Outcome {
  const { input, output } = context
  const text = input === null ? null : input.all().text
  output?.print(text)
  const append = words.some(({ text: word }) => word === '--append' || /^-[ip]*a/.test(word))
  let outcome: Outcome = success
  for (const file of words.slice(1)) {
    if (file.text.startsWith('-')) continue
    const written = writeFile(context, file, text, append)
    if (written.notice) outcome = written
  }
  return outcome
}

/** Files of the system that only hold what a program of the system reads when it starts. */
const isRead = (path: string): boolean =>
  /^\/etc\/(?:sysctl(?:\.d\/|\.conf$)|iproute2\/rt_tables(?:\.d\/|$))/.test(path)

/** Writing into a file: into /proc/sys it is a sysctl. */
export function writeFile(
  { files, namespace, network, own }: Context,
  file: Word,
  text: string | null,
  append = false,
): Outcome {
  const key = procSysctl(file.text)
  if (key !== null)
    return text === null
      ? leftOut(said`What is written to ${JSON.stringify(file.text)} is not known here.`, null, file)
      : setSysctl(namespace, key, text, file)
  const before = append ? (files.get(fileKey(file.text)) ?? '') : ''
  const written = text === null || before === null ? null : before + text
  files.set(fileKey(file.text), written)
  const [, of = own ?? undefined, name] = /^\/etc\/(?:netns\/([^/]+)\/)?(resolv\.conf|hosts)$/.exec(file.text) ?? []
  if (of !== undefined && name !== undefined) {
    if (written === null)
      return leftOut(said`What is written to ${JSON.stringify(file.text)} is not known here.`, null, file)
    network.netnsFiles.set(`${of}/${name}`, { text: written, offset: file.offset })
    return success
  }
  if (!/^\/(?:proc|sys|etc)\//.test(file.text) || isRead(file.text)) return success
  return leftOut(said`A lab writes no files; ${JSON.stringify(file.text)} is left out.`, null, file)
}

/** Whether a line is there, where the lines are known: `ip netns list | grep -qw blue`. */
export function grep({ input, output }: Context, words: readonly Word[]): Outcome {
  const [pattern, ...files] = words.slice(1).filter(({ text }) => !text.startsWith('-'))
  const options = words
    .filter(({ text }) => text.startsWith('-'))
    .map(({ text }) => text)
    .join('')
  const isKnown = /^[-qwxFEsvc]*$/.test(options) && /^(?:[\w .:^$/@-]|\\b)*$/.test(pattern?.text ?? '')
  const text = input && isKnown && files.length === 0 ? input.all().text : null
  if (text === null || !pattern || pattern.text.length > 200) {
    output?.print(null)
    return harmless
  }
  const plain = options.includes('F') ? pattern.text.replace(/[.^$]/g, '\\$&') : pattern.text
  const edge = options.includes('w') ? '\\b' : ''
  const found = new RegExp(options.includes('x') ? `^(?:${plain})$` : `${edge}(?:${plain})${edge}`)
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const fitting = lines.filter((line) => found.test(line) !== options.includes('v'))
  if (options.includes('c')) output?.print(`${fitting.length}\n`)
  else if (!options.includes('q')) output?.print(fitting.map((line) => `${line}\n`).join(''))
  return fitting.length > 0 ? success : nothingThere
}
