/**
 * `vethlab look`: the network namespaces of this machine, by their names, and what is in them. Nothing is changed.
 *
 * `--json`: the document of `core/machine/view.ts`. With `--watch` one document a line, whenever something differs.
 */
import { eachChange, type Looked, type Looker } from '../session/look.js'
import { viewOf } from '../session/look-view.js'
import { exitCode, type ExitCode } from './exit-code.js'
import type { CommonOptions } from './failure.js'
import { ask, untilDeath } from './fresh-lab.js'
import { lookText } from './look-text.js'
import { note, paint, paintNote, print, printable, printJson } from './output.js'
import { withLookers } from './with-lookers.js'

export interface LookOptions extends CommonOptions {
  readonly watch?: boolean
}

export async function look(options: LookOptions): Promise<ExitCode> {
  return untilDeath(options, () =>
    withLookers('Looking at the networks of this machine ...', options, async (lookers, arrived) => {
      arrived()
      let last = show(
        lookers.map(({ looked }) => looked),
        null,
        options,
      )
      if (!options.watch) return exitCode.ok
      await eachChange(lookers, async () => {
        last = show(await lookAgain(lookers), last, options)
        return true
      })
      return exitCode.ok
    }),
  )
}

async function lookAgain(lookers: readonly Looker[]): Promise<readonly Looked[]> {
  const all = await Promise.all(lookers.map(({ session }) => ask(session, 'machine/look', { watch: true })))
  return all.flatMap((each) => (each.ok ? [each] : []))
}

/** Prints it where it differs from what was printed last, which comes back. */
function show(all: readonly Looked[], last: string | null, { json }: LookOptions): string {
  const view = viewOf(all)
  const text = JSON.stringify(view)
  if (text === last) return text
  if (json) printJson(view)
  else {
    if (last !== null) print('')
    print(lookText(view.namespaces, paint))
    if (view.reason !== null) note(printable(`${paintNote('yellow', 'not all:')} ${view.reason}`))
  }
  return text
}
