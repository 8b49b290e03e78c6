/** What a command is given, and how what it says is told. */
import { parse } from 'unbash'
import { bareCommand } from '../commands/dispatch.js'
import { harmless, type Context, type Outcome, type ShellOptions } from '../commands/command.js'
import type { Interpreter, Io } from './interpret.js'

export function sayOutcome(shell: Interpreter, { notice, offset }: Outcome, at: number): void {
  if (notice) shell.tell(offset ?? at, notice)
}

export const contextOf = (shell: Interpreter, io: Io): Context => ({
  network: shell.network,
  namespace: io.namespace,
  tell: (offset, notice) => shell.tell(offset, notice),
  run(words, namespace) {
    const [program] = words
    if (!program) return harmless
    let outcome: Outcome = harmless
    const status = shell.deeper(program.offset, () => {
      outcome = shell.run(bareCommand(words), { ...io, namespace })
      return outcome.status
    })
    return { ...outcome, status }
  },
  shell: (text, offset, options) => ({ status: runText(shell, io, text, offset, options), notice: null, offset: null }),
  input: io.input,
  output: io.output,
  files: shell.files,
  own: shell.own,
})

function runText(
  shell: Interpreter,
  io: Io,
  text: string,
  offset: number,
  options: ShellOptions = {},
): Outcome['status'] {
  const { place, scope, home } = shell
  const outer = scope.args
  // Places inside quotes cannot be told once escapes and values are resolved.
  shell.place = options.exact ? (pos) => offset + pos : () => offset
  if (!options.same) shell.home = io.namespace
  const work = (): Outcome['status'] => {
    if (!options.same || (options.args?.length ?? 0) > 0) shell.scope.args = options.args ?? []
    return shell.script(parse(text), options.exact || !io.input ? { ...io, input: null } : io)
  }
  try {
    return shell.deeper(offset, () => (options.same ? work() : shell.apart(work)))
  } finally {
    Object.assign(shell, { place, home })
    if (options.same) scope.args = outer
  }
}
