/**
 * Follows a script without running it: what its values, conditions and loops depend on is mostly in its own text. Each
 * command that it reaches goes to the model; what is not known is told where it stands. Always ends: the number of
 * commands, of rounds and of levels is bounded.
 */
import { parse, type Case, type CommandNode, type If, type ParsedScript, type Pipeline } from 'unbash'
import type { CompoundList, PipelineNode, AndOr, Redirection, Statement, SyntaxNode } from 'unbash'
import { quote } from '../../lab/describe.js'
import { bareCommand } from '../commands/dispatch.js'
import { fileKey, type Status } from '../commands/command.js'
import { hostOf } from '../commands/namespaces.js'
import { keyOf, type Namespace, type Network } from '../network/network.js'
import type { Notice, Tell } from '../notice.js'
import { runCommand, runSource } from './command.js'
import { sayOutcome } from './command-context.js'
import { commandsIn, isWithoutEffect } from './effect.js'
import { calculate, expandPattern, expandText, type Surroundings } from './expand.js'
import { Fates } from './fates.js'
import { followCount, followFor, followWhile } from './loops.js'
import { redirect } from './redirect.js'
import { Leave, Return, Stop } from './signals.js'
import { Standing } from './standing.js'
import { matches } from './pattern.js'
import { testExpression, truthOf, type Truth } from './test.js'
import { copyScope, Input, newScope, Output, type Scope } from './values.js'
import type { Word } from './word.js'
import { said } from '../../words/said.js'

/** Commands that are followed: the largest lab that is allowed takes fewer, line by line. */
const maxCommands = 150_000
/** Functions, `bash -c` and `ip netns exec` in each other. */
const maxLevels = 20

/** Where a command runs, and what it reads and writes. */
export interface Io {
  readonly namespace: Namespace
  readonly input: Input | null
  readonly output: Output | null
}

export interface Interpreted {
  readonly fates: Fates
  readonly standing: Standing
}

/** @param until ends after so many commands, and says so */
export function interpret(text: string, network: Network, tell: Tell, until = Infinity): Interpreted {
  const shell = new Interpreter(network, tell, until)
  shell.whole(text)
  return { fates: shell.fates, standing: shell.standing }
}

export interface FunctionBody {
  readonly body: PipelineNode | CompoundList
  readonly place: (pos: number) => number
}

export class Interpreter {
  readonly fates = new Fates()
  readonly functions = new Map<string, FunctionBody>()
  readonly files = new Map<string, string | null>()
  scope: Scope = newScope()
  /** `$?`, where it is known. */
  status: string | null = '0'
  /** From a position in the text that is read to one in the file. */
  place: (pos: number) => number = (pos) => pos
  /** What `local` has covered, for the function that is called. */
  locals: Map<string, () => void> | null = null
  /** Where the text that is followed does not read as a script: what stands there is named, and not followed. */
  broken: readonly number[] = []
  /** The namespace, by its key, whose files are at the places where programs look for them. */
  own: string | null = null
  /** Where the shell was started that the text is for: a part of it in parentheses is no shell of another number. */
  home: Namespace
  readonly standing: Standing
  told = 0
  /** What is followed runs beside the rest of the script. */
  isBeside = false
  readonly #tell: Tell
  readonly #until: number
  #commands = 0
  #level = 0
  #here: Namespace | null = null

  constructor(
    readonly network: Network,
    tell: Tell,
    until = Infinity,
  ) {
    this.#tell = tell
    this.#until = until
    this.home = hostOf(network)
    this.standing = new Standing(network)
  }

  /** @param start offset at which the text begins */
  whole(text: string, namespace = hostOf(this.network), start = 0): void {
    this.place = (pos) => start + pos
    this.home = namespace
    try {
      this.script(parse(text), { namespace, input: null, output: null })
    } catch (thrown) {
      if (!(thrown instanceof Stop || thrown instanceof Return || thrown instanceof Leave)) throw thrown
    }
  }

  /** A new shell: nothing is set. `own`: its `/etc/hosts` and `/etc/resolv.conf` are those of this namespace. */
  fresh(own: string | null = null): void {
    this.scope = newScope()
    this.status = '0'
    this.functions.clear()
    this.files.clear()
    this.own = own
  }

  /** A file that is there already. */
  has(path: string, text: string, offset: number): void {
    this.files.set(fileKey(path), text)
    if (this.own !== null) this.network.netnsFiles.set(`${this.own}/${path.replace('/etc/', '')}`, { text, offset })
  }

  /** One command whose words are known. */
  words(words: readonly Word[], namespace: Namespace): void {
    const [first] = words
    if (!first) return
    try {
      sayOutcome(this, runCommand(this, bareCommand(words), { namespace, input: null, output: null }), first.offset)
    } catch (thrown) {
      if (!(thrown instanceof Stop || thrown instanceof Return)) throw thrown
    }
  }

  script({ commands, errors }: ParsedScript, io: Io): Status {
    for (const { message, pos } of errors?.slice(0, 20) ?? []) this.tell(this.place(pos), unreadable(message))
    const { broken } = this
    this.broken = errors?.map(({ pos }) => pos) ?? []
    try {
      return this.statements(commands, io)
    } finally {
      this.broken = broken
    }
  }

  statements(statements: readonly Statement[], io: Io): Status {
    let status: Status = 'success'
    for (const { command, background } of statements) {
      this.#here = io.namespace
      status = background ? this.#beside(command, io) : this.node(command, io)
    }
    return status
  }

  /** What runs on beside the rest: a loop that never ends does not keep the script. */
  #beside(node: Statement['command'], io: Io): Status {
    const outer = this.isBeside
    this.isBeside = true
    try {
      this.node(node, io)
    } finally {
      this.isBeside = outer
    }
    return 'success'
  }

  tell(offset: number, notice: Notice): void {
    this.told += 1
    this.#tell(offset, notice)
  }

  get around(): Surroundings {
    return {
      scope: this.scope,
      status: this.status,
      home: () => keyOf(this.network, this.home) ?? '',
      capture: (script) => this.capture(script),
    }
  }

  run(words: readonly Word[], io: Io): ReturnType<typeof runCommand> {
    return runCommand(this, words, io, false)
  }

  /** What the commands of a substitution print. */
  capture(script: ParsedScript): string | null {
    const output = new Output()
    const namespace = this.#here ?? hostOf(this.network)
    const place = this.place
    // Behind escaped backquotes places cannot be told.
    if (script.source !== undefined) this.place = () => place(script.pos)
    try {
      this.apart(() =>
        this.deeper(this.place(script.pos), () => this.script(script, { namespace, input: null, output })),
      )
    } finally {
      this.place = place
    }
    return output.text
  }

  /** In a shell of its own: what it sets is forgotten, and its end is not ours. */
  apart(work: () => Status): Status {
    const before = this.scope
    this.scope = copyScope(before)
    try {
      return work()
    } catch (thrown) {
      if (!(thrown instanceof Stop) || this.#commands > Math.min(maxCommands, this.#until)) throw thrown
      return 'unknown'
    } finally {
      this.scope = before
    }
  }

  deeper(offset: number, work: () => Status): Status {
    if (this.#level >= maxLevels) {
      this.tell(offset, { message: said`Too many commands inside each other.`, hint: null })
      return 'unknown'
    }
    this.#level += 1
    try {
      this.count(offset)
      return work()
    } finally {
      this.#level -= 1
    }
  }

  count(offset: number): void {
    this.#commands += 1
    if (this.#commands > this.#until) {
      this.tell(offset, {
        message: said`From here on the script takes its network away; the lab is the network as it was before that.`,
        hint: null,
      })
      throw new Stop()
    }
    if (this.#commands <= maxCommands) return
    this.tell(offset, {
      message: said`More than ${maxCommands} commands are not followed; the rest is left out.`,
      hint: null,
    })
    throw new Stop()
  }

  /** How many have been followed so far. */
  get commands(): number {
    return this.#commands
  }

  node(node: PipelineNode | AndOr | CompoundList | Statement, io: Io): Status {
    switch (node.type) {
      case 'Command':
        return runSource(this, node, io)
      case 'Statement':
        return this.node(node.command, io)
      case 'CompoundList':
        return this.statements(node.commands, io)
      case 'AndOr':
        return this.#chain(node, io)
      case 'Pipeline':
        return this.#pipe(node, io)
      case 'BraceGroup':
        return this.node(node.body, io)
      case 'Subshell':
        return this.apart(() => this.node(node.body, io))
      case 'Function': {
        const name = node.name.value
        this.functions.set(name, { body: node.body, place: this.place })
        return 'success'
      }
      case 'Redirected':
        return this.#redirected(node.redirects, io, (inner) => this.node(node.command, inner), node.pos)
      case 'TestCommand':
        return this.truth(testExpression(node.expression, this.around, this.#world(io)))
      case 'ArithmeticCommand':
        return this.truth(truthOf(calculate(node.expression, this.around)))
      case 'If':
        return this.#if(node, io)
      case 'Case':
        return this.#case(node, io)
      case 'For':
        return followFor(this, node, io)
      case 'ArithmeticFor':
        return followCount(this, node, io)
      case 'While':
        return followWhile(this, node, io)
      case 'Select':
        return this.unfollowed(node, 'select')
      case 'Coproc':
        return this.node(node.body, io)
    }
  }

  #world({ namespace }: Io): { network: Network; namespace: Namespace; files: Map<string, string | null> } {
    return { network: this.network, namespace, files: this.files }
  }

  truth(truth: Truth): Status {
    const status = truth === null ? 'unknown' : truth ? 'success' : 'failure'
    this.status = truth === null ? null : truth ? '0' : '1'
    return status
  }

  /** Whether it runs is not known: named as a whole, with what is in it, unless nothing of it could matter. */
  unfollowed(node: SyntaxNode, word: string, notice?: Notice): Status {
    this.status = null
    if (isWithoutEffect(node)) return 'unknown'
    for (const command of commandsIn(node)) this.fates.set({ pos: this.place(command.pos) }, 'named')
    this.tell(
      this.place(node.pos),
      notice ?? {
        message: said`Whether the commands in this ${quote(word)} run is not known before they do.`,
        hint: said`Write those that the lab is made of without it.`,
      },
    )
    return 'unknown'
  }

  #chain({ commands, operators }: AndOr, io: Io): Status {
    let status: Status = 'success'
    commands.forEach((node, i) => {
      const operator = operators[i - 1]
      if (operator === undefined || status === (operator === '&&' ? 'success' : 'failure')) status = this.node(node, io)
      else if (status === 'unknown')
        this.unfollowed(node, '', {
          message: said`Whether this runs depends on how the command before it ends, which is not known here.`,
          hint: said`Write it on a line of its own.`,
        })
    })
    return status
  }

  #pipe({ commands, prefixes }: Pipeline, io: Io): Status {
    let input = io.input
    let status = 'success' as Status
    commands.forEach((node, i) => {
      const isLast = i === commands.length - 1
      const output = isLast ? io.output : new Output()
      const run = (): Status => this.node(node as CommandNode, { ...io, input, output })
      // Each stage but a single one is a shell of its own.
      status = commands.length === 1 ? run() : this.apart(run)
      if (!isLast && output) input = new Input(output.text)
    })
    const turned = prefixes.filter(({ type }) => type === 'Negation').length % 2 === 1
    const opposite: Record<Status, Status> = { success: 'failure', failure: 'success', unknown: 'unknown' }
    if (turned) this.status = status === 'unknown' ? null : status === 'success' ? '1' : '0'
    return turned ? opposite[status] : status
  }

  #redirected(redirects: readonly Redirection[], io: Io, run: (io: Io) => Status, pos: number): Status {
    const { inner, finish } = redirect(this, redirects, io, pos)
    const status = run(inner)
    finish()
    return status
  }

  #if(node: If, io: Io): Status {
    for (const { clause, then } of [node, ...node.elif]) {
      const status = this.node(clause, io)
      if (status === 'success') return this.node(then, io)
      if (status === 'unknown') return this.unfollowed(rest(node, clause), 'if')
    }
    return node.else ? this.node(node.else, io) : 'success'
  }

  #case(node: Case, io: Io): Status {
    const value = expandText(node.word, this.around)
    if (value === null) return this.unfollowed(node, 'case')
    let through = false
    for (const { pattern, body, terminator } of node.items) {
      const found = through || pattern.map((each) => this.#fits(value, each)).reduce<Truth>(anyOf, false)
      if (found === null) return this.unfollowed(node, 'case')
      if (!found) continue
      const status = this.node(body, io)
      if (terminator !== ';&' && terminator !== ';;&') return status
      through = terminator === ';&'
    }
    return 'success'
  }

  #fits(value: string, pattern: Case['items'][number]['pattern'][number]): Truth {
    const glob = expandPattern(pattern, this.around)
    return glob === null ? null : matches(value, glob)
  }
}

const anyOf = (a: Truth, b: Truth): Truth => (a || b ? true : a === null || b === null ? null : false)

/** What of an `if` may still run, once one of its conditions is not known. */
function rest(node: If, clause: CompoundList): SyntaxNode {
  const parts = [node, ...node.elif].filter((each) => each.clause.pos >= clause.pos)
  const commands = parts.flatMap((each) => [
    ...(each.clause === clause ? [] : each.clause.commands),
    ...each.then.commands,
  ])
  return { type: 'CompoundList', pos: node.pos, end: node.end, commands: [...commands, ...(node.else?.commands ?? [])] }
}

const unreadable = (message: string): Notice =>
  /unterminated|unclosed|unmatched|missing|expected closing/i.test(message)
    ? { message: said`A quote or bracket that starts here is never closed.`, hint: said`Close it.` }
    : { message: said`This does not read as a script.`, hint: said`bash gets no further than here.` }
