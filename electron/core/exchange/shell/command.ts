/** One command: its words, its redirections, and whether the shell itself, a function or the model takes it. */
import { parse, type Command, type CommandArgument, type Word as SourceWord } from 'unbash'
import { harmless, success, type Outcome, type Status } from '../commands/command.js'
import { bareCommand, dispatch, isHarmless } from '../commands/dispatch.js'
import { interpreters } from '../commands/table.js'
import type { Notice } from '../notice.js'
import { assign, calculateAll, declare, mapfile, read, setArguments, unset } from './builtins.js'
import { contextOf, sayOutcome } from './command-context.js'
import { isWithoutEffect } from './effect.js'
import { expandAll } from './expand.js'
import type { Fate } from './fates.js'
import type { Interpreter, Io } from './interpret.js'
import { printed } from './print-format.js'
import { redirect } from './redirect.js'
import { Leave, Return, Stop } from './signals.js'
import { testWords } from './test.js'
import type { Word } from './word.js'
import { said, type Said } from '../../words/said.js'

export function runSource(shell: Interpreter, node: Command, io: Io): Status {
  const offset = shell.place(node.pos)
  shell.count(offset)
  if (shell.broken.some((pos) => pos >= node.pos && pos <= node.end)) {
    shell.fates.set({ pos: offset }, 'named')
    return 'unknown'
  }
  const told = shell.told
  let fate: Fate = 'without-effect'
  try {
    const done = follow(shell, node, io)
    fate = done.fate
    shell.status = done.status === 'unknown' ? null : done.status === 'success' ? '0' : '1'
    return done.status
  } finally {
    shell.fates.set({ pos: offset }, shell.told > told ? 'named' : fate)
  }
}

interface Done {
  readonly status: Status
  readonly fate: Fate
}

const declaring = /^(?:export|local|readonly|declare|typeset)$/

function follow(shell: Interpreter, node: Command, io: Io): Done {
  const { around } = shell
  const assignments = node.prefix.filter((each) => each.type === 'Assignment')
  if (!node.name) {
    for (const each of assignments) assign(each, around)
    redirect(shell, node.redirects, io, node.pos).finish()
    return { status: 'success', fate: 'without-effect' }
  }
  if (declaring.test(node.name.value)) {
    if (node.name.value === 'local') cover(shell, node.args)
    declare(node.args, around)
    return { status: 'success', fate: 'without-effect' }
  }
  const source = [node.name, ...node.args.map(asWord)]
  // A name with brackets is an element there, and no pattern of file names.
  const expanded = expandAll(source, around, /^(?:unset|let)$/.test(node.name.value))
  const { inner, finish } = redirect(shell, node.redirects, io, node.pos)
  if (!expanded.ok) {
    inner.output?.print(null)
    finish()
    const literal = source.map((word): Word => ({ text: word.value, offset: shell.place(word.pos) }))
    // What is printed or asked may depend on anything.
    if (isHarmless(literal)) {
      forget(shell, literal)
      return { status: 'unknown', fate: 'without-effect' }
    }
    shell.tell(shell.place(expanded.offset), unknownValue(expanded.what))
    return { status: 'success', fate: 'named' }
  }
  const words = expanded.words.map(({ text, offset }) => ({ text, offset: shell.place(offset) }))
  const before = assignments.map(({ name }) => [name, shell.scope.variables.get(name)] as const)
  for (const each of assignments) assign(each, around)
  const bare = bareCommand(words)
  const [program] = bare
  const at = shell.commands
  const stood = shell.standing.size
  try {
    const outcome = runCommand(shell, bare, inner, program?.offset === words[0]?.offset || words[0]?.text === 'time')
    finish()
    sayOutcome(shell, outcome, shell.place(node.pos))
    if (words[0]?.text === 'exec' && program) throw new Stop()
    const isModel = program !== undefined && Object.hasOwn(interpreters, program.text) && !isHarmless(bare)
    const isLooking = outcome === harmless || (program !== undefined && isHarmless(bare))
    if (isModel && !isLooking && outcome.status !== 'failure')
      shell.standing.changed(
        words.map(({ text }) => text),
        at,
        shell.commands,
        stood,
      )
    return { status: outcome.status, fate: isLooking ? 'without-effect' : 'understood' }
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) shell.scope.variables.delete(name)
      else shell.scope.variables.set(name, value)
    }
  }
}

/** What such a command would have set is not known any more. */
function forget({ scope }: Interpreter, [program, ...names]: readonly Word[]): void {
  if (!/^(?:read|mapfile|readarray|unset)$/.test(program?.text ?? '')) return
  for (const { text } of names) if (/^[A-Za-z_]\w*$/.test(text)) scope.variables.set(text, null)
}

function cover({ locals, scope }: Interpreter, args: readonly CommandArgument[]): void {
  for (const arg of args) {
    const name = arg.type === 'Assignment' ? arg.name : /^[A-Za-z_]\w*/.exec(arg.value)?.[0]
    if (name !== undefined && locals && !locals.has(name)) locals.set(name, scope.variables.cover(name))
  }
}

/** `if=/dev/zero` behind a command is a word like any other. */
function asWord(arg: CommandArgument): SourceWord {
  if (arg.type === 'Word') return arg
  const { text, pos, end, name, value } = arg
  if (value.type === 'ArrayValue') return { type: 'Word', text, value: text, pos, end }
  const head = `${name}=`
  const rest = value.parts ?? [
    { type: 'Literal' as const, value: value.value, text: value.text, pos: value.pos, end: value.end },
  ]
  const parts = [{ type: 'Literal' as const, value: head, text: head, pos, end: pos + head.length }, ...rest]
  return { type: 'Word', text, value: head + value.value, pos, end, parts }
}

/**
 * @param words as `bareCommand` gives them
 * @param byShell false: another program starts it, and programs know no functions of the shell
 */
export function runCommand(shell: Interpreter, words: readonly Word[], io: Io, byShell = true): Outcome {
  const [program] = words
  if (!program) return success
  const body = byShell ? shell.functions.get(program.text) : undefined
  if (body) return outcome(shell.deeper(program.offset, () => call(shell, program.text, words.slice(1), io)))
  const built = builtin(
    shell,
    words.map(({ text }) => text),
    io,
    program.offset,
  )
  return built === null ? dispatch(contextOf(shell, io), words) : outcome(built)
}

const outcome = (status: Status): Outcome => ({ status, notice: null, offset: null })

function call(shell: Interpreter, name: string, words: readonly Word[], io: Io): Status {
  const found = shell.functions.get(name)
  if (!found) return 'unknown'
  const { place, locals } = shell
  const { args } = shell.scope
  const covered: NonNullable<Interpreter['locals']> = new Map()
  Object.assign(shell, { place: found.place, locals: covered })
  shell.scope.args = words.map(({ text }) => text)
  try {
    return shell.node(found.body, io)
  } catch (thrown) {
    if (!(thrown instanceof Return)) throw thrown
    return thrown.status
  } finally {
    Object.assign(shell, { place, locals })
    shell.scope.args = args
    for (const putBack of covered.values()) putBack()
  }
}

const statusOf = (text: string | undefined, last: string | null): Status => {
  const code = text ?? last
  return code === null ? 'unknown' : code === '0' ? 'success' : /^\d+$/.test(code) ? 'failure' : 'unknown'
}

/** `trap cleanup EXIT` mostly takes down what a reader wants to see: it is named, and not followed. */
function atTheEnd(shell: Interpreter, [, text = '', ...signals]: readonly string[], offset: number): void {
  if (!signals.some((signal) => signal === 'EXIT' || signal === '0')) return
  const body = shell.functions.get(text.trim())?.body ?? parse(text)
  if (isWithoutEffect(body)) return
  shell.tell(offset, { message: said`What the script does at its end (\`trap ... EXIT\`) is left out.`, hint: null })
}

/** What only the shell itself can do; null for any other command. */
function builtin(shell: Interpreter, words: readonly string[], io: Io, offset: number): Status | null {
  const [program, first] = words
  switch (program) {
    case 'exit':
      throw new Stop()
    case 'return':
      throw new Return(statusOf(first, shell.status))
    case 'break':
    case 'continue':
      throw new Leave(program === 'continue', Number(first ?? 1) || 1)
    case '[':
      return shell.truth(testWords(words.slice(1, -1), { ...io, network: shell.network, files: shell.files }))
    case 'test':
      return shell.truth(testWords(words.slice(1), { ...io, network: shell.network, files: shell.files }))
    case 'read':
      return shell.truth(read(words, io.input, shell.around))
    case 'mapfile':
    case 'readarray':
      mapfile(words, io.input, shell.around)
      return 'success'
    case 'printf':
      if (first !== '-v') return null
      shell.scope.variables.set(words[2] ?? '', printed(words.slice(3)))
      return 'success'
    case 'set':
      setArguments(words, shell.around)
      return 'success'
    case 'shift':
      shell.scope.args = shell.scope.args.slice(Number(first ?? 1) || 1)
      return 'success'
    case 'trap':
      atTheEnd(shell, words, offset)
      return 'success'
    case 'unset':
      unset(words, shell.around)
      return 'success'
    case 'let': {
      const value = calculateAll(words.slice(1), shell.around)
      return shell.truth(value === null ? null : value !== 0)
    }
    case 'getopts':
      return shell.scope.args.length === 0 ? 'failure' : 'unknown'
    default:
      return null
  }
}

const unknownValue = (what: Said): Notice => ({
  message: said`This depends on ${what}, which is not known before the script runs.`,
  hint: said`Write the value out.`,
})
