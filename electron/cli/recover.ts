/**
 * `vethlab recover`: undoes what a session has left on the machine itself. Needs root; without it, it starts itself again
 * through sudo where somebody can type a password, and else says the command.
 *
 * `--json`: `{"ok":true,"undone":[S],"kept":[S]}`. `--quiet` says nothing unless something is left that cannot be undone.
 */
import { isRoot, startRootHelper } from '../session/root-helper.js'
import { vethlab } from '../session/own-command.js'
import { rerunAsRoot, rootCommand } from '../session/sudo.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, type CommonOptions } from './failure.js'
import { ask, SandboxDied } from './fresh-lab.js'
import { note, paintNote, print, printable, printJson } from './output.js'

export interface RecoverOptions extends CommonOptions {
  readonly quiet?: boolean
}

export async function recover(options: RecoverOptions): Promise<ExitCode> {
  const words = ['recover', ...(options.quiet ? ['--quiet'] : []), ...(options.json ? ['--json'] : [])]
  if (!isRoot()) {
    if (process.stdin.isTTY && !options.json) {
      note('Undoing changes of this machine needs administrator rights; sudo asks for them now.')
      return rerunAsRoot(words)
    }
    const command = rootCommand(words)
    return fail(
      exitCode.machine,
      failure('needs-root', `Undoing changes of this machine needs administrator rights. Type: ${command}`),
      options,
    )
  }
  const started = await startRootHelper()
  if (!started.ok) return fail(exitCode.machine, started.failure, options)
  const { session } = started
  try {
    const result = await ask(session, 'host/recover', {})
    if (!result.ok) return fail(exitCode.refused, result.failure, options)
    const { undone, kept } = result
    if (options.json) printJson({ ok: true, undone, kept })
    else if (!options.quiet) report(undone, kept)
    return exitCode.ok
  } catch (error) {
    if (!(error instanceof SandboxDied)) throw error
    const message = `The helper was ended before everything was undone. What is left is still known; undo it with: ${vethlab('recover')}`
    return fail(exitCode.machine, failure('helper-ended', message), options)
  } finally {
    await session.close()
  }
}

function report(undone: readonly string[], kept: readonly string[]): void {
  for (const text of undone) print(printable(text))
  for (const text of kept) note(`${paintNote('yellow', 'left alone:')} ${printable(text)}.`)
  if (undone.length === 0) note('Nothing is left on this machine.')
  else
    note(
      `${undone.length} ${undone.length === 1 ? 'change' : 'changes'} taken back. Kernel modules that were loaded meanwhile stay loaded.`,
    )
}
