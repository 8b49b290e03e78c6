/** How a failure is told: a sentence on stderr, or with `--json` the one document on stdout. */
import { lacksCode } from '../core/needs/lacking.js'
import type { DeployFailure, Failure } from '../core/rpc.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { note, paintNote, printable, printableLine, printJson } from './output.js'

/** What every command has. */
export interface CommonOptions {
  readonly json?: boolean
  /** Told of each failure besides. */
  readonly tell?: (failure: Failure) => void
}

/**
 * Says what went wrong and passes the exit code on.
 *
 * The document: `{"ok":false,"error":{"code":S,"message":S,"where":S|null,"output":S|null}}`, with `step`, `total` and
 * `command` in `error` where the kernel refused a step.
 */
export function fail(code: ExitCode, failure: Failure | DeployFailure, { json, tell }: CommonOptions): ExitCode {
  tell?.(failure)
  if (json) {
    printJson({ ok: false, error: failureJson(failure) })
    return code
  }
  note(`${paintNote('red', 'vethlab:')} ${printableLine(failure.message)}`)
  if ('command' in failure) {
    const where = failure.where === null ? '' : ` (in ${failure.where})`
    note(printable(`  step ${failure.step} of ${failure.total}${where}: ${failure.command}`))
  }
  const words = failure.output?.trim()
  if (words && !failure.message.includes(words)) for (const line of words.split('\n')) note(printable(`  ${line}`))
  return code
}

/** What is for the window alone stays out of the document. */
export const failureJson = ({ said: _said, ...failure }: Failure | DeployFailure): object => failure

/** What the helper finds before the first step: this machine cannot hold the lab, or no journal of what is changed on it. */
const noRoom: ReadonlySet<string> = new Set(['too-many-files', 'too-many-namespaces', 'no-journal', lacksCode])

/** The exit code of a lab that did not come up. */
export function deployCode(refused: Failure | DeployFailure): ExitCode {
  if ('step' in refused) return exitCode.refused
  return noRoom.has(refused.code) ? exitCode.machine : exitCode.usage
}

/** A failure in one line of code. */
export const failure = (
  code: string,
  message: string,
  where: string | null = null,
  output: string | null = null,
): Failure => ({
  code,
  message,
  where,
  output,
})
