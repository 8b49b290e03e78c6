/** Loops: each round is followed, as long as what they go by is known. */
import type { ArithmeticFor, For, While } from 'unbash'
import type { Status } from '../commands/command.js'
import { said } from '../../words/said.js'
import { calculate, expandAll } from './expand.js'
import type { Interpreter, Io } from './interpret.js'
import { Leave, Stop } from './signals.js'
import { truthOf } from './test.js'

/** Rounds after which it is looked at whether they change anything. */
const enoughRounds = 100

export function followFor(shell: Interpreter, loop: For, io: Io): Status {
  const words = loop.wordlist
    ? expandAll(loop.wordlist, shell.around)
    : { ok: true as const, words: shell.scope.args.map((text) => ({ text, offset: loop.pos })) }
  if (!words.ok) {
    shell.scope.variables.set(loop.name.value, null)
    return shell.unfollowed({ ...loop.body, pos: words.offset }, 'for', {
      message: said`The loop goes over ${words.what}, which is not known before it runs.`,
      hint: said`Write its values out.`,
    })
  }
  let status: Status = 'success'
  for (const { text } of words.words) {
    shell.count(shell.place(loop.pos))
    shell.scope.variables.set(loop.name.value, text)
    const goesOn = goRound(() => (status = shell.node(loop.body, io)))
    if (!goesOn) break
  }
  return status
}

export function followCount(
  shell: Interpreter,
  { initialize, test, update, body, pos }: ArithmeticFor,
  io: Io,
): Status {
  if (initialize) calculate(initialize, shell.around)
  for (;;) {
    const holds = truthOf(calculate(test, shell.around))
    if (holds === null) return shell.unfollowed({ ...body, pos }, 'for')
    if (!holds) return 'success'
    shell.count(shell.place(pos))
    if (!goRound(() => shell.node(body, io))) return 'success'
    if (update) calculate(update, shell.around)
  }
}

export function followWhile(shell: Interpreter, loop: While, io: Io): Status {
  for (let round = 1; ; round++) {
    const idle = round % enoughRounds === 0 ? watch(shell, io) : null
    const status = shell.node(loop.clause, io)
    if (status === 'unknown') return shell.unfollowed(loop, loop.kind)
    if ((status === 'success') !== (loop.kind === 'while')) return 'success'
    shell.count(shell.place(loop.pos))
    if (!goRound(() => shell.node(loop.body, io))) return 'success'
    if (!idle?.()) continue
    // It goes round for ever: the script gets no further, unless the loop is beside it.
    if (shell.isBeside) return 'success'
    throw new Stop()
  }
}

/** @returns whether everything that a loop goes by is as it was; what adds to the network again and again ends elsewhere */
function watch(shell: Interpreter, { input }: Io): () => boolean {
  const { told, scope } = shell
  const { built } = shell.standing
  const before = new Map(scope.variables)
  const left = input?.left
  return () =>
    (shell.isBeside || built === shell.standing.built) &&
    told === shell.told &&
    left === input?.left &&
    before.size === scope.variables.size &&
    [...scope.variables].every(([name, value]) => before.get(name) === value)
}

/** False where the loop is left. */
function goRound(work: () => Status): boolean {
  try {
    work()
    return true
  } catch (thrown) {
    if (!(thrown instanceof Leave)) throw thrown
    if (thrown.loops > 1) throw new Leave(thrown.again, thrown.loops - 1)
    return thrown.again
  }
}
