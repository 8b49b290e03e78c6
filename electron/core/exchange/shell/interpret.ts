/**
 * Follows a script without running it: constant variables, lists, loops over constants and functions, and hands each
 * command that it reaches to the model. Always ends: the number of commands, of rounds and of levels is bounded.
 */
import { quote } from '../../lab/describe.js'
import { bareCommand, dispatch, isExit, isHarmless } from '../commands/dispatch.js'
import { harmless, leftOut, success, type Context, type Outcome, type Status } from '../commands/command.js'
import { hostOf } from '../commands/namespaces.js'
import { procSysctl, setSysctl } from '../commands/sysctl.js'
import type { Namespace, Network } from '../network/network.js'
import type { Notice, Tell } from '../notice.js'
import { isSudo, isWithoutEffect, literal, offsetOf } from './effect.js'
import { expandAll, expandText, type Word } from './expand.js'
import { lex, neverClosed, type RawWord } from './lex.js'
import { parse, type SimpleCommand, type Statement } from './parse.js'

/** Commands that are followed: the largest lab that is allowed takes fewer, line by line. */
const maxCommands = 150_000
/** Functions, `bash -c` and `ip netns exec` in each other. */
const maxLevels = 20

/** Thrown inside only: `exit`, or the bound. */
class Stop extends Error {}
/** Thrown inside only: the end of a function before its last line. */
class Return extends Error {}

export function interpret(text: string, network: Network, tell: Tell): void {
  const shell = new Interpreter(network, tell)
  try {
    shell.statements(parse(lex(text)), hostOf(network))
  } catch (thrown) {
    if (!(thrown instanceof Stop) && !(thrown instanceof Return)) throw thrown
  }
}

export class Interpreter {
  readonly #network: Network
  #tell: Tell
  readonly #variables = new Map<string, string | null>()
  readonly #functions = new Map<string, readonly Statement[]>()
  #commands = 0
  #level = 0

  constructor(network: Network, tell: Tell) {
    this.#network = network
    this.#tell = tell
  }

  /** One command whose words are known. */
  words(words: readonly Word[], namespace: Namespace): void {
    const [first] = words
    if (!first) return
    try {
      this.#say(this.#run(bareCommand(words), namespace), first.offset)
    } catch (thrown) {
      if (!(thrown instanceof Stop) && !(thrown instanceof Return)) throw thrown
    }
  }

  statements(statements: readonly Statement[], namespace: Namespace): Status {
    let status: Status = 'success'
    for (const statement of statements) status = this.#statement(statement, namespace)
    return status
  }

  #statement(statement: Statement, namespace: Namespace): Status {
    switch (statement.kind) {
      case 'command':
        return this.#command(statement, namespace)
      case 'chain':
        return this.#chain(statement.items, namespace)
      case 'pipe':
        return this.#pipe(statement.stages, namespace)
      case 'group':
        return this.statements(statement.body, namespace)
      case 'function':
        this.#functions.set(statement.name, statement.body)
        return 'success'
      case 'for':
        return this.#for(statement, namespace)
      case 'condition':
        if (!statement.body.every((each) => isWithoutEffect(each)))
          this.#tell(statement.offset, {
            message: `Whether the commands in this ${quote(statement.word)} run is not known before they do.`,
            hint: 'Write those that the lab is made of without it.',
          })
        return 'unknown'
      case 'stray':
        this.#tell(statement.offset, { message: `This does not read as a script: ${statement.text}.`, hint: null })
        return 'unknown'
    }
  }

  #chain(items: readonly { readonly operator: string; readonly statement: Statement }[], namespace: Namespace): Status {
    let status: Status = 'success'
    for (const { operator, statement } of items) {
      const runs = operator === '' ? 'success' : operator === '&&' ? 'success' : 'failure'
      if (operator === '' || status === runs) status = this.#statement(statement, namespace)
      else if (status === 'unknown' && !isWithoutEffect(statement))
        this.#tell(offsetOf(statement), {
          message: 'Whether this runs depends on how the command before it ends, which is not known here.',
          hint: 'Write it on a line of its own.',
        })
    }
    return status
  }

  /** `echo 1 | sudo tee /proc/sys/...`; of other pipes only the first command can matter. */
  #pipe(stages: readonly Statement[], namespace: Namespace): Status {
    const [first, second] = stages
    if (first?.kind === 'command' && second?.kind === 'command' && stages.length === 2) {
      const words = expandAll(second.words, this.#variables)
      const [program, ...files] = words.ok ? bareCommand(words.words) : []
      const echoed = this.#echoed(first)
      if (program?.text === 'tee' && echoed !== null) {
        const outcomes = files
          .filter(({ text }) => !text.startsWith('-'))
          .map((file) => this.#write(file, echoed, namespace))
        for (const outcome of outcomes) this.#say(outcome, second.offset)
        return 'success'
      }
    }
    for (const stage of stages) {
      if (stage === first || !isWithoutEffect(stage)) this.#statement(stage, namespace)
    }
    return 'unknown'
  }

  /** What `echo` or `printf` would print, or null for another command. */
  #echoed(command: SimpleCommand): string | null {
    const words = expandAll(command.words, this.#variables)
    const [program, ...rest] = words.ok ? bareCommand(words.words) : []
    if (program?.text !== 'echo' && program?.text !== 'printf') return null
    return rest
      .map(({ text }) => text)
      .filter((text) => !/^-[neE]+$/.test(text))
      .join(' ')
      .replace(/\\n$/, '')
  }

  #for(loop: Extract<Statement, { kind: 'for' }>, namespace: Namespace): Status {
    const words = expandAll(loop.words, this.#variables)
    if (!words.ok) {
      this.#tell(words.offset, {
        message: `The loop goes over ${words.what}, which is not known before it runs.`,
        hint: 'Write its values out.',
      })
      return 'unknown'
    }
    let status: Status = 'success'
    for (const { text, offset } of words.words) {
      this.#count(offset)
      this.#variables.set(loop.name, text)
      status = this.statements(loop.body, namespace)
    }
    return status
  }

  #command(command: SimpleCommand, namespace: Namespace): Status {
    const { assignments, words: raw, offset } = command
    this.#count(offset)
    const declares = /^(?:export|local|readonly|declare|typeset)$/.test(literal(raw[0]) ?? '')
    if (raw.length === 0 || declares) {
      for (const { name, value } of assignments) this.#variables.set(name, expandText(value, this.#variables))
      if (declares) this.#declare(raw.slice(1))
      return 'success'
    }
    const expanded = expandAll(raw, this.#variables)
    if (!expanded.ok) {
      const program = literal(raw[0])
      const [known] = program === null ? [] : bareCommand([{ text: program, offset }])
      // What is printed or asked may depend on anything.
      if (known && isHarmless([known]) && !isSudo(program)) return 'unknown'
      this.#tell(expanded.offset, unknownValue(expanded.what))
      return 'success'
    }
    const written = this.#redirect(command, namespace)
    if (written !== null) return written
    const words = bareCommand(expanded.words)
    const [program] = words
    if (!program) return 'success'
    if (isExit(program.text)) throw program.text === 'exit' ? new Stop() : new Return()
    const outcome = this.#run(words, namespace)
    this.#say(outcome, offset)
    return outcome.status
  }

  /** `export A=b`: the words behind it are assignments. */
  #declare(words: readonly RawWord[]): void {
    for (const word of words) {
      const text = expandText(word, this.#variables)
      const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(text ?? '') ?? []
      if (name !== undefined && value !== undefined) this.#variables.set(name, value)
      const [first] = word.parts
      const unknown = text === null && first?.kind === 'text' ? /^([A-Za-z_]\w*)=/.exec(first.text)?.[1] : undefined
      if (unknown !== undefined) this.#variables.set(unknown, null)
    }
  }

  /** Writing into a file: into /proc/sys it is a sysctl. Null where nothing is written that matters. */
  #redirect(command: SimpleCommand, namespace: Namespace): Status | null {
    const output = command.redirects.find(({ operator }) => /^1?(?:>|>>|>\|)$/.test(operator))
    if (!output) return null
    const path = expandText(output.target, this.#variables)
    const word = { text: path ?? '', offset: output.target.offset }
    const echoed = this.#echoed(command)
    if (path === null || echoed === null) {
      if (path === null || !/^\/(?:proc|sys|etc)\//.test(path)) return null
      this.#tell(word.offset, { message: `What is written to ${quote(path)} is not known here.`, hint: null })
      return 'success'
    }
    const outcome = this.#write(word, echoed, namespace)
    this.#say(outcome, command.offset)
    return outcome.status
  }

  #write(file: Word, value: string, namespace: Namespace): Outcome {
    const key = procSysctl(file.text)
    if (key !== null) return setSysctl(namespace, key, value, file)
    if (!/^\/(?:proc|sys|etc)\//.test(file.text)) return success
    return leftOut(`A lab writes no files; ${quote(file.text)} is left out.`, null, file)
  }

  #run(words: readonly Word[], namespace: Namespace): Outcome {
    const [program] = words
    const body = program && this.#functions.get(program.text)
    if (program && body) return this.#deeper(program.offset, () => this.#call(body, words, namespace))
    return dispatch(this.#context(namespace), words)
  }

  #call(body: readonly Statement[], words: readonly Word[], namespace: Namespace): Outcome {
    const before = new Map(this.#variables)
    words.slice(1, 10).forEach(({ text }, i) => this.#variables.set(String(i + 1), text))
    this.#variables.set(
      '@',
      words
        .slice(1)
        .map(({ text }) => text)
        .join(' '),
    )
    const status = this.#body(body, namespace)
    for (const name of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '@']) {
      const value = before.get(name)
      if (value === undefined) this.#variables.delete(name)
      else this.#variables.set(name, value)
    }
    return { status, notice: null, offset: null }
  }

  #body(body: readonly Statement[], namespace: Namespace): Status {
    try {
      return this.statements(body, namespace)
    } catch (thrown) {
      if (!(thrown instanceof Return)) throw thrown
      return 'unknown'
    }
  }

  #context(namespace: Namespace): Context {
    return {
      network: this.#network,
      namespace,
      tell: (offset, notice) => this.#tell(offset, notice),
      run: (words, inside) => {
        const [program] = words
        return program ? this.#deeper(program.offset, () => this.#run(bareCommand(words), inside)) : harmless
      },
      shell: (text, offset) =>
        this.#deeper(offset, () => {
          const tell = this.#tell
          // Places inside the quotes cannot be told once escapes and variables are resolved.
          this.#tell = (_, notice) => tell(offset, notice)
          try {
            return { status: this.statements(parse(lex(text)), namespace), notice: null, offset: null }
          } finally {
            this.#tell = tell
          }
        }),
    }
  }

  #deeper(offset: number, work: () => Outcome): Outcome {
    if (this.#level >= maxLevels) return leftOut('Too many commands inside each other.', null, { text: '', offset })
    this.#level += 1
    try {
      this.#count(offset)
      return work()
    } finally {
      this.#level -= 1
    }
  }

  #count(offset: number): void {
    this.#commands += 1
    if (this.#commands <= maxCommands) return
    this.#tell(offset, {
      message: `More than ${maxCommands} commands are not followed; the rest is left out.`,
      hint: null,
    })
    throw new Stop()
  }

  #say({ notice, offset }: { readonly notice: Notice | null; readonly offset: number | null }, at: number): void {
    if (notice) this.#tell(offset ?? at, notice)
  }
}

const unknownValue = (what: string): Notice =>
  what === neverClosed
    ? { message: 'A quote or bracket that starts here is never closed.', hint: 'Close it.' }
    : {
        message: `${what.charAt(0).toUpperCase()}${what.slice(1)} is not known before the script runs.`,
        hint: 'Write the value out.',
      }
