/**
 * Text as iptables-save prints it and iptables-restore reads it: which tables it fills, and whether it is only rules. Lines
 * are parted into words as iptables-restore does (add_param_to_argv, iptables/xshared.c). What would make it run a program,
 * read a file, or ask a name server is refused.
 */
import { quote } from '../describe.js'
import { said } from '../../words/said.js'
import { textLimit, unreadable, type TextRefusal } from './refusal.js'

export interface SavedTable {
  readonly name: string
  /** Policy by chain, `-` for one that is not built in. */
  readonly chains: ReadonlyMap<string, string>
  /** `-A CHAIN ...`, in their order. */
  readonly rules: readonly string[]
}

/** What a table has of itself. */
export const builtInChains: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
}

/** iptables-restore reads lines into a buffer of 10240 bytes; the rest of a longer one would be another line. */
const lineLimit = 10_000

/** Short options that iptables-save writes. `-M` runs a program; in one word with others it could hide. */
const shortOptions = new Set(['-A', '-I', '-N', '-P', '-p', '-s', '-d', '-i', '-o', '-j', '-g', '-m', '-f', '-c'])
/** Their value is text for people or for comparison, whatever it looks like. */
const textual = new Set(['--comment', '--log-prefix', '--nflog-prefix', '--string', '--hex-string'])
/** Options that name a file or a program; getopt_long takes any beginning of them. */
const naming = ['modprobe', 'object-pinned', 'path']
const moduleName = /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/

/** Words of a line, or null where a quotation mark is never closed. */
export function savedWords(line: string): readonly string[] | null {
  const words: string[] = []
  let [word, quoted] = ['', false]
  const put = (): void => {
    if (word !== '') words.push(word)
    word = ''
  }
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? ''
    if (quoted && character === '\\') {
      at += 1
      word += line[at] ?? ''
    } else if (character === '"') {
      if (quoted) put()
      quoted = !quoted
    } else if (!quoted && /[ \t]/.test(character)) put()
    else word += character
  }
  put()
  return quoted ? null : words
}

export function readSaved(text: string): readonly SavedTable[] | TextRefusal {
  if (text.length > textLimit)
    return {
      line: 1,
      message: said`The rules are ${text.length} characters long; ${textLimit} are possible.`,
      hint: said`Say addresses as prefixes or intervals.`,
    }
  const tables = new Map<string, { name: string; chains: Map<string, string>; rules: string[] }>()
  let table: { name: string; chains: Map<string, string>; rules: string[] } | null = null
  const lines = text.split('\n')
  for (const [at, line] of lines.entries()) {
    const refuse = (message: TextRefusal['message'], hint: TextRefusal['hint'] = null): TextRefusal => ({
      line: at + 1,
      message,
      hint,
    })
    if (unreadable.test(line)) return refuse(said`The rules hold a character that is no text.`, said`Remove it.`)
    if (line.replace(/[^\u0000-\u007f]/g, 'xxx').length > lineLimit)
      return refuse(said`The line is longer than iptables reads in one.`, said`Part the rule, or shorten its comment.`)
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('*')) {
      const name = line.slice(1).trim()
      if (!Object.hasOwn(builtInChains, name)) return refuse(said`There is no table ${quote(name)}.`)
      table = tables.get(name) ?? { name, chains: new Map(), rules: [] }
      tables.set(name, table)
      continue
    }
    if (table === null)
      return refuse(said`The line stands before any table.`, said`Begin with \`*filter\`, as iptables-save does.`)
    if (line === 'COMMIT') {
      table = null
      continue
    }
    const chain = /^:([^\s"'!-][^\s"']*) (ACCEPT|DROP|-)(?: \[\d+:\d+\])?$/.exec(line)
    if (chain) {
      table.chains.set(chain[1] ?? '', chain[2] ?? '-')
      continue
    }
    const words = savedWords(line.replace(/^\[\d+:\d+\] /, ''))
    if (words === null) return refuse(said`A quotation mark is never closed.`, said`Close it.`)
    const why = refusedWord(words)
    if (why) return refuse(why.message, why.hint)
    const [verb = '', name = '', policy = ''] = words
    if (verb === '-P') table.chains.set(name, policy)
    else if (verb === '-N') table.chains.set(name, '-')
    else table.rules.push(words.map(savedWord).join(' '))
  }
  if (table !== null)
    return { line: lines.length, message: said`The last table is not finished.`, hint: said`End it with \`COMMIT\`.` }
  return [...tables.values()]
}

/** Quoted as iptables-save does where a blank would part it. */
export const savedWord = (word: string): string =>
  /[\s"'\\]/.test(word) || word === '' ? `"${word.replace(/["\\]/g, (each) => `\\${each}`)}"` : word

function refusedWord(words: readonly string[]): Omit<TextRefusal, 'line'> | null {
  const [verb = ''] = words
  if (!['-A', '-I', '-N', '-P'].includes(verb))
    return {
      message: said`${quote(verb)} begins no line of iptables-save.`,
      hint: said`Rules begin with \`-A CHAIN\`.`,
    }
  let value: string | null = null
  for (const word of words) {
    const option = value
    value = null
    // Whatever it is the value of, by itself iptables would take it for an option.
    if (word === '-M' || /^--mod(p|=|$)/.test(word)) return namesFile(word)
    if (option !== null && textual.has(option)) continue
    if (option === '-m' || option === '-j' || option === '-g') {
      if (!moduleName.test(word))
        return { message: said`${quote(word)} is no name of a match, a target or a chain.`, hint: null }
      continue
    }
    if ((option === '-s' || option === '-d') && !/^[0-9a-fA-F.:/,]+$/.test(word))
      return { message: said`${quote(word)} is no address.`, hint: said`Write addresses, not names.` }
    if (word.startsWith('--')) {
      const [name = ''] = word.slice(2).split('=')
      if (name !== '' && naming.some((each) => each.startsWith(name))) return namesFile(word)
      if (/=.*\//.test(word)) return namesFile(word)
      value = word
      continue
    }
    if (/^-[A-Za-z]/.test(word)) {
      if (!shortOptions.has(word))
        return { message: said`${quote(word)} is no option that iptables-save writes.`, hint: said`Write it out.` }
      value = word
      continue
    }
    if (/^[./~]|\.\.\/|@\//.test(word)) return namesFile(word)
  }
  return null
}

const namesFile = (word: string): Omit<TextRefusal, 'line'> => ({
  message: said`${quote(word)} names a file or a program, which rules of a lab may not.`,
  hint: said`Leave the rule out.`,
})

/** The same text means the same: without comments, counters, and built-in chains that accept. */
export function normalisedSaved(tables: readonly SavedTable[]): string {
  return tables
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, chains, rules }) => {
      const known = builtInChains[name] ?? []
      const told = [...chains]
        .filter(([chain, policy]) => !known.includes(chain) || policy === 'DROP')
        .map(([chain, policy]) => `:${chain} ${policy}`)
        .toSorted()
      return told.length + rules.length === 0 ? [] : [`*${name}`, ...told, ...rules]
    })
    .join('\n')
}

/** The text that makes these tables what they are, and all that is in them. */
export const savedText = (tables: readonly SavedTable[]): string =>
  tables
    .map(({ name, chains, rules }) => {
      const builtIn = builtInChains[name] ?? []
      const own = [...chains.keys()].filter((chain) => !builtIn.includes(chain))
      const policies = builtIn.map((chain) => `:${chain} ${chains.get(chain) ?? 'ACCEPT'} [0:0]`)
      return [`*${name}`, ...policies, ...own.map((chain) => `:${chain} - [0:0]`), ...rules, 'COMMIT', ''].join('\n')
    })
    .join('')

export const emptyTable = (name: string): SavedTable => ({ name, chains: new Map(), rules: [] })

/** The rules of a text, as iptables-save spells them; what it says of chains and policies is no rule. */
export function* savedRules(
  text: string,
): Iterable<{ readonly table: string; readonly chain: string; readonly rule: string }> {
  const tables = readSaved(text)
  if (!('length' in tables)) return
  for (const { name, rules } of tables)
    for (const line of rules) {
      const [, chain, rule] = /^-A (\S+) (.*)$/.exec(line) ?? []
      if (chain !== undefined && rule !== undefined) yield { table: name, chain, rule }
    }
}
