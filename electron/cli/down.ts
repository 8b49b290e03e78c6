/** `vethlab down LAB`: stops a running lab; returns when nothing of it is left. `--json`: `{"ok":true,"lab":S}`. */
import { endRunning } from '../session/running/end.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, type CommonOptions } from './failure.js'
import { note, printJson } from './output.js'
import { startProgress } from './progress.js'
import { findLab } from './running-labs.js'

export async function down(name: string, options: CommonOptions): Promise<ExitCode> {
  const found = findLab(name)
  if (!found.ok) return fail(found.code, found.failure, options)
  const progress = startProgress(`Stopping ${name} ...`, options.json)
  const ended = await endRunning(found.directory, found.lab)
  progress.end()
  if (!ended.ok) return fail(exitCode.machine, ended.failure, options)
  if (options.json) printJson({ ok: true, lab: name })
  else note(`${name} is down.`)
  return exitCode.ok
}
