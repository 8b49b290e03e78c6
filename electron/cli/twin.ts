/**
 * `vethlab twin`: a lab file that is like the networks of this machine; what it does not have is said on stderr.
 *
 * `--json`: `{"lab":S,"text":S,"unexpressed":[S]}`, as `state --as lab` has it.
 */
import { inEnglish } from '../core/words/said.js'
import { createLabText } from '../core/lab/print.js'
import { whoReads } from '../session/look.js'
import { vethlab } from '../session/own-command.js'
import { isName, ofMachine } from './aim.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, type CommonOptions } from './failure.js'
import { ask, untilDeath } from './fresh-lab.js'
import { note, paintNote, printable, printJson, printRaw } from './output.js'
import { withLookers } from './with-lookers.js'

export interface TwinOptions extends CommonOptions {
  /** Names of namespaces; all without. */
  readonly only?: readonly string[]
}

export async function twin(options: TwinOptions): Promise<ExitCode> {
  const unknown = options.only?.find((name) => !isName(name, ofMachine))
  if (unknown !== undefined) {
    const message = `"${unknown.slice(0, 40)}" is no name that anything here has. ${vethlab('look')} lists the names.`
    return fail(exitCode.usage, failure('no-such-namespace', message, '--only'), options)
  }
  return untilDeath(options, () =>
    withLookers('Looking at the networks of this machine ...', options, async (lookers, arrived) => {
      const { only } = options
      const { session } = whoReads(lookers, only)
      const made = await ask(session, 'machine/twin', only === undefined ? {} : { only: [...only] })
      arrived()
      if (!made.ok) return fail(exitCode.usage, made.failure, options)
      const { lab } = made
      const unexpressed = made.unexpressed.map(inEnglish)
      const text = createLabText(lab)
      if (options.json) printJson({ lab: lab.name, text, unexpressed })
      else {
        for (const each of unexpressed) note(printable(`${paintNote('yellow', 'not in the twin:')} ${each}`))
        printRaw(process.stdout.isTTY ? printable(text) : text)
      }
      return exitCode.ok
    }),
  )
}
