/** A command that looks at this machine: its lookers are started with a word on what is waited for, and ended with it. */
import { startLookers, type Looker } from '../session/look.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, type CommonOptions } from './failure.js'
import { own } from './interrupt.js'
import { startProgress } from './progress.js'

/** @param use its second parameter ends what is said of waiting */
export async function withLookers(
  waiting: string,
  options: CommonOptions,
  use: (lookers: readonly [Looker, ...Looker[]], arrived: () => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  const progress = startProgress(waiting, options.json)
  const started = await startLookers()
  if (!started.ok) {
    progress.end()
    return fail(exitCode.machine, started.failure, options)
  }
  const { free } = own(() => started.close())
  try {
    return await use(started.lookers, () => progress.end())
  } finally {
    progress.end()
    await free()
  }
}
