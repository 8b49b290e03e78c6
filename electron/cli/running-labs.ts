/** Finds running labs for the commands that name one. */
import { didYouMeanText } from '../core/lab/nearest.js'
import type { Failure } from '../core/rpc.js'
import { runtimeDirectory } from '../session/running/directory.js'
import { damagedFailure, type DamagedRecord } from '../session/running/damaged.js'
import { elsewhere, listAll, type RunningLab } from '../session/running/entry.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { failure } from './failure.js'
import { vethlab } from '../session/own-command.js'

export type FoundLab =
  | { readonly ok: true; readonly directory: string; readonly lab: RunningLab }
  | { readonly ok: false; readonly code: ExitCode; readonly failure: Failure; readonly damaged?: DamagedRecord }

export function findLab(name: string): FoundLab {
  const directory = runtimeDirectory()
  if (!directory.ok) return { ok: false, code: exitCode.machine, failure: directory.failure }
  const { here: running, elsewhere: far, damaged } = listAll(directory.path)
  const lab = running.find((each) => each.name === name)
  if (lab !== undefined) return { ok: true, directory: directory.path, lab }
  if (far.some((each) => each.name === name))
    return { ok: false, code: exitCode.machine, failure: elsewhere(directory.path, name) }
  const broken = damaged.find((each) => each.name === name)
  if (broken) return { ok: false, code: exitCode.machine, failure: damagedFailure(broken), damaged: broken }
  const names = running.map((each) => each.name)
  const next =
    didYouMeanText(name, names) ??
    (names.length > 0 ? `Running: ${names.join(', ')}.` : `None is running; start one with: ${vethlab('up FILE -d')}`)
  return {
    ok: false,
    code: exitCode.usage,
    failure: failure('no-such-lab', `No lab named "${name}" is running. ${next}`, name),
  }
}
