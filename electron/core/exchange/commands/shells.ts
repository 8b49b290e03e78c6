/** Commands that run other commands: from text, from a file, from standard input. */
import { quote } from '../../lab/describe.js'
import type { Word } from '../shell/word.js'
import { fileKey, harmless, leftOut, success, type Context, type Outcome } from './command.js'
import { said } from '../../words/said.js'

/** `bash -c '...'`, `bash FILE`, `bash -s` and `| bash`; a shell without a command is a terminal. */
export function shell(context: Context, words: readonly Word[]): Outcome {
  const command = words.findIndex(({ text }, i) => i > 0 && /^-[a-z]*c$/.test(text))
  const rest = words.slice(1)
  if (command > 0) {
    const [text, , ...args] = words.slice(command + 1)
    return text ? context.shell(text.text, text.offset, { args: args.map((each) => each.text) }) : harmless
  }
  while (rest[0] && /^[-+]/.test(rest[0].text) && !/^-[a-z]*s$/.test(rest[0].text)) {
    const option = rest.shift()
    if (option?.text === '-o' || option?.text === '+o' || option?.text === '--rcfile') rest.shift()
  }
  const [file, ...args] = rest
  if (file && !/^-[a-z]*s$/.test(file.text)) return runFile(context, file, args)
  return fromInput(context, words[0], args[0]?.text === '--' ? args.slice(1) : args)
}

/** What comes by standard input, typed or by a here document. */
function fromInput({ input, shell: run }: Context, program: Word | undefined, args: readonly Word[]): Outcome {
  if (input === null) return harmless
  const { text, offset } = input.all()
  const at = offset ?? program?.offset ?? 0
  if (text === null)
    return leftOut(
      said`What ${quote(program?.text ?? 'the shell')} reads from its standard input is not known here.`,
      said`Write its commands out.`,
      program,
    )
  return run(text, at, { exact: offset !== null, args: args.map((each) => each.text) })
}

export function runFile({ files, shell: run }: Context, file: Word, args: readonly Word[], same = false): Outcome {
  const text = files.get(fileKey(file.text))
  if (typeof text === 'string') return run(text, file.offset, { args: args.map((each) => each.text), same })
  if (same && /^\/(?:etc|lib|usr)\//.test(file.text)) return harmless
  return leftOut(
    said`The script ${quote(file.text)} is not read.`,
    said`Import it by itself, or put its commands here.`,
    file,
  )
}

/** `source FILE`. */
export function source(context: Context, words: readonly Word[]): Outcome {
  const [program, file, ...args] = words
  if (!file) return leftOut(said`\`${program?.text ?? 'source'}\` does not say which file.`, null, program)
  return runFile(context, file, args, true)
}

export function evaluate({ shell: run }: Context, words: readonly Word[]): Outcome {
  const [first] = words.slice(1)
  const text = words
    .slice(1)
    .map((word) => word.text)
    .join(' ')
  return first ? run(text, first.offset, { same: true }) : success
}

/** `su -c '...'`, `su - USER -c '...'`; without a command it is a shell. */
export function su(context: Context, words: readonly Word[]): Outcome {
  const at = words.findIndex(({ text }) => text === '-c' || text === '--command')
  const text = words[at + 1]
  return at > 0 && text ? context.shell(text.text, text.offset) : fromInput(context, words[0], [])
}

/** Options of xargs that take a value behind them. */
const valued = /^-[nIPLdEsa]$|^--(?:max-args|replace|max-procs|max-lines|delimiter|arg-file)$/
/** Commands that one xargs starts; more is no list of people. */
const maxRuns = 5000

export function xargs(context: Context, words: readonly Word[]): Outcome {
  const [program] = words
  let [each, replace, at, lines]: [number, string | null, number, boolean] = [Infinity, null, 1, false]
  for (let word = words[at]; word?.text.startsWith('-'); word = words[at]) {
    const name = valued.test(word.text) ? word.text : word.text.slice(0, 2)
    const value = valued.test(word.text) ? words[at + 1]?.text : word.text.slice(2)
    if (name === '-n' || name === '--max-args') each = Number(value) || 1
    if (name === '-L') [each, lines] = [Number(value) || 1, true]
    if (name === '-I' || name === '--replace') replace = value || '{}'
    at += valued.test(word.text) ? 2 : 1
  }
  const command = words.slice(at)
  const [first] = command
  if (!first) return harmless
  const text = context.input === null ? null : context.input.all().text
  if (text === null)
    return leftOut(
      said`What \`xargs\` reads from its standard input is not known here.`,
      said`Write its commands out.`,
      program,
    )
  if (/["'\\]/.test(text))
    return leftOut(said`Quotes in what \`xargs\` reads are not followed.`, said`Write its commands out.`, program)
  const items = replace !== null || lines ? text.split('\n').map((line) => line.trim()) : text.split(/\s+/)
  const given = items.filter((item) => item !== '')
  const size = replace === null ? each : 1
  const groups = Math.ceil(given.length / Math.min(size, Math.max(given.length, 1)))
  let outcome: Outcome = success
  for (let n = 0; n < Math.min(groups, maxRuns); n++) {
    const group = given.slice(n * size, Number.isFinite(size) ? (n + 1) * size : undefined)
    const added = (lines ? group.flatMap((item) => item.split(/\s+/)) : group).map((item) => ({
      text: item,
      offset: first.offset,
    }))
    const whole =
      replace === null
        ? [...command, ...added]
        : command.map((word) => ({ ...word, text: word.text.split(replace ?? '').join(group[0] ?? '') }))
    const ran = context.run(whole, context.namespace)
    if (ran.notice) {
      context.tell(ran.offset ?? first.offset, ran.notice)
      outcome = { ...success, status: ran.status }
    }
  }
  return outcome
}
