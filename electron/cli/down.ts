/** `vethlab down LAB`: stops a running lab; returns when nothing of it is left. `--json`: `{"ok":true,"lab":S}`. */
import { endDamaged, type DamagedRecord } from '../session/running/damaged.js'
import { stageOf } from '../session/running/entry.js'
import { endRunning } from '../session/running/end.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, type CommonOptions } from './failure.js'
import { note, printJson } from './output.js'
import { startProgress } from './progress.js'
import { findLab } from './running-labs.js'

export async function down(name: string, options: CommonOptions): Promise<ExitCode> {
  const found = findLab(name)
  if (!found.ok && found.damaged) return takeAway(found.damaged, options)
  if (!found.ok) return fail(found.code, found.failure, options)
  const progress = startProgress(`Stopping ${name} ...`, options.json)
  const ended = await endRunning(found.directory, found.lab)
  progress.end()
  if (!ended.ok) return fail(exitCode.machine, ended.failure, options)
  if (options.json) printJson({ ok: true, lab: name })
  else
    note(
      stageOf(found.lab) === 'starting'
        ? `${name} was still coming up, in process ${found.lab.keeper.pid}. It is down.`
        : `${name} is down.`,
    )
  return exitCode.ok
}

/** Of a lab whose record cannot be read: the processes that hold it go, and the record with them. */
async function takeAway(record: DamagedRecord, options: CommonOptions): Promise<ExitCode> {
  const { name, why, keepers } = record
  const ended = await endDamaged(record)
  if (!ended.ok) return fail(exitCode.machine, ended.failure, options)
  if (options.json) printJson({ ok: true, lab: name })
  else if (keepers.length > 0) note(`${name} is down. Its record was damaged (${why}) and is gone, too.`)
  else note(`The record of ${name} was damaged (${why}) and is gone. No process holds a lab of that name.`)
  return exitCode.ok
}
